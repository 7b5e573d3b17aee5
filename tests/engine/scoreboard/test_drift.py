"""Another model than at the start: its answers stay out of every figure until that is acknowledged."""

from dataclasses import replace

import pytest

from support.facts import Story, cases_of, policy_of, session_of
from tiebreak.records import CheckSpec, Gate
from tiebreak.scoreboard import Scoreboard
from tiebreak.scoreboard.drift import Drift

SPEC = CheckSpec(id="json", kind="json")
POLICY = policy_of(Gate(id="win", metric="win_rate", at_least=0.5), checks=[SPEC])


def told() -> Story:
    """Three cases, each won by B; from the second on, another model served B."""
    story = Story()
    for case_id, model in (("c0", "m-1"), ("c1", "m-2"), ("c2", "m-2")):
        a, b = story.served(case_id, "A", "a-1"), story.served(case_id, "B", model)
        story.checked(b, SPEC, "pass")
        story.vote(story.shown(a, b), "B")
    return story


def test_answers_of_another_model_are_held_back() -> None:
    story = told()
    board = story.board(cases_of(3), POLICY)
    snapshot = board.snapshot()
    assert snapshot.drift == {"candidate": Drift(began="m-1", since=("m-2",), cases=2)}
    assert (snapshot.win_rate.n, snapshot.done, snapshot.position) == (1, 1, 1)
    assert snapshot.checks["json"]["candidate"].n == 1
    assert snapshot.gates[0].status == "pending"
    assert board.case("c1").held == {"candidate"}
    assert board.case("c1").verdict is None


def test_acknowledged_they_count_like_the_others() -> None:
    story = told()
    before = story.snapshot(cases_of(3), POLICY)
    story.event("drift_ack", role="candidate", served_model="m-2")
    after = story.snapshot(cases_of(3), POLICY)
    assert after.drift == {}
    assert (after.win_rate.n, after.done, after.checks["json"]["candidate"].n) == (3, 3, 3)
    assert (before.win_rate.n, after.gates[0].status) == (1, "pass")


@pytest.mark.parametrize("detail", [{"role": "baseline", "served_model": "m-2"}, {"role": "candidate"}, {}])
def test_an_acknowledgement_is_of_one_arm_and_one_model(detail: dict[str, object]) -> None:
    story = told()
    story.event("drift_ack", **detail)
    assert story.snapshot(cases_of(3), POLICY).win_rate.n == 1


def test_what_is_first_is_told_by_time_and_not_by_arrival() -> None:
    story = told()
    late = Scoreboard.of(session_of(["c0", "c1", "c2"]), POLICY, {c.id: c for c in cases_of(3)}, story.facts[::-1])
    assert late.snapshot().drift == story.snapshot(cases_of(3), POLICY).drift


def test_where_the_model_is_not_known_there_is_nothing_to_go_by() -> None:
    story = Story()
    for case_id, model in (("c0", "m-1"), ("c1", None)):
        story.vote(story.shown(story.served(case_id, "A", None), story.served(case_id, "B", model)), "B")
    snapshot = story.snapshot(cases_of(2), POLICY)
    assert (snapshot.drift, snapshot.win_rate.n) == ({}, 2)


def test_an_app_may_use_any_number_of_models() -> None:
    story = Story()
    for case_id, model in (("c0", "m-1"), ("c1", "m-2")):
        b = story.answer(case_id, "B", requested_model=None, served_model=model)
        story.vote(story.shown(story.served(case_id, "A", None), b), "B")
    assert story.snapshot(cases_of(2), POLICY).win_rate.n == 2


def test_imported_answers_are_pooled_as_they_are() -> None:
    session = replace(session_of(["c0", "c1", "c2"]), kind="import")
    cases = {case.id: case for case in cases_of(3)}
    assert Scoreboard.of(session, POLICY, cases, told().facts).snapshot().win_rate.n == 3


def test_the_tally_of_the_first_cases_follows_the_plan() -> None:
    story = Story()
    for case_id, vote in (("c3", "A"), ("c0", "B"), ("c2", "B"), ("c1", "tie")):
        story.vote(story.pair(case_id), vote)  # type: ignore[arg-type]
    board = story.board(cases_of(5), POLICY)
    assert [board.win_rate_of_first(n).mean for n in range(6)] == [None, 1.0, 0.75, 2.5 / 3, 0.625, 0.625]
    assert board.win_rate_of_first(2).planned == 5
