"""Once a judge's verdict was seen, nothing that a rater gives moves a number: the first, sealed vote counts."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.facts import Story, cases_of, policy_of
from tiebreak.records import Ballot, Gate, Vote

POLICY = policy_of(Gate(id="g", metric="win_rate", at_least=0.5))
VOTES = st.sampled_from(["A", "B", "tie", "both_bad"])
ACTS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["vote", "skip", "undo"]), VOTES), max_size=12)


def act(story: Story, given: list[Ballot], kind: str, presentation: Any, vote: Any, phase: str) -> None:
    if kind == "undo":
        if given:
            undo = Ballot(
                id=f"b{story.id()}",
                presentation_id=presentation.id,
                kind="undo",
                supersedes=given[-1].id,
                phase=phase,  # type: ignore[arg-type]
            )
            story.facts.append(undo)
            given.append(undo)
    else:
        given.append(story.ballot(presentation, kind, vote if kind == "vote" else None, phase=phase))


@given(before=ACTS, after=ACTS)
def test_what_comes_after_a_verdict_changes_no_number(before: Any, after: Any) -> None:
    story, cases = Story(), cases_of(3)
    shown = [story.pair(case.id) for case in cases]
    given: dict[int, list[Ballot]] = {0: [], 1: [], 2: []}
    for index, kind, vote in before:
        act(story, given[index], kind, shown[index], vote, "sealed")
    sealed = story.snapshot(cases, POLICY)
    for index, kind, vote in after:
        act(story, given[index], kind, shown[index], vote, "post_reveal")
    later = story.snapshot(cases, POLICY)
    assert replace(later, apart=0, changed=0) == sealed
    assert later.changed <= 3


@pytest.mark.parametrize(
    ("first", "then", "changed"), [("A", ["B"], 1), ("A", ["A"], 0), ("A", ["B", "A"], 0), ("A", [], 0)]
)
def test_a_changed_vote_is_told(first: Vote, then: list[Vote], changed: int) -> None:
    story, cases = Story(), cases_of(1)
    pair = story.pair("c0")
    story.vote(pair, first)
    ballots = [story.vote(pair, vote, phase="post_reveal") for vote in then]
    snapshot = story.snapshot(cases, POLICY)
    assert (snapshot.changed, snapshot.apart) == (changed, min(1, len(then)))
    assert (snapshot.win_rate.losses, snapshot.win_rate.n) == (1, 1)
    for ballot in reversed(ballots):
        story.facts.append(
            Ballot(
                id=f"b{story.id()}",
                presentation_id=pair.id,
                kind="undo",
                supersedes=ballot.id,
                phase="post_reveal",
            )
        )
    taken_back = story.snapshot(cases, POLICY)
    assert (taken_back.changed, taken_back.apart) == (0, 0)
