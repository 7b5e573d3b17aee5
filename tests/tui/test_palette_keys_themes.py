"""The palette, remapped keys, themes and NO_COLOR."""

import re
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Static

from support.app import rating, sit_down
from support.workspaces import make_workspace
from tiebreak_tui.dialogs.confirm import TellDialog
from tiebreak_tui.dialogs.help import HelpDialog
from tiebreak_tui.keys import EVERYWHERE, SETUP
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.setup import SetupScreen

COLOUR = re.compile(r"\x1b\[(?:[0-9]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9:;]*)?m")


def keys_file(tmp_path: Path, text: str) -> dict[str, str]:
    """The environment in which `keys.toml` says this."""
    folder = tmp_path / "config" / "tiebreak"
    folder.mkdir(parents=True)
    (folder / "keys.toml").write_text(text)
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


async def test_the_palette_offers_what_applies_now_and_does_it(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder) as seat:
        await seat.ready()
        offers = {command.title for command in seat.app.get_system_commands(seat.app.screen)}
        assert {"Start", "Build a config", "Swap sides", "Reload", "Theme", "Quit"} <= offers
        assert not offers & {"A better", "Skip", "Regenerate", "Save case"}
        await seat.press("ctrl+p")
        await seat.reaches(CommandPalette)
        await seat.write("swap sides")
        await seat.sees("Exchange A and B")
        await seat.press("enter")
        await seat.reaches(SetupScreen)
        await seat.sees("Baseline A   warm")
        await seat.press("ctrl+s")
        await seat.reaches(ArenaScreen)
        await seat.answered()
        offers = {command.title for command in seat.app.get_system_commands(seat.app.screen)}
        assert {"A better", "Skip", "Regenerate", "Diff", "Summary"} <= offers
        assert not offers & {"Swap sides", "Save case"}
        await seat.press("ctrl+p")
        await seat.reaches(CommandPalette)
        await seat.write("both bad")
        await seat.sees("Neither may ship")
        await seat.press("enter")
        await seat.reaches(ArenaScreen)
        await seat.until(lambda: seat.arena.live.form(0).vote == "both_bad")
        await seat.until(lambda: seat.arena.position == 1)


async def test_the_help_of_setup_lists_all_its_keys(tmp_path: Path) -> None:
    async with sit_down(make_workspace(tmp_path / "ws")) as seat:
        await seat.ready()
        await seat.press("question_mark")
        dialog = await seat.reaches(HelpDialog)
        told = str(dialog.query_one(Static).content)
        assert all(key.id in told and key.help in told for key in (*SETUP, *EVERYWHERE))


async def test_keys_can_be_given_to_other_acts(tmp_path: Path) -> None:
    environ = keys_file(tmp_path, '"vote.tie" = "space"\n"app.help" = "f1"\n"setup.choose" = "o"\n')
    async with rating(tmp_path / "ws", environ=environ) as seat:
        await seat.press("t")
        assert seat.arena.position == 0
        await seat.press("space")
        assert seat.arena.live.form(0).vote == "tie"
        await seat.press("f1")
        await seat.reaches(HelpDialog)
        await seat.sees("space  Both are equally good")
        await seat.press("escape", "q")
        await seat.reaches(SetupScreen)
        await seat.press("o")
        await seat.reaches(ArenaScreen)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"vote.tei" = "t"', "There is no binding “vote.tei”."),
        ('"vote.tie" = "ctrl+m"', "ctrl+m is another key to a terminal."),
        ('"vote.tie" = "j"', "j is for scrolling."),
        ('"vote.tie" = "space,x"', "The key x would be both vote.tie and vote.bad."),
        ('"app.help" = "q"', "The key q would be both setup.quit and app.help."),
        ('"vote.tie" = 5', "A key is written as text"),
        ("vote.tie = = 5", "These keys cannot be read"),
        ('"\\u001b[2J" = "t"', "There is no binding “␛[2J”."),
    ],
)
async def test_a_wrong_keys_file_is_told_and_the_app_goes_on(tmp_path: Path, text: str, says: str) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder, environ=keys_file(tmp_path, text)) as seat:
        await seat.reaches(TellDialog)
        await seat.sees("The workspace needs a correction", says)
        await seat.press("escape")
        await seat.ready()
        await seat.sees("▶ Start")


@pytest.mark.parametrize("theme", ["tiebreak-dark", "tiebreak-light", "nord"])
async def test_themes_switch_while_answers_are_on_show(tmp_path: Path, theme: str) -> None:
    async with rating(tmp_path / "ws", environ={"TIEBREAK_THEME": theme}) as seat:
        assert seat.app.theme == theme
        assert COLOUR.search(seat.terminal.written)
        seat.app.theme = "textual-light"
        await seat.answered()
        await seat.press("right")
        await seat.answered()
        await seat.sees("case 2/6", "W 1 T 0 L 0")


async def test_no_color_emits_no_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")  # Textual reads it where the process starts
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder, environ={"NO_COLOR": "1"}) as seat:
        await seat.start()
        await seat.press("right")
        await seat.answered()
        for key in ("d", "c", "escape", "f4", "escape", "question_mark", "escape", "slash", "e", "escape", "ctrl+p"):
            await seat.press(key)
        await seat.reaches(CommandPalette)
        await seat.press("escape", "q")
        await seat.reaches(SetupScreen)
        found = COLOUR.search(seat.terminal.written)
        assert found is None, seat.terminal.written[found.start() - 200 : found.end() + 80]
