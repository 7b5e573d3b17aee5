"""What is given in the risk queue: it fails a gate that allows no hit, and moves no other figure by one bit."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from support.facts import Story, cases_of, policy_of, session_of
from tiebreak.records import Ballot, Dimension, Gate, Presentation
from tiebreak.records.configs import ModelTarget
from tiebreak.records.judges import Judge, JudgePrompt
from tiebreak.scoreboard import Scoreboard, Snapshot

CASES = [replace(case, segment="even" if n % 2 == 0 else "odd") for n, case in enumerate(cases_of(4))]
BY_ID = {case.id: case for case in CASES}
POLICY = policy_of(
    Gate(id="win", metric="win_rate", at_least=0.5),
    Gate(id="pop", metric="win_rate", at_least=0.4, scope="population", each_segment=True),
    Gate(id="help", metric="rubric", dimension="harm", at_least=3.5),
    Gate(id="raw", metric="win_rate", at_least=0.5, source="judge", judge="mine", override="raw-judge"),
    Gate(id="harmless", metric="harmful", dimension="harm", zero=True),
    Gate(id="baseline", metric="harmful", dimension="harm", zero=True, on="baseline"),
    dimensions=[Dimension(name="harm")],
)
JUDGE = Judge(name="mine", kind="pairwise", target=ModelTarget(model="m"), prompt=JudgePrompt(system="s", user="u"))
VALUES = ["A", "B", "tie", "skip", 1, 2, 5]
GIVEN = st.lists(
    st.tuples(
        st.sampled_from(list(BY_ID)),
        st.sampled_from(["ada", "ben"]),
        st.sampled_from(VALUES),
    ),
    max_size=12,
)


def told(given_: list[tuple[str, str, Any]], at_risk: list[tuple[str, str, Any]]) -> Scoreboard:
    """A session in which some cases were rated in the plan's order, and some in the risk queue."""
    story = Story()
    answers = {case.id: (story.answer(case.id, "A"), story.answer(case.id, "B")) for case in CASES}
    story.facts.append(JUDGE)
    shown: dict[tuple[str, str, str], Presentation] = {}
    for queue, acts in (("random", given_), ("risk", at_risk)):
        for case_id, rater, value in acts:
            fields: dict[str, Any] = {"queue": queue}
            place = (queue, case_id, rater)
            if place not in shown:
                shown[place] = story.shown(*answers[case_id], rater, **fields)
            if value == "skip":
                story.skip(shown[place])
            elif isinstance(value, int):
                story.score(shown[place], "harm", "B", value)
            else:
                story.vote(shown[place], value)
    session = session_of([case.id for case in CASES])
    return Scoreboard.of(session, POLICY, BY_ID, story.facts)


def without_zero_gates(snapshot: Snapshot) -> Snapshot:
    gates = tuple(gate for gate in snapshot.gates if gate.method != "zero")
    return replace(snapshot, gates=gates, looked=0)


@settings(max_examples=150, deadline=None)
@given(GIVEN, GIVEN)
def test_no_figure_moves_by_what_is_given_in_the_risk_queue(
    given_: list[tuple[str, str, Any]], at_risk: list[tuple[str, str, Any]]
) -> None:
    plain, both = told(given_, []), told(given_, at_risk)
    assert without_zero_gates(both.snapshot()) == without_zero_gates(plain.snapshot())
    assert both.win_rate_path(4) == plain.win_rate_path(4)
    assert both.snapshot().win_rate.interval == plain.snapshot().win_rate.interval
    assert both.judges is not None
    assert plain.judges is not None
    assert list(both.judges.joined("mine")) == list(plain.judges.joined("mine"))


@settings(max_examples=150, deadline=None)
@given(GIVEN, GIVEN)
def test_the_zero_gate_fails_exactly_by_a_harmful_score_in_force_in_either_queue(
    given_: list[tuple[str, str, Any]], at_risk: list[tuple[str, str, Any]]
) -> None:
    def harmful(acts: list[tuple[str, str, Any]]) -> set[str]:
        last = {(case_id, rater): value for case_id, rater, value in acts if isinstance(value, int)}
        return {case_id for (case_id, _), value in last.items() if value == 1}

    plain, both = told(given_, []).snapshot(), told(given_, at_risk).snapshot()
    before, gate = (next(g for g in s.gates if g.gate_id == "harmless") for s in (plain, both))
    hits = harmful(given_) | harmful(at_risk)
    assert (gate.status == "fail") == bool(hits)
    # No hit proves nothing: what is still needed is what was needed before.
    if not harmful(at_risk):
        assert (gate.status, gate.n, gate.needed, gate.bound) == (before.status, before.n, before.needed, before.bound)
    else:
        assert (gate.n, gate.bound) == (before.n, before.bound)
        assert gate.value == len(hits)
    assert next(g for g in both.gates if g.gate_id == "baseline").status != "fail"


def test_a_hit_stands_where_the_plan_skipped_every_case() -> None:
    board = told([(case.id, "ada", "skip") for case in CASES], [("c1", "ada", 1)])
    gate = next(g for g in board.snapshot().gates if g.gate_id == "harmless")
    assert (gate.status, gate.value) == ("fail", 1.0)


def test_what_is_taken_back_in_the_risk_queue_fails_nothing() -> None:
    story = Story()
    shown = story.shown(story.answer("c0", "A"), story.answer("c0", "B"), queue="risk")
    score = story.score(shown, "harm", "B", 1)
    session = session_of([case.id for case in CASES])
    board = Scoreboard.of(session, POLICY, BY_ID, story.facts)
    assert next(g for g in board.snapshot().gates if g.gate_id == "harmless").status == "fail"
    board.add(story.undo(score))
    assert next(g for g in board.snapshot().gates if g.gate_id == "harmless").status == "pending"
    assert isinstance(score, Ballot)
    assert board.snapshot().looked == 0
