"""The palette, remapped keys, themes and NO_COLOR."""

import re
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Static

from support.app import rating, sit_down
from support.workspaces import make_workspace
from tiebreak_tui.dialogs.help import HelpDialog
from tiebreak_tui.dialogs.text import TextDialog
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
        assert {"Start", "Build", "Swap", "Reload", "Theme", "Quit"} <= offers
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
        assert {"A better", "Skip", "Regenerate", "Diff", "Scoreboard"} <= offers
        assert not offers & {"Swap", "Save case"}
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
        ('"vote.tei" = "t"', ("There is no binding “vote.tei”.", "Did you mean “vote.tie”?")),
        ('"vote.tie" = "ctrl+m"', ("ctrl+m is another key to a terminal.",)),
        ('"vote.tie" = "j"', ("j is for scrolling.",)),
        ('"vote.tie" = "space,x"', ("The key x would be both vote.bad and vote.tie.",)),
        ('"app.help" = "q"', ("The key q would be both setup.quit and app.help.",)),
        ('"vote.tie" = 5', ("A key is written as text",)),
        ("vote.tie = = 5", ("This is no TOML",)),
        ('"\\u001b[2J" = "t"', ("There is no binding “␛[2J”.",)),
    ],
)
async def test_a_wrong_line_of_keys_is_told_and_the_others_hold(
    tmp_path: Path, text: str, says: tuple[str, ...]
) -> None:
    environ = keys_file(tmp_path, f'"case.note" = "f9"\n{text}\n"view.diff" = "f8"\n')
    async with rating(tmp_path / "ws", environ=environ) as seat:
        assert all(word in seat.toasts.replace("\n", " ") for word in ("keys.toml:2: ", *says))
        await seat.press("question_mark")
        dialog = await seat.reaches(HelpDialog)
        told = str(dialog.query_one(Static).content)
        assert all(word in told for word in ("keys.toml:2: ", *says))
        await seat.press("escape", "f9")
        await seat.reaches(TextDialog)
        await seat.press("escape", "f8")
        await seat.until(lambda: seat.arena.reading.comparing)
        await seat.press("t")
        assert seat.arena.live.form(0).vote == "tie"


async def test_several_wrong_lines_are_counted_and_all_listed_in_the_help(tmp_path: Path) -> None:
    environ = keys_file(tmp_path, '"a.b" = "t"\n"vote.tei" = "t"\n"vote.a" = "right"\n"vote.tie" = "z"\n')
    async with rating(tmp_path / "ws", environ=environ) as seat:
        assert "keys.toml:1: a.b: There is no binding" in seat.toasts
        assert "2 more lines of it cannot be used." in seat.toasts
        await seat.press("question_mark")
        dialog = await seat.reaches(HelpDialog)
        told = str(dialog.query_one(Static).content)
        assert all(f"keys.toml:{line}: " in told for line in (1, 2, 3))
        assert "keys.toml:4: " not in told
        assert "The key right would be both vote.b and vote.a." in told
        await seat.press("escape", "left")
        assert seat.arena.live.form(0).vote == "A"


async def test_a_keys_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    environ = keys_file(tmp_path, "")
    (tmp_path / "config" / "tiebreak" / "keys.toml").write_bytes(b'"vote.tie" = "\xff"')
    async with sit_down(make_workspace(tmp_path / "ws"), environ=environ) as seat:
        await seat.ready()
        assert "These keys cannot be read" in seat.toasts


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


async def test_the_chosen_theme_is_remembered(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    kept = tmp_path / "home" / "config" / "tiebreak" / "settings.toml"
    async with sit_down(folder) as seat:
        await seat.ready()
        assert seat.app.theme == "tiebreak-dark"
        seat.app.theme = "nord"
        await seat.until(kept.exists)
    async with sit_down(folder) as seat:
        await seat.ready()
        assert seat.app.theme == "nord"
        seat.app.theme = "tiebreak-light"
        await seat.until(lambda: "tiebreak-light" in kept.read_text())
    assert "nord" not in kept.read_text()
    assert [path.name for path in kept.parent.iterdir()] == ["settings.toml"]
    # What the environment says goes before it, and NO_COLOR before all.
    async with sit_down(folder, environ={"TIEBREAK_THEME": "gruvbox"}) as seat:
        assert seat.app.theme == "gruvbox"


async def test_other_lines_of_the_settings_stay_and_broken_ones_stop_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "home" / "config" / "tiebreak" / "settings.toml"
    kept.parent.mkdir(parents=True)
    kept.write_text('# mine\ntheme = "no such theme"\nlater = 1 = 2\n')
    async with sit_down(make_workspace(tmp_path / "ws")) as seat:
        await seat.ready()
        assert seat.app.theme == "tiebreak-dark"
        seat.app.theme = "nord"
        await seat.until(lambda: "nord" in kept.read_text())
    assert kept.read_text() == 'theme = "nord"\n# mine\nlater = 1 = 2\n'


async def test_where_the_theme_cannot_be_kept_the_app_says_so_and_goes_on(tmp_path: Path) -> None:
    # A file where the folder should be refuses everybody, also the administrator, whom no permission stops.
    (tmp_path / "config").write_text("")
    async with sit_down(make_workspace(tmp_path / "ws"), environ={"XDG_CONFIG_HOME": str(tmp_path / "config")}) as seat:
        await seat.ready()
        seat.app.theme = "nord"
        await seat.until(lambda: "The theme holds until you leave" in seat.toasts)
        await seat.press("w")
        await seat.sees("Baseline A   warm")
