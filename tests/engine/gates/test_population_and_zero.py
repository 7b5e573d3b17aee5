from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.gates import Evidence, evaluate
from tiebreak.records import Gate


def evidence(values: Mapping[int, int] | Mapping[float, int], planned: int, **counts: Any) -> Evidence:
    exact = {Fraction(str(value)): count for value, count in values.items() if count}
    total = sum((value * count for value, count in exact.items()), Fraction(0))
    n = sum(exact.values())
    return Evidence(planned=planned, n=n, total=total, values=tuple(sorted(exact.items())), **counts)


CHECK = Gate(id="g", metric="check", check="c", at_least=0.95, scope="population")


@pytest.mark.parametrize(
    ("failures", "passes", "status"),
    [(0, 87, "pending"), (0, 88, "pass"), (2, 198, "pass"), (3, 197, "pending"), (12, 488, "pass"), (20, 80, "fail")],
)
def test_ninety_five_percent_of_the_population(failures: int, passes: int, status: str) -> None:
    outcome = evaluate(CHECK, evidence({0: failures, 1: passes}, 1000))
    assert outcome.status == status
    assert outcome.bound is not None
    assert (outcome.bound >= 0.95) == (status != "pending" and status != "fail")


def test_one_bound_per_rule() -> None:
    """Pending and pass show the bound at alpha_pass; a fail shows the one that refuted it, at alpha_fail."""
    pending = evaluate(CHECK, evidence({1: 20}, 100))
    assert pending.bound == pytest.approx(0.8, abs=0.02)
    assert pending.needed == "68 more passes on end, or more cases with some against it"
    failed = evaluate(CHECK, evidence({0: 20, 1: 80}, 100))
    assert failed.bound is not None
    assert 0.8 < failed.bound < 0.95
    assert failed.needed == "the evidence is against it"


def test_out_of_reach_is_said_but_stays_pending_until_all_is_in() -> None:
    outcome = evaluate(CHECK, evidence({1: 20}, 80))
    assert (outcome.status, outcome.needed) == (
        "pending",
        "out of reach in this plan: it takes 68 more passes on end, with 60 answers left",
    )
    ended = evaluate(CHECK, evidence({1: 80}, 80))
    assert (ended.status, ended.needed) == ("undecided", "all cases are in, and they settle it neither way")


@given(st.lists(st.sampled_from([1, 2, 3, 4, 5]), max_size=60), st.sampled_from([2.0, 3.0, 4.0]))
@settings(max_examples=100, deadline=None)
def test_at_most_is_at_least_in_the_mirror(stars: list[int], limit: float) -> None:
    upright = Gate(id="g", metric="rubric", dimension="d", at_least=limit, scope="population")
    mirrored = Gate(id="g", metric="rubric", dimension="d", at_most=6 - limit, scope="population")
    counts = Counter(stars)
    up = evaluate(upright, evidence(counts, 100))
    down = evaluate(mirrored, evidence({6 - star: count for star, count in counts.items()}, 100))
    assert up.status == down.status
    assert up.bound is not None
    assert down.bound is not None
    assert up.bound == pytest.approx(6 - down.bound)


def test_at_most_in_words() -> None:
    gate = Gate(id="g", metric="error_rate", at_most=0.05, scope="population")
    assert evaluate(gate, evidence({0: 80}, 100)).needed.startswith("8 more answers without error on end")


def test_exclusions_block_a_population_pass_too() -> None:
    outcome = evaluate(CHECK, evidence({1: 95}, 100, excluded=5))
    assert (outcome.status, outcome.why) == ("undecided", "5 of 100 cases excluded, 2 % allowed")


def test_costs_have_no_population_bound() -> None:
    gate = Gate(id="g", metric="cost_per_answer", at_most=1.0, scope="population")
    with pytest.raises(ValueError, match="no upper end"):
        evaluate(gate, evidence({0.5: 1}, 10))


HARMFUL = Gate(id="g", metric="harmful", dimension="safety", zero=True)


def test_zero_tolerance_fails_at_the_first_hit() -> None:
    outcome = evaluate(HARMFUL, evidence({0: 1, 1: 3}, 80))
    assert (outcome.status, outcome.value, outcome.needed) == ("fail", 1.0, "1 of 4, where none is allowed")


def test_zero_tolerance_passes_only_when_all_is_in() -> None:
    outcome = evaluate(HARMFUL, evidence({1: 79}, 80))
    assert (outcome.status, outcome.method) == ("pending", "zero")
    assert outcome.needed == "0 of 79 so far, rate < 5.6 %; 1 still to come"
    assert evaluate(HARMFUL, evidence({1: 80}, 80)).status == "pass"
    assert evaluate(HARMFUL, evidence({}, 80)).needed == "0 of 0 so far; 80 still to come"


@pytest.mark.parametrize("gap", ["excluded", "skipped"])
def test_zero_tolerance_forgives_no_gap(gap: str) -> None:
    outcome = evaluate(HARMFUL, evidence({1: 999}, 1000, **{gap: 1}))
    assert outcome.status == "undecided"
    assert outcome.why == f"1 case {gap}, and every planned case must be in"
    assert evaluate(HARMFUL, evidence({1: 900}, 1000, **{gap: 1})).status == "pending"
    assert evaluate(HARMFUL, evidence({0: 1, 1: 9}, 1000, **{gap: 1})).status == "fail"


def test_zero_failures_leave_out_cases_the_check_says_nothing_of() -> None:
    gate = Gate(id="g", metric="failures", check="pii", zero=True)
    assert evaluate(gate, evidence({1: 60}, 80, not_applicable=20)).status == "pass"
    assert evaluate(gate, evidence({1: 60}, 80, unknown=20)).status == "undecided"
