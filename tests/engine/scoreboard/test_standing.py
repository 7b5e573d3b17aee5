"""Segments against the whole, the win rate over time, and who voted."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from support.facts import Story, cases_of, policy_of
from tiebreak.records import Case, Gate
from tiebreak.scoreboard import Scoreboard, Snapshot
from tiebreak.scoreboard.path import step_of
from tiebreak.scoreboard.segments import p_of, segment_lines

VOTES = {"A": "A", "B": "B", "=": "tie"}


def rated(segments: dict[str, str]) -> Snapshot:
    """Segment → one letter a vote."""
    story, cases = Story(), list[Case]()
    for name, votes in segments.items():
        for vote in votes:
            case = Case(id=f"c{len(cases)}", input="q", segment=name)
            cases.append(case)
            story.vote(story.pair(case.id), VOTES[vote])  # type: ignore[arg-type]  # the four votes
    return story.snapshot(cases)


def test_a_segment_that_goes_against_the_whole_raises_the_alarm() -> None:
    lines = segment_lines(rated({"billing": "B" * 40, "tech": "A" * 16 + "B"}))
    assert [(line.name, line.reversal) for line in lines] == [("tech", "reversed"), ("billing", "")]
    assert lines[0].p_holm is not None
    assert lines[0].p_holm < 0.05


def test_beyond_chance_in_the_one_segment_is_not_enough_among_many() -> None:
    """Its own interval excludes one half; one of nine such segments does so by chance too often."""
    against = "A" * 8
    alone = segment_lines(rated({"big": "B" * 40, "small": against}))[0]
    assert (alone.name, alone.reversal) == ("small", "reversed")
    many = {f"level {n}": "AB" * 8 for n in range(8)}
    among = next(
        line for line in segment_lines(rated({"big": "B" * 40, "small": against, **many})) if line.name == "small"
    )
    assert among.rate.interval[1] < 0.5
    assert among.p is not None
    assert among.p_holm is not None
    assert among.p < 0.05 < among.p_holm
    assert among.reversal == "leans the other way"


@pytest.mark.parametrize("votes", ["B" * n + "A" * (14 - n) + "=" for n in range(15)])
def test_the_p_value_and_the_interval_say_the_same(votes: str) -> None:
    rate = rated({"all": votes}).win_rate
    low, high = rate.interval
    assert (p_of(rate) <= 0.05) == (low > 0.5 or high < 0.5)


def test_a_segment_without_votes_says_nothing() -> None:
    story = Story()
    cases = [replace(case, segment="one" if n else "two") for n, case in enumerate(cases_of(2))]
    story.vote(story.pair("c0"), "B")
    lines = {line.name: line for line in segment_lines(story.snapshot(cases))}
    assert (lines["one"].p, lines["one"].p_holm, lines["one"].reversal) == (None, None, "")
    assert lines["two"].p == 1.0


# -- over time


def board_of(votes: Sequence[str]) -> Scoreboard:
    story, cases = Story(), cases_of(len(votes))
    for case, vote in zip(cases, votes, strict=True):
        if vote != " ":
            story.vote(story.pair(case.id), VOTES[vote])  # type: ignore[arg-type]  # the four votes
    return story.board(cases, policy_of(Gate(id="w", metric="win_rate", at_least=0.5)))


def test_the_path_follows_the_plan_and_leaves_out_what_is_not_settled() -> None:
    path = board_of("BA =B").win_rate_path(10)
    assert [(rate.n, rate.mean) for rate in path] == [(1, 1.0), (2, 0.5), (3, 0.5), (4, 0.625)]
    assert {rate.planned for rate in path} == {5}
    assert board_of("   ").win_rate_path(10) == ()


def test_one_more_case_leaves_the_earlier_looks_as_they_are() -> None:
    votes = "BABBA=ABBB" * 5
    before, after = (board_of(votes[:n]).win_rate_path(8) for n in (43, 47))
    planned = [replace(rate, planned=0) for rate in after]
    assert [replace(rate, planned=0) for rate in before[:-1]] == planned[: len(before) - 1]
    assert before[-1].n == 43
    assert after[-1] == board_of(votes[:47]).snapshot().win_rate


@pytest.mark.parametrize(
    ("settled", "points", "step"), [(0, 5, 1), (5, 5, 1), (6, 5, 2), (40, 8, 5), (100_000, 120, 1000)]
)
def test_looks_stand_at_round_numbers(settled: int, points: int, step: int) -> None:
    assert step_of(settled, points) == step
    assert -(-settled // step) <= points


# -- who voted


def test_votes_are_counted_by_rater_and_follow_an_undo() -> None:
    story, cases = Story(), cases_of(2)
    answers = story.answer("c0", "A"), story.answer("c0", "B")
    story.vote(story.shown(*answers, rater="anna"), "B")
    taken = story.vote(story.shown(*answers, rater="ben"), "A")
    board = story.board(cases, policy_of())
    assert board.snapshot().votes == {"anna": {"win": 1}, "ben": {"loss": 1}}
    board.add(story.undo(taken))
    assert board.snapshot().votes == {"anna": {"win": 1}}
    story.vote(story.pair("c1", "anna"), "tie", identity_seen=True)
    assert story.snapshot(cases, blind=True).votes == {"anna": {"win": 1}}, "given after a reveal, so kept apart"
