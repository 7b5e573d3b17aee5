"""One session in two terminals: the second one is told who has it, and gets it once the first is gone."""

import os
import signal
from pathlib import Path

from support.app import Seat, sit_down
from support.pty_app import PtyApp
from support.workspaces import make_workspace
from tiebreak_tui.dialogs.confirm import TellDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.wishes import Wishes

START = ("arena", "-d", "small", "-a", "plain", "-b", "warm", "--seed", "7")


def test_the_second_terminal_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    with PtyApp(START, folder) as first:
        first.until("case 1/6", "0 saved")
        first.press(b"t")
        first.until("case 2/6", "1 saved")
        with PtyApp(("arena", "-r", "last"), folder) as second:
            second.until("This session is open elsewhere", f"({first.pid} on ", "looks on meanwhile")
        os.kill(first.pid, signal.SIGKILL)
        assert first.end() == -signal.SIGKILL
        with PtyApp(("arena", "-r", "last"), folder) as third:
            third.until("case 2/6", "1 saved")


def held(seat: Seat) -> set[str]:
    """The session in the Arena, and its two runs, which another session may stand on."""
    session = seat.arena.stored.session
    return {session.id, *session.runs.values()}


async def test_a_session_is_free_once_another_is_opened_or_the_app_ends(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    leases = folder / ".tiebreak" / "open"
    async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
        await seat.reaches(ArenaScreen)
        first = seat.arena.session_id
        assert {path.stem for path in leases.iterdir()} == held(seat)
        await seat.press("q")
        await seat.reaches(SetupScreen)
        await seat.app.enter_arena(first)  # the same again is not in its own way
        await seat.reaches(ArenaScreen)
        assert {path.stem for path in leases.iterdir()} == held(seat)
        await seat.press("q")
        await seat.reaches(SetupScreen)
        await seat.press("ctrl+s")
        await seat.reaches(ArenaScreen)
        await seat.until(lambda: seat.arena.session_id != first)
        assert {path.stem for path in leases.iterdir()} == held(seat)
        async with sit_down(folder, Wishes(resume=seat.arena.session_id)) as other:
            await other.reaches(TellDialog)
            await other.sees("This session is open elsewhere", "looks on meanwhile")
        async with sit_down(folder, Wishes(resume=first)) as other:
            await other.reaches(ArenaScreen)
    assert list(leases.iterdir()) == []
