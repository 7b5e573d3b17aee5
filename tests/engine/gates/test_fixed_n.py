"""Gates of a fixed n: silent until every case is in, then decided by exact and t bounds."""

from collections.abc import Sequence
from typing import Any

import pytest

from support.facts import Story, cases_of, policy_of
from tiebreak.gates import GateOutcome, validate_policy
from tiebreak.records import Case, CheckSpec, Cost, Dataset, DatasetCard, Gate, Timings

SPEC = CheckSpec(id="good", kind="contains", params={"any": ("x",)})


def rate(at_least: float = 0.9, **fields: Any) -> Gate:
    return Gate(id="g", metric="check", check="good", at_least=at_least, scope="fixed_n", **fields)


def outcome(of: Gate, passes: Sequence[bool], planned: int | None = None, groups: int | None = None) -> GateOutcome:
    story = Story()
    for n, passed in enumerate(passes):
        story.checked(story.answer(f"c{n}", "B"), SPEC, "pass" if passed else "fail")
    cases = [
        Case(id=case.id, input="q", group=None if groups is None else f"g{n % groups}")
        for n, case in enumerate(cases_of(planned or len(passes)))
    ]
    return story.board(cases, policy_of(of, phase="offline", checks=[SPEC])).snapshot().gates[0]


def test_it_is_pending_until_the_planned_n_is_complete() -> None:
    early = outcome(rate(), [True] * 99, planned=100)
    assert (early.status, early.method, early.value, early.bound) == ("pending", "fixed_n", 1.0, None)
    assert early.needed == "judged once, when every case is in: 1 still to come"
    assert outcome(rate(), [False] * 99, planned=100).status == "pending"


@pytest.mark.parametrize(
    ("failures", "status"),
    # Exact one-sided bounds: 0.9 is within the lower one at 5 % for 4 of 100, and above the upper one at 1 % for 19.
    [(0, "pass"), (4, "pass"), (5, "undecided"), (18, "undecided"), (19, "fail"), (60, "fail")],
)
def test_a_rate_is_judged_by_its_exact_bound(failures: int, status: str) -> None:
    found = outcome(rate(), [n >= failures for n in range(100)])
    assert (found.status, found.n) == (status, 100)


def test_at_most_is_the_mirror() -> None:
    story = Story()
    for n in range(100):
        story.answer(f"c{n}", "B") if n > 3 else story.broken(f"c{n}", "B")
    gate = Gate(id="g", metric="error_rate", at_most=0.1, scope="fixed_n")
    (found,) = story.snapshot(cases_of(100), policy_of(gate, phase="offline")).gates
    assert (found.status, found.value) == ("pass", 0.04)
    assert found.bound == pytest.approx(1 - 0.91080, abs=1e-3)


def test_cases_of_one_source_count_as_one() -> None:
    """All failures in two of twenty documents: far less sure than as many spread failures."""
    passes = [n % 20 > 1 for n in range(400)]
    assert outcome(rate(0.85), passes).status == "pass"
    grouped = outcome(rate(0.85), passes, groups=20)
    assert (grouped.status, grouped.evidence["groups"]) == ("undecided", 20)
    few = outcome(rate(0.85), passes, groups=5)
    assert few.status == "undecided"
    assert "at least 6 are needed" in few.needed


def test_costs_may_have_a_t_bound() -> None:
    gate = Gate(id="g", metric="cost_per_answer", at_most=0.01, scope="fixed_n")

    def of(costs: Sequence[float]) -> GateOutcome:
        story = Story()
        for n, usd in enumerate(costs):
            story.answer(f"c{n}", "B", cost=Cost(usd=usd, source="config"))
        return story.snapshot(cases_of(len(costs)), policy_of(gate, phase="offline")).gates[0]

    assert of([0.008, 0.009] * 10).status == "pass"
    assert of([0.0, 0.019] * 10).status == "undecided"
    assert of([0.02, 0.03] * 10).status == "fail"


@pytest.mark.parametrize(("slow", "status"), [(0, "pass"), (1, "undecided"), (12, "fail")])
def test_a_quantile_is_a_rate(slow: int, status: str) -> None:
    gate = Gate(id="g", metric="latency", timing="ttft", statistic="p95", at_most=1.0, scope="fixed_n")
    story = Story()
    for n in range(60):
        story.answer(f"c{n}", "B", timings=Timings(ttft=2.0 if n < slow else 0.5))
    board = story.board(cases_of(60), policy_of(gate, phase="offline"), timed_runs=("run-A", "run-B"))
    assert board.snapshot().gates[0].status == status


def sentences(gate: Gate, n: int) -> list[str]:
    dataset = Dataset(card=DatasetCard(name="d"), cases=tuple(cases_of(n)))
    found = validate_policy(policy_of(gate, phase="offline", checks=[SPEC]), dataset)
    return [f"{finding.level}: {finding.sentence}" for finding in found]


def test_what_a_fixed_n_cannot_show_is_told_before() -> None:
    assert sentences(rate(0.95), 59) == []
    assert sentences(rate(0.95), 58) == [
        "warning: Gate “g”: ≥ 95 % at a fixed n needs 59 clean cases; this set has 58."
    ]
    assert "no number of cases can show ≥ 100 %" in sentences(rate(1.0), 500)[0]
    win = Gate(id="g", metric="cost_per_answer", at_most=1, scope="fixed_n")
    assert sentences(win, 5) == ["warning: Gate “g”: ≤ $1.00 at a fixed n needs 6 cases; this set has 5."]


def successes(passes: Sequence[bool], usd: float | None = 0.01, planned: int | None = None) -> GateOutcome:
    story = Story()
    for n, passed in enumerate(passes):
        answer = story.answer(f"c{n}", "B", cost=Cost(usd=usd, source="config"))
        story.checked(answer, SPEC, "pass" if passed else "fail")
    gate = Gate(id="g", metric="cost_per_success", at_most=0.02)
    policy = policy_of(gate, phase="offline", checks=[SPEC])
    return story.snapshot(cases_of(planned or len(passes)), policy).gates[0]


def test_cost_per_successful_case() -> None:
    assert (successes([True, True, False, False]).status, successes([True, False]).value) == ("pass", 0.02)
    dear = successes([True, False, False])
    assert (dear.status, dear.value, dear.evidence["successes"]) == ("fail", 0.03, 1)
    none = successes([False, False, False])
    assert (none.status, none.value) == ("fail", None)
    assert successes([False, False], planned=3).status == "pending"
    assert successes([False] * 8, planned=9).status == "fail"  # even if the last one is free and succeeds
    unknown = successes([True, True], usd=None)
    assert unknown.status == "undecided"
    assert sentences(Gate(id="g", metric="cost_per_success", at_most=1, scope="fixed_n"), 5)[0].endswith(
        "use `scope: set`."
    )
