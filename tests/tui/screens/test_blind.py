"""A blind session on screen: nothing that can be seen before the vote tells which side is which config."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.command import CommandPalette

from support.app import Seat, sit_down, stored_session
from support.workspaces import ANSWERS_A, ANSWERS_B, make_workspace, recording, write_lines
from tiebreak.session.seating import Seating
from tiebreak_tui.dialogs.confirm import ConfirmDialog
from tiebreak_tui.screens.blind import BlindArenaScreen
from tiebreak_tui.screens.scoreboard import ScoreboardScreen
from tiebreak_tui.wishes import Wishes

WORDY = dict.fromkeys(ANSWERS_A, "one two three four five six seven eight nine ten " * 8)
POLICY = """\
form:
  vote: required
  dimensions: [{name: tone, required: false}]
checks: [{kind: max_length, chars: 12}]
gates:
  offline: [{id: short, metric: check, check: max_length, at_least: 0.9}]
  human: [{id: preferred, metric: win_rate, at_least: 0.5}]
"""


def seat_left(monkeypatch: pytest.MonkeyPatch, left: str) -> None:
    """Let every showing be drawn alike."""
    seating = Seating(left="baseline" if left == "A" else "candidate", blind=True)

    def drawn(session_id: str, rater_id: str, case_id: str) -> Seating:
        return seating

    monkeypatch.setattr("tiebreak.session.blinding.drawn", drawn)


@asynccontextmanager
async def blind(folder: Path, **wishes: object) -> AsyncGenerator[Seat]:
    if not (folder / "datasets").exists():
        make_workspace(folder, policy=POLICY)
    wanted = Wishes(start=True, seed=7, blind=True, **wishes)  # type: ignore[arg-type]
    async with sit_down(folder, wanted) as seat:
        await seat.reaches(BlindArenaScreen)
        await seat.answered()
        yield seat


async def seen(folder: Path, monkeypatch: pytest.MonkeyPatch, left: str) -> dict[str, str]:
    """Everything that the screen says at each step of a session, with its colours."""
    told: dict[str, str] = {}
    a, b = ("plain", "warm") if left == "A" else ("warm", "plain")
    seat_left(monkeypatch, left)
    monkeypatch.setattr("tiebreak_workbench.workbench.session_id", lambda: "20260101-000000-bcdf")
    make_workspace(folder, policy=POLICY)
    async with blind(folder, baseline=a, candidate=b) as seat:

        async def look(name: str, *words: str) -> None:
            if seat.app.screen is seat.arena:
                await seat.saved()
            await seat.sees(*words)
            await seat.hush()
            # The cursor of an input blinks: there, the text has to do.
            screens = [""]

            def still() -> bool:
                screens.append(seat.text if name == "palette" else seat.terminal.styled)
                return screens[-1] == screens[-2]

            await seat.until(still)
            told[name] = f"{screens[-1]}\n{seat.app.title} {seat.app.sub_title} {seat.toasts}"

        await look("answers", "The tally comes every 10 settled cases", "▪ sealed", "Left better")
        for key, name, words in (
            ("question_mark", "help", ["The left answer is the better one"]),
            ("c", "case", ["What they say stays sealed"]),
            ("f4", "scoreboard", ["Session so far, sealed", "stay sealed", "▪ sealed"]),
            ("ctrl+p", "palette", ["Search for commands", "The left answer is the better one"]),
        ):
            await seat.press(key)
            await look(name, *words)
            if name == "palette":
                await seat.reaches(CommandPalette)
            await seat.press("escape")
            await seat.reaches(BlindArenaScreen)
        for key, name, word in (
            ("d", "diff", "[-Here you are: -]"),
            ("m", "mode", "View: raw"),
            ("tab", "other side", "▶ right"),
            ("4", "score", "right 4"),
            ("full_stop", "gate", "2/2 ▪"),
        ):
            await seat.press(key)
            await look(name, word)
        await seat.press("escape", "r")
        await seat.answered()
        await look("asked again", "EXPLORATORY")
        await seat.press("left")
        await look("refused", "never counts")
        await seat.press("escape", "Y")
        await look("copied", "left" if seat.arena.left.has_focus_within else "right")
        await seat.press("left")
        await seat.answered()
        await look("after the vote", "left better", "case 2/6")
        await seat.press("p")
        await seat.answered()
        await look("back", "your vote: left better")
    return told


async def test_nothing_on_screen_tells_the_sides_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same two answers on the same sides, once as A and B and once as B and A: not a cell may differ."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = await seen(tmp_path / "one" / "ws", monkeypatch, "A")
    two = await seen(tmp_path / "two" / "ws", monkeypatch, "B")
    assert one.keys() == two.keys()
    for step, screen in one.items():
        assert screen.replace("/one/", "/two/") == two[step], step
    for name in ("plain", "warm", "recorded answers", "$0", "TTFT", "tok/s"):
        assert all(name not in screen for screen in one.values()), name


@pytest.mark.parametrize("slow", ["plain", "warm"])
async def test_both_answers_come_at_one_pace(tmp_path: Path, slow: str) -> None:
    pace = {"plain": {"ttft": 0.01, "tokens_per_second": 4000.0}, "warm": {"ttft": 0.01, "tokens_per_second": 4000.0}}
    pace[slow] = {"ttft": 0.3, "tokens_per_second": 50.0}
    folder = tmp_path / "ws"
    make_workspace(folder, policy=POLICY, speed=1)
    for name, timing in pace.items():
        write_lines(folder / "recordings" / f"{name}.jsonl", recording(WORDY, **timing))
    lengths: set[tuple[int, int]] = set()
    async with sit_down(folder, Wishes(start=True, seed=7, blind=True)) as seat:
        arena = await seat.reaches(BlindArenaScreen)

        def looked() -> bool:
            if arena.is_mounted and hasattr(arena, "right"):
                lengths.add((len(arena.left.view.text), len(arena.right.view.text)))
                assert arena.left.state == arena.right.state
                return arena.left.state == "done"
            return False

        await seat.until(looked)
    assert any(0 < left < max(lengths)[0] for left, _ in lengths), lengths
    assert all(left == right for left, right in lengths), lengths


async def test_a_reveal_is_asked_for_and_changes_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seat_left(monkeypatch, "B")
    folder = tmp_path / "ws"
    async with blind(folder) as seat:
        await seat.press("right")
        await seat.answered()
        await seat.press("O")
        await seat.reaches(ConfirmDialog)
        await seat.press("n")
        await seat.reaches(BlindArenaScreen)
        assert "warm" not in seat.text
        await seat.press("O", "y")
        await seat.sees("left: B warm", "right: A plain", "A leads", "W 0 T 0 L 1")
        await seat.press("left")
        await seat.sees("left better, kept apart", "n 1/6")
        await seat.saved()
    stored = stored_session(folder)
    assert [event.kind for event in stored.events] == ["plan", "reveal"]
    assert [(ballot.value, ballot.identity_seen) for ballot in stored.ballots] == [("A", False), ("B", True)]


async def test_the_end_opens_the_result(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with blind(folder, cases=2) as seat:
        await seat.press("f4")
        await seat.reaches(ScoreboardScreen)
        await seat.press("escape", "left")
        await seat.answered()
        await seat.press("left")
        await seat.sees("Every case is done. Open the result?")
        await seat.press("y")
        await seat.sees("Session finished", "A plain against B warm")
        await seat.press("escape")
        await seat.sees("n 2/2")
        assert not seat.arena.applies("reveal")
    (reveal,) = (event for event in stored_session(folder).events if event.kind == "reveal")
    assert reveal.detail["why"] == "finished"


async def test_an_answer_that_names_its_maker_is_flagged(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    make_workspace(folder, b=dict.fromkeys(ANSWERS_B, "Hello, I am Claude by Anthropic."))
    async with blind(folder) as seat:
        await seat.sees("NAMES A MODEL")
        assert seat.text.count("NAMES A MODEL") == 1


async def test_setup_offers_it(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    make_workspace(folder)
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.sees("Mode", "open")
        await seat.press("up")
        await seat.press("enter")
        await seat.sees("which side is which stays hidden")
        await seat.press("ctrl+s")
        await seat.reaches(BlindArenaScreen)
    assert stored_session(folder).session.blind
