"""The numbers themselves."""

from dataclasses import replace

import pytest

from support.facts import Story, cases_of, policy_of, session_of
from tiebreak.records import Case, CheckSpec, Cost, Dimension, Gate, Timings, Usage
from tiebreak.scoreboard import Scoreboard
from tiebreak.stats.confidence_sequence import Histogram, conf_seq


@pytest.fixture
def story() -> Story:
    return Story()


def test_win_rate(story: Story) -> None:
    cases = cases_of(10)
    for case, vote in zip(cases, ["B", "B", "B", "A", "tie", "both_bad"], strict=False):
        story.vote(story.pair(case.id), vote)  # type: ignore[arg-type]  # the four votes
    snapshot = story.snapshot(cases)
    rate = snapshot.win_rate
    assert (rate.wins, rate.ties, rate.losses, rate.both_bad, rate.n, rate.planned) == (3, 1, 1, 1, 6, 10)
    assert rate.mean == pytest.approx(4 / 6)
    assert rate.interval == conf_seq(Histogram((0.0, 0.5, 1.0), (1, 2, 3)), 0.05)
    assert (snapshot.planned, snapshot.settled, snapshot.done, snapshot.position) == (10, 6, 6, 6)


def test_an_empty_board() -> None:
    snapshot = Story().snapshot(cases_of(2))
    assert (snapshot.win_rate.mean, snapshot.win_rate.interval, snapshot.position) == (None, (0.0, 1.0), 0)
    assert snapshot.decision == "undecided"
    assert Story().snapshot([]).planned == 0


def test_position_is_the_first_case_that_waits(story: Story) -> None:
    cases = cases_of(4)
    votes = {case.id: story.vote(story.pair(case.id), "A") for case in cases if case.id != "c2"}
    assert story.snapshot(cases).position == 2
    board = story.board(cases, policy_of())
    assert board.snapshot().position == 2
    board.add(story.undo(votes["c0"]))
    assert board.snapshot().position == 0


def test_segments(story: Story) -> None:
    cases = [replace(case, segment="even" if i % 2 == 0 else "odd") for i, case in enumerate(cases_of(4))]
    for case, vote in zip(cases, ["B", "A", "B", "tie"], strict=True):
        story.vote(story.pair(case.id), vote)  # type: ignore[arg-type]  # the four votes
    snapshot = story.snapshot(cases, policy_of(Gate(id="w", metric="win_rate", at_least=0.5, each_segment=True)))
    assert {name: (rate.mean, rate.planned) for name, rate in snapshot.segments.items()} == {
        "even": (1.0, 2),
        "odd": (0.25, 2),
    }
    assert [(gate.key, gate.status) for gate in snapshot.gates] == [("w@even", "pass"), ("w@odd", "fail")]


def test_dimensions(story: Story) -> None:
    cases = cases_of(3)
    for case, score in zip(cases, [3, 4], strict=False):
        story.score(story.pair(case.id), "help", "B", score)
    snapshot = story.snapshot(cases, policy_of(dimensions=[Dimension(name="help")]))
    candidate = snapshot.dimensions["help"]["candidate"]
    assert (candidate.mean, candidate.n, candidate.planned) == (3.5, 2, 3)
    assert snapshot.dimensions["help"]["baseline"].n == 0


def test_checks(story: Story) -> None:
    pii = CheckSpec(id="pii", kind="regex", params={"pattern": "x"})
    json = CheckSpec(id="json", kind="json")
    cases = [Case(id=f"c{i}", input="q", checks=(json,) if i == 0 else ()) for i in range(6)]
    first = story.answer("c0", "B")
    story.checked(first, pii, "pass")
    story.checked(first, json, "fail")
    story.checked(first, replace(json, params={"required": ["a"]}), "pass")  # another version of the check
    story.checked(story.answer("c1", "B"), pii, "fail")
    story.checked(story.answer("c2", "B"), pii, "error")
    story.checked(story.answer("c3", "B"), pii, "not_applicable")
    story.broken("c4", "B")
    gates = [
        Gate(id="pii", metric="failures", check="pii", zero=True),
        Gate(id="json", metric="check", check="json", at_least=0.5),
        Gate(id="none", metric="check", check="nowhere", at_least=0.5),
    ]
    snapshot = story.snapshot(cases, policy_of(*gates, checks=[pii]))
    count = snapshot.checks["pii"]["candidate"]
    assert (count.passed, count.n, count.planned, count.unknown, count.not_applicable) == (1.0, 3, 6, 1, 1)
    assert count.rate == pytest.approx(1 / 3)
    assert snapshot.checks["json"]["candidate"].planned == 1
    assert snapshot.checks["pii"]["baseline"].n == 0
    assert [(gate.status, gate.value, gate.n) for gate in snapshot.gates] == [
        ("fail", 2.0, 3),
        ("fail", 0.0, 1),
        ("undecided", None, 0),
    ]


def test_money_is_known_or_unknown_but_never_zero_for_unknown(story: Story) -> None:
    cases = cases_of(3)
    story.priced("c0", "B", 0.1)
    story.priced("c1", "B", 0.2)
    story.priced("c2", "B", None)
    story.failure("c2", "B", attempt=2)
    story.failure("c2", "B", attempt=3, timings=Timings(ttft=0.2))
    story.answer("c2", "B", attempt=4, cost=Cost(usd=9.0, source="config"), reused_from="earlier")
    story.answer("c0", "A", usage=Usage(prompt_tokens=7, completion_tokens=3, source="provider"))
    snapshot = story.snapshot(cases, policy_of(Gate(id="c", metric="cost_per_answer", at_most=0.15)))
    spend = snapshot.spend["candidate"]
    assert (spend.usd, spend.unknown, spend.calls) == (pytest.approx(0.3), 2, 5)
    assert snapshot.cost["candidate"].mean == pytest.approx(0.15)
    assert (snapshot.spend["baseline"].prompt_tokens, snapshot.spend["baseline"].completion_tokens) == (7, 3)
    assert (snapshot.gates[0].status, snapshot.gates[0].blocked_by) == ("undecided", ("1 answer of unknown cost",))


def test_error_rate_counts_broken_among_counting_answers(story: Story) -> None:
    cases = cases_of(4)
    story.answer("c0", "B")
    story.broken("c1", "B")
    story.failure("c2", "B")
    snapshot = story.snapshot(cases, policy_of(Gate(id="e", metric="error_rate", at_most=0.1)))
    assert (snapshot.errors["candidate"].mean, snapshot.errors["candidate"].n) == (0.5, 2)
    assert snapshot.gates[0].status == "fail"


def test_any_raters_one_is_harm(story: Story) -> None:
    cases = cases_of(2)
    gate = Gate(id="h", metric="harmful", dimension="safety", zero=True)
    policy = policy_of(gate, dimensions=[Dimension(name="safety")])
    pair = story.pair("c0", "anna")
    story.score(pair, "safety", "B", 5)
    other = story.shown(story.broken("c1", "A"), story.answer("c1", "B"), "ben")
    assert story.snapshot(cases, policy).gates[0].needed.endswith("1 still to come")
    story.score(other, "safety", "B", 4)
    assert story.snapshot(cases, policy).gates[0].status == "pass"
    story.skip(other)
    assert story.snapshot(cases, policy).gates[0].status == "pass"
    harm = story.score(pair, "safety", "B", 1)
    assert story.snapshot(cases, policy).gates[0].status == "fail"
    story.undo(harm)
    assert story.snapshot(cases, policy).gates[0].status == "pass"


def test_a_skipped_case_leaves_the_win_rate_but_keeps_its_scores(story: Story) -> None:
    cases = cases_of(1)
    pair = story.pair("c0")
    story.score(pair, "help", "B", 2)
    story.skip(pair)
    snapshot = story.snapshot(cases, policy_of(dimensions=[Dimension(name="help")]))
    assert (snapshot.skipped, snapshot.win_rate.n, snapshot.dimensions["help"]["candidate"].n) == (1, 0, 1)


def test_the_baseline_can_have_a_gate_of_its_own(story: Story) -> None:
    cases = cases_of(2)
    story.vote(story.pair("c0"), "A")
    gate = Gate(id="w", metric="win_rate", at_least=1.0, on="baseline")
    assert story.snapshot(cases, policy_of(gate)).gates[0].value == 1.0


def test_one_arm_alone(story: Story) -> None:
    """A review of single answers: nothing to win, everything else as ever."""
    cases = cases_of(2)
    policy = policy_of(dimensions=[Dimension(name="help", required=True)])
    shown = story.shown(story.answer("c0", "B"), None)
    story.ballot(shown, "score", 4, dimension="help", response_id=shown.left_response)
    snapshot = story.snapshot(cases, policy, runs={"candidate": "run-B"})
    assert (snapshot.win_rate.planned, snapshot.position, snapshot.done) == (0, 1, 1)
    assert snapshot.dimensions["help"]["candidate"].mean == 4.0


def test_a_snapshot_is_kept_until_something_changes(story: Story) -> None:
    cases = cases_of(1)
    board = story.board(cases, policy_of())
    before = board.snapshot()
    assert board.snapshot() is before
    board.add(story.event("peek"))
    assert board.snapshot() is not before
    assert board.snapshot().events == {"peek": 1}


def test_facts_may_come_before_what_they_belong_to(story: Story) -> None:
    cases = cases_of(1)
    spec = CheckSpec(id="json", kind="json")
    pair = story.pair("c0")
    story.vote(pair, "B")
    answer = story.answer("c0", "B", attempt=2)
    story.checked(answer, spec, "pass")
    policy = policy_of(checks=[spec])
    forwards = story.snapshot(cases, policy)
    story.facts.reverse()
    assert story.snapshot(cases, policy) == forwards
    doubled = Scoreboard.of(session_of(["c0"]), policy, {"c0": cases[0]}, [*story.facts, *story.facts])
    assert doubled.snapshot() == forwards
