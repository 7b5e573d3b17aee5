"""Keys held down, text pasted, notes left: nothing is rated or lost by an oversight."""

import asyncio
from pathlib import Path

from textual.events import Paste
from textual.widgets import TextArea

from support.app import Seat, rating, sit_down, stored_session
from support.model_server import ModelServer
from support.workspaces import make_workspace
from tiebreak_tui.dialogs.help import HelpDialog
from tiebreak_tui.dialogs.text import TextDialog
from tiebreak_tui.input_reader import KeyBurst
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.widgets.status_bar import StatusBar
from tiebreak_tui.wishes import SpotWish, Wishes
from tiebreak_workbench.spot import start_spot


async def test_a_held_key_votes_once_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with rating(folder) as seat:
        await seat.hold("right")
        await seat.sees("Held key ignored")
        assert seat.arena.position == 1
        await seat.hush()
        await seat.answered()
        # Two deliberate presses in quick succession both count; so does what follows a key that is still judged.
        at = next(seat.clock)
        seat.send("right", at)
        seat.send("right", at + 0.25)
        await seat.until(lambda: seat.arena.position == 3)
        await seat.answered()
        at = next(seat.clock)
        seat.send("t", at)
        await seat.until(lambda: seat.arena.position == 4)
        await seat.answered()
        seat.send("t", at + 0.25)
        seat.send("p", at + 0.3)
        await seat.until(lambda: seat.arena.live.form(4).vote == "tie")
        await seat.until(lambda: seat.arena.position == 4)
        await seat.saved()
    assert [ballot.value for ballot in stored_session(folder).ballots] == ["B", "B", "B", "tie", "tie"]


async def test_a_held_q_does_not_leave_the_app(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        await seat.hold("q")
        await seat.reaches(SetupScreen)
        assert seat.app.is_running
        assert seat.app.return_code is None


async def test_the_count_of_what_is_saved_leaves_out_what_was_taken_back(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        await seat.press("left")
        await seat.sees("1 saved")
        await seat.press("u")
        await seat.sees("0 saved")
        await seat.press("left", "p", "right")
        await seat.sees("1 saved")
        await seat.press("n")
        await seat.write("hm")
        await seat.press("ctrl+s")
        await seat.sees("2 saved")
        await seat.press("ctrl+q")
    assert seat.app.parting_words.startswith("2 ballots are saved.")


async def paste(seat: Seat, text: str) -> None:
    driver = seat.app._driver  # pyright: ignore[reportPrivateUsage]
    assert driver is not None
    driver.send_message(Paste(text))
    await seat.settle()


async def test_figures_go_on_after_a_dialog_closed_in_the_moment_something_was_saved(tmp_path: Path) -> None:
    async with rating(make_workspace(tmp_path / "ws")) as seat:
        await seat.press("n")
        dialog = await seat.reaches(TextDialog)
        # What comes after a refresh waits with the dialog, which is about to close.
        dialog.refresh()
        seat.arena.live.vote(0, "A")
        while not dialog._callbacks:  # pyright: ignore[reportPrivateUsage]
            dialog.refresh()
            await asyncio.sleep(0)
        dialog.dismiss(None)
        await seat.reaches(ArenaScreen)
        await seat.sees("1 saved")
        seat.arena.live.vote(1, "B")
        await seat.sees("2 saved")


async def test_a_paste_rates_nothing_in_any_place_and_goes_into_inputs(tmp_path: Path) -> None:
    async with sit_down(make_workspace(tmp_path / "ws")) as seat:
        await seat.ready()
        await paste(seat, "q\r")
        await seat.until(lambda: "Pasted text is ignored here" in seat.toasts)
        await seat.start()
        await paste(seat, "tq\r")
        await seat.sees("Pasted text is ignored here")
        assert not seat.arena.live.form(0).vote
        await seat.press("n")
        dialog = await seat.reaches(TextDialog)
        await paste(seat, "two\nlines")
        await seat.until(lambda: dialog.query_one(TextArea).text == "two\nlines")
        driver = seat.app._driver  # pyright: ignore[reportPrivateUsage]
        assert driver is not None
        from support.app import key_event

        driver.send_message(KeyBurst([key_event(name) for name in ("enter", "t", "q", "x", "enter")]))
        await seat.until(lambda: dialog.query_one(TextArea).text == "two\nlines\ntqx\n")


async def test_a_note_that_is_left_is_kept_as_a_draft(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with rating(folder) as seat:
        await seat.press("n")
        await seat.reaches(TextDialog)
        await seat.write("half a thought")
        await seat.press("escape")
        await seat.reaches(ArenaScreen)
        await seat.sees("The draft is kept, not saved")
        await seat.press("right")
        await seat.answered()
        await seat.press("n")
        dialog = await seat.reaches(TextDialog)
        assert not dialog.query_one(TextArea).text
        await seat.press("escape", "p", "n")
        dialog = await seat.reaches(TextDialog)
        assert dialog.query_one(TextArea).text == "half a thought"
        await seat.write(", made whole")
        await seat.press("ctrl+s")
        await seat.sees("Note kept.")
        await seat.saved()
        notes = [ballot.value for ballot in stored_session(folder).ballots if ballot.kind == "note"]
        assert notes == ["half a thought, made whole"]
        await seat.press("n")
        dialog = await seat.reaches(TextDialog)
        assert not dialog.query_one(TextArea).text
        await seat.write("never saved")
        case = seat.arena.live.cases[0].id
        await seat.press("ctrl+q")
    assert f"The note on {case} was not saved: never saved\n2 ballots are saved." in seat.app.parting_words


async def test_a_spot_check_of_the_command_line_ends_with_its_arena(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with ModelServer() as server:
        async with sit_down(folder) as seat:
            await seat.ready()
            assert seat.app.bench is not None
            session = start_spot(seat.app.bench, "Why?", ("normal?words=3", "echo"), base_url=server.base_url)
            # Begun inside the app, it ends where it was begun.
            await seat.app.enter_arena(session)
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.press("q")
            await seat.reaches(SetupScreen)
            assert seat.app.is_running
        async with sit_down(folder, Wishes(resume=session, start=True, spot=SpotWish())) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.press("f2")
            await seat.sees("This spot check has no Setup: q leaves")
            await seat.press("left", "q")
            await seat.until(lambda: seat.app.return_code == 0)
    assert seat.app.parting_words.startswith("1 ballot is saved.")


async def test_on_a_small_screen_one_answer_at_a_time_is_named_and_the_gates_are_counted(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws", size=(40, 10)) as seat:
        await seat.sees("A ⇥ B", "? help", "▶ A")
        assert "▶ B" not in seat.text
        counts = [word for word in seat.terminal.rows[0].split() if "…" in word]
        assert counts
        await seat.press("tab")
        await seat.sees("B ⇥ A", "▶ B")
        await seat.press("full_stop")
        await seat.until(lambda: "pending" in seat.toasts)
        await seat.terminal.pilot.resize_terminal(120, 12)
        await seat.until(lambda: "⇥" not in seat.terminal.rows[0])
        await seat.sees("A plain", "B warm")


async def test_the_help_scrolls_on_a_small_screen(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws", size=(40, 10)) as seat:
        await seat.press("question_mark")
        shown = await seat.reaches(HelpDialog)
        await seat.until(lambda: shown.fitted)  # before that the end is elsewhere
        await seat.sees("Arena: keys", "Read both answers")
        await seat.press("end")
        await seat.sees("takes text is ignored.")


async def test_a_terminal_that_is_too_small_says_so_and_takes_no_votes(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        await seat.press("n")
        await seat.reaches(TextDialog)
        await seat.write("begun")
        for size in ((39, 30), (80, 9)):
            await seat.terminal.pilot.resize_terminal(*size)
            await seat.sees("Terminal too")
            assert "begun" not in seat.text
            await seat.press("x", "escape")
            await seat.terminal.pilot.resize_terminal(80, 24)
            await seat.sees("begun")
        await seat.press("escape")
        await seat.reaches(ArenaScreen)
        await seat.terminal.pilot.resize_terminal(20, 5)
        await seat.sees("Terminal too")
        await seat.press("t", "q")
        await seat.terminal.pilot.resize_terminal(80, 24)
        await seat.sees("case 1/6")
        assert not seat.arena.live.form(0).vote
        assert not seat.arena.query_one(StatusBar).last_act
