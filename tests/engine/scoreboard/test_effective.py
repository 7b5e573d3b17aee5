import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.facts import Story
from tiebreak.records import Ballot, Presentation
from tiebreak.scoreboard import effective_ballots

PAIR = Presentation(
    id="p", session_id="s", position=0, case_id="c", rater_id="r", left_response="left", right_response="right"
)


@pytest.fixture
def story() -> Story:
    return Story()


def in_force(story: Story) -> list[tuple[str, object]]:
    ballots = [fact for fact in story.facts if isinstance(fact, Ballot)]
    return [(ballot.kind, ballot.value) for ballot in effective_ballots(ballots)]


def test_the_newest_vote_holds_the_slot_it_shares_with_skip(story: Story) -> None:
    story.vote(PAIR, "A")
    story.skip(PAIR)
    assert in_force(story) == [("skip", None)]
    story.vote(PAIR, "tie")
    assert in_force(story) == [("vote", "tie")]


def test_a_score_has_a_slot_per_dimension_and_answer(story: Story) -> None:
    story.score(PAIR, "help", "A", 2)
    story.score(PAIR, "help", "B", 3)
    story.score(PAIR, "tone", "A", 4)
    story.score(PAIR, "help", "A", 5)
    assert in_force(story) == [("score", 3), ("score", 4), ("score", 5)]


def test_an_undo_brings_back_what_was_replaced(story: Story) -> None:
    first = story.vote(PAIR, "A")
    second = story.vote(PAIR, "B")
    story.undo(second)
    assert in_force(story) == [("vote", "A")]
    story.undo(first)
    assert in_force(story) == []


def test_an_undo_can_be_undone_to_any_depth(story: Story) -> None:
    act: Ballot = story.vote(PAIR, "A")
    for depth in range(1, 8):
        act = story.undo(act)
        assert in_force(story) == ([] if depth % 2 else [("vote", "A")])


def test_notes_all_stand(story: Story) -> None:
    story.ballot(PAIR, "note", "one")
    note = story.ballot(PAIR, "note", "two")
    story.ballot(PAIR, "note", "three")
    story.undo(note)
    assert in_force(story) == [("note", "one"), ("note", "three")]


def test_an_undo_reaches_only_back(story: Story) -> None:
    early = Ballot(id="a", presentation_id="p", kind="undo", supersedes="b000000")
    story.facts.append(early)
    vote = story.vote(PAIR, "A")
    assert vote.id == "b000000"
    assert in_force(story) == [("vote", "A")]


def test_undos_in_a_ring_end(story: Story) -> None:
    story.facts += [
        Ballot(id="a", presentation_id="p", kind="undo", supersedes="b"),
        Ballot(id="b", presentation_id="p", kind="undo", supersedes="a"),
    ]
    assert in_force(story) == []


@given(st.permutations(range(6)))
def test_arrival_does_not_matter(order: list[int]) -> None:
    story = Story()
    vote = story.vote(PAIR, "A")
    story.skip(PAIR)
    story.score(PAIR, "help", "A", 1)
    undo = story.undo(story.score(PAIR, "help", "A", 4))
    story.undo(undo)
    assert vote is story.facts[0]
    story.facts = [story.facts[i] for i in order] * 2
    assert in_force(story) == [("skip", None), ("score", 4)]
