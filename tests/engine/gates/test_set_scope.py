"""`set` gates against brute force: every way the missing cases can still go."""

from collections import Counter
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.gates import Evidence, evaluate
from tiebreak.records import Gate

HALVES = (Fraction(0), Fraction(1, 2), Fraction(1))
STARS = tuple(Fraction(star) for star in range(1, 6))


def evidence_of(values: list[Fraction], planned: int, **counts: Any) -> Evidence:
    return Evidence(
        planned=planned,
        n=len(values),
        total=sum(values, Fraction(0)),
        values=tuple(sorted(Counter(values).items())),
        **counts,
    )


def limited(limit: float, at_least: bool, **fields: Any) -> Gate:
    fields["at_least" if at_least else "at_most"] = limit
    return Gate(id="g", **fields)


def completions(values: list[Fraction], missing: int, possible: tuple[Fraction, ...]) -> list[Fraction]:
    """The final sums of all ways to complete the set."""
    return [sum(values, Fraction(0)) + sum(rest) for rest in combinations_with_replacement(possible, missing)]


@given(
    values=st.lists(st.sampled_from(HALVES), max_size=6),
    missing=st.integers(0, 5),
    limit=st.sampled_from([0.0, 0.3, 0.5, 0.55, 0.7, 0.95, 1.0]),
    at_least=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_win_rate_is_certain(values: list[Fraction], missing: int, limit: float, at_least: bool) -> None:
    if not values and not missing:
        return
    gate = limited(limit, at_least, metric="win_rate")
    holds = _holds(completions(values, missing, HALVES), len(values) + missing, limit, at_least)
    assert evaluate(gate, evidence_of(values, len(values) + missing)).status == _expected(holds)


@given(
    values=st.lists(st.sampled_from(STARS), max_size=4),
    missing=st.integers(0, 4),
    limit=st.sampled_from([1.0, 2.5, 3.3, 4.0, 4.2, 5.0]),
    at_least=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_rubric_is_certain(values: list[Fraction], missing: int, limit: float, at_least: bool) -> None:
    if not values and not missing:
        return
    gate = limited(limit, at_least, metric="rubric", dimension="help")
    holds = _holds(completions(values, missing, STARS), len(values) + missing, limit, at_least)
    assert evaluate(gate, evidence_of(values, len(values) + missing)).status == _expected(holds)


def _holds(sums: list[Fraction], n: int, limit: float, at_least: bool) -> list[bool]:
    wanted = Fraction(str(limit)) * n
    return [total >= wanted if at_least else total <= wanted for total in sums]


def _expected(holds: list[bool]) -> str:
    return "pass" if all(holds) else "pending" if any(holds) else "fail"


@pytest.mark.parametrize(("passes", "status"), [(76, "pass"), (75, "pending")])
def test_a_limit_met_exactly_is_met(passes: int, status: str) -> None:
    """0.95 × 80 is 76, whatever floats say."""
    gate = Gate(id="g", metric="check", check="c", at_least=0.95)
    assert evaluate(gate, evidence_of([Fraction(1)] * passes, 80)).status == status


def test_many_cheap_answers_at_the_limit() -> None:
    gate = Gate(id="g", metric="cost_per_answer", at_most=0.001)
    values = [Fraction("0.001")] * 80
    assert evaluate(gate, evidence_of(values, 80)).status == "pass"
    assert evaluate(gate, evidence_of([*values[1:], Fraction("0.0010001")], 80)).status == "fail"


def test_what_is_still_needed() -> None:
    win = Gate(id="g", metric="win_rate", at_least=0.5)
    outcome = evaluate(win, evidence_of([Fraction(1)] * 20 + [Fraction(1, 2)] + [Fraction(0)] * 19, 80))
    assert (outcome.status, outcome.needed) == ("pending", "19½ more wins in the 40 cases left (a tie counts ½)")
    assert outcome.value == pytest.approx(20.5 / 40)
    assert outcome.bound == pytest.approx(20.5 / 80)
    rubric = Gate(id="g", metric="rubric", dimension="help", at_least=4.0)
    assert evaluate(rubric, evidence_of([Fraction(3)], 3)).needed == "a mean of at least 4.50 over the 2 ratings left"
    errors = Gate(id="g", metric="error_rate", at_most=0.02)
    assert evaluate(errors, evidence_of([Fraction(0)], 100)).needed == "at most 2 more errors in the 99 answers left"
    assert evaluate(errors, evidence_of([Fraction(0)], 40)).needed == "no further error in the 39 answers left"
    cost = Gate(id="g", metric="cost_per_answer", at_most=0.01)
    assert (
        evaluate(cost, evidence_of([Fraction("0.019")], 2)).needed
        == "$0.001 or less on average for the one answer left"
    )


def test_the_bound_of_a_fail_is_the_best_that_could_come() -> None:
    outcome = evaluate(Gate(id="g", metric="win_rate", at_least=0.9), evidence_of([Fraction(0)] * 2, 10))
    assert (outcome.status, outcome.bound) == ("fail", 0.8)
    assert outcome.needed == "out of reach, whatever the missing cases bring"


def test_too_many_exclusions_or_skips_block_a_pass_but_not_a_fail() -> None:
    gate = Gate(id="g", metric="win_rate", at_least=0.5)
    wins, losses = [Fraction(1)] * 97, [Fraction(0)] * 97
    assert evaluate(gate, evidence_of(wins[1:], 98, excluded=1, skipped=1)).status == "pass"
    blocked = evaluate(gate, evidence_of(wins, 100, excluded=3))
    assert (blocked.status, blocked.blocked_by) == ("undecided", ("3 of 100 cases excluded, 2 % allowed",))
    assert (blocked.needed, blocked.why) == ("", "3 of 100 cases excluded, 2 % allowed")
    early = evaluate(gate, evidence_of(wins[:20], 100, excluded=3))
    assert early.why == f"{early.needed}; 3 of 100 cases excluded, 2 % allowed"  # each thing once
    assert evaluate(gate, evidence_of(wins, 106, skipped=6)).status == "pending"
    assert evaluate(gate, evidence_of(wins[:94], 100, skipped=6)).status == "undecided"
    assert evaluate(gate, evidence_of(wins[:95], 100, skipped=5)).status == "pass"
    assert evaluate(gate, evidence_of(losses, 100, excluded=3)).status == "fail"


def test_excluded_skipped_and_inapplicable_cases_leave_n() -> None:
    gate = Gate(id="g", metric="check", check="c", at_least=0.9)
    outcome = evaluate(
        gate, evidence_of([Fraction(1)] * 9, 12, excluded=1, skipped=1), max_excluded=0.1, max_skipped=0.1
    )
    assert outcome.status == "pass"
    outcome = evaluate(gate, evidence_of([Fraction(1)] * 9, 30, not_applicable=20))
    assert (outcome.status, outcome.planned, outcome.n) == ("pass", 30, 9)


def test_an_answer_without_a_verdict_keeps_its_place() -> None:
    gate = Gate(id="g", metric="check", check="c", at_least=0.9)
    outcome = evaluate(gate, evidence_of([Fraction(1)] * 8, 10, unknown=2))
    assert (outcome.status, outcome.blocked_by) == ("undecided", ("2 answers that the check could not judge",))
    assert evaluate(gate, evidence_of([Fraction(0)] * 2, 10, unknown=2)).status == "fail"


def test_no_case_at_all_is_no_pass() -> None:
    gate = Gate(id="g", metric="win_rate", at_least=0.0)
    assert evaluate(gate, Evidence(planned=0)).needed == "it applies to no case"
    assert evaluate(gate, Evidence(planned=0)).status == "undecided"
    assert evaluate(gate, Evidence(planned=2, skipped=2)).status == "undecided"


def test_unknown_cost_blocks_a_pass_and_a_sum_over_the_limit_fails() -> None:
    gate = Gate(id="g", metric="cost_per_answer", at_most=0.01)
    cheap = [Fraction("0.001")] * 9
    assert evaluate(gate, evidence_of(cheap, 10)).status == "pending"
    unknown = evaluate(gate, evidence_of(cheap, 10, unknown=1))
    assert (unknown.status, unknown.blocked_by) == ("undecided", ("1 answer of unknown cost",))
    assert evaluate(gate, evidence_of([Fraction("0.11")], 10)).status == "fail"


def test_a_gate_without_a_limit_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="has no limit"):
        evaluate(Gate(id="g", metric="win_rate"), Evidence(planned=1))
