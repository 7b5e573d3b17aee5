"""The judge in the app: nothing tells its verdict before the vote, and all of it is open after."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.command import CommandPalette

from support.app import Seat, recomputed, sit_down, stored_session
from support.judge_server import JudgeServer
from support.live_judging import VOTE_ONLY, judged_workspace, write_judge
from tiebreak_tui.dialogs.pick import PickDialog
from tiebreak_tui.dialogs.verdict import VerdictDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.blind import BlindArenaScreen
from tiebreak_tui.screens.scoreboard import ScoreboardScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.wishes import Wishes

BARS = re.compile("[▁-▇]")
"""Ends of scrollbars, which follow the number of lines above and below."""
FIGURES = re.compile(r"\b[0-9a-f]{8}\b|\$[0-9.e-]+|\d\.\d+ s|\d+ of \d+ (asked|questions answered)|\d\d-\d\d \d\d:\d\d")
"""Seals and versions, which are hashes, and how far judging is, which is a matter of time."""


@pytest.fixture
async def server() -> AsyncIterator[JudgeServer]:
    async with JudgeServer() as server:
        yield server


@asynccontextmanager
async def judging(
    folder: Path, server: JudgeServer, model: str, *, size: tuple[int, int] = (140, 44), **wishes: object
) -> AsyncGenerator[Seat]:
    """In the Arena with a judge that has said its word on the first case."""
    if not (folder / "datasets").exists():
        judged_workspace(folder, server.base_url, model)
    wanted = Wishes(start=True, seed=7, judge="mine", **wishes)  # type: ignore[arg-type]
    async with sit_down(folder, wanted, size=size) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await judged(seat)
        yield seat


async def judged(seat: Seat) -> None:
    """Wait until the judge has said all that it was asked."""

    def done() -> bool:
        live = seat.arena.live
        progress = live.judged.progress if live.judged is not None else None
        sealed = live.verdicts.look(live.cases[seat.arena.position].id).seal
        return bool(sealed) and progress is not None and progress.answered == progress.planned

    await seat.until(done)


async def seen(folder: Path, server: JudgeServer, model: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Everything that the screen says until the first vote is given, and after it."""
    told: dict[str, str] = {}
    monkeypatch.setattr("tiebreak_workbench.workbench.session_id", lambda: "20260101-000000-bcdf")
    async with judging(folder, server, model) as seat:

        async def look(name: str, *words: str) -> None:
            await seat.sees(*words)
            await seat.hush()
            await judged(seat)
            screens = [""]

            def still() -> bool:
                screens.append(BARS.sub(" ", FIGURES.sub("#", seat.text)))
                return screens[-1] == screens[-2]

            await seat.until(still)
            told[name] = f"{screens[-1]}\n{seat.app.title} {seat.app.sub_title} {seat.toasts}"

        await look("answers", "sealed")
        await seat.press("v")
        await seat.sees("Rate this case first")
        told["refused"] = FIGURES.sub("#", seat.text)
        await seat.press("V")
        await seat.sees("No case that you rated is waiting")
        told["no review"] = FIGURES.sub("#", seat.text)
        for key, name, words in (
            ("question_mark", "help", ["A is the better answer"]),
            ("f4", "scoreboard", ["questions answered", "Nothing is labelled"]),
            ("c", "case", ["should be"]),
            ("ctrl+p", "palette", ["Search for commands"]),
        ):
            await seat.press(key)
            if name == "scoreboard":
                await to_the_end(seat)
            await look(name, *words)
            if name == "palette":
                await seat.reaches(CommandPalette)
            await seat.press("escape")
            await seat.reaches(ArenaScreen)
        await seat.press("enter")  # on without a vote, and back
        await seat.answered()
        await look("next", "sealed")
        await seat.press("p")
        await seat.answered()
        await look("back", "sealed")
        await seat.press("left")
        await seat.answered()
        await look("after the vote", "case 2/6", "json-1: ")
    return told


LOOKS = 10


async def to_the_end(seat: Seat) -> None:
    """Of the Scoreboard, once its figures stand."""
    board = await seat.reaches(ScoreboardScreen)
    page = board.query_one("#page")
    live = seat.arena.live
    ahead = len(live.cases) - (seat.arena.position + 4)
    # Where a line is broken depends on how long its figures are.
    await seat.until(lambda: live.judged is not None and live.judged.waiting <= ahead)
    await judged(seat)
    await seat.until(lambda: board.figures is not None and page.max_scroll_y)
    ends: list[int] = []

    def laid_out() -> bool:
        """Panels grow as their figures come in."""
        ends.append(page.max_scroll_y)
        return len(ends) > LOOKS and len(set(ends[-LOOKS:])) == 1

    await seat.until(laid_out)
    await seat.press("end")
    await seat.until(lambda: page.scroll_offset.y == page.max_scroll_y)


async def test_nothing_on_screen_tells_a_verdict_before_the_vote(
    tmp_path: Path, server: JudgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same session with two judges that say the opposite of every case, cell by cell."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one = await seen(tmp_path / "one" / "ws", server, "shorter", monkeypatch)
    two = await seen(tmp_path / "two" / "ws", server, "longer", monkeypatch)
    after = "after the vote"
    assert one.keys() == two.keys()
    for step, screen in one.items():
        if step != after:
            assert screen.replace("/one/", "/two/") == two[step], step
    assert "json-1: says B better" in one[after]
    assert "json-1: agrees" in two[after]


async def test_v_opens_the_verdict_whole_and_digits_tag_a_disagreement(tmp_path: Path, server: JudgeServer) -> None:
    folder = tmp_path / "ws"
    async with judging(folder, server, "shorter") as seat:
        sealed = seat.arena.live.verdicts.look(seat.arena.live.cases[0].id).seal
        await seat.sees(f"sealed {sealed[:8]}…")
        await seat.press("left", "p")
        await seat.answered()
        await seat.press("v")
        await seat.reaches(VerdictDialog)
        await seat.sees("The judge says B better.", "Your vote: A better.", "A shown first", "B shown first")
        await seat.sees("by its length", "uncalibrated", sealed, "✔ the seals hold", "$0.007")
        await seat.press("2")
        await seat.sees("Tagged: I was wrong")
        await seat.press("u")
        await seat.sees("A digit says what it comes from")
        await seat.press("1", "r")
        await seat.sees("Tagged: judge wrong", "raw reply", "<<<END VERDICT")
        await seat.press("escape")
        await seat.reaches(ArenaScreen)
        await seat.press("right")  # the first vote stands
        await seat.sees("Kept apart: the vote before the judge's verdict counts.")
        await seat.saved()
        await seat.press("p")
        await seat.sees("your vote: A better, then B better (kept apart)", "1 vote changed after a verdict")
        await seat.press("f4")
        await to_the_end(seat)
        await seat.sees("agrees with people", "apart from the answers")
        await seat.press("home")
        await seat.sees("1 vote was changed after the judge's verdict was seen")
        await seat.press("escape")
    snapshot = recomputed(folder)
    assert (snapshot.win_rate.losses, snapshot.win_rate.wins, snapshot.changed) == (1, 0, 1)
    tags = [b for b in stored_session(folder).ballots if b.kind in ("tag", "undo")]
    assert [b.value for b in tags] == ["human_wrong", None, "judge_wrong"]


async def test_a_vote_that_was_changed_and_taken_back_leaves_no_ballot_apart(
    tmp_path: Path, server: JudgeServer
) -> None:
    async with judging(tmp_path / "ws", server, "shorter") as seat:
        await seat.press("left", "p")
        await seat.answered()
        await seat.sees("says B better", "1 saved")
        await seat.press("right")
        await seat.sees("Kept apart")
        await seat.saved()
        assert seat.arena.live.scoreboard.snapshot().apart == 1
        await seat.press("u")
        await seat.sees("taken back", "1 saved", "your vote: A better")
        assert "kept apart" not in seat.text
        await seat.press("u")
        await seat.sees("That was given before you saw the judge's verdict, and stands.")
    assert (recomputed(tmp_path / "ws").apart, recomputed(tmp_path / "ws").changed) == (0, 0)


async def test_shift_v_goes_from_one_case_worth_a_look_to_the_next(tmp_path: Path, server: JudgeServer) -> None:
    async with judging(tmp_path / "ws", server, "longer") as seat:
        live = seat.arena.live
        for _ in range(5):
            await judged(seat)
            await seat.press("left")
            await seat.answered()
        await seat.saved()
        queue = [p for p in range(5) if live.verdicts.look(live.cases[p].id).agreement == "differs"]
        assert 2 <= len(queue) < 5
        before = recomputed(tmp_path / "ws").win_rate
        for position in queue:
            await seat.press("V")
            await seat.until(lambda position=position: seat.arena.position == position)
            await seat.sees("To look at: the judge and the vote differ")
        assert recomputed(tmp_path / "ws").win_rate == before


async def test_blind_a_verdict_names_places_and_its_list_tells_no_side(
    tmp_path: Path, server: JudgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Sides are drawn by the id of the session: with this one, either side comes first in the four cases.
    monkeypatch.setattr("tiebreak_workbench.workbench.session_id", lambda: "20260101-000000-bcdf")
    async with judging(tmp_path / "ws", server, "first", blind=True) as seat:
        arena = await seat.reaches(BlindArenaScreen)
        firsts: set[str] = set()
        for position in range(4):
            await judged(seat)
            await seat.press("t")
            await seat.answered()
            arena.go(position)
            await seat.answered()
            await seat.press("v")
            dialog = await seat.reaches(VerdictDialog)
            await seat.sees("the left side shown first", "The judge contradicts itself.", "Your vote: a tie.")
            said = seat.text
            assert said.index("the left side shown first") < said.index("the right side shown first")
            assert not re.search(r"\b[AB] (better|shown)|plain|warm", said)
            firsts.add(arena.live.seating(position).left)
            await seat.press("escape")
            await seat.reaches(BlindArenaScreen)
            arena.go(position + 1)
            await seat.answered()
            del dialog
        assert firsts == {"baseline", "candidate"}  # left first, whichever side it was


async def test_setup_has_a_line_for_the_judge_and_it_survives_a_resume(tmp_path: Path, server: JudgeServer) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "shorter")
    async with sit_down(folder, Wishes(seed=7)) as seat:
        await seat.ready()
        await seat.sees("Judge        none")
        choices = seat.setup.query_one("#choices")
        choices.focus()
        while seat.setup._marked != "judge":  # pyright: ignore[reportPrivateUsage]
            await seat.press("up")
        await seat.press("enter")
        await seat.reaches(PickDialog)
        await seat.write("mine")
        await seat.sees("uncalibrated", "12 calls, about $")
        await seat.press("enter")
        await seat.reaches(SetupScreen)
        await seat.sees("Judge        mine pairwise · shorter", "12 calls, about $", "mine: 12")
        await seat.press("ctrl+s")
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await judged(seat)
        await seat.sees("judge mine", "sealed", "judge $")
    calls = len(server.calls)
    write_judge(folder, server.base_url, "shorter", more="criteria: Be kind.")
    async with sit_down(folder, Wishes(resume="last")) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await judged(seat)
        await seat.sees("judge mine", "sealed")
        await seat.until(lambda: "was edited" in seat.toasts)
    assert len(server.calls) <= calls + 2


async def test_a_judge_that_is_down_says_so_on_its_line_and_rating_goes_on(tmp_path: Path, server: JudgeServer) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "401", policy=VOTE_ONLY)
    async with sit_down(folder, Wishes(start=True, seed=7, judge="mine"), size=(100, 30)) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.sees("paused: 3 calls in a row")
        await seat.press("left")
        await seat.saved()
        calls = len(server.calls)
        await seat.press("R")
        await seat.sees("The judge is asked again.")
        await seat.until(lambda: len(server.calls) > calls)
    assert recomputed(folder).settled == 1


async def test_a_judge_whose_provider_takes_no_more_calls_says_until_when_it_waits(
    tmp_path: Path, server: JudgeServer
) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "429?retry_after=90", policy=VOTE_ONLY)
    async with sit_down(folder, Wishes(start=True, seed=7, judge="mine"), size=(100, 30)) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.press("left")
        await seat.sees("waits until", "(rate limit)")
        await seat.press("right")  # nothing waits for the judge
        await seat.saved()
    assert recomputed(folder).settled == 2
