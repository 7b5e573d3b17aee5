"""The panel of judges: what each is worth, whose answers say more than is borne out, and what is still to be judged."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.app import Seat, sit_down
from support.headless import model_workspace
from support.judge_server import JudgeServer
from support.live_judging import judged_workspace, write_judge
from support.workspaces import write_lines
from tiebreak.workspace import init_sample
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.scoreboard import ScoreboardScreen
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.demo import run_votes, sample_setup
from tiebreak_workbench.headless.headless import Wanted, answer, open_batch, setup_of
from tiebreak_workbench.judges.judging import JudgeLimits, judge_all, load_judge, open_judging
from tiebreak_workbench.workbench import Workbench

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
WANTS_A_JUDGE = (
    "form: {vote: required}\ngates:\n  human:\n"
    "    - {id: both, metric: win_rate, at_least: 0.5, source: calibrated, judge: mine}\n"
)
CASES = 4


@pytest.fixture
async def server() -> AsyncIterator[JudgeServer]:
    async with JudgeServer() as server:
        yield server


async def judges_whole(seat: Seat) -> None:
    """The panel of judges, opened whole."""
    await seat.press("f4")
    board = await seat.reaches(ScoreboardScreen)
    await seat.until(lambda: board.figures is not None and board.focused is not None)
    panel = board.query_one("#judges")
    while board.focused is not panel:
        await seat.press("right")
    await seat.press("enter")
    await seat.until(lambda: board.has_class("-whole"))


def said(seat: Seat) -> str:
    """What the screen says, as if no line were broken."""
    return " ".join(seat.text.replace("│", " ").split())


def tight(text: str) -> str:
    """Without white space: a long path goes over several lines."""
    return "".join(text.split())


@SIZES
async def test_the_panel_says_what_each_judge_is_worth(tmp_path: Path, size: tuple[int, int]) -> None:
    folder = init_sample(tmp_path / "desk")
    with Workbench.open(folder, os.environ) as bench:
        session_id = bench.start(sample_setup(bench))
        await run_votes(bench, session_id, folder / "ballots.jsonl")
        judging = open_judging(bench, session_id, load_judge(bench, "first-and-long"), JudgeLimits())
        await judge_all(judging)
    async with sit_down(folder, size=size) as seat:
        await seat.ready()
        await seat.press("r")
        await judges_whole(seat)
        await seat.sees("first-and-long", "✔ calibrated", "of 87", "leans to the first", "Cohen's κ")
        await seat.press("end")
        await seat.sees("people alone")


@SIZES
async def test_each_sides_hallucination_rate_stands_beside_its_judge(
    tmp_path: Path, server: JudgeServer, size: tuple[int, int]
) -> None:
    """A says what its passage bears out, B another word."""
    folder = model_workspace(tmp_path / "ws", server.base_url)
    passages = [{"id": "k", "text": "The quick brown dog."}]
    lines = [{"id": f"case-{n}", "input": "Who?", "contexts": passages} for n in range(CASES)]
    write_lines(folder / "datasets" / "questions" / "cases.jsonl", lines)
    write_judge(folder, server.base_url, "honest", kind="faithfulness")
    with Workbench.open(folder) as bench:
        session_id = bench.start(setup_of(bench.workspace, "questions", "a", "b"), origin="headless")
        await answer(await asyncio.to_thread(open_batch, bench, bench.store.load_session(session_id), Wanted()))
        judge = load_judge(bench, "mine")
        await judge_all(await asyncio.to_thread(open_judging, bench, session_id, judge, JudgeLimits()))
    async with sit_down(folder, size=size) as seat:
        await seat.ready()
        await seat.press("r")
        await judges_whole(seat)
        await seat.until(lambda: "A: 0 of 4 claims unsupported, 0 % (4 answers, too few for an interval)" in said(seat))
        assert "B: 4 of 4 claims unsupported, 100 % (4 answers" in said(seat)


@SIZES
async def test_what_a_gate_has_not_judged_yet_stands_with_the_command_for_it(
    tmp_path: Path, server: JudgeServer, size: tuple[int, int]
) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "shorter", policy=WANTS_A_JUDGE)
    async with sit_down(folder, Wishes(start=True, seed=7), size=size) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.press("left")
        await seat.saved()
        await judges_whole(seat)
        session_id = seat.arena.session_id
        command = f"`tiebreak judge {session_id} --judge mine -w {folder}` puts them to it."
        await seat.until(lambda: tight(f"Once this session is left, {command}") in tight(said(seat)))
        assert "The judge “mine” has not judged 6 cases that a gate needs." in said(seat)
        await seat.press("escape", "escape")
    async with sit_down(folder, size=size) as seat:
        await seat.ready()
        await seat.press("r")
        await judges_whole(seat)
        await seat.until(lambda: tight(f"that a gate needs. {command}") in tight(said(seat)))


async def test_of_the_judge_that_goes_along_its_own_line_says_how_far_it_is(
    tmp_path: Path, server: JudgeServer
) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "shorter", policy=WANTS_A_JUDGE)
    async with sit_down(folder, Wishes(start=True, seed=7, judge="mine")) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await judges_whole(seat)
        await seat.sees("questions answered")
        assert "puts them to it" not in seat.text
