"""The first minute: open, start, rate to the end by keys alone, leave, resume."""

from pathlib import Path

import pytest

from support.app import recomputed, sit_down, stored_session
from support.workspaces import make_workspace
from tiebreak_tui.dialogs.summary import SummaryDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.figures import tally_of
from tiebreak_tui.widgets.win_rate import line


async def test_a_session_is_rated_to_its_end_by_keys_alone(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.sees("Baseline A", "plain", "Candidate B", "warm", "6 cases", "ship", "▶ Start")
        await seat.press("enter")
        arena = await seat.reaches(ArenaScreen)
        for position, key in enumerate(("left", "right", "t", "x", "right", "right")):
            await seat.answered()
            await seat.sees(f"case {position + 1}/6")
            await seat.press(key)
        await seat.reaches(SummaryDialog)
        await seat.sees("Session finished", "won 3", "tied 1", "lost 1", "both bad 1", "n 6")
        await seat.press("escape")
        await seat.reaches(ArenaScreen)
        await seat.saved()
        snapshot = recomputed(folder)
        assert snapshot == arena.live.scoreboard.snapshot()
        assert (snapshot.win_rate.wins, snapshot.win_rate.n) == (3, 6)
        assert line(tally_of(snapshot), 200).plain.split("  ")[0] in seat.text
        for outcome in snapshot.gates:
            assert outcome.title in seat.text
        assert "6 saved" in seat.text
