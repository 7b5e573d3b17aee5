"""While answers stream the keyboard answers at once; at any size the key facts stay on the screen."""

from pathlib import Path

import pytest

from support.app import against, rating, sit_down
from support.model_server import ModelServer
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.widgets.status_bar import StatusBar
from tiebreak_tui.wishes import Wishes

START = Wishes(start=True, baseline="plain", candidate="warm", seed=7)


async def test_while_both_panes_stream_keys_are_answered(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "endless", "endless")
        async with sit_down(folder, START, size=(100, 20)) as seat:
            arena = await seat.reaches(ArenaScreen)
            view = arena.panes["baseline"].view
            await seat.until(lambda: all(pane.state == "streaming" for pane in arena.panes.values()))
            for key in ("left", "right", "t", "x"):
                await seat.press(key)
                await seat.sees("A is still answering.")
                await seat.hush()
            assert arena.position == 0
            # Enough to scroll; then up leaves the end, and end comes back to it.
            await seat.until(lambda: view.max_scroll_y > 2)
            await seat.press("home")
            assert view.scroll_y == 0
            grown = view.row_count
            await seat.until(lambda: view.row_count > grown)
            assert view.scroll_y == 0
            await seat.press("end")
            await seat.until(lambda: view.following and view.scroll_y == view.max_scroll_y)
            # The other size of the terminal, while text comes in.
            for columns, rows in ((40, 10), (200, 60), (80, 24)):
                await seat.terminal.pilot.resize_terminal(columns, rows)
                grown = len(view.text)
                await seat.until(lambda grown=grown: len(view.text) > grown)
            await seat.press("escape")
            await seat.sees("A stopped.", "STOPPED")
            assert arena.panes["candidate"].state == "streaming"
            await seat.press("tab", "escape")
            await seat.sees("B stopped.")
            await seat.until(lambda: server.in_flight <= 6)


async def test_still_answering_is_said_only_while_it_is_true(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", "normal?words=12&tps=4")
        async with sit_down(folder, Wishes(start=True, baseline="plain", candidate="warm", seed=7)) as seat:
            await seat.reaches(ArenaScreen)
            await seat.press("left")
            await seat.sees("still answering.")
            await seat.answered()
            await seat.until(lambda: "still answering" not in seat.text)
            bar = seat.arena.query_one(StatusBar)
            bar.flash("said before")
            await seat.press("left")
            await seat.sees("A better")
            assert "said before" not in seat.text, "the last act takes the place of an older word"


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (200, 60)])
async def test_every_size_shows_what_one_needs(tmp_path: Path, size: tuple[int, int]) -> None:
    async with rating(tmp_path / "ws", size=size) as seat:
        arena = seat.arena
        await seat.sees("1/6", "Answer with", "saved")
        for letter in ("A", "B", "A"):
            await seat.sees(f"▶ {letter}")
            assert arena.panes[arena.focused_role].region.height > 2
            await seat.press("tab")
        await seat.until(lambda: all(word in seat.terminal.rows[-1] for word in ("←", "→", " t ", " x ")))
        for key in ("c", "f4", "question_mark", "n", "ctrl+p"):
            await seat.press(key)
            await seat.until(lambda: seat.app.screen is not arena)
            await seat.press("escape")
            await seat.reaches(ArenaScreen)
        await seat.press("slash", "o", "escape", "right")
        await seat.sees("2/6")
        await seat.press("f2")
        await seat.reaches(SetupScreen)
        await seat.sees("▶ Start", "1/6")
        await seat.press("up", "enter", "escape", "b", "escape", "r")
