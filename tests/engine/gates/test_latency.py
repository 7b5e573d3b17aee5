"""Gates on times: quantiles by nearest rank, means, both scopes, and headless runs alone."""

from collections.abc import Sequence
from typing import Any

import pytest

from support.facts import Story, cases_of, policy_of
from tiebreak.gates import GateOutcome, validate_policy
from tiebreak.records import Dataset, DatasetCard, Gate, Timings

HEADLESS = ("run-A", "run-B")


def gate(statistic: Any = "p95", timing: Any = "ttft", at_most: float | None = 1.0, **fields: Any) -> Gate:
    return Gate(id="fast", metric="latency", timing=timing, statistic=statistic, at_most=at_most, **fields)


def outcome(
    of: Gate, times: Sequence[float | None], planned: int | None = None, timed: Any = HEADLESS, **answer: Any
) -> GateOutcome:
    story = Story()
    for n, seconds in enumerate(times):
        timings = Timings(ttft=seconds, total=None if seconds is None else 2 * seconds)
        story.answer(f"c{n}", "B", timings=timings, **answer)
    cases = cases_of(planned or len(times))
    return story.board(cases, policy_of(of, phase="offline"), timed_runs=timed).snapshot().gates[0]


@pytest.mark.parametrize(
    ("statistic", "limit", "status", "value"),
    [
        ("p50", 0.50, "pass", 0.50),  # the nearest rank of 100 values is the fiftieth
        ("p50", 0.49, "fail", 0.50),
        ("p95", 0.95, "pass", 0.95),
        ("p95", 0.94, "fail", 0.95),
        ("p99", 0.99, "pass", 0.99),
        ("mean", 0.505, "pass", 0.505),
        ("mean", 0.504, "fail", 0.505),
    ],
)
def test_a_statistic_of_the_set_is_compared_with_the_limit(
    statistic: Any, limit: float, status: str, value: float
) -> None:
    found = outcome(gate(statistic, at_most=limit), [n / 100 for n in range(100, 0, -1)])
    assert (found.status, found.value, found.n) == (status, pytest.approx(value), 100)


def test_times_count_to_the_millisecond() -> None:
    assert outcome(gate("p50", at_most=0.8), [0.8004]).status == "pass"
    assert outcome(gate("p50", at_most=0.8), [0.8006]).status == "fail"


def test_the_total_is_another_timing() -> None:
    assert outcome(gate(timing="total", at_most=1.0), [0.6]).status == "fail"
    assert outcome(gate(timing="ttft", at_most=1.0), [0.6]).status == "pass"


def test_a_quantile_of_the_set_is_certain_before_every_case_is_in() -> None:
    early = outcome(gate(), [0.5] * 95, planned=100)
    assert (early.status, early.bound, early.needed) == ("pass", 0.5, "")
    lost = outcome(gate(), [0.5] * 10 + [2.0] * 6, planned=100)
    assert (lost.status, lost.value) == ("fail", 2.0)
    assert "out of reach" in lost.needed
    still = outcome(gate(), [0.5] * 90 + [2.0] * 5, planned=100)
    assert (still.status, still.needed) == ("pending", "5 more answers within 1 s of the 5 answers left")
    assert outcome(gate(), [0.5] * 90 + [2.0] * 6, planned=100).status == "fail"


def test_the_mean_of_the_set_waits_for_every_case() -> None:
    found = outcome(gate("mean"), [0.5] * 9, planned=10)
    assert (found.status, found.needed) == ("pending", "5.5 s or less on average for the one answer left")


def test_a_population_claim_needs_more_than_the_set() -> None:
    population = gate("p95", scope="population")
    assert outcome(population, [0.5] * 20).status == "undecided"
    assert outcome(population, [0.5] * 120).status == "pass"
    assert outcome(population, [0.5] * 60 + [2.0] * 60).status == "fail"
    assert outcome(population, [0.5] * 20, planned=200).needed == "more answers: 20 of 20 within the limit so far"


def test_only_headless_runs_are_timed() -> None:
    found = outcome(gate(), [0.5] * 5, timed=())
    assert (found.status, found.n) == ("undecided", 0)
    assert "tiebreak run" in found.needed
    assert outcome(gate(), [0.5] * 5, timed=["run-A"]).status == "undecided"


def test_answers_taken_over_block_a_pass() -> None:
    found = outcome(gate(), [0.5] * 5, reused_from="elsewhere")
    assert found.status == "undecided"
    assert any("taken over" in block for block in found.blocked_by)


def test_an_answer_without_a_token_has_no_first_one() -> None:
    found = outcome(gate(), [0.5, None, 0.6])
    assert (found.status, found.n, found.value) == ("pass", 2, 0.6)


def test_the_same_evidence_with_other_times_is_decided_anew() -> None:
    """Outcomes are remembered by evidence, whose hash leaves the values out; its equality must not."""
    spread = [outcome(gate("p50", at_most=0.55), times).status for times in ([0.5, 0.5, 0.8], [0.6, 0.6, 0.6])]
    assert spread == ["pass", "fail"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (gate(statistic=None), "needs a `statistic`. Known are mean, p50, p95, p99."),
        (gate(timing=None), "needs a `timing`. Known are ttft, total."),
        (gate(at_most=None, at_least=1.0), "a latency is limited by `at_most`"),
        (gate(at_most=-1.0), "is outside latency, which is 0 or more"),
        (gate("mean", scope="population"), "times have no upper end"),
        (gate(at_most=None, zero=True), "`zero` does not go with `latency`"),
        (Gate(id="x", metric="win_rate", at_least=0.5, statistic="p95"), "`statistic` does not go with `win_rate`"),
    ],
)
def test_a_gate_that_cannot_be_decided_is_refused(wrong: Gate, words: str) -> None:
    dataset = Dataset(card=DatasetCard(name="d"), cases=tuple(cases_of(3)))
    findings = validate_policy(policy_of(wrong, phase="offline"), dataset)
    assert [finding.level for finding in findings][:1] == ["error"]
    assert any(words in finding.sentence for finding in findings)


def test_the_words_of_a_gate() -> None:
    assert outcome(gate(), [0.5]).title == "p95 of TTFT ≤ 1 s"
    assert (
        outcome(gate("mean", "total", at_most=2.5, on="baseline"), [0.5]).title
        == "mean of total time ≤ 2.5 s (baseline)"
    )
    few = Dataset(card=DatasetCard(name="d"), cases=tuple(cases_of(10)))
    warnings = validate_policy(policy_of(gate(scope="population"), phase="offline"), few)
    assert [f.sentence for f in warnings if f.level == "warning"]
