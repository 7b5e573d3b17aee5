"""The Scoreboard at the keyboard: over a live session, over a stored one, and sealed."""

from pathlib import Path

import pytest
from textual.widgets import Static

from support.app import Seat, rating, recomputed, sit_down, stored_session
from support.workspaces import make_workspace
from tiebreak_tui.dialogs.help import HelpDialog
from tiebreak_tui.keys import EVERYWHERE, SCOREBOARD
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.scoreboard import ScoreboardScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.widgets.panel import Panel
from tiebreak_tui.wishes import Wishes


def peeks(folder: Path) -> list[object]:
    return [event.detail["settled"] for event in stored_session(folder).events if event.kind == "peek"]


async def opened(seat: Seat) -> ScoreboardScreen:
    """Open it, with all its figures."""
    await seat.press("f4")
    board = await seat.reaches(ScoreboardScreen)
    await seat.until(lambda: board.figures is not None or "sealed" in seat.text)
    return board


async def test_it_follows_the_session_and_notes_each_figure_once(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with rating(folder) as seat:
        await seat.press("right")
        await seat.answered()
        board = await opened(seat)
        await seat.sees("A plain against B warm", "B leads 100 %", "n 1/6", "Begins with two settled cases.")
        seat.arena.live.vote(1, "A")
        await seat.sees("level 50 %", "n 2/6", "Neither side leads.")
        assert board.figures is not None
        assert board.figures.snapshot == seat.arena.live.scoreboard.snapshot()
        await seat.press("q")
        await seat.reaches(ArenaScreen)
        await opened(seat)
        await seat.press("escape")
        await opened(seat)
    assert peeks(folder) == [1, 2]


CANARY = """
form: {vote: required}
checks:
  - {id: polite, kind: contains, any: [nothing says this]}
gates:
  offline:
    - {id: manners, metric: check, check: polite, at_least: 1.0}
  online:
    - {id: broken, metric: error_rate, at_most: 0.5}
"""


async def test_a_gate_of_a_phase_that_is_not_open_shows_as_closed(tmp_path: Path) -> None:
    """The errors of these answers are not those of a canary."""
    async with rating(make_workspace(tmp_path / "ws", policy=CANARY), size=(120, 40)) as seat:
        await seat.answered()
        board = await opened(seat)
        await seat.sees("✘ fail")
        assert board.figures is not None
        assert [one.status for one in board.figures.snapshot.gates] == ["fail", "pass"]
        assert "✔" not in seat.text
        await seat.sees("online   – closed", "–  error rate")


async def test_every_panel_is_reached_and_opened_by_key(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws", size=(100, 30)) as seat:
        await seat.press("right")
        board = await opened(seat)
        panels = list(board.query(".panel").results(Panel))
        await seat.until(lambda: board.focused is panels[0])
        for panel in [*panels[1:], panels[0]]:
            await seat.press("tab")
            assert board.focused is panel
        await seat.press("left")
        assert board.focused is panels[-1]
        await seat.press("shift+tab", "right", "enter")
        await seat.until(lambda: [panel for panel in panels if panel.display] == [panels[-1]])
        await seat.sees("What changed from A to B", "target.path")
        for panel in panels:
            await seat.press("tab")
            await seat.until(lambda panel=panel: panel.whole and [one for one in panels if one.display] == [panel])
        await seat.press("escape")
        await seat.until(lambda: all(panel.display and not panel.whole for panel in panels))
        await seat.press("enter", "enter")
        assert not board.has_class("-whole")
        await seat.press("escape")
        await seat.reaches(ArenaScreen)


@pytest.mark.parametrize(("size", "columns"), [((80, 24), 1), ((120, 40), 2), ((200, 60), 3)])
async def test_panels_stand_in_as_many_columns_as_there_is_room_for(
    tmp_path: Path, size: tuple[int, int], columns: int
) -> None:
    async with rating(tmp_path / "ws", size=size) as seat:
        board = await opened(seat)
        gates, over_time, segments = (board.query_one(f"#{name}") for name in ("gates", "over-time", "segments"))

        def standing() -> int:
            return len({panel.region.x for panel in (gates, over_time, segments)})

        await seat.until(lambda: standing() == columns)
        assert all(panel.region.right <= size[0] for panel in board.query(".panel"))
        await seat.press("end")
        page = board.query_one("#page")
        await seat.until(lambda: page.scroll_offset.y == page.max_scroll_y)
        rest = page.max_scroll_y
        a_page = min(1 + page.scrollable_content_region.height, rest)
        for key, there in (("home", 0), ("down", min(1, rest)), ("pagedown", a_page), ("up", max(0, a_page - 1))):
            await seat.press(key)
            await seat.until(lambda there=there: page.scroll_offset.y == there)
        await seat.press("pageup")
        await seat.until(lambda: page.scroll_offset.y == 0)


async def test_an_earlier_session_is_shown_without_being_taken_up(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with rating(folder) as seat:
        for key in ("right", "left", "t"):
            await seat.press(key)
            await seat.answered()
        await seat.saved()
    before = recomputed(folder)
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.press("f4")
        await seat.until(lambda: "Mark an earlier session first" in seat.toasts)
        await seat.press("r")
        board = await opened(seat)
        await seat.sees("A plain against B warm", "n 3/6", "Neither side leads.")
        assert seat.app.arena is None
        assert board.figures is not None
        assert board.figures.snapshot.win_rate == before.win_rate
        await seat.press("f3")
        await seat.until(lambda: "No session is open yet" in seat.toasts)
        await seat.press("question_mark")
        dialog = await seat.reaches(HelpDialog)
        told = str(dialog.query_one(Static).content)
        assert all(key.id in told and key.help in told for key in (*SCOREBOARD, *EVERYWHERE))
        await seat.press("escape", "q")
        await seat.reaches(SetupScreen)
        await opened(seat)
        await seat.press("f2")
        await seat.reaches(SetupScreen)
        assert len(seat.app.screen_stack) == 1
    assert peeks(folder) == [3]
    assert not [event for event in stored_session(folder).events if event.kind == "resume"]


async def test_the_session_in_the_arena_is_shown_live_from_setup_too(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        await seat.press("right", "f2")
        await seat.reaches(SetupScreen)
        await seat.sees("1/6")
        await seat.press("r")
        await opened(seat)
        seat.arena.live.vote(1, "B")
        await seat.sees("n 2/6")
        await seat.press("f3")
        await seat.reaches(ArenaScreen)
        assert seat.app.screen_stack.count(seat.arena) == 1


async def test_a_blind_session_stays_sealed_from_setup_and_leaves_no_trace(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder, Wishes(start=True, seed=7, blind=True)) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.press("right")
        await seat.saved()
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.press("r")
        board = await opened(seat)
        await seat.sees("Session so far, sealed", "1 of 6 cases done", "▪ sealed", "plan set down")
        assert board.figures is None
        for key in ("tab", "enter", "tab", "tab", "enter"):
            await seat.press(key)
            assert not any(word in seat.text for word in ("plain", "warm", "$0", "W 1", "L 1", "✔", "✘", "Working"))
    assert {event.kind for event in stored_session(folder).events} == {"plan"}


async def test_without_colour_the_path_is_a_table(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws", environ={"NO_COLOR": "1"}) as seat:
        await seat.press("right")
        await seat.answered()
        await seat.press("right")
        await opened(seat)
        await seat.sees("after 1  ", "after 2  ", "100 %")


async def test_without_a_judge_the_panel_says_so(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        await opened(seat)
        await seat.press("end")
        await seat.sees("No judge has judged this session.")


async def test_a_sample_that_was_drawn_in_proportion_is_told_by_stratum(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    wishes = Wishes(start=True, seed=7, cases=4, strata="segment")
    async with sit_down(folder, wishes, size=(120, 40)) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        board = await opened(seat)
        sample, record = (board.query_one(f"#{name}", Panel) for name in ("sample", "record"))
        await seat.until(lambda: board.focused is board.query(".panel").first())
        sample.focus()
        await seat.until(lambda: sample.has_focus)
        await seat.press("enter")
        await seat.sees("drawn by segment  in the set  planned  answered  rated", "greet")
        assert len(sample.lines(100)) == 5
        await seat.press("tab")
        await seat.until(lambda: record.has_class("-opened") and record.region.right > 110)
        assert record.region.right <= 120


async def test_a_plain_sample_has_no_strata_to_tell(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        board = await opened(seat)
        assert not board.query("#sample")
