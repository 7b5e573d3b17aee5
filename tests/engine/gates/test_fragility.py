"""How many cases the other way change a gate: held against trying every choice of cases."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.gates import Evidence, GateStatus, Question, evaluate
from tiebreak.gates.fragility import ENDLESS, UNEVEN, GateFragility, Turn, fragility, lead_fragility, moved
from tiebreak.gates.reach import can_pass
from tiebreak.records import Gate
from tiebreak.stats.confidence_sequence import Histogram, conf_seq

ZERO, HALF, ONE = Fraction(0), Fraction(1, 2), Fraction(1)
RANK: dict[GateStatus, int] = {"fail": 0, "pending": 1, "undecided": 1, "pass": 2}


def evidence_of(values: Sequence[Fraction], planned: int) -> Evidence:
    counts = tuple(sorted(Counter(values).items()))
    return Evidence(planned=planned, n=len(values), total=sum(values, ZERO), values=counts)


def question_of(gate: Gate, values: Sequence[Fraction], planned: int | None = None, **more: int) -> Question:
    evidence = replace(evidence_of(values, len(values) if planned is None else planned), **more)
    return Question(gate=gate, evidence=evidence, phase="human", segment=None, max_excluded=0.02, max_skipped=0.05)


def win_gate(at_least: float = 0.5, **more: object) -> Gate:
    return Gate(id="win", metric="win_rate", at_least=at_least, **more)  # type: ignore[arg-type]


def status_of(gate: Gate, values: Sequence[Fraction], planned: int) -> GateStatus:
    return evaluate(gate, evidence_of(values, planned), phase="human").status


def by_trying(gate: Gate, values: Sequence[Fraction], planned: int, onto: Sequence[Fraction]) -> dict[int, int]:
    """The fewest changed cases that make it worse (-1) and better (+1), over every change of every choice of cases."""
    now = RANK[status_of(gate, values, planned)]
    found: dict[int, int] = {}
    for count in range(1, len(values) + 1):
        for chosen in combinations(range(len(values)), count):
            for put in product(onto, repeat=count):
                changed = list(values)
                for place, value in zip(chosen, put, strict=True):
                    changed[place] = value
                then = RANK[status_of(gate, changed, planned)]
                if then != now:
                    found.setdefault(1 if then > now else -1, count)
        if len(found) == 2:
            break
    return found


def told(found: GateFragility, now: GateStatus) -> dict[int, int]:
    return {1 if RANK[turn.to] > RANK[now] else -1: turn.cases for turn in found.turns}


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_no_choice_of_cases_changes_a_gate_with_fewer(data: st.DataObject) -> None:
    values = data.draw(st.lists(st.sampled_from([ZERO, HALF, ONE]), min_size=1, max_size=5))
    planned = len(values) + data.draw(st.integers(0, 3))
    limit = data.draw(st.sampled_from([0.2, 0.4, 0.5, 0.75, 0.9]))
    # Wide errors, so that a handful of cases can decide a question about all cases.
    scope = {"scope": data.draw(st.sampled_from(["set", "population"])), "alpha_pass": 0.45, "alpha_fail": 0.45}
    gate = data.draw(
        st.sampled_from(
            [
                win_gate(limit, **scope),
                Gate(id="errors", metric="error_rate", at_most=limit, **scope),  # type: ignore[arg-type]
                Gate(id="harm", metric="harmful", dimension="safety", zero=True),
            ]
        )
    )
    now = status_of(gate, values, planned)
    found = fragility(question_of(gate, values, planned))
    assert found.counted == len(values)
    assert told(found, now) == by_trying(gate, values, planned, [ZERO, HALF, ONE])
    for turn in found.turns:
        assert turn.to != now


@given(st.lists(st.sampled_from([ZERO, ONE]), min_size=4, max_size=9), st.sampled_from([0.2, 0.5, 0.8]))
@settings(max_examples=60, deadline=None)
def test_nor_one_of_a_fixed_n(values: list[Fraction], limit: float) -> None:
    gate = win_gate(limit, scope="fixed_n", alpha_pass=0.3, alpha_fail=0.3)
    now = status_of(gate, values, len(values))
    found = fragility(question_of(gate, values))
    assert told(found, now) == by_trying(gate, values, len(values), [ZERO, ONE])


def test_a_known_session() -> None:
    """12 of 20 won, all in: B leads 60 %, and half is 10."""
    values = [ONE] * 12 + [ZERO] * 8
    assert fragility(question_of(win_gate(), values)).turns == (Turn(3, "fail"),)
    assert fragility(question_of(win_gate(0.75), values)).turns == (Turn(3, "pass"),)
    half_way = fragility(question_of(win_gate(0.6), values, planned=30))
    # 18 of 30 are wanted: with 7 won even all 10 that are missing give 17.
    assert half_way.turns == (Turn(5, "fail"), Turn(6, "pass"))
    assert half_way.votes


def test_what_no_number_can_be_given_for() -> None:
    cost = Gate(id="cost", metric="cost_per_answer", at_most=0.01)
    assert fragility(question_of(cost, [Fraction(1, 100)])).why_none == ENDLESS
    tied = question_of(win_gate(scope="fixed_n"), [ONE, HALF, ZERO])
    assert fragility(tied).why_none == UNEVEN
    grouped = question_of(win_gate(scope="fixed_n"), [ONE, ZERO])
    grouped = replace(grouped, evidence=replace(grouped.evidence, groups=((ONE, 2),)))
    assert fragility(grouped).why_none == UNEVEN
    assert fragility(question_of(win_gate(), [], planned=4)).turns == ()


def test_trying_leaves_what_is_remembered_alone() -> None:
    question = question_of(win_gate(0.6, scope="population"), [ONE] * 40 + [ZERO] * 24)
    assert question.outcome.status == "undecided"
    before = evaluate.cache_info().currsize
    fragility(question)
    assert evaluate.cache_info().currsize == before


# -- the lead


def _lead(values: Sequence[Fraction]) -> int:
    total = sum(values, ZERO) - HALF * len(values)
    return (total > 0) - (total < 0)


@given(st.lists(st.sampled_from([ZERO, Fraction(1, 3), HALF, ONE]), max_size=6))
@settings(max_examples=80, deadline=None)
def test_no_choice_of_votes_ends_the_lead_with_fewer(values: list[Fraction]) -> None:
    found = lead_fragility(evidence_of(values, len(values)))
    lead = _lead(values)
    assert found.leads == {1: "candidate", 0: None, -1: "baseline"}[lead]
    if lead:
        fewest = next(
            count
            for count in range(1, len(values) + 1)
            for chosen in combinations(range(len(values)), count)
            for put in product((ZERO, HALF, ONE), repeat=count)
            if _lead([put[chosen.index(n)] if n in chosen else value for n, value in enumerate(values)]) != lead
        )
        assert found.votes == fewest


@pytest.mark.parametrize("ahead", [ONE, ZERO])
def test_when_the_interval_stops_excluding_one_half(ahead: Fraction) -> None:
    values = [ahead] * 30 + [1 - ahead] * 5
    found = lead_fragility(evidence_of(values, 35))
    assert (found.votes, found.beyond_chance) == (13, True)

    def excludes(count: int) -> bool:
        after = moved(dict(Counter(values)), count, 1 - ahead)
        low, high = conf_seq(Histogram.of_counts({float(value): n for value, n in after.items()}), 0.05)
        return low > 0.5 or high < 0.5

    assert excludes(found.votes_to_doubt - 1)
    assert not excludes(found.votes_to_doubt)
    assert not lead_fragility(evidence_of([ahead] * 3 + [1 - ahead] * 2, 5)).beyond_chance


# -- what can still be reached


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_whether_a_gate_can_still_pass_is_what_its_best_future_says(data: st.DataObject) -> None:
    values = data.draw(st.lists(st.sampled_from([ZERO, HALF, ONE]), max_size=6))
    coming = data.draw(st.integers(1, 3))
    limit = data.draw(st.sampled_from([0.2, 0.5, 0.9]))
    wide = {"scope": data.draw(st.sampled_from(["set", "population"])), "alpha_pass": 0.4, "alpha_fail": 0.4}
    gate = data.draw(
        st.sampled_from(
            [win_gate(limit, **wide), Gate(id="errors", metric="error_rate", at_most=limit, **wide)]  # type: ignore[arg-type]
        )
    )
    planned = len(values) + coming
    futures = product((ZERO, HALF, ONE), repeat=coming)
    reached = any(status_of(gate, [*values, *future], planned) == "pass" for future in futures)
    assert can_pass(question_of(gate, values, planned)) == reached


def test_what_can_still_be_reached_of_costs_and_blocked_gates() -> None:
    cost = Gate(id="cost", metric="cost_per_answer", at_most=0.01)
    dear = Evidence(planned=10, n=4, total=Fraction(1, 20))
    question = question_of(cost, [])
    assert can_pass(replace(question, evidence=dear)) is True
    blocked = question_of(win_gate(), [ONE], planned=8, excluded=3)
    assert blocked.outcome.blocked_by
    assert can_pass(blocked) is None
    assert can_pass(question_of(win_gate(), [ONE, ZERO, ONE])) is True
    assert can_pass(question_of(win_gate(), [ZERO, ZERO, ONE])) is False
    pii = Gate(id="pii", metric="failures", check="pii", zero=True)
    assert can_pass(question_of(pii, [ONE], planned=3)) is True
