"""Every key of the Arena does what its help says."""

import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.widgets import Static

from support.app import against, rating, recomputed, sit_down, stored_session
from support.model_server import ModelServer
from support.workspaces import make_workspace, recording, write_lines
from tiebreak.records import SessionRole
from tiebreak_tui.dialogs.case import CaseDialog
from tiebreak_tui.dialogs.confirm import ConfirmDialog
from tiebreak_tui.dialogs.help import HelpDialog
from tiebreak_tui.dialogs.line import LineDialog
from tiebreak_tui.dialogs.text import TextDialog
from tiebreak_tui.keys import ARENA, EVERYWHERE
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.scoreboard import ScoreboardScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.widgets.find_bar import FindBar
from tiebreak_tui.widgets.gate_bar import GateBar
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.spot import start_spot

Proof = Callable[[Path], Awaitable[None]]
PROVED: set[str] = set()
ELSEWHERE = {
    *("spot.ask", "spot.session", "view.editor", "case.editor", "case.link"),
    *("prompt.edit", "prompt.history", "app.triage", "session.queue"),
}
"""By the tests of `test_workshop.py`, `test_editing_in_place.py`, `test_triage.py` and `test_risk_queue.py`."""
TWO_DIMENSIONS = """\
form:
  vote: required
  dimensions: [{name: tone}, {name: truth}]
gates:
  human:
    - {id: preferred, metric: win_rate, at_least: 0.5}
    - {id: tone, metric: rubric, dimension: tone, at_least: 3}
"""


def proves(*ids: str) -> Callable[[Proof], Proof]:
    PROVED.update(ids)
    return lambda proof: proof


def test_no_key_is_left_out() -> None:
    assert {key.id for key in (*ARENA, *EVERYWHERE)} == PROVED | ELSEWHERE


@proves("vote.a", "vote.b", "vote.tie", "vote.bad", "case.next", "case.previous", "case.open", "case.skip", "case.undo")
async def test_votes_moves_skip_and_undo(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        live = seat.arena.live
        for position, (key, vote, words) in enumerate(
            (
                ("left", "A", "A better"),
                ("right", "B", "B better"),
                ("t", "tie", "a tie"),
                ("x", "both_bad", "both bad"),
            )
        ):
            await seat.press(key)
            assert live.form(position).vote == vote
            assert seat.arena.position == position + 1
            await seat.sees(f"{live.cases[position].id}: {words}")
            await seat.answered()
        await seat.press("s")
        assert live.form(4).skipped
        await seat.answered()
        await seat.press("p")
        await seat.sees("case 5/6", "skipped")
        await seat.press("p")
        await seat.sees("case 4/6", "your vote: both bad")
        await seat.press("enter")
        await seat.sees("case 5/6")
        await seat.press("p", "p", "p", "p", "p", "p")
        assert seat.arena.position == 0
        await seat.press("g")
        await seat.sees("case 6/6")
        for position in (4, 3, 2, 1, 0):
            await seat.press("u")
            await seat.sees(f"case {position + 1}/6", "taken back")
            assert live.form(position).missing == ("a vote",)
        await seat.press("u")
        await seat.sees("There is nothing to take back.")
        # A second thought replaces the first vote, and undo brings that back.
        await seat.press("left", "p", "right")
        assert live.form(0).vote == "B"
        await seat.press("u")
        assert live.form(0).vote == "A"
        await seat.saved()
        assert live.scoreboard.snapshot().win_rate.losses == 1


@proves("score.1", "score.2", "score.3", "score.4", "score.5", "dimension.previous", "dimension.next", "score.clear")
async def test_scores_go_to_the_focused_side_and_on_to_the_next_dimension(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws", policy=TWO_DIMENSIONS)
    async with rating(tmp_path / "ws") as seat:
        live = seat.arena.live
        await seat.sees("▶tone A – B –", "truth A – B –")
        await seat.press("4")
        await seat.sees("tone A 4 B –", "▶truth")
        await seat.press("2", "tab")
        await seat.sees("▶tone A 4 B –", "truth A 2 B –")
        await seat.press("5")
        await seat.sees("tone A 4 B 5", "▶truth A 2 B –")
        await seat.press("left_square_bracket")
        await seat.sees("▶tone")
        await seat.press("right_square_bracket")
        await seat.sees("▶truth")
        await seat.press("3", "left_square_bracket", "1")
        assert live.form(0).scores == {
            ("tone", "baseline"): 4,
            ("truth", "baseline"): 2,
            ("tone", "candidate"): 1,
            ("truth", "candidate"): 3,
        }
        await seat.press("backspace")
        assert live.form(0).scores["tone", "candidate"] == 5
        await seat.press("backspace", "backspace", "backspace", "backspace")
        assert not live.form(0).scores
        await seat.press("backspace")
        await seat.sees("This case has no score to take back.")


@proves("case.note")
async def test_a_note_is_kept_and_what_is_typed_into_it_is_no_vote(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with rating(folder) as seat:
        await seat.press("n")
        await seat.reaches(TextDialog)
        await seat.write("text 1 x sqrt")
        await seat.press("left", "ctrl+s")
        await seat.reaches(ArenaScreen)
        await seat.sees("Note kept.", "1 note")
        await seat.saved()
        assert [(b.kind, b.value) for b in stored_session(folder).ballots] == [("note", "text 1 x sqrt")]
        await seat.press("n")
        await seat.sees("Earlier notes:", "text 1 x sqrt")
        await seat.write("never mind")
        await seat.press("escape")
        await seat.reaches(ArenaScreen)
        assert len(seat.arena.live.form(0).notes) == 1


@proves("pane.next", "pane.previous", "view.diff", "view.mode", "view.contexts", "gate.next", "gate.previous")
async def test_ways_to_look_at_the_answers(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        arena, panes = seat.arena, seat.arena.panes
        assert arena.focused_role == "baseline"
        turns: list[tuple[str, SessionRole]] = [
            ("tab", "candidate"),
            ("tab", "baseline"),
            ("shift+tab", "candidate"),
        ]
        for key, role in turns:
            await seat.press(key)
            assert arena.focused_role == role
            await seat.sees(f"▶ {'AB'[role == 'candidate']} {arena.stored.configs[role].name}")
        await seat.press("m")
        await seat.sees("View: raw")
        assert {pane.view.mode for pane in panes.values()} == {"raw"}
        await seat.press("m")
        await seat.sees("View: json")
        await seat.press("m", "d")
        assert arena.reading.comparing
        await seat.answered()
        await seat.press("escape")
        assert not arena.reading.comparing
        await seat.press("d", "d")
        assert not arena.reading.comparing
        await seat.press("d", "m")
        assert not arena.reading.comparing, "the view that was asked for is in sight"
        await seat.press("m", "m")
        await seat.press("c")
        await seat.reaches(CaseDialog)
        await seat.sees(f"Case {arena.live.cases[0].id}", "checks", "A ✔ pass")
        await seat.press("t", "x", "escape")
        await seat.reaches(ArenaScreen)
        gates = arena.query_one(GateBar)
        before = str(gates.render())
        await seat.press("full_stop")
        assert str(gates.render()) != before
        await seat.press("comma")
        assert str(gates.render()) == before
        assert arena.live.form(0).vote is None


@proves("view.find")
async def test_find_marks_both_answers_and_takes_the_letters_for_itself(tmp_path: Path) -> None:
    texts = {"one": "textbook, x-ray and text", "two": "textbook, x-ray and text"}
    make_workspace(tmp_path / "ws", questions=texts, a=texts, b=dict.fromkeys(texts, "no such words"))
    async with rating(tmp_path / "ws") as seat:
        await seat.press("tab", "slash")
        await seat.write("text")
        await seat.sees("A 2 · B none")
        await seat.press("enter")
        await seat.sees("A 2/2 · B none")
        await seat.press("up")
        await seat.sees("A 1/2")
        assert seat.arena.position == 0
        await seat.press("escape")
        assert not seat.arena.query_one(FindBar).is_open
        assert seat.arena.focused_role == "candidate"
        assert not seat.arena.live.form(0).vote


@proves("view.copy", "view.save")
async def test_copies_go_to_the_clipboard_and_to_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    make_workspace(folder, questions={"one": "?"}, a={"one": "clean \x1b[2J me"}, b={"one": "b" * 80_000})
    async with rating(folder) as seat:
        await seat.press("y")
        await seat.sees("Sent to the terminal's clipboard")
        assert seat.app.clipboard == "clean ␛[2J me"
        # The one OSC sequence that may reach a terminal: our own, with nothing but base64 in it.
        sent = f"\x1b]52;c;{base64.b64encode(seat.app.clipboard.encode()).decode()}\a"
        written = seat.terminal.written
        assert written.count(sent) == 1
        seat.terminal.log[:] = [written.replace(sent, "")]
        await seat.press("Y")
        saved = folder / ".tiebreak" / "copies" / "0001-A.txt"
        await seat.sees("Saved as")
        assert saved.read_text() == "clean \x1b[2J me"
        # Terminals cut long texts in silence, so those go to a file.
        await seat.press("tab", "y")
        await seat.until((folder / ".tiebreak" / "copies" / "0001-B.txt").exists)
        assert len((folder / ".tiebreak" / "copies" / "0001-B.txt").read_text()) == 80_000


@proves("case.save")
async def test_the_question_of_a_spot_check_becomes_a_case(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with ModelServer() as server, sit_down(folder) as seat:
        await seat.ready()
        assert seat.app.bench is not None
        session_id = start_spot(seat.app.bench, "Worth keeping?", ("normal?words=3", "echo"), base_url=server.base_url)
        await seat.app.enter_arena(session_id)
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.press("f")
        await seat.reaches(LineDialog)
        await seat.press("k", "e", "p", "t", "enter")
        await seat.reaches(ArenaScreen)
        await seat.sees("Saved in")
        assert "Worth keeping?" in (folder / "datasets" / "kept" / "cases.jsonl").read_text()
    # Elsewhere the key says why it does nothing: those cases are in a dataset already.
    async with rating(tmp_path / "another") as seat:
        await seat.press("f")
        await seat.sees("f keeps the question of a spot check")
        assert isinstance(seat.app.screen, ArenaScreen)


@proves("answer.again", "answer.stop")
async def test_a_regenerated_answer_is_looked_at_and_never_counts(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        await seat.press("r")
        await seat.answered()
        await seat.sees("EXPLORATORY")
        await seat.press("left")
        await seat.sees("never counts; esc brings the counting one back")
        assert seat.arena.live.form(0).vote is None
        await seat.press("escape")
        await seat.answered()
        assert "EXPLORATORY" not in seat.text
        await seat.press("left")
        assert seat.arena.live.form(0).vote == "A"


@proves("answer.again_all")
async def test_what_is_excluded_is_asked_again_at_a_key(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    path = folder / "recordings" / "warm.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"case": "greet-1"', b'"case": "someone"'))
    async with sit_down(folder, Wishes(start=True, baseline="plain", candidate="warm", seed=7)) as seat:
        arena = await seat.reaches(ArenaScreen)
        for _ in arena.live.cases:
            await seat.answered()
            await seat.press("enter")
        await seat.until(lambda: arena.live.scoreboard.snapshot().excluded_cases == 1)
        await seat.press("escape", "R")
        await seat.sees("Asking 1 case again.")
        await seat.until(lambda: max(r.attempt for r in stored_session(folder).responses) == 2)


async def test_an_answer_stopped_in_sight_and_asked_again_counts_and_is_told_of(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", "normal?words=4")
        (folder / "configs" / "plain.yaml").write_text(
            "target: {kind: recording, path: ../recordings/plain.jsonl, speed: 0}\n"
        )
        server.script("stall_after")
        async with sit_down(folder, Wishes(start=True, baseline="plain", candidate="warm", seed=7)) as seat:
            await seat.reaches(ArenaScreen)
            await seat.sees("So far")
            await seat.press("tab", "escape")
            await seat.sees("B stopped. It does not count; r asks again, and that will count.", "STOPPED")
            await seat.press("r")
            await seat.answered()
            assert "EXPLORATORY" not in seat.text
            await seat.press("right")
            await seat.saved()
            await seat.press("f4")
            await seat.sees("1 rated", "B: 1 re-asked after being stopped")
        assert recomputed(folder).win_rate.wins == 1


async def test_while_an_answer_is_missing_votes_are_refused_with_a_word(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    slow = recording(dict.fromkeys(("greet-1", "greet-2", "bye-1", "bye-2", "json-1", "refuse-1"), "late"), ttft=3600)
    write_lines(folder / "recordings" / "warm.jsonl", slow)
    config = folder / "configs" / "warm.yaml"
    config.write_text(config.read_text().replace("speed: 0", "speed: 1"))
    async with sit_down(folder, Wishes(start=True, baseline="plain", candidate="warm", seed=7)) as seat:
        arena = await seat.reaches(ArenaScreen)
        await seat.sees("Waiting for the first token", "TTFT")
        for key in ("left", "right", "t", "x", "s", "1"):
            await seat.press(key)
            await seat.sees("B is still answering.")
            await seat.hush()
        assert arena.position == 0
        await seat.press("left", "enter")
        await seat.sees("case 2/6")
        assert "still answering" not in seat.text, "that was the first case"
        await seat.press("p", "d")
        await seat.sees("Both answers must be there to be compared.")
        await seat.press("tab", "y")
        await seat.sees("There is nothing to copy yet.")
        await seat.press("r")
        await seat.sees("That answer is still coming.")
        await seat.press("escape")
        await seat.sees("B stopped. It does not count; r asks again, and that will count.", "STOPPED")
        assert arena.live.scoreboard.snapshot().settled == 0


@proves("session.scoreboard", "place.leave", "app.help", "app.setup", "app.arena")
async def test_places_and_overlays(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        arena = seat.arena
        await seat.press("right", "f4")
        await seat.reaches(ScoreboardScreen)
        await seat.sees("Session so far", "W 1 T 0 L 0", arena.session_id)
        await seat.press("q")
        await seat.reaches(ArenaScreen)
        await seat.press("question_mark")
        await seat.reaches(HelpDialog)
        assert seat.text.count("Arena: keys") == 1
        told = str(seat.app.screen.query_one(Static).content)
        assert all(key.id in told and key.help in told for key in (*ARENA, *EVERYWHERE))
        await seat.press("question_mark", "t", "escape")
        await seat.reaches(ArenaScreen)
        await seat.press("f2")
        await seat.reaches(SetupScreen)
        await seat.press("f3")
        await seat.reaches(ArenaScreen)
        assert (seat.arena, arena.position) == (arena, 1)
        await seat.press("q")
        await seat.reaches(SetupScreen)
        await seat.sees("1/6", "plain vs warm")


@proves("session.drift")
async def test_another_model_in_mid_session_is_asked_about(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with ModelServer() as server:
        target = {"kind": "model", "model": "drifting", "base_url": server.base_url, "api_key_env": "TEST_KEY"}
        (folder / "configs" / "warm.yaml").write_text(json.dumps({"target": target}))
        async with sit_down(folder, Wishes(start=True, baseline="plain", candidate="warm", seed=7)) as seat:
            await seat.reaches(ConfirmDialog)
            await seat.sees("B began with model-1 and is now served by model-2.", "Kept out of every figure")
            await seat.press("n")
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.press("right", "right")
            await seat.sees("n 1/6")
            await seat.press("D")
            await seat.reaches(ConfirmDialog)
            await seat.press("y")
            await seat.sees("n 2/6")
            await seat.press("D")
            await seat.sees("Every answer that counts came from the model that its side began with.")
            await seat.saved()
    acknowledged = [event.detail for event in stored_session(folder).events if event.kind == "drift_ack"]
    assert acknowledged == [{"rater": "tester", "role": "candidate", "served_model": "model-2", "began": "model-1"}]


@proves("judge.verdict", "judge.review")
async def test_without_a_judge_its_keys_say_how_to_take_one(tmp_path: Path) -> None:
    """What they do with one is in test_judge.py."""
    async with rating(tmp_path / "ws") as seat:
        for key in ("v", "V"):
            await seat.hush()
            await seat.press(key)
            await seat.sees("No judge goes along")
