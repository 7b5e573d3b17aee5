"""`e`: a prompt edited in the Arena, tried on a case, and rated as a session of its own."""

from pathlib import Path

from support.app import against, rating, sit_down, stored_session
from support.editors import editor
from support.model_server import ModelServer
from tiebreak_store import Store
from tiebreak_tui.dialogs.confirm import ConfirmDialog, TellDialog
from tiebreak_tui.dialogs.edit_prompt import EditPromptDialog
from tiebreak_tui.dialogs.options import OptionsDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.wishes import Wishes

A, B = "normal?words=3", "normal?words=4"


async def test_an_edit_is_checked_as_it_is_typed_and_tried_on_one_case(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, A, B, prompt={"system": "Be warm."})
        async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.press("tab", "e")
            await seat.reaches(EditPromptDialog)
            await seat.sees("=== system ===", "Be warm.", "✔ Renders for", "nothing is changed")
            await seat.write("{{ inptu }} ")
            await seat.sees("✘", "system", "“inptu” is unknown. Did you mean “input”?")
            await seat.press("ctrl+s")  # which refuses, and keeps what was typed
            await seat.reaches(EditPromptDialog)
            await seat.press("escape")
            await seat.reaches(ArenaScreen)
            await seat.press("e")
            await seat.reaches(EditPromptDialog)
            await seat.sees("{{ inptu }}")
            await seat.press(*["delete"] * 12)
            await seat.write("Say moo. ")
            await seat.sees("✔ Renders for", "Say moo. Be warm.")
            await seat.press("down", "down")
            await seat.write("Hello")
            await seat.sees("! The question is not in it", "{{ input }} puts it there")
            await seat.press(*["backspace"] * 5)
            await seat.until(lambda: "not in it" not in seat.text)
            await seat.press("ctrl+s")
            await seat.reaches(OptionsDialog)
            await seat.sees("This case only", "The whole set")
            assert "rated so far" not in seat.text
            asked = len(server.calls)
            await seat.press("enter")
            await seat.reaches(ArenaScreen)
            await seat.until(lambda: len(server.calls) == asked + 1)
            await seat.answered()
            await seat.sees("EXPLORATORY")
            assert server.calls[-1].body["messages"][0]["content"] == "Say moo. Be warm."
            await seat.press("escape", "right")
            await seat.saved()
        stored = stored_session(folder)
        events = [event for event in stored.events if event.kind == "config_edit"]
        assert [(event.detail["rerun"], event.detail["role"]) for event in events] == [("case", "candidate")]
        with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
            assert [version.origin for version in store.config_versions("warm")] == ["file", "edit"]
            assert len(store.sessions()) == 1


async def test_an_edit_changes_no_character_that_nobody_touched_seen_or_not(tmp_path: Path) -> None:
    odd = "Be\u00ad \u202ewarm\ufeff.\r\n\x1b[1mKind, \\⟨U+200B⟩"
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, A, B, prompt={"system": odd})
        async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.press("tab", "e")
            await seat.reaches(EditPromptDialog)
            await seat.sees("Be⟨U+00AD⟩ ⟨U+202E⟩warm⟨U+FEFF⟩.⟨U+000D⟩", "nothing is changed")
            await seat.write("Say moo. ")
            await seat.sees("✔ Renders for", "Say moo. ")
            await seat.press("ctrl+s")
            await seat.reaches(OptionsDialog)
            await seat.press("escape")  # kept as a draft
            await seat.reaches(ArenaScreen)
            await seat.press("e")
            await seat.reaches(EditPromptDialog)
            await seat.sees("Say moo. Be⟨U+00AD⟩")
            asked = len(server.calls)
            await seat.press("ctrl+s")
            await seat.reaches(OptionsDialog)
            await seat.press("enter")
            await seat.until(lambda: len(server.calls) == asked + 1)
            await seat.answered()
            said = server.calls[-1].body["messages"][0]["content"]
            assert said == f"Say moo. {odd}".replace("\r\n", "\n")  # as templates are rendered
        with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
            assert store.config_versions("warm")[-1].config.prompt.system == f"Say moo. {odd}"


async def test_the_whole_set_is_asked_in_a_child_session_whose_header_says_what_was_reused(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, A, B)
        async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            parent, order = seat.arena.session_id, [case.id for case in seat.arena.live.cases]
            await seat.press("right")
            await seat.answered()
            await seat.press("tab", "e")
            await seat.reaches(EditPromptDialog)
            await seat.write("Say moo.")
            await seat.press("ctrl+s")
            await seat.reaches(OptionsDialog)
            await seat.sees("The 1 rated so far")
            await seat.press("end", "enter")
            await seat.until(lambda: seat.app.arena is not None and seat.arena.session_id != parent)
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.hush()
            await seat.sees("reused A", "No case settled yet")
            assert [case.id for case in seat.arena.live.cases] == order
            assert server.calls[-1].body["messages"][0]["content"] == "Say moo."
            child = seat.arena.session_id
            await seat.press("left")
            await seat.saved()
        stored, before = stored_session(folder, child), stored_session(folder, parent)
        assert (stored.session.parent_id, len(stored.ballots), len(before.ballots)) == (parent, 1, 1)
        assert [event.detail["child"] for event in before.events if event.kind == "config_edit"] == [child]


async def test_the_editor_edits_too_and_its_file_is_gone_afterwards(tmp_path: Path) -> None:
    seen, environ = editor(tmp_path / "bin", appends="Q: {{ input }}")
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, A, B, prompt={"system": "Be warm."})
        async with sit_down(folder, Wishes(start=True, seed=7), environ=environ) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.press("tab", "e")
            await seat.reaches(EditPromptDialog)
            await seat.press("ctrl+e")
            await seat.sees("Q: {{ input }}", "✔ Renders for")
            path, mode, *text = seen.read_text().splitlines()
            assert mode == "600"
            assert text[:2] == ["=== system ===", "Be warm."]
            assert not Path(path).parent.exists()
    _, environ = editor(tmp_path / "other", fails=True)
    async with ModelServer() as server:
        folder = against(tmp_path / "two", server, A, B)
        async with sit_down(folder, Wishes(start=True, seed=7), environ=environ) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.press("e")
            await seat.reaches(EditPromptDialog)
            await seat.press("ctrl+e")
            await seat.reaches(TellDialog)
            await seat.sees("The editor ended with exit code 3; nothing was taken over.")


async def test_in_a_blind_session_an_edit_reveals_and_asks_first(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, A, B)
        async with sit_down(folder, Wishes(start=True, seed=7, blind=True)) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.press("e")
            await seat.reaches(ConfirmDialog)
            await seat.sees("Prompts and versions tell which side is which.")
            await seat.press("n")
            await seat.reaches(ArenaScreen)
            assert seat.arena.live.blinding.veiled
            await seat.press("e", "y")
            await seat.reaches(EditPromptDialog)
            assert not seat.arena.live.blinding.veiled
            await seat.press("escape")
            await seat.saved()
        assert [e.detail["why"] for e in stored_session(folder).events if e.kind == "reveal"] == ["edit"]


async def test_recorded_answers_have_no_prompt_to_edit(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        await seat.press("e")
        await seat.sees("replays recorded answers")
