"""What met somebody who opened Triage for the first time: empty room, an empty list, help that turns up again."""

import os
from pathlib import Path

from support.app import sit_down
from support.triage_app import changed, settled, triaging
from tiebreak.workspace import init_sample
from tiebreak_tui.dialogs.help import HelpDialog
from tiebreak_tui.dialogs.promote import PromoteDialog
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.to_triage import enter_triage
from tiebreak_tui.widgets.styled_view import StyledView
from tiebreak_tui.widgets.virtual_list import VirtualList
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.demo import run_votes, sample_setup
from tiebreak_workbench.workbench import Workbench


async def test_where_there_is_room_promoting_shows_no_empty_list(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws", size=(200, 60)) as (seat, _):
        await seat.press("f")
        dialog = await seat.reaches(PromoteDialog)
        await seat.sees("[x] max_length", "Good is A.")
        checks, line = dialog.query_one(VirtualList), dialog.query_one(StyledView)
        await seat.until(lambda: checks.size.height == max(3, checks.virtual_size.height))
        assert line.size.height > 20


async def test_where_there_is_little_room_the_line_that_is_written_is_still_shown(tmp_path: Path) -> None:
    """The sample's cases have a dozen checks to propose."""
    folder = init_sample(tmp_path / "desk")
    with Workbench.open(folder, os.environ) as bench:
        session_id = bench.start(sample_setup(bench))
        await run_votes(bench, session_id, folder / "ballots.jsonl")
    wishes = Wishes(triage=(session_id, None), triage_filter="class:regression")
    async with sit_down(folder, wishes, size=(80, 24)) as seat:
        await settled(seat)
        await seat.press("f")
        dialog = await seat.reaches(PromoteDialog)
        checks, line, frame = dialog.query_one(VirtualList), dialog.query_one(StyledView), dialog.query_one(".dialog")
        await seat.until(lambda: checks.virtual_size.height > 9 and checks.size.height > 3)
        await seat.sees("A ✔", "Good is A.")
        assert line.region.y + 3 <= frame.content_region.bottom
        await seat.sees('{"id": "')


async def test_groups_of_a_list_without_a_failure_say_the_way_back(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws", wanted="class:passed") as (seat, screen):
        await seat.press("g")
        await seat.sees("No failure to group. g lists the cases.")
        await seat.press("g")
        await seat.sees("· q-3")
        await settled(seat)
        assert screen.rows is not None
        assert screen.rows.groups is None


async def test_help_that_was_opened_over_setup_meanwhile_is_gone_on_the_way_back(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    session = await changed(folder)
    async with sit_down(folder) as seat:
        await seat.reaches(SetupScreen)
        await seat.until(lambda: seat.app.bench is not None)
        seat.app.action_help()
        await seat.reaches(HelpDialog)
        await enter_triage(seat.app, session)
        await settled(seat)
        await seat.press("q")
        await seat.reaches(SetupScreen)
