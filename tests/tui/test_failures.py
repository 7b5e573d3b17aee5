"""What the Arena says when answers do not come, and what opening says when the files are not in order."""

import os
import sqlite3
from pathlib import Path

import pytest

from support.app import Seat, against, recomputed, sit_down, stored_session
from support.model_server import ModelServer
from support.workspaces import make_workspace
from tiebreak_tui.dialogs.confirm import TellDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.wishes import Wishes

QUICK = {"first_token": 0.3, "idle": 0.3, "total": 5}
DEADLINES = {"stall_before": QUICK, "stall_after": {"first_token": 10, "idle": 0.3, "total": 20}}
START = Wishes(start=True, baseline="plain", candidate="warm", seed=7)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("401", ("ERROR", "TEST_KEY", "It does not count.")),
        ("404", ("ERROR", "404", "It does not count.")),
        ("500", ("ERROR", "500", "It does not count.")),
        ("stall_before", ("ERROR", "No token came within 0.3 s.", "It does not count.")),
        ("stall_after", ("So far", "0.3 s")),
        ("cut", ("half of an", "INCOMPLETE")),
        ("malformed", ("so far", "MALFORMED")),
        ("empty", ("EMPTY", "The model finished without a word.")),
    ],
)
async def test_a_pane_says_what_happened_and_what_to_do(tmp_path: Path, model: str, says: tuple[str, ...]) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", model, deadlines=DEADLINES.get(model, {}))
        async with sit_down(folder, START) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.sees("The quick brown", *says)
            assert "sk-test-key" not in seat.terminal.written
            assert "Traceback" not in seat.text


async def test_a_refused_connection_is_said_and_can_be_tried_again(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", "normal?words=3")
        port = server.port
    async with sit_down(folder, START) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.sees("ERROR", f"127.0.0.1:{port}", "It does not count.")
        await seat.press("right")
        assert not recomputed(folder).win_rate.n
        async with ModelServer(port=port):
            await seat.press("r")
            await seat.answered()
            await seat.sees("The quick brown")
            await seat.press("tab", "r")
            await seat.answered()
            await seat.press("right")
            await seat.saved()
            assert seat.arena.live.form(0).vote == "B" or seat.arena.live.form(1).vote == "B"


@pytest.mark.parametrize(
    ("model", "says"),
    [("429?retry_after=60", "Rate limited: try 2 of 5 in 6"), ("500", "The server failed: try ")],
)
async def test_while_a_call_is_retried_the_pane_says_why_and_which_try_it_is(
    tmp_path: Path, model: str, says: str
) -> None:
    async with ModelServer() as server:
        retries = 4 if model.startswith("429") else 199
        folder = against(tmp_path / "ws", server, "normal?words=3", model, retries=retries)
        recorded = "target: {kind: recording, path: ../recordings/plain.jsonl, speed: 0}\n"
        (folder / "configs" / "plain.yaml").write_text(recorded)
        async with sit_down(folder, START) as seat:
            await seat.reaches(ArenaScreen)
            await seat.sees("waiting", says)
            await seat.press("tab", "escape")
            await seat.sees("B stopped. It does not count; r asks again, and that will count.")
            assert recomputed(folder).reasked == {"baseline": 0, "candidate": 0}


async def test_a_dead_server_pauses_its_side_and_all_that_failed_can_be_asked_again(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", "500", retries=1)
        async with sit_down(folder, START) as seat:
            arena = await seat.reaches(ArenaScreen)
            await seat.until(lambda: arena.live.paused)
            await seat.sees("Tried 2 times.", "Paused: r tries again, R all that failed.")
            await seat.until(lambda: arena.live.scoreboard.snapshot().excluded_cases == 4)  # those in flight together
            await seat.sees("0 rated · 4 excluded")
            await seat.press("enter", "enter", "enter", "enter", "enter")
            await seat.sees("case 6/6", "Paused: r tries again, R all that failed.", "in a row ended")
            server.script(*["normal?words=3"] * 99)
            await seat.press("R")
            await seat.sees("Asking 4 cases again.")
            await seat.until(lambda: not arena.live.scoreboard.snapshot().excluded_cases)
            await seat.answered()
            assert not arena.live.paused
            await seat.hush()
            await seat.press("R")
            await seat.sees("No case is excluded.")
            assert "paused" not in seat.text


async def test_resuming_says_how_many_cases_are_asked_again(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", "404")
        async with sit_down(folder, START) as seat:
            arena = await seat.reaches(ArenaScreen)
            await seat.until(lambda: arena.live.scoreboard.snapshot().excluded_cases == 4)
        async with sit_down(folder, Wishes(resume="last")) as seat:
            await seat.sees("4 cases without an answer that counts: asked again each when you come to it; R asks now.")


async def test_a_429_is_waited_out(tmp_path: Path) -> None:
    async with ModelServer() as server:
        server.script("429?retry_after=0", "429?retry_after=0")
        folder = against(tmp_path / "ws", server, "normal?words=3", "normal?words=3", retries=3)
        async with sit_down(folder, START) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            assert "ERROR" not in seat.text
            await seat.sees("The quick brown")
            await seat.press("right")
            assert seat.arena.live.form(0).vote == "B"


async def test_an_arm_that_cannot_work_is_paused_until_it_is_asked_again(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", "404")
        async with sit_down(folder, START) as seat:
            arena = await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.until(lambda: arena.live.paused)
            await seat.press("enter", "enter", "enter", "enter", "enter")
            await seat.sees("case 6/6", "Paused:", "r tries again")
            calls = len(server.calls)
            server.script("normal?words=3")
            await seat.press("tab", "r")
            await seat.answered()
            assert len(server.calls) == calls + 1
            await seat.press("right")
            assert arena.live.form(5).vote == "B"
            assert not arena.live.paused


async def opens_with(folder: Path, *words: str) -> None:
    async with sit_down(folder) as seat:
        await seat.reaches(TellDialog)
        await seat.sees(*words)
        assert "Traceback" not in seat.text
        await seat.press("escape")
        await said(seat, words[-1])
        await seat.press("ctrl+s")
        await seat.press("r", "w", "b", "escape", "enter", "f3", "question_mark", "escape")


async def said(seat: Seat, words: str) -> None:
    """It stays readable behind the dialog."""
    await seat.sees(words)


async def test_a_corrupt_database_is_said_at_opening(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    (folder / ".tiebreak").mkdir()
    (folder / ".tiebreak" / "tiebreak.db").write_bytes(b"not a database, " * 400)
    await opens_with(folder, "tiebreak.db")


async def test_a_newer_database_is_said_at_opening(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder) as seat:
        await seat.ready()
    with sqlite3.connect(folder / ".tiebreak" / "tiebreak.db") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    await opens_with(folder, "newer")


async def test_a_folder_that_is_none(tmp_path: Path) -> None:
    await opens_with(tmp_path / "nowhere", "There is no such folder.")


async def test_a_file_in_the_place_of_the_database_folder(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    (folder / ".tiebreak").write_text("in the way")
    await opens_with(folder, ".tiebreak")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_read_only_folder_is_said_at_opening(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    folder.chmod(0o555)
    try:
        await opens_with(folder, "cannot be written")
    finally:
        folder.chmod(0o755)


async def test_a_disk_that_says_no_halts_the_rating(tmp_path: Path) -> None:
    """Nothing may look saved that is not."""
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder, START) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.press("right")
        await seat.saved()
        with sqlite3.connect(folder / ".tiebreak" / "tiebreak.db") as connection:
            connection.execute(
                "CREATE TRIGGER full BEFORE INSERT ON ballot BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        connection.close()
        await seat.answered()
        await seat.press("right")
        await seat.sees("not saved")
        await seat.press("left")
        await seat.sees("Rating is halted")
        await seat.press("ctrl+q")
    assert "Not everything could be saved" in seat.app.parting_words
    assert [ballot.kind for ballot in stored_session(folder).ballots] == ["vote"]


async def test_a_fault_of_ours_is_told_without_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Textual would print the values of variables, keys among them."""
    folder = make_workspace(tmp_path / "ws")

    def fault() -> None:
        raise RuntimeError("the key is sk-very-secret-key \x1b[2J")

    async def run() -> None:
        async with sit_down(folder, environ={"SOME_API_KEY": "sk-very-secret-key"}) as seat:
            await seat.ready()
            seat.app.call_next(fault)
            await seat.until(lambda: seat.app.return_code)

    with pytest.raises(RuntimeError):
        await run()
    told = capsys.readouterr().err
    assert "in fault" in told
    assert "This is a fault of Tiebreak." in told
    assert "sk-very-secret-key" not in told
    assert "\x1b[2J" not in told
