"""The rater's acts: counted at once, saved soon after, taken back to any depth."""

from pathlib import Path

import pytest

from support.live import asking, both, open_bench, sitting, start, taken_up
from support.workspaces import make_workspace
from tiebreak.errors import UsageError
from tiebreak.session.live import LiveSession


def rate_tone(live: LiveSession, position: int, a: int = 3, b: int = 4) -> None:
    live.score(position, "baseline", "tone", a)
    live.score(position, "candidate", "tone", b)


async def test_a_vote_counts_at_once_and_is_acknowledged_later(tmp_path: Path) -> None:
    async with sitting(tmp_path / "ws") as live:
        await both(live, 0)
        await live.saves.settled()
        live.vote(0, "B")
        # Nothing was awaited in between: the disk cannot have answered.
        assert (live.saves.saved, live.saves.pending, str(live.saves)) == (0, 1, "saving 1")
        assert live.form(0).vote == "B"
        assert live.scoreboard.snapshot().win_rate.wins == 1
        await live.saves.settled()
        assert (live.saves.saved, live.saves.pending, str(live.saves)) == (1, 0, "1 saved")


async def test_a_case_is_complete_once_all_that_is_required_is_given(tmp_path: Path) -> None:
    async with sitting(tmp_path / "ws") as live:
        assert live.form(0).missing == ("both answers",)
        await both(live, 0)
        assert live.form(0).missing == ("a vote", "tone of A", "tone of B")
        live.vote(0, "A")
        live.score(0, "baseline", "tone", 2)
        assert live.form(0).missing == ("tone of B",)
        assert live.first_open() == 0
        live.score(0, "candidate", "tone", 5)
        assert live.form(0).complete
        assert live.first_open() == 1
        live.score(0, "candidate", "care", 1)  # not required, and kept all the same
        assert live.form(0).scores[("care", "candidate")] == 1


async def test_a_changed_vote_replaces_the_earlier_one_and_undo_brings_it_back(tmp_path: Path) -> None:
    async with sitting(tmp_path / "ws") as live:
        await both(live, 0)
        live.vote(0, "A")
        live.vote(0, "B")
        rate = live.scoreboard.snapshot().win_rate
        assert (rate.wins, rate.losses, rate.n) == (1, 0, 1)
        assert live.undo() == 0
        assert live.form(0).vote == "A"
        assert live.scoreboard.snapshot().win_rate.losses == 1
        assert live.undo() == 0
        assert live.form(0).vote is None
        assert live.undo() is None


async def test_undo_goes_back_to_the_first_act_across_cases_and_kinds(tmp_path: Path) -> None:
    async with sitting(tmp_path / "ws") as live:
        for position in range(3):
            await both(live, position)
        blank = live.scoreboard.snapshot()
        live.vote(0, "tie")
        live.note(1, "odd")
        rate_tone(live, 1)
        live.skip(2)
        live.vote(0, "both_bad")
        live.vote(2, "A")  # a vote takes the place of the skip
        assert not live.form(2).skipped
        undone = [live.undo() for _ in range(7)]
        assert undone == [2, 0, 2, 1, 1, 1, 0]
        assert live.undo() is None
        assert live.scoreboard.snapshot() == blank
        assert [live.form(n).missing for n in range(3)] == [("a vote", "tone of A", "tone of B")] * 3
        assert live.form(1).notes == ()
        await live.saves.settled()
        assert live.saves.saved == 14  # every undo is a ballot too


async def test_after_an_undo_one_rates_on_and_undoes_again(tmp_path: Path) -> None:
    async with sitting(tmp_path / "ws") as live:
        await both(live, 0)
        live.vote(0, "A")
        live.undo()
        live.vote(0, "B")
        live.skip(0)
        live.undo()
        assert (live.form(0).vote, live.form(0).skipped) == ("B", False)


async def test_the_last_score_of_a_case_is_cleared_and_no_other(tmp_path: Path) -> None:
    async with sitting(tmp_path / "ws") as live:
        for position in (0, 1):
            await both(live, position)
        assert live.clear_last_score(0) is False
        rate_tone(live, 0)
        rate_tone(live, 1)
        live.vote(0, "A")
        assert live.clear_last_score(0) is True
        assert live.form(0).scores == {("tone", "baseline"): 3}
        assert live.form(0).vote == "A"
        assert len(live.form(1).scores) == 2
        assert live.clear_last_score(0) is True
        assert live.clear_last_score(0) is False
        assert live.undo() == 0  # the vote: what was cleared is not undone twice
        assert live.form(0).vote is None


async def test_looking_for_a_score_to_clear_records_nothing(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            assert live.clear_last_score(0) is False  # before its answers are there
            await both(live, 0)
            assert live.clear_last_score(0) is False
            await live.saves.settled()
        assert bench.store.load_session(session_id).presentations == ()


async def test_undo_reaches_back_over_a_resume(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            await both(live, 0)
            live.vote(0, "A")
            await both(live, 1)
            live.vote(1, "B")
            live.note(1, "hm")
            live.undo()
            await live.saves.settled()
        async with taken_up(bench, session_id) as live:
            assert live.saves.saved == 4
            assert live.undo() == 1
            assert live.form(1).vote is None
            await both(live, 2)
            live.skip(2)
            assert [live.undo(), live.undo(), live.undo()] == [2, 0, None]
            await live.saves.settled()
        async with taken_up(bench, session_id) as live:
            assert live.undo() is None
            assert live.scoreboard.snapshot().settled == 0


async def test_notes_stand_beside_each_other(tmp_path: Path) -> None:
    async with sitting(tmp_path / "ws") as live:
        await both(live, 0)
        live.note(0, "first")
        live.note(0, "second \x00 \ud83d")
        assert live.form(0).notes == ("first", "second \x00 \ud83d")
        await live.saves.settled()


async def test_what_cannot_be_rated_is_refused_with_the_reason(tmp_path: Path) -> None:
    async with sitting(tmp_path / "ws") as live:
        for act in (lambda: live.vote(0, "A"), lambda: live.skip(0), lambda: live.note(0, "x")):
            with pytest.raises(UsageError, match=r"^A is still answering\."):
                act()
        await both(live, 0)
        with pytest.raises(UsageError, match="no dimension “speed”"):
            live.score(0, "baseline", "speed", 3)
        for score in (0, 6, -1):
            with pytest.raises(UsageError, match=f"A score is 1 to 5, not {score}"):
                live.score(0, "baseline", "tone", score)
        for position in (-1, 6):
            for act in (live.exchange, live.form, live.skip, live.check_results, live.clear_last_score):
                with pytest.raises(UsageError, match=f"cases 1 to 6; there is no case {position + 1}"):
                    act(position)
        await live.saves.settled()
        assert live.saves.saved == 0


async def test_a_policy_without_a_vote_takes_none(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws", policy=asking("{vote: 'off', dimensions: [{name: tone, required: true}]}"))
    async with sitting(tmp_path / "ws") as live:
        await both(live, 0)
        with pytest.raises(UsageError, match="asks for no vote"):
            live.vote(0, "A")
        rate_tone(live, 0)
        assert live.form(0).complete


async def test_where_nothing_is_required_a_case_is_open_until_something_is_given(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws", policy=asking("{vote: optional}"))
    with open_bench(tmp_path / "ws") as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            await both(live, 0)
            await both(live, 1)  # fetched ahead, never rated
            live.vote(0, "B")
            live.undo()
            assert (live.first_open(), live.scoreboard.snapshot().done) == (0, 0)
            live.vote(0, "B")
            await live.saves.settled()
            assert (live.first_open(), live.scoreboard.snapshot().done) == (1, 1)
        async with taken_up(bench, session_id) as live:
            assert live.first_open() == 1
            assert live.scoreboard.snapshot().position == 1
