"""Triage at the keyboard: what got worse is read, searched, grouped, decided about and promoted."""

import json
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Input, TextArea

from support.app import rating, sit_down
from support.triage_app import LONG, all_answered, changed, listed, settled, stored_decisions, triaging
from support.workspaces import make_workspace
from tiebreak.records.triage import CAUSES
from tiebreak_tui import keys
from tiebreak_tui.dialogs.confirm import TellDialog
from tiebreak_tui.dialogs.help import HelpDialog
from tiebreak_tui.dialogs.line import LineDialog
from tiebreak_tui.dialogs.pager import PagerDialog
from tiebreak_tui.dialogs.promote import PromoteDialog
from tiebreak_tui.dialogs.status import StatusDialog
from tiebreak_tui.dialogs.text import TextDialog
from tiebreak_tui.dialogs.triage_filter import FilterDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.screens.triage import TriageScreen
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.triage.triage import Triage
from tiebreak_workbench.workbench import Workbench


def at_hand(screen: TriageScreen) -> str:
    """The case that the panes show."""
    assert screen.detail is not None
    return screen.detail.case.id


def test_the_keys_know_the_causes() -> None:
    assert dict(keys.CAUSES) == dict(CAUSES)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_worst_comes_first_with_both_answers(tmp_path: Path, size: tuple[int, int]) -> None:
    async with triaging(tmp_path / "ws", size=size) as (seat, screen):
        assert listed(screen) == ["q-0", "q-1", "q-4", "q-2", "q-3"]
        await seat.sees("A plain", "B warm", "✘ 3 worse", "✔ 1 better", "5 cases", "q-0", "−max_length")
        await seat.sees(
            "Thirty days.", "Well, that is a long story", "Question 0 about lamps?", "1 retrieval", "7 flaky"
        )
        await seat.press("right", "right", "right")
        await seat.sees("No regression comes after this one.")
        await settled(seat)
        assert at_hand(screen) == "q-4"
        await seat.press("end", "left")
        await settled(seat)
        assert at_hand(screen) == "q-4"
        await seat.press("left", "left")
        await settled(seat)
        await seat.sees("Thirty days.")


async def test_a_cause_is_shown_at_once_and_saved(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with triaging(folder) as (seat, screen):
        await seat.press("2")
        assert screen.at_hand.cause == "prompt"
        await seat.sees("1 decided")
        await seat.press("w")
        await seat.reaches(StatusDialog)
        await seat.press("down", "enter")
        await settled(seat)
        await seat.press("at")
        await seat.reaches(LineDialog)
        await seat.write("kim")
        await seat.press("enter", "n")
        await seat.reaches(TextDialog)
        await seat.write("too long")
        await seat.press("ctrl+s")
        await settled(seat)
        await seat.sees("@kim", "too long", "confirmed")
        wanted = {"status": "confirmed", "cause": "prompt", "assignee": "kim", "note": "too long"}
        assert stored_decisions(folder, "q-0") == wanted
        await seat.press("0")
        await settled(seat)
        await seat.press("u", "u")
        await settled(seat)
        assert stored_decisions(folder, "q-0") == wanted | {"note": None}
        await seat.press("at")
        await seat.reaches(LineDialog)
        await seat.press("ctrl+u", "enter")
        await settled(seat)
        assert stored_decisions(folder, "q-0")["assignee"] is None


async def test_marked_cases_are_decided_about_in_one_act(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with triaging(folder) as (seat, screen):
        await seat.press("space", "down", "space")
        await seat.sees("2 marked")
        await seat.press("5")
        await settled(seat)
        await seat.sees("2 cases: cause data.")
        assert [stored_decisions(folder, case)["cause"] for case in ("q-0", "q-1", "q-4")] == ["data", None, "data"]
        await seat.press("u")
        await settled(seat)
        await seat.sees("Taken back for 2 cases.")
        assert stored_decisions(folder, "q-4")["cause"] is None
        await seat.press("escape")
        assert not screen.marked
        await seat.press("home", "asterisk")
        await settled(seat)
        await seat.sees("2 marked")
        assert set(screen.triage.case_ids(screen.marked)) == {"q-0", "q-1"}


async def test_escape_gives_up_a_group_that_is_looked_for(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws") as (seat, screen):
        screen.lanes.forget("group")  # nothing is looked for: nothing happens
        await seat.press("asterisk", "escape")
        await settled(seat)
        assert not screen.marked
        await seat.press("asterisk")
        await settled(seat)
        assert len(screen.marked) == 2


async def test_a_decision_on_a_folded_group_serves_all_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with triaging(folder) as (seat, screen):
        await seat.press("g")
        await settled(seat)
        await seat.sees("2 groups of 3 cases", "2 × like q-0")
        await seat.press("1")
        await settled(seat)
        assert [stored_decisions(folder, case)["cause"] for case in ("q-0", "q-1", "q-4")] == ["retrieval"] * 2 + [None]
        await seat.press("o")
        assert listed(screen) == ["q-0", "q-0", "q-1", "q-4"]
        await seat.press("down", "down", "3")
        await settled(seat)
        assert [stored_decisions(folder, case)["cause"] for case in ("q-0", "q-1")] == ["retrieval", "model"]
        await seat.press("right_square_bracket")
        await settled(seat)
        assert at_hand(screen) == "q-4"
        await seat.press("o")
        await seat.sees("It stands alone")
        assert listed(screen) == ["q-0", "q-0", "q-1", "q-4"]
        await seat.press("left_square_bracket", "o")
        assert listed(screen) == ["q-0", "q-4"]
        await seat.press("asterisk", "g")
        await settled(seat)
        assert set(screen.triage.case_ids(screen.marked)) == {"q-0", "q-1"}


async def test_words_are_searched_as_they_are_typed(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws") as (seat, screen):
        await seat.press("slash")
        await seat.write("altog")
        await seat.until(lambda: screen.rows is not None and listed(screen) == ["q-4"])
        await seat.press("enter")
        await seat.sees("search altog", "1 case")
        assert screen.cases.has_focus
        await seat.press("escape")
        await settled(seat)
        assert len(listed(screen)) == 5
        await seat.press("slash")
        await seat.write("stroy")
        await seat.sees("“stroy” also as story")
        await seat.press("down", "escape")
        await settled(seat)
        assert len(listed(screen)) == 5
        await seat.press("slash")
        await seat.write("nowhere")
        await settled(seat)
        await seat.sees("0 cases", "No case is left.")
        await seat.press("enter", "1", "d", "enter", "w", "f", "asterisk", "space", "right", "o")
        assert seat.app.screen is screen
        await seat.press("escape")
        await settled(seat)
        await seat.sees("Thirty")


async def test_the_filter_says_what_there_is_and_what_is_wrong(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws", wanted="class:regression,fix") as (seat, screen):
        assert listed(screen) == ["q-0", "q-1", "q-4", "q-2"]
        await seat.sees("filter class:regression,fix")
        await seat.press("l")
        dialog = await seat.reaches(FilterDialog)
        await seat.sees("class     regression", "4 cases.")
        await seat.press("ctrl+u")
        await seat.write("clas:fix")
        await seat.sees("there is nothing called “clas”")
        await seat.press("enter")
        assert seat.app.screen is dialog
        await seat.press("ctrl+u")
        await seat.write("class:fi")
        await seat.press("tab")
        assert dialog.query_one(Input).value.strip() == "class:fix"
        await seat.sees("1 case.")
        await seat.press("enter")
        await settled(seat)
        assert listed(screen) == ["q-2"]
        await seat.press("escape")
        await settled(seat)
        assert len(listed(screen)) == 5


async def test_the_case_whole_its_passages_and_its_verdicts(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws", votes={"q-0": "A"}) as (seat, _):
        await seat.press("enter")
        await seat.reaches(PagerDialog)
        await seat.sees(
            "What changes from A to B", "target.path", "The prompt of both", "The answer of B", "max_length"
        )
        await seat.press("escape", "c")
        await seat.reaches(PagerDialog)
        await seat.sees("Question 0 about lamps?")
        await seat.press("escape", "v")
        await seat.reaches(PagerDialog)
        await seat.sees("People", "vote A")
        await seat.press("escape", "down")
        await settled(seat)
        await seat.press("v")
        await seat.sees("Neither a judge nor a person")


async def test_answers_are_compared_and_copied(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with triaging(folder) as (seat, screen):
        await seat.press("d")
        assert screen.reading.comparing
        await seat.press("escape")
        assert not screen.reading.comparing
        await seat.press("m")
        await seat.sees("View: raw")
        await seat.press("tab")
        assert screen.left.view.has_focus
        await seat.press("tab", "Y")
        await seat.until(lambda: (folder / ".tiebreak" / "copies").exists())
        (saved,) = (folder / ".tiebreak" / "copies").iterdir()
        assert saved.read_text() == LONG
        await seat.press("tab")
        assert screen.cases.has_focus


async def test_a_failure_is_promoted_with_proven_checks(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with triaging(folder) as (seat, _):
        await seat.press("f")
        await seat.reaches(PromoteDialog)
        await seat.sees("[x] max_length", "Good is A.", "It will be made.", '"kind": "regression"')
        await seat.press("space")
        await seat.sees("One check at least")
        await seat.press("ctrl+g")
        await seat.sees("Good is B.", "[x] contains")
        await seat.press("ctrl+g")
        await seat.sees("Good is A.", "[x] max_length")
        await seat.press("enter")
        await seat.reaches(TriageScreen)
        await seat.sees("q-0 is kept in datasets/regressions/cases.jsonl.", "Every later `tiebreak run` asks it.")
        await seat.press("f")
        await seat.reaches(PromoteDialog)
        await seat.sees("A duplicate.", "has these checks already", "or name another dataset", "[x] max_length")
        await seat.press("escape", "down")
        await settled(seat)
        await seat.press("f")
        await seat.reaches(PromoteDialog)
        await seat.sees("asks nearly the same already: case “q-0”", "ctrl+l puts it", "[x] max_length")
        await seat.press("enter")
        await seat.until(lambda: "Nothing can be put in yet" in seat.toasts)
        await seat.press("ctrl+l")
        await seat.sees("⏎ writes this line")
        await seat.press("escape")
    (line,) = (folder / "datasets" / "regressions" / "cases.jsonl").read_text().splitlines()
    assert json.loads(line)["metadata"]["promoted"]["case"] == "q-0"


async def test_a_check_is_edited_and_proven_before_it_is_promoted(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with triaging(folder) as (seat, _):
        await seat.press("f")
        await seat.reaches(PromoteDialog)
        await seat.sees("[x] max_length  chars: 200", "it was checked so before", "A ✔ passes", "492 characters, 200")
        for text, said in (("{", "The check is no JSON"), ('{"kind": "contains", "all": ["zz"]}', "does not pass on")):
            await seat.press("e")
            (await seat.reaches(TextDialog)).query_one(TextArea).text = text
            await seat.press("ctrl+s")
            await seat.sees(said, "Nothing was changed.", "[x] max_length  chars: 200")
        await seat.press("e")
        area = (await seat.reaches(TextDialog)).query_one(TextArea)
        assert json.loads(area.text) == {"kind": "max_length", "chars": 200}
        area.text = '{"kind": "max_length", "id": "brief", "chars": 40}'
        await seat.press("ctrl+s")
        await seat.sees("[x] brief  max_length, chars: 40", "edited", "[ ] max_length  chars: 200", '"id": "brief"')
        await seat.press("home", "space")
        await seat.sees("One check at least")
        await seat.press("enter")
        await seat.reaches(TriageScreen)
        await seat.sees("q-0 is kept in")
    (line,) = (folder / "datasets" / "regressions" / "cases.jsonl").read_text().splitlines()
    assert json.loads(line)["checks"] == [{"kind": "max_length", "id": "brief", "chars": 40}]


async def test_keys_that_come_faster_than_a_case_is_read_act_on_the_case_at_hand(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws") as (seat, screen):
        for key in ("f", "enter"):
            await settled(seat)
            there = listed(screen)
            at = there.index(at_hand(screen))
            seat.send("down", next(seat.clock))
            seat.send(key, next(seat.clock))
            dialog = await seat.reaches(PromoteDialog if key == "f" else PagerDialog)
            assert there[at + 1] in dialog.heading
            await seat.press("escape")
            await seat.reaches(TriageScreen)


async def test_a_held_key_decides_once(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws") as (seat, screen):
        await seat.hold("space")
        assert len(screen.marked) == 1
        await seat.hold("3")
        await settled(seat)
        with Workbench.open(tmp_path / "ws", {"USER": "other"}) as bench, Triage.open(bench, "last") as triage:
            assert len(triage.history("q-0")) == 1


async def test_the_ways_in_and_out(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with rating(folder) as seat:
        await seat.press("right")
        await seat.saved()
        await seat.press("f5")
        screen = await settled(seat)
        assert screen.triage.a.run.id == seat.arena.stored.session.runs["baseline"]
        await seat.press("f5")
        assert seat.app.screen is screen
        await seat.press("f3")
        await seat.reaches(ArenaScreen)
        assert seat.app.screen_stack.count(seat.arena) == 1
        assert seat.app.triage is None
        await seat.press("f5")
        await settled(seat)
        await seat.press("q")
        await seat.reaches(ArenaScreen)
        await seat.press("f5")
        await settled(seat)
        await seat.press("f2")
        await seat.reaches(SetupScreen)
        assert seat.app.triage is None
        await seat.press("r", "f5")
        await settled(seat)
        await seat.press("q")
        await seat.reaches(SetupScreen)
        seat.setup.query_one("#choices").focus()
        await seat.press("ctrl+p")
        await seat.reaches(CommandPalette)
        await seat.write("triage")
        await seat.until(lambda: "What changed between two runs" in seat.text and "Change the colours" not in seat.text)
        await seat.press("enter")
        await settled(seat)
        await seat.press("question_mark")
        await seat.reaches(HelpDialog)
        await seat.sees("Previous regression", "list.worse_before")


async def test_what_cannot_be_compared_is_told(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.press("f5")
        await seat.reaches(TellDialog)


async def test_a_blind_session_that_is_not_done_stays_sealed(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    session_id = await all_answered(folder, blind=True)
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.press("r", "f5")
        await seat.reaches(TellDialog)
        await seat.sees(f"Session {session_id} is blind", "these figures would tell its", "--reveal")
    async with sit_down(folder, Wishes(resume=session_id)) as seat:
        await seat.reaches(ArenaScreen)
        await seat.press("f5")
        await seat.reaches(TellDialog)
        assert seat.app.triage is None


async def test_what_came_since_is_taken_in(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    await changed(folder)
    async with triaging(folder) as (seat, screen):
        with Workbench.open(folder, {"USER": "kim"}) as bench, Triage.open(bench, "last") as triage:
            triage.decide(["q-1"], {"status": "accepted"})
        await seat.press("ctrl+r")
        await seat.sees("What was recorded since is taken in.", "accepted")
        assert listed(screen)[0] == "q-0"
