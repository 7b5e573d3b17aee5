"""Regression gates on scores, costs and times."""

from collections.abc import Sequence
from typing import Any

import pytest

from support.facts import Story, cases_of, policy_of
from tiebreak.gates import GateOutcome, title_of, validate_policy
from tiebreak.gates.wording import value_of
from tiebreak.records import CheckSpec, Cost, Dataset, DatasetCard, Gate, Policy, Regression, Timings

ROUGE = CheckSpec(id="rouge", kind="metric", params={"name": "rouge_l"})
FAR = CheckSpec(id="far", kind="metric", params={"name": "edit_distance"})


def gate(measure: Any, margin: float = 0.0, relative: bool = False, **fields: Any) -> Gate:
    regression = Regression(measure=measure, margin=margin, relative=relative)
    return Gate(id="g", metric="regression", regression=regression, **fields)


def outcome(of: Gate, pairs: Sequence[tuple[float | None, float | None]], *, planned: int | None = None) -> GateOutcome:
    """A pair is what A's answer and B's cost, take or score; None is unknown."""
    story = Story()
    for n, pair in enumerate(pairs):
        for side, value in zip("AB", pair, strict=True):
            told: dict[str, Any] = {"cost": Cost(usd=value, source="config")}
            if of.timing is not None:
                told = {"timings": Timings(ttft=value, total=value)}
            response = story.answer(f"c{n}", side, **told)
            for spec in (ROUGE, FAR):
                story.checked(response, spec, "pass", value=value)
    policy = policy_of(of, phase="offline", checks=[ROUGE, FAR])
    board = story.board(cases_of(planned or len(pairs)), policy, timed_runs=["run-A", "run-B"])
    return board.snapshot().gates[0]


def test_scores_are_compared_pair_by_pair() -> None:
    kept = gate("score", 0.1, check="rouge")
    found = outcome(kept, [(0.8, 0.7), (0.6, 0.5)])
    assert (found.status, found.value, value_of(found)) == ("pass", pytest.approx(-0.1), "−0.100")
    assert title_of(kept) == "rouge at most 0.1 worse than A"
    assert outcome(kept, [(0.8, 0.7), (0.6, 0.4)]).status == "fail"
    assert outcome(kept, [(0.8, 0.8)], planned=2).status == "pending"
    # Where lower is better, more is worse.
    assert outcome(gate("score", 0.1, check="far"), [(0.8, 0.5)]).status == "pass"
    assert outcome(gate("score", 0.1, check="far"), [(0.5, 0.8)]).status == "fail"


def test_an_absolute_margin_is_in_dollars_or_seconds() -> None:
    cost = gate("cost", 0.001)
    found = outcome(cost, [(0.01, 0.012), (0.02, 0.02)])
    assert (found.status, value_of(found)) == ("pass", "$0.001 more")
    assert title_of(cost) == "cost at most $0.001 more than A"
    assert outcome(cost, [(0.01, 0.0121), (0.02, 0.02)]).status == "fail"
    slow = gate("latency", 0.5, timing="ttft")
    found = outcome(slow, [(1.0, 1.25), (1.0, 1.25)])
    assert (found.status, value_of(found), title_of(slow)) == (
        "pass",
        "0.25 s more",
        "mean TTFT at most 0.5 s more than A",
    )


def test_a_relative_margin_is_on_the_ratio_of_the_means() -> None:
    tenth = gate("cost", 0.1, relative=True)
    # Twice the price of the cheap case, 5 % less for the dear one: 0.02 + 0.95 against 0.01 + 1.
    found = outcome(tenth, [(0.01, 0.02), (1.0, 0.95)])
    assert (found.status, value_of(found)) == ("pass", "4 % less")
    assert found.limit == -0.1
    assert outcome(tenth, [(1.0, 1.1), (2.0, 2.2)]).status == "pass"
    assert value_of(outcome(tenth, [(1.0, 1.1), (2.0, 2.2)])) == "10 % more"
    assert outcome(tenth, [(1.0, 1.1), (2.0, 2.3)]).status == "fail"
    assert title_of(tenth) == "cost at most 10 % more than A"
    assert title_of(gate("latency", relative=True, timing="total")) == "mean total time not more than A"


def test_a_missing_pair_has_no_bound_and_an_unknown_cost_blocks() -> None:
    found = outcome(gate("cost", 0.5), [(0.1, 0.1)], planned=2)
    assert (found.status, found.needed) == ("pending", "1 pair still to come")
    unknown = outcome(gate("cost", 0.5), [(0.1, 0.1), (None, 0.1)])
    assert (unknown.status, unknown.blocked_by) == ("undecided", ("1 answer of unknown cost",))


def test_a_fixed_n_takes_the_t_bound_of_the_pairs() -> None:
    pairs = [(1.0, 1.0 + 0.05 * (-1) ** n) for n in range(40)]
    assert outcome(gate("latency", 0.1, True, timing="total", scope="fixed_n"), pairs).status == "pass"
    assert outcome(gate("latency", 0.005, True, timing="total", scope="fixed_n"), pairs).status == "undecided"
    slower = [(a, b + 0.3) for a, b in pairs]
    assert outcome(gate("latency", 0.1, True, timing="total", scope="fixed_n"), slower).status == "fail"
    assert outcome(gate("cost", 0.02, scope="fixed_n"), pairs).status == "pass"
    assert outcome(gate("cost", 0.02, scope="fixed_n"), pairs[:4]).status == "undecided"
    assert outcome(gate("cost", 0.02, scope="fixed_n"), pairs, planned=41).status == "pending"


def test_only_headless_runs_are_timed() -> None:
    story = Story()
    for side in "AB":
        story.answer("c0", side, timings=Timings(ttft=1.0, total=1.0))
    policy = policy_of(gate("latency", timing="ttft"), phase="offline")
    found = story.snapshot(cases_of(1), policy).gates[0]
    assert (found.status, found.needed) == ("undecided", "only headless runs are timed: `tiebreak run`")


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (gate("latency"), "`measure: latency` needs a `timing`"),
        (gate("cost", scope="population"), "cost has no upper end, so no population bound holds"),
        (gate("success", 0.1, relative=True), "`relative` goes with `cost` and `latency`, not with `success`"),
        (gate("score"), "`measure: score` needs a `check`"),
        (gate("cost", -0.1), "`margin: -0.1` is not 0 or more"),
        (gate("score", 1.5, check="rouge"), "is not from 0 to below 1"),
    ],
)
def test_what_cannot_be_compared_is_told_before(of: Gate, says: str) -> None:
    dataset = Dataset(card=DatasetCard(name="d"), cases=tuple(cases_of(30, reference="a")))
    (found,) = validate_policy(policy_of(of, checks=[ROUGE]), dataset)
    assert says in found.sentence


def test_policies_written_before_keep_their_version() -> None:
    old = Policy(name="p", gates={"offline": (Gate(id="g", metric="regression", regression=Regression(margin=0.02)),)})
    assert old.version == "99126544740bf6c34c8f53d941c755cbccaae6df7409af903f8183285ffae03c"
