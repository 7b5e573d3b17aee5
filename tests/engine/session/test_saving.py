"""A write that fails halts rating with the reason, and nothing that is not saved looks as if it were."""

import asyncio
import sqlite3
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest

from support.live import both, open_bench, report, serve_with, start, taken_up
from support.model_server import ModelServer
from tiebreak.errors import StoreError, UsageError
from tiebreak.session.saving import Saves


def spoil(path: Path, statement: str) -> None:
    """What another program may do to the database while we use it."""
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute(statement)


def refusing(table: str) -> str:
    return f"CREATE TRIGGER no_more BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'not here'); END"


async def test_a_ballot_that_cannot_be_written_halts_rating(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            await both(live, 0)
            live.vote(0, "B")
            await live.saves.settled()
            spoil(bench.store.path, refusing("ballot"))
            await both(live, 1)
            live.vote(1, "A")
            assert str(live.saves) == "saving 1"
            with pytest.raises(StoreError):
                await live.saves.settled()
            failure = live.saves.failure
            assert failure is not None
            assert (live.saves.saved, str(live.saves)) == (1, "not saved")
            acts = (
                lambda: live.vote(2, "A"),
                lambda: live.skip(1),
                lambda: live.note(1, "hm"),
                lambda: live.score(1, "baseline", "tone", 3),
                lambda: live.undo(),
                lambda: live.regenerate(1, "candidate"),
            )
            await both(live, 2)  # was fetched ahead
            for act in acts:
                with pytest.raises(UsageError, match=r"^Rating is halted: ") as refused:
                    act()
                assert str(failure) in str(refused.value)
            assert live.saves.saved == 1
        spoil(bench.store.path, "DROP TRIGGER no_more")
        # What was acknowledged is there, what was not is not; and mended, the session goes on.
        async with taken_up(bench, session_id) as live:
            assert live.saves.saved == 1
            assert (live.form(0).vote, live.form(1).vote) == ("B", None)
            await both(live, 1)
            live.vote(1, "A")
            await live.saves.settled()
        assert report(bench, session_id)["win_rate"]["n"] == 2


async def test_an_answer_that_cannot_be_written_halts_rating_and_no_more_is_paid_for(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, plain="normal", warm="normal")
        with open_bench(tmp_path / "ws") as bench:
            session_id = start(bench)
            async with taken_up(bench, session_id, lookahead=0) as live:
                await both(live, 0)
                await live.saves.settled()
                spoil(bench.store.path, refusing("response"))
                await both(live, 1)
                with pytest.raises(StoreError):
                    await live.saves.settled()
                with pytest.raises(UsageError, match="Rating is halted"):
                    live.vote(1, "A")
                waiting = live.exchange(2)
                held = waiting.answers["baseline"].held
                assert held is not None
                assert held == str(live.saves.failure)
                assert len(server.calls) == 4
                assert live.exchange(0).complete  # what is saved can be read


async def test_the_first_failure_is_the_one_that_is_told() -> None:
    saves = Saves(lambda: None, unexpected)
    for reason in ("the disk is full", "a row is missing"):
        outcome: Future[None] = Future()
        saves.follow(outcome, ballot=True)
        outcome.set_exception(StoreError(reason))
    with pytest.raises(StoreError, match="the disk is full"):
        await saves.settled()
    assert (saves.saved, saves.pending) == (0, 0)


async def test_a_fault_of_ours_while_writing_halts_as_well() -> None:
    crashes: list[BaseException] = []
    saves = Saves(lambda: None, crashes.append)
    outcome: Future[None] = Future()
    saves.follow(outcome)
    fault = OverflowError("too large")
    outcome.set_exception(fault)
    with pytest.raises(StoreError, match="OverflowError") as told:
        await saves.settled()
    assert crashes == [fault]
    assert told.value.__cause__ is fault
    with pytest.raises(UsageError, match="halted"):
        saves.refuse_if_halted()


def unexpected(error: BaseException) -> None:
    raise AssertionError from error


def test_news_after_the_loop_has_ended_reach_nobody_and_harm_nobody(caplog: pytest.LogCaptureFixture) -> None:
    outcome: Future[None] = Future()

    async def begin() -> None:
        Saves(lambda: None, unexpected).follow(outcome, ballot=True)

    asyncio.run(begin())
    outcome.set_result(None)
    assert caplog.records == []


async def test_what_fails_after_a_record_is_safe_does_not_keep_the_news_of_it_back() -> None:
    told = list[str]()
    saves = Saves(lambda: told.append(str(saves)), lambda _: None)
    outcome: Future[None] = Future()

    def fails() -> None:
        raise ZeroDivisionError

    faults = list[BaseException | None]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context.get("exception")))
    saves.follow(outcome, ballot=True, standing=1, safe=fails)
    outcome.set_result(None)
    await saves.settled()
    assert told == ["1 saved"]
    assert isinstance(faults[0], ZeroDivisionError)
