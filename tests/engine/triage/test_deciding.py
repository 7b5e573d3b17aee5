"""Decisions in force: what undo gives back, in whatever order it is used."""

from hypothesis import given, settings
from hypothesis import strategies as st

from support.stored import decision_of, new_session
from tiebreak.records.triage import TriageDecision
from tiebreak.triage import Decided, Standing

NEW = new_session()


def setting(number: int, value: str | None, **fields: object) -> TriageDecision:
    return decision_of(NEW, 0, number, **{"field": "cause", "value": value, **fields})


def taking_back(number: int, other: TriageDecision) -> TriageDecision:
    return setting(number, None, act="undo", supersedes=other.id)


CASE = NEW.session.plan.case_ids[0]


def test_undo_gives_back_what_was_there_before() -> None:
    one, two = setting(1, "prompt"), setting(2, "tool")
    standing = Standing([one, two])
    assert standing.decided(CASE) == Decided("open", "tool")
    standing.add(taking_back(3, two))
    assert standing.decided(CASE) == Decided("open", "prompt")
    assert standing.last_batch("rater") == [one]
    standing.add(taking_back(4, one))
    assert standing.decided(CASE) == Decided()
    assert standing.last_batch("rater") == ()


def test_a_batch_is_taken_back_as_one_and_only_ones_own() -> None:
    one = setting(1, "prompt", batch="x")
    two = decision_of(NEW, 1, 2, batch="x")
    theirs = setting(3, "case", rater_id="somebody else")
    standing = Standing([one, two, theirs])
    assert standing.last_batch("rater") == [one, two]
    assert standing.last_batch("somebody else") == [theirs]


@settings(deadline=None)
@given(st.lists(st.integers(0, 9) | st.sampled_from(["prompt", "tool", None]), max_size=12))
def test_the_newest_that_was_not_taken_back_is_in_force(acts: list[int | str | None]) -> None:
    """A number takes back the decision of that place, if there is one."""
    made: list[TriageDecision] = []
    undone: set[str] = set()
    standing = Standing()
    for number, act in enumerate(acts):
        if isinstance(act, int):
            if act < len(made):
                standing.add(taking_back(number, made[act]))
                undone.add(made[act].id)
        else:
            made.append(setting(number, act))
            standing.add(made[-1])
    left = [decision for decision in made if decision.id not in undone]
    assert standing.in_force(CASE, "cause") == (left[-1] if left else None)
