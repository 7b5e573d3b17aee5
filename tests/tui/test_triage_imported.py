"""What other tools judged, opened in Triage: nothing is empty, and judges are not taken for people."""

from pathlib import Path

import pytest

from support.app import Seat, sit_down
from support.commands import run_process
from support.triage_app import settled
from tiebreak_tui.dialogs.pager import PagerDialog
from tiebreak_tui.wishes import Wishes

DATA = Path(__file__).parents[1] / "engine" / "imports" / "data"
TOOLS = {
    "alpaca-eval/annotations.json": ("4 unchanged", "judge prefers A", "Say thank you."),
    "llm-comparator/pairs.json": ("1 worse", "−answer", "judge prefers B"),
    "arena/battles.json": ("1 worse", "−vote", "people prefer A"),
}


async def taken_in(folder: Path, file: str) -> Path:
    for name in ("datasets", "configs", "policies"):
        (folder / name).mkdir(parents=True)
    told = await run_process(folder.parent, "import", DATA / file, "-w", folder)
    assert "1 row not taken" in told.out, told.written
    return folder


async def said_of(seat: Seat) -> None:
    await seat.press("v")
    await seat.reaches(PagerDialog)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("file", TOOLS)
async def test_the_list_says_what_there_is_to_see(tmp_path: Path, file: str, size: tuple[int, int]) -> None:
    folder = await taken_in(tmp_path / "ws", file)
    async with sit_down(folder, Wishes(triage=("last", None)), size=size) as seat:
        await settled(seat)
        await seat.sees("A first", "B second", *TOOLS[file])


async def test_an_imported_judge_is_told_under_its_name(tmp_path: Path) -> None:
    folder = await taken_in(tmp_path / "ws", "llm-comparator/pairs.json")
    async with sit_down(folder, Wishes(triage=("last", None))) as seat:
        await settled(seat)
        await said_of(seat)
        await seat.sees("llm-comparator · imported", "prefers B", "It is warmer.")
        assert "People" not in seat.text


async def test_the_voters_of_battles_are_people(tmp_path: Path) -> None:
    folder = await taken_in(tmp_path / "ws", "arena/battles.json")
    async with sit_down(folder, Wishes(triage=("last", None))) as seat:
        await settled(seat)
        await said_of(seat)
        await seat.sees("People", "arena_user_0: vote A")
