"""Acting from Triage: cases asked again, prompts edited, changes bisected, questions shrunk; each says first what it
takes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from support import model_server
from support.app import Seat, sit_down
from support.headless import server_process
from support.prompted import A, command, prompted_workspace, ran, write_config
from support.triage_app import changed, listed, settled, stored_decisions, triaging
from tiebreak.datasets import load_dataset
from tiebreak_store import Store
from tiebreak_tui.dialogs.bisect import BisectDialog
from tiebreak_tui.dialogs.edit_prompt import EditPromptDialog
from tiebreak_tui.dialogs.options import OptionsDialog
from tiebreak_tui.dialogs.pager import PagerDialog
from tiebreak_tui.dialogs.promote import PromoteDialog
from tiebreak_tui.dialogs.rerun import RerunDialog
from tiebreak_tui.dialogs.shrink import ShrinkDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.triage import TriageScreen
from tiebreak_tui.wishes import Wishes

MODEL = "obeys?fails=two words"
OPEN = Wishes(triage=("last", None))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(model_server) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, url: str) -> Path:
    """A session in which B fails on every case, as its prompt asks for two words."""
    return ran(prompted_workspace(tmp_path / "ws", url, MODEL))


async def ask_again(seat: Seat, *calls: str) -> RerunDialog:
    await seat.press("r")
    dialog = await seat.reaches(RerunDialog)
    await seat.sees(*calls)
    return dialog


async def test_a_case_is_asked_again_and_what_that_suggests_is_written_down_by_a_key(folder: Path, url: str) -> None:
    write_config(folder, "b", A, url, MODEL)
    async with sit_down(folder, OPEN) as seat:
        screen = await settled(seat)
        await ask_again(seat, "1 case to “b”, 3 answers each: at most 3 calls", "its file was edited since the run")
        await seat.press("tab", "tab", "ctrl+u")
        await seat.sees("a whole number from 1 to 100 is needed")
        await seat.press("ctrl+s")  # which refuses
        await seat.write("5")
        await seat.sees("at most 5 calls")
        await seat.press("ctrl+s")
        await seat.sees("1 fixed", "5 of 5 pass", "a writes down fixed and flaky")
        assert stored_decisions(folder, "q-0")["status"] == "open"
        await seat.press("space")
        await seat.reaches(PagerDialog)
        await seat.sees("Asked again: q-0", "Answer 1 passes", "Thirty days.", "Answer 5 passes")
        await seat.press("escape", "escape")
        await settled(seat)
        await seat.sees("fixed 5/5", "asked again: 1 fixed, a writes it down", "asked again: fixed, 5 of 5 pass")
        await seat.press("a")
        await settled(seat)
        await seat.sees("1 case: 1 fixed.")
        assert stored_decisions(folder, "q-0")["status"] == "fixed"
        await seat.press("u")
        await settled(seat)
        assert stored_decisions(folder, "q-0")["status"] == "open"
        assert listed(screen) == ["q-0", "q-1", "q-2"]
    async with sit_down(folder, OPEN) as seat:  # seen again with the case
        await settled(seat)
        await seat.sees("asked again: fixed, 5 of 5 pass")


async def test_many_cases_are_asked_of_another_model_and_stopped_at_a_limit(folder: Path) -> None:
    async with sit_down(folder, OPEN) as seat:
        await settled(seat)
        await seat.press("space", "space")
        dialog = await ask_again(seat, "2 cases to “b”", "what is marked", "what is listed")
        await seat.press("down")
        await seat.sees("3 cases to “b”")
        await seat.press("tab")
        dialog.query_one("#model", Input).value = "obeys"
        await seat.sees("3 cases to “b on obeys”", "of unknown cost")
        await seat.press("ctrl+s")
        await seat.sees("3 fixed")
        await seat.press("a")
        await settled(seat)
        assert [stored_decisions(folder, case)["status"] for case in ("q-0", "q-1", "q-2")] == ["fixed"] * 3
        await ask_again(seat, "2 cases to “b”")
        await seat.press("tab", "tab", "tab")
        await seat.write("0.001")
        await seat.sees("no call beyond")
        await seat.press("ctrl+s")
        await seat.sees("Not finished. The budget of $0.001 is spent.")


async def test_escape_stops_asking_and_keeps_what_came(folder: Path, url: str) -> None:
    write_config(folder, "b", A, url, "stall_after")
    async with sit_down(folder, OPEN) as seat:
        screen = await settled(seat)
        await ask_again(seat, "at most 3 calls")
        await seat.press("ctrl+s")
        await seat.sees("0 of 3 answers")
        await seat.until(lambda: screen.trial_run.running)
        await seat.press("escape")
        await seat.sees("Stopping: calls in flight are let finish")
        await seat.press("escape")
        await seat.sees("Not finished. It was stopped.", "1 not answered")
        await seat.press("escape")
        await seat.reaches(TriageScreen)
        await ask_again(seat, "at most 3 calls")
        await seat.press("ctrl+s")
        await seat.until(lambda: screen.trial_run.running)
    # and the app can be left meanwhile


async def test_an_edited_prompt_is_put_to_cases_or_to_the_set(folder: Path) -> None:
    async with sit_down(folder, OPEN) as seat:
        await settled(seat)
        await seat.press("e")
        await seat.reaches(EditPromptDialog)
        await seat.sees("Answer in two words.", "Renders for q-0")
        await seat.press("down", "down", "ctrl+k")
        await seat.write("Say it all.")
        await seat.press("escape", "e")
        await seat.reaches(EditPromptDialog)
        await seat.sees("Say it all.")  # the draft
        await seat.press("ctrl+s")
        await seat.reaches(OptionsDialog)
        await seat.sees("This case: q-0", "What is listed: 3 cases", "as a session of its own")
        await seat.press("down", "enter")
        await seat.reaches(RerunDialog)
        await seat.sees("edited: 3 words more, 4 fewer", "3 cases to “b”")
        await seat.press("ctrl+s")
        await seat.sees("3 fixed")
        await seat.press("escape")
        await settled(seat)
        with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
            assert [version.origin for version in store.config_versions("b")] == ["file", "edit"]
            assert len(store.sessions()) == 1
        await seat.press("e")
        await seat.reaches(EditPromptDialog)
        await seat.press("down", "down", "ctrl+k")
        await seat.write("Say all of it.")
        await seat.press("ctrl+s")
        await seat.reaches(OptionsDialog)
        await seat.press("end", "enter")
        await seat.reaches(ArenaScreen)
        await seat.answered()
        assert seat.app.triage is None
        assert "Say all of it." in (seat.arena.stored.configs["candidate"].prompt.system or "")


async def test_the_change_that_did_it_is_found_and_kept_with_the_case(folder: Path) -> None:
    async with sit_down(folder, OPEN) as seat:
        await settled(seat)
        await seat.press("b")
        await seat.reaches(BisectDialog)
        await seat.sees("- Answer in full sentences.", "+ Answer in two words.", "3 changes between A and B", "200")
        await seat.press("ctrl+s")
        await seat.sees("Found: this change makes it fail.", "+ two words", "B's without them fails 0 of 3")
        await seat.press("enter")
        await settled(seat)
        await seat.sees("bisected: prompt.system, line 3")
    told = json.loads(command(folder, "show", "last", "q-0", "--json").stdout)["findings"]
    assert [(one["found"]["ending"], one["found"]["found"][0]["new"]) for one in told] == [("found", "two words")]
    assert "bisected: Found: this change" in command(folder, "show", "last", "q-0").stdout
    async with sit_down(folder, OPEN) as seat:
        await settled(seat)
        await seat.press("enter")
        await seat.reaches(PagerDialog)
        await seat.sees("Bisected on", "+ two words", "What changes from A to B", "[-full sentences-]{+two words+}")


async def test_a_question_is_shrunk_on_the_way_into_a_dataset(folder: Path) -> None:
    async with sit_down(folder, OPEN) as seat:
        await settled(seat)
        await seat.press("f")
        await seat.reaches(PromoteDialog)
        await seat.sees("[x] contains")
        await seat.press("ctrl+t")
        await seat.reaches(ShrinkDialog)
        await seat.sees("How long can I return a lamp of kind 0?", "Shrinking 10 words", "$")
        await seat.press("ctrl+o")
        await seat.sees("no model is asked")
        await seat.press("ctrl+o")
        await seat.sees("Shrinking 10 words")
        await seat.press("ctrl+s")
        await seat.sees("Shrunk from 10 to 1 word.", "How[- long can I return a lamp of kind 0?-]")
        await seat.press("enter")
        await seat.reaches(PromoteDialog)
        await seat.sees("Shrunk from 10 to 1 word.", '"input": "How"')
        await seat.press("down", "space")
        await seat.sees("[x] exact", '"input": "How long can I')  # whole again: other checks
        await seat.press("space")
        await seat.sees("[ ] exact")
        await seat.press("ctrl+t")
        await seat.reaches(ShrinkDialog)
        await seat.sees("Shrinking 10 words")
        await seat.press("ctrl+s")
        await seat.sees("0 calls, 8 answers that were there")
        await seat.press("enter")
        await seat.reaches(PromoteDialog)
        await seat.sees('"input": "How"')
        await seat.press("enter")
        await seat.reaches(TriageScreen)
        await seat.sees("q-0 is kept in datasets/regressions/cases.jsonl.")
    (case,) = load_dataset(folder / "datasets" / "regressions").cases
    assert case.question == "How"


async def test_without_anybody_to_ask_it_says_so_and_looks_at_what_is_there(folder: Path, url: str) -> None:
    async with sit_down(folder, OPEN) as seat:
        await settled(seat)
        await ask_again(seat, "at most 3 calls")
        await seat.press("ctrl+s")
        await seat.sees("1 still failing")
        await seat.press("escape")
    config = folder / "configs" / "b.yaml"
    config.write_text(config.read_text().replace("kind: model", "kind: model, api_key_env: GONE_KEY"))
    async with sit_down(folder, Wishes(triage=("last", None), offline=True)) as seat:
        await settled(seat)
        await ask_again(seat, "nothing is asked, only answers that are there are looked at")
        await seat.press("ctrl+o")
        await seat.sees("GONE_KEY, which is not set", "looks only at answers that are there")
        await seat.press("ctrl+s")
        await seat.press("ctrl+o")
        await seat.sees("nothing is asked")
        await seat.press("ctrl+s")
        await seat.sees("1 still failing", "0 calls, 3 answers that were there")
    config.write_text(config.read_text().replace(url, "http://127.0.0.1:9/v1").replace(", api_key_env: GONE_KEY", ""))
    async with sit_down(folder, OPEN) as seat:
        await settled(seat)
        await ask_again(seat, "127.0.0.1:9 cannot be reached", "at most 3 calls")


async def test_recorded_answers_are_neither_edited_nor_bisected(tmp_path: Path) -> None:
    await changed(tmp_path / "ws")
    async with triaging(tmp_path / "ws") as (seat, _):
        await seat.press("e")
        await seat.sees("B replays recorded answers")
        await seat.press("a")
        await seat.sees("Nothing was asked again; r does.")
        await seat.press("r")
        await seat.reaches(RerunDialog)
        await seat.sees("“warm” replays recorded answers", "Name a model", "as in warm, unchanged since the run")
        await seat.press("ctrl+s", "escape", "b")
        await seat.reaches(BisectDialog)
        await seat.sees("The answers of “plain” are recorded", "There is nothing to bisect")
        await seat.press("ctrl+s", "escape")
        await seat.reaches(TriageScreen)


async def test_what_was_searched_is_marked_in_the_texts(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws") as (seat, screen):
        await seat.press("full_stop")
        await seat.sees("Nothing is searched; / does.")
        await seat.press("slash")
        await seat.write("stroy")  # mistyped
        await seat.sees("“stroy” also as story")
        await seat.press("enter")
        await settled(seat)
        await seat.press("full_stop")
        await seat.sees("Hits: A none · B 2/12")
        await seat.press("comma", "comma")
        await seat.sees("Hits: A none · B 12/12")
        await seat.press("escape")
        await settled(seat)
        assert screen.right.view.find_next() == (0, 0)
