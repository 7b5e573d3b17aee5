"""A session that was left, by its rater or by a crash, goes on as if it had not been."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from support.live import both, open_bench, report, serve_with, start, taken_up
from support.model_server import ModelServer
from tiebreak.records import VOTES, Ballot, IdMaker
from tiebreak.session.live import LiveSession
from tiebreak_workbench.workbench import Workbench


async def rate(live: LiveSession, positions: Iterable[int]) -> None:
    """Everything a rater may do, always the same for the same position."""
    for position in positions:
        await both(live, position)
        if live.form(position).complete:
            continue
        if position % 3 == 2:
            live.skip(position)
            continue
        live.vote(position, VOTES[position % 4])
        live.vote(position, VOTES[(position + 1) % 4])
        live.undo()
        live.score(position, "baseline", "tone", 1 + position % 5)
        live.score(position, "candidate", "tone", 5 - position % 4)
        live.note(position, f"note on {position}")
    await live.saves.settled()


async def test_a_session_in_three_sittings_ends_like_one_in_one(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        whole, parted = start(bench), start(bench)
        async with taken_up(bench, whole) as live:
            await rate(live, range(6))
            expected = live.scoreboard.snapshot()
        for positions in (range(2), range(1, 4), range(6)):
            async with taken_up(bench, parted) as live:
                await rate(live, positions)
        async with taken_up(bench, parted) as live:
            assert live.scoreboard.snapshot() == expected
            assert live.first_open() == 6
        assert report(bench, parted) == report(bench, whole)
        assert len(bench.store.load_session(parted).responses) == 12  # nothing was asked twice


async def test_resuming_is_on_record(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            live.diary.resumed()
            await live.saves.settled()
            assert live.scoreboard.snapshot().events == {"plan": 1, "resume": 1}
        assert [event.kind for event in bench.store.load_session(session_id).events] == ["plan", "resume"]


async def test_an_answer_that_lost_its_checks_to_a_crash_is_checked_on_resume(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            await rate(live, range(6))
            expected = live.scoreboard.snapshot()
        before = bench.store.load_session(session_id).check_results
        lost = {before[3].response_id, before[-1].response_id}
        # A crash between the two commits leaves just this.
        with closing(sqlite3.connect(bench.store.path)) as plain, plain:
            plain.executemany("DELETE FROM check_result WHERE response_id = ?", [(i,) for i in lost])
        assert bench.store.load_session(session_id).check_results != before
        async with taken_up(bench, session_id) as live:
            assert live.scoreboard.snapshot() == expected
            await live.saves.settled()
        after = bench.store.load_session(session_id).check_results
        assert {result.response_id for result in after[-len(lost) :]} == lost
        assert sorted(map(repr, after)) == sorted(map(repr, before))


async def test_a_failed_answer_is_not_read_again_for_checks_it_cannot_have(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="500")
        with open_bench(tmp_path / "ws") as bench:
            session_id = start(bench, n=1)
            async with taken_up(bench, session_id) as live:
                await both(live, 0)
                await live.saves.settled()
            async with taken_up(bench, session_id) as live:
                await live.saves.settled()
                assert live.check_results(0)["candidate"] == ()
                assert live.check_results(0)["baseline"] != ()
            failed = next(r for r in bench.store.load_session(session_id).responses if r.excluded)
            assert failed.id not in {r.response_id for r in bench.store.load_session(session_id).check_results}


async def test_a_second_rater_goes_on_with_the_same_answers(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    with open_bench(folder, rater="ada") as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            await rate(live, range(4))
            await both(live, 0)
            live.vote(0, "A")
            await live.saves.settled()
    with open_bench(folder, rater="ben") as bench:
        async with taken_up(bench, session_id) as live:
            assert (live.first_open(), live.saves.saved) == (0, 0)
            assert live.form(0).vote is None  # ben does not see what ada gave
            assert live.undo() is None  # nor can he take it back
            await both(live, 0)
            live.vote(0, "B")
            assert live.scoreboard.case(live.cases[0].id).win == 0.5  # the raters' mean
            await live.saves.settled()
        stored = bench.store.load_session(session_id)
        assert {rater.name for rater in stored.raters} == {"ada", "ben"}
        assert len({r.id for r in stored.responses}) == len({(r.run_id, r.case_id) for r in stored.responses})
    with open_bench(folder, rater="ada") as bench:
        async with taken_up(bench, session_id) as live:
            assert live.form(0).vote == "A"
            assert live.undo() == 0
            await live.saves.settled()


async def test_a_clock_that_was_set_back_does_not_turn_acts_around(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        session_id = start(bench, n=1)
        async with taken_up(bench, session_id) as live:
            await both(live, 0)
            live.note(0, "shown")
            await live.saves.settled()
        (shown,) = bench.store.load_session(session_id).presentations
        late = IdMaker(lambda: datetime(2199, 1, 1, tzinfo=UTC))
        bench.store.record_ballot(Ballot(id=late(), presentation_id=shown.id, kind="vote", value="A")).result()
        async with taken_up(bench, session_id) as live:  # by the real clock, long before
            live.vote(0, "B")
            assert live.form(0).vote == "B"
            assert [live.undo(), live.form(0).vote] == [0, "A"]
            live.undo()
            live.vote(0, "tie")
            await live.saves.settled()
        assert votes(bench) == ["tie"]


def votes(bench: Workbench) -> list[object]:
    with closing(sqlite3.connect(bench.store.path)) as plain:
        return [value for (value,) in plain.execute("SELECT value FROM ballots_effective WHERE kind = 'vote'")]
