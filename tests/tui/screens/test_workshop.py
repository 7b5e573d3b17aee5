"""In the Arena beyond rating: a spot check asked on and continued, answers read elsewhere, links, earlier sessions."""

import base64
from pathlib import Path
from threading import Event

import pytest
from textual.widgets import OptionList

from support.app import Seat, against, rating, sit_down, stored_session
from support.editors import editor
from support.model_server import ModelServer
from support.triage_app import changed, listed, settled
from support.workspaces import make_workspace
from tiebreak.workspace import Workspace
from tiebreak_tui.dialogs.ask_on import AskOnDialog
from tiebreak_tui.dialogs.confirm import TellDialog
from tiebreak_tui.dialogs.line import LineDialog
from tiebreak_tui.dialogs.moved import MovedDialog
from tiebreak_tui.dialogs.options import OptionsDialog
from tiebreak_tui.dialogs.past import FindDialog
from tiebreak_tui.dialogs.spot import SpotDialog
from tiebreak_tui.dialogs.versions import VersionsDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.wishes import SpotWish, Wishes
from tiebreak_workbench.past.finding import Finder, Hits
from tiebreak_workbench.spot import spot_workbench, start_spot
from tiebreak_workbench.triage.triage import Triage
from tiebreak_workbench.workbench import Workbench


async def begin_spot(seat: Seat, server: ModelServer) -> None:
    """A spot check within the app, both answers there."""
    await seat.ready()
    assert seat.app.bench is not None
    id_ = start_spot(seat.app.bench, "Why?", ("normal?words=3", "normal?words=5"), base_url=server.base_url)
    await seat.app.enter_arena(id_)
    await seat.reaches(ArenaScreen)
    await seat.answered()


async def take_first(seat: Seat) -> None:
    """What is found first; ⏎ goes to the list once it is that of what was typed."""
    await seat.press("enter")
    await seat.until(lambda: isinstance(seat.app.focused, OptionList))
    await seat.press("enter")


async def test_a_spot_check_is_asked_on_and_becomes_a_session(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with ModelServer() as server, sit_down(folder) as seat:
        await begin_spot(seat, server)
        first = {role: seat.answer(role) for role in ("baseline", "candidate")}
        await seat.press("right")
        await seat.sees("asks on")
        await seat.press("a")
        await seat.reaches(AskOnDialog)
        await seat.write("And then")
        await seat.press("escape")
        await seat.reaches(ArenaScreen)
        await seat.press("enter")  # what was typed is still there
        await seat.reaches(AskOnDialog)
        await seat.write("?")
        await seat.press("ctrl+s")
        await seat.until(lambda: len(seat.arena.live.cases) == 2)
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.sees("case 2/2", "And then?")
        sent = [call.body["messages"] for call in server.calls[-2:]]
        assert sorted(messages[1]["content"] for messages in sent) == sorted(first.values())
        assert all(messages[0]["content"] == "Why?" and messages[-1]["content"] == "And then?" for messages in sent)
        await seat.press("left", "p")
        await seat.answered()
        assert seat.arena.live.form(0).vote == "B"
        await seat.press("enter", "enter")
        await seat.reaches(AskOnDialog)
        await seat.write("Else?")
        await seat.press("ctrl+n")
        await seat.until(lambda: len(seat.arena.live.cases) == 3)
        await seat.reaches(ArenaScreen)
        await seat.answered()
        assert [message["content"] for message in server.calls[-1].body["messages"]] == ["Else?"]
        await seat.press("F")
        await seat.reaches(LineDialog)
        await seat.press("k", "e", "p", "t", "enter")
        await seat.reaches(SetupScreen)
        await seat.until(lambda: seat.setup.choosing is not None and seat.setup.choosing.choices.dataset == "kept")
        await seat.sees("kept", "3 of 3")
    assert len(Workspace.open(folder).load_dataset("kept").cases) == 3


async def test_a_spot_check_of_the_command_line_moves_into_the_folder_it_was_begun_in(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "ws"
    async with ModelServer() as server:
        with spot_workbench({"XDG_DATA_HOME": str(home), "USER": "tester"}) as bench:
            models = ("normal?words=3", "normal?words=5")
            id_ = start_spot(bench, "Why?", models, base_url=server.base_url)
            spots = bench.workspace.folder
        wishes = Wishes(resume=id_, start=True, spot=SpotWish(), save_cases_to=folder)
        async with sit_down(spots, wishes) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.press("F")
            await seat.reaches(LineDialog)
            await seat.press("enter")
            await seat.reaches(SetupScreen)
            await seat.until(lambda: seat.app.folder == folder and seat.setup.choosing is not None)
            await seat.sees("spot", "1 of 1")
            await seat.press("ctrl+s")
            await seat.reaches(ArenaScreen)
            await seat.answered()
            assert seat.arena.stored.session.kind == "arena"
    assert stored_session(folder).dataset.cases[0].input == "Why?"


async def test_a_spot_check_without_a_question_asks_for_it_first(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with spot_workbench({"XDG_DATA_HOME": str(tmp_path), "USER": "tester"}) as bench:
            spots = bench.workspace.folder
        wish = SpotWish(models=("normal?words=3", "normal?words=4"), base_url=server.base_url, system="Be kind.")
        async with sit_down(spots, Wishes(spot=wish, save_cases_to=tmp_path / "ws")) as seat:
            await seat.reaches(SpotDialog)
            await seat.sees("normal?words=3")
            await seat.write("Why?")
            await seat.press("ctrl+s")
            await seat.reaches(ArenaScreen)
            await seat.answered()
            assert server.calls[-1].body["messages"][0] == {"role": "system", "content": "Be kind."}
        async with sit_down(spots, Wishes(spot=SpotWish(), save_cases_to=tmp_path / "ws")) as seat:
            await seat.reaches(SpotDialog)
            await seat.press("escape")
            await seat.until(lambda: seat.app.saved.is_set())


async def test_a_session_takes_no_further_question(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        await seat.press("a")
        await seat.sees("Only a spot check takes further questions")
        await seat.press("F")
        await seat.sees("This is a full session already")


async def test_an_answer_and_a_case_are_read_in_the_editor(tmp_path: Path) -> None:
    seen, environ = editor(tmp_path / "bin")
    async with rating(tmp_path / "ws", environ=environ) as seat:
        await seat.press("o")
        await seat.until(lambda: seen.exists() and seat.answer("baseline") in seen.read_text())
        path, mode, *_ = seen.read_text().splitlines()
        assert mode == "400"
        assert path.endswith("0001-A.md")
        await seat.until(lambda: not Path(path).parent.exists())
        await seat.press("E")
        await seat.until(lambda: "## user" in seen.read_text())
        assert seat.arena.live.cases[0].question in seen.read_text()


async def test_without_an_editor_it_says_how_to_set_one(tmp_path: Path) -> None:
    async with rating(tmp_path / "ws") as seat:
        await seat.press("o")
        await seat.reaches(TellDialog)
        await seat.sees("No editor is set.", "export EDITOR=nano")


async def test_the_link_of_a_case_is_the_command_that_shows_it(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with rating(folder) as seat:
        await seat.press("L")
        id_, case = seat.arena.session_id, seat.arena.live.cases[0].id
        link = f"tiebreak show {id_} {case} -w {folder}"
        await seat.until(lambda: seat.app.clipboard == link)
        sent = f"\x1b]52;c;{base64.b64encode(link.encode()).decode()}\a"
        assert seat.terminal.written.count(sent) == 1
        log = seat.terminal.log
        log[:] = ["".join(log).replace(sent, "")]  # the one sequence of ours; the rest must be harmless


async def test_earlier_sessions_are_found_opened_and_compared(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with rating(folder) as seat:
        first = seat.arena.session_id
        await seat.press("right")
        await seat.answered()
        case = seat.arena.live.cases[1].id
        await seat.press("n")
        await seat.write("strange tone")
        await seat.press("ctrl+s")
        await seat.saved()
        await seat.press("q")
        await seat.reaches(SetupScreen)
        await seat.press("ctrl+s")
        await seat.until(lambda: seat.app.arena is not None and seat.arena.session_id != first)
        second = (await seat.reaches(ArenaScreen)).session_id
        await seat.answered()
        await seat.press("q")
        await seat.reaches(SetupScreen)
        await seat.press("slash")
        await seat.reaches(FindDialog)
        await seat.write("stragne tone")  # mistyped
        await seat.sees("strange tone", "said")
        await seat.press("enter", "enter")
        await seat.reaches(OptionsDialog)
        await seat.press("enter")
        await seat.reaches(ArenaScreen)
        await seat.until(
            lambda: seat.arena.session_id == first and seat.arena.live.cases[seat.arena.position].id == case
        )
        await seat.press("q")
        await seat.reaches(SetupScreen)
        await seat.press("slash")
        await seat.reaches(FindDialog)
        await seat.write(first)
        await seat.sees("1 found")
        await seat.press("enter", "enter")
        await seat.reaches(OptionsDialog)
        await seat.press("down", "enter")
        await seat.reaches(FindDialog)
        await seat.write(second)
        await seat.sees("1 found")
        await take_first(seat)
        await seat.reaches(MovedDialog)
        await seat.sees("Nothing changed but the session", "What moved", "win rate of B", "before  100 %", "n 1")
        await seat.press("escape")
        await seat.reaches(SetupScreen)


async def test_a_prompt_that_was_found_opens_among_its_versions(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", "normal?words=4", prompt={"system": "Talk like Ö."})
        async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
        async with sit_down(folder) as seat:
            await seat.ready()
            await seat.press("slash")
            await seat.reaches(FindDialog)
            await seat.write("tlak lik o")
            await seat.sees("prompt", "Talk like Ö.", "“tlak” also as talk")
            await seat.press("enter", "enter")
            await seat.reaches(OptionsDialog)
            await seat.sees("Its versions", "tiebreak history")
            await seat.press("enter")
            await seat.reaches(VersionsDialog)
            await seat.sees("v1", "Talk like Ö.")


async def test_a_note_of_triage_that_was_found_opens_there(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    session_id = await changed(folder)
    with Workbench.open(folder, {"USER": "ada"}) as bench, Triage.open(bench, session_id) as triage:
        triage.decide(["q-4"], {"note": "blame the retriever"})
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.press("slash")
        await seat.reaches(FindDialog)
        await seat.write("blame")
        await seat.sees("triage", "blame the retriever", "1 found")
        await seat.press("enter", "enter")
        await seat.reaches(OptionsDialog)
        await seat.press("enter")
        screen = await settled(seat)
        assert listed(screen) == ["q-4"]


async def test_one_search_runs_at_a_time_and_typing_supersedes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ws"
    await changed(folder)
    go_on, texts, running = Event(), list[str](), list[int]()
    find = Finder.find

    def slow(self: Finder, query: str, limit: int = 50) -> Hits:
        """The real one, as long as it takes over a large history."""
        texts.append(query)
        running.append(running[-1] + 1 if running else 1)
        if query == "l":
            go_on.wait(20)
        found = find(self, query, limit)
        running.append(running[-1] - 1)
        return found

    monkeypatch.setattr(Finder, "find", slow)
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.press("slash")
        await seat.reaches(FindDialog)
        await seat.write("l")
        await seat.until(lambda: "l" in texts)
        await seat.write("amp")
        await seat.sees("lamp")
        go_on.set()
        await seat.until(lambda: texts[-1] == "lamp" and running[-1] == 0)
        await seat.sees("lamps?")
    assert max(running) == 1


async def test_what_changed_stands_beside_what_moved(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", "normal?words=5", prompt={"system": "Be warm."})
        ids: list[str] = []
        for system in ("Be warm.", "Be very warm and say moo."):
            config = folder / "configs" / "warm.yaml"
            config.write_text(config.read_text().replace("Be warm.", system))
            async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
                await seat.reaches(ArenaScreen)
                await seat.answered()
                ids.append(seat.arena.session_id)
                if ids[1:]:
                    await seat.sees("version 2 of 2 tried on this set")
                await seat.press("right" if not ids[1:] else "left")
                await seat.answered()
                await seat.saved()
        for size in ((80, 24), (140, 44)):
            async with sit_down(folder, size=size) as seat:
                await seat.ready()
                await seat.press("slash")
                for id_ in ids:
                    await seat.reaches(FindDialog)
                    await seat.write(id_)
                    await seat.sees("1 found")
                    await take_first(seat)
                    if id_ is ids[0]:
                        await seat.reaches(OptionsDialog)
                        await seat.press("down", "enter")
                await seat.reaches(MovedDialog)
                await seat.sees("Only the prompt of B changed", "B prompt.system", "Be {+very +}warm{+ and say moo+}.")
                await seat.press("tab")
                await seat.sees("win rate of B", "100 % →", "before  100 %", "after   0 %")


async def test_versions_of_a_config_are_told_and_taken_up(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", "normal?words=4")
        async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.press("right", "tab", "h")
            await seat.sees("Versions of warm", "v1", "100 %", "n 1/6", "against plain")
            await seat.press("enter")
            await seat.reaches(OptionsDialog)
            await seat.press("end", "enter")
            await seat.sees("v1 is in warm.yaml.")
