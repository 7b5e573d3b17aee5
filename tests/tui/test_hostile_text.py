"""Text from outside, on every surface that shows any: nothing a terminal obeys gets through, nothing is acted on.

`sit_down` keeps every byte for the terminal and fails where one is hostile; a crash or a quit fails as well.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from textual.command import CommandPalette
from textual.events import Paste
from textual.widgets import Input, OptionList, TextArea

from support.app import Seat, rating, sit_down, stored_session
from support.hostile import HOSTILE, HOSTILE_DOCUMENT
from support.model_server import ModelServer
from support.triage_app import settled
from support.workspaces import write_lines
from tiebreak_tui.dialogs.build_config import BuildConfigDialog
from tiebreak_tui.dialogs.case import CaseDialog
from tiebreak_tui.dialogs.confirm import TellDialog
from tiebreak_tui.dialogs.line import LineDialog
from tiebreak_tui.dialogs.number import NumberDialog
from tiebreak_tui.dialogs.pager import PagerDialog
from tiebreak_tui.dialogs.pick import PickDialog
from tiebreak_tui.dialogs.promote import PromoteDialog
from tiebreak_tui.dialogs.status import StatusDialog
from tiebreak_tui.dialogs.text import TextDialog
from tiebreak_tui.dialogs.triage_filter import FilterDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.scoreboard import ScoreboardScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.screens.triage import TriageScreen

EVIL = "\x1b]52;c;cm0=\x07\x9b2J\u202e[@click=app.quit]x[/][/nope]\U000e0041"
"""For names: short, so that it is not cut before its end."""
MARKUP = "[@click=app.quit]x[/][/nope]"
"""For names that have to be printable."""
DOCUMENT = HOSTILE_DOCUMENT.encode("utf-8", "replace").decode()
"""As a file can hold it, which a lone surrogate cannot be in."""
NAME = "tricky\x1b[2J\x9b\u202e[@click=app.quit]x[]"
"""For a folder."""


def hostile_workspace(folder: Path, *, configs: dict[str, object] | None = None) -> Path:
    """Every field that may hold text holds hostile text."""
    case = {
        "input": [{"role": role, "content": DOCUMENT} for role in ("user", "assistant", "user")],
        "reference": DOCUMENT,
        "contexts": [{"id": f"kb{EVIL}", "title": EVIL, "text": DOCUMENT}],
        "segment": f"seg{EVIL}",
        "tags": [f"tag{EVIL}"],
        "metadata": {f"field{EVIL}": DOCUMENT},
    }
    ids = [f"one{MARKUP}", f"two{MARKUP}"]
    write_lines(folder / "datasets" / "evil" / "cases.jsonl", [{"id": case_id, **case} for case_id in ids])
    card = {"name": f"evil{EVIL}", "title": EVIL, "task": "chat", "description": DOCUMENT, "notice": DOCUMENT}
    dump(folder / "datasets" / "evil" / "dataset.yaml", card)
    for side in ("a", "b"):
        answers = [
            {"case": case_id, "text": DOCUMENT, "reasoning": DOCUMENT, "finish": "stop", "model": f"served{EVIL}"}
            for case_id in ids
        ]
        head = {"recording": 1, "notice": DOCUMENT}
        write_lines(folder / "recordings" / f"{side}.jsonl", [head, *answers])
        dump(
            folder / "configs" / f"{side}.yaml",
            configs
            or {
                "name": f"{side}{MARKUP}",
                "description": DOCUMENT,
                "target": {"kind": "recording", "path": f"../recordings/{side}.jsonl", "speed": 0},
                "prompt": {"system": "{% raw %}" + DOCUMENT + "{% endraw %}"},
                "parameters": {"stop": EVIL},
            },
        )
    dump(folder / "configs" / "broken.yaml", {f"key{EVIL}": EVIL})
    dump(
        folder / "policies" / "evil.yaml",
        {
            "name": f"policy{EVIL}",
            "description": DOCUMENT,
            "form": {
                "vote": "required",
                "dimensions": [{"name": f"d{EVIL}", "question": EVIL, "low": EVIL, "high": EVIL}],
            },
            "checks": [{"id": f"c{EVIL}", "kind": "contains", "any": [EVIL]}],
            "gates": {
                "offline": [{"id": f"g{EVIL}", "title": EVIL, "metric": "check", "check": f"c{EVIL}", "at_least": 0.5}],
                "human": [{"id": "r", "metric": "rubric", "dimension": f"d{EVIL}", "at_least": 3}],
            },
        },
    )
    return folder


def dump(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(value, allow_unicode=False), encoding="utf-8")


async def paste(seat: Seat, text: str) -> None:
    """As the terminal would hand it over."""
    seat.app.post_message(Paste(text))
    await seat.settle()


async def choose(seat: Seat, *, broken: bool) -> None:
    """Let Setup take a config that can be read, or one that cannot, for both sides."""
    before = seat.setup.choosing
    assert before is not None
    name = next(entry.name for entry in before.workspace.configs if (entry.error is not None) == broken)
    seat.setup.load(replace(before.choices, baseline=name, candidate=name))
    await seat.until(lambda: seat.setup.choosing is not before)


async def test_setup_and_its_dialogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = hostile_workspace(tmp_path / NAME)
    async with sit_down(folder) as seat:
        monkeypatch.setattr(seat.app, "bell", lambda: None)  # Textual rings it where an input refuses a character
        await seat.ready()
        choices = seat.setup.query_one("#choices", OptionList)
        while choices.highlighted:
            await seat.press("up")
        for key in [choices.get_option_at_index(index).id for index in range(choices.option_count - 1)]:
            if key == "blind":
                continue  # it has no dialog: enter turns it over
            await seat.press("enter")
            await seat.until(lambda: seat.app.screen is not seat.setup)
            if isinstance(seat.app.screen, PickDialog):
                await paste(seat, EVIL)
                await seat.press("ctrl+u", "down", "up", "enter")
                if len(seat.app.screen_stack) > 1:
                    await seat.press("escape")
            else:
                assert isinstance(seat.app.screen, NumberDialog), key
                await paste(seat, EVIL)
                await seat.press("enter", "escape")
            await seat.reaches(SetupScreen)
            await seat.press("down")
        await seat.press("question_mark", "escape", "ctrl+p")
        await seat.reaches(CommandPalette)
        await paste(seat, EVIL)
        await seat.press("escape", "b")
        dialog = await seat.reaches(BuildConfigDialog)
        await paste(seat, EVIL)
        for field in dialog.query(TextArea):
            field.focus()
            await paste(seat, DOCUMENT)
        for field in dialog.query(Input):
            field.focus()
            await paste(seat, EVIL)
        await seat.press("ctrl+s", "escape")
        await seat.reaches(SetupScreen)
        await choose(seat, broken=True)
        await seat.press("ctrl+s")
        await seat.reaches(TellDialog)
        await seat.press("escape")
        await choose(seat, broken=False)
        await seat.press("ctrl+s")
        await seat.reaches(ArenaScreen)
        await seat.press("q")
        await seat.reaches(SetupScreen)
        await seat.press("r")


async def test_the_arena_and_its_dialogs(tmp_path: Path) -> None:
    folder = hostile_workspace(tmp_path / NAME)
    (folder / "configs" / "broken.yaml").unlink()  # Setup would choose it, and not start
    async with rating(folder) as seat:
        for key in ("m", "m", "m", "d", "d", "c", "end", "escape", "4", "n"):
            await seat.press(key)
        await seat.reaches(TextDialog)
        await paste(seat, DOCUMENT + "\ud800")
        await seat.press("ctrl+s")
        await seat.reaches(ArenaScreen)
        await seat.press("n", "escape", "slash")
        await paste(seat, EVIL)
        await seat.press("enter", "escape", "Y", "full_stop", "comma", "r")
        await seat.answered()
        await seat.press("escape", "right", "f4")
        board = await seat.reaches(ScoreboardScreen)
        await seat.until(lambda: board.figures is not None)
        for _ in range(11):
            await seat.press("enter", "tab")
        await seat.press("end", "escape", "escape", "c")
        await seat.reaches(CaseDialog)
        await seat.press("pagedown", "end", "escape")
        for text in HOSTILE:
            seat.app.flash(text)
            await seat.settle()
        await seat.press("q")
        await seat.reaches(SetupScreen)
        await seat.sees("1/2")
        for text in HOSTILE:
            seat.app.flash(text, severity="warning")
        await seat.settle()
        await seat.press("r", "enter")
        await seat.reaches(ArenaScreen)
        await seat.sees("case 2/2")
    stored = stored_session(folder)
    assert any(ballot.kind == "note" for ballot in stored.ballots)
    assert stored.responses[0].text == DOCUMENT, "the store keeps what came"


async def test_triage_and_its_dialogs(tmp_path: Path) -> None:
    folder = hostile_workspace(tmp_path / NAME)
    (folder / "configs" / "broken.yaml").unlink()
    async with rating(folder) as seat:
        await seat.press("left")
        await seat.saved()
        await seat.press("f5")
        screen = await settled(seat)
        for key in ("m", "m", "m", "d", "d", "tab", "Y", "shift+tab", "1", "space", "asterisk", "escape", "home"):
            await seat.press(key)
        for key in ("enter", "c", "v"):
            await seat.press(key)
            await seat.reaches(PagerDialog)
            await seat.press("end", "escape")
            await seat.reaches(TriageScreen)  # or the next key, and its "end", still belong to the one that closes
        await seat.press("n")
        await seat.reaches(TextDialog)
        await paste(seat, DOCUMENT + "\ud800")
        await seat.press("ctrl+s", "at")
        await seat.reaches(LineDialog)
        await paste(seat, EVIL)
        await seat.press("enter", "slash")
        await paste(seat, EVIL)
        await settled(seat)
        await seat.press("escape", "l")
        await seat.reaches(FilterDialog)
        await seat.sees("regression")
        await seat.press("tab", "end")
        await paste(seat, EVIL)
        await seat.press("enter", "escape", "f")
        dialog = await seat.reaches(PromoteDialog)
        dialog.query_one(Input).focus()
        await paste(seat, EVIL)
        await seat.press("ctrl+g", "ctrl+l", "escape", "g")
        await settled(seat)
        await seat.press("o", "g", "w")
        await seat.reaches(StatusDialog)
        await seat.press("enter", "ctrl+r")
        await settled(seat)
        assert screen.at_hand.cause == "retrieval"
        assert screen.at_hand.note is not None


async def test_what_providers_say(tmp_path: Path) -> None:
    """Answers, reasoning and error messages off the wire; the key, which a gateway says back, is in none of them."""
    async with ModelServer() as server:
        configs: dict[str, object] = {
            "target": {"kind": "model", "model": f"400?x={EVIL}", "base_url": server.base_url},
            "retries": 0,
        }
        folder = hostile_workspace(tmp_path / "ws", configs=configs)
        (folder / "configs" / "broken.yaml").unlink()
        async with rating(folder, environ={"OPENAI_API_KEY": "sk-very-secret"}) as seat:
            await seat.sees("refused the request (400)", "ERROR")
            await seat.press("c", "escape", "f4", "escape")
            server.script("401", "401")
            await seat.press("r")
            await seat.answered()
            assert "sk-very-secret" not in seat.terminal.written


@pytest.mark.parametrize("file", ["dataset", "config", "policy", "keys"])
async def test_what_error_dialogs_quote(tmp_path: Path, file: str) -> None:
    folder = hostile_workspace(tmp_path / NAME)
    environ: dict[str, str] = {}
    if file == "dataset":
        cases = folder / "datasets" / "evil" / "cases.jsonl"
        cases.write_text(cases.read_text() + json.dumps({"id": EVIL, f"unknown{EVIL}": EVIL}) + "\n")
    elif file == "config":
        for path in (folder / "configs").iterdir():
            dump(path, {"target": {"kind": EVIL, EVIL: EVIL}})
    elif file == "policy":
        dump(folder / "policies" / "evil.yaml", {"gates": {EVIL: [{"id": EVIL, "metric": EVIL}]}})
    else:
        keys = tmp_path / "config" / "tiebreak" / "keys.toml"
        keys.parent.mkdir(parents=True)
        # TOML knows no pairs of surrogates, and wants every control character escaped.
        evil = json.dumps(EVIL, ensure_ascii=False).replace("\x7f", "\\u007f")
        keys.write_text(f"{evil} = {evil}\n", encoding="utf-8")
        environ["XDG_CONFIG_HOME"] = str(tmp_path / "config")
    async with sit_down(folder, environ=environ) as seat:
        await seat.ready()
        if file == "keys":
            assert "There is no binding" in seat.toasts
            await seat.press("question_mark")
            await seat.sees("Lines of your keys.toml that do not hold", "There is no binding")
            await seat.press("escape")
        await seat.press("ctrl+s")
        if file in ("dataset", "config"):
            await seat.reaches(TellDialog)


async def test_an_empty_folder_with_a_hostile_name(tmp_path: Path) -> None:
    folder = tmp_path / NAME
    folder.mkdir()
    async with sit_down(folder) as seat:
        await seat.sees("holds no workspace yet.", "How would you like to begin?")
        assert "␛[2J" in seat.text
