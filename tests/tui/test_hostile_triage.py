"""Text from outside in what Triage asks: hostile cases, models and prompts, in its dialogs and in what they find.

As in `test_hostile_text.py`, `sit_down` keeps every byte for the terminal and fails where one is hostile. Each step
waits for what the one before it has to show: what is worked out behind a form is not yet told when a key returns.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.widgets import Input, Static, TextArea

from support import model_server
from support.app import Seat, sit_down
from support.editors import editor
from support.headless import server_process
from support.hostile import HOSTILE_DOCUMENT
from support.prompted import A, B, prompted_workspace, ran
from support.triage_app import settled
from tiebreak_tui.dialogs.bisect import BisectDialog
from tiebreak_tui.dialogs.edit_prompt import EditPromptDialog
from tiebreak_tui.dialogs.pager import PagerDialog
from tiebreak_tui.dialogs.rerun import RerunDialog
from tiebreak_tui.dialogs.trying import TryingDialog
from tiebreak_tui.screens.triage import TriageScreen
from tiebreak_tui.wishes import Wishes

EVIL = "\x1b]52;c;cm0=\x07\x9b2J\u202e[@click=app.quit]x[/][/nope]\U000e0041"
MARKUP = "[@click=app.quit]x[/][/nope]"
"""For ids, which have to be printable."""
DOCUMENT = HOSTILE_DOCUMENT.encode("utf-8", "replace").decode()
RAW = "{% raw %}" + DOCUMENT + "{% endraw %}\n"
"""As a template: the document itself."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(model_server) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, url: str) -> Path:
    """A session in which B fails, with hostile text in every prompt and question, and in what changed between them."""
    questions = {f"q-{MARKUP}": f"How long can I return a lamp?\n{DOCUMENT}"}
    prompts = {"a": A + RAW, "b": RAW + B + f"Mind {EVIL} this.\n" + RAW}
    return ran(prompted_workspace(tmp_path / "ws", url, "obeys?fails=two words", questions=questions, **prompts))


async def paste(seat: Seat, text: str) -> None:
    """As the terminal would hand it over."""
    seat.app.post_message(Paste(text))
    await seat.settle()


def told(dialog: TryingDialog[Any]) -> str:
    """What a form says of what would be asked."""
    return str(dialog.query_one("#told", Static).content)


async def asked(seat: Seat, dialog: TryingDialog[Any]) -> None:
    """Press ctrl+s, and wait until all that was to be asked has come."""
    await seat.press("ctrl+s")
    await seat.until(lambda: dialog.has_class("-done"))


async def test_cases_are_asked_again(folder: Path) -> None:
    async with sit_down(folder, Wishes(triage=("last", None))) as seat:
        screen = await settled(seat)
        await seat.press("r")
        again = await seat.reaches(RerunDialog)
        await seat.until(lambda: "at most 3 calls" in told(again))
        before = told(again)
        again.query_one("#model", Input).focus()
        await paste(seat, EVIL)
        await seat.until(lambda: told(again) not in (before, "Working out what that takes …"))
        await seat.press("ctrl+u")
        await seat.until(lambda: told(again) == before)
        await asked(seat, again)
        await seat.press("a")
        await seat.reaches(TriageScreen)
        await settled(seat)
        assert screen.rerun is not None
        assert [len(case.trials) for case in screen.rerun.cases] == [3]


async def test_another_model_is_asked(folder: Path) -> None:
    async with sit_down(folder, Wishes(triage=("last", None))) as seat:
        screen = await settled(seat)
        await seat.press("r")
        again = await seat.reaches(RerunDialog)
        await seat.until(lambda: "at most 3 calls" in told(again))
        before = told(again)
        again.query_one("#model", Input).focus()
        await paste(seat, f"400?x={EVIL}")
        await seat.until(lambda: told(again) not in (before, "Working out what that takes …"))
        await asked(seat, again)
        await seat.press("escape")
        await seat.reaches(TriageScreen)
        await settled(seat)
        assert screen.rerun is not None


async def test_a_change_is_bisected_and_what_was_found_is_read(folder: Path) -> None:
    async with sit_down(folder, Wishes(triage=("last", None))) as seat:
        await settled(seat)
        await seat.press("b")
        dialog = await seat.reaches(BisectDialog)
        await seat.until(lambda: "changes between A and B" in told(dialog))
        await seat.press("tab", "tab", "shift+tab", "shift+tab")
        await asked(seat, dialog)
        await seat.press("end", "home", "enter")
        await seat.reaches(TriageScreen)
        await settled(seat)
        await seat.sees("bisected:")
        await seat.press("enter")
        await seat.reaches(PagerDialog)
        await seat.sees("Bisected on")
        await seat.press("end", "home", "escape")


async def test_a_prompt_is_edited(folder: Path, tmp_path: Path) -> None:
    seen, environ = editor(tmp_path / "bin", appends=f"=== {EVIL} ===")
    async with sit_down(folder, Wishes(triage=("last", None)), environ=environ) as seat:
        await settled(seat)
        await seat.press("e")
        dialog = await seat.reaches(EditPromptDialog)
        await seat.sees("Renders for")
        await paste(seat, f"# user\n{DOCUMENT}")
        await seat.sees("“# user” is no heading.")
        await seat.press("ctrl+e")
        await seat.until(lambda: seen.exists() and "⟨U+001B⟩]52" in dialog.query_one(TextArea).text)
        await seat.press("ctrl+s")
        await seat.reaches(EditPromptDialog)
        await seat.press("escape")
        await seat.reaches(TriageScreen)
