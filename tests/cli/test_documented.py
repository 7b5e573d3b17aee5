"""docs/cli.md and the commands say the same."""

import re
from pathlib import Path

import pytest
from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.main import get_command

from tiebreak_cli import exits
from tiebreak_cli.commands import app

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
GROUP = get_command(app)
assert isinstance(GROUP, TyperGroup)
COMMANDS = {"tiebreak": GROUP} | {
    " ".join((name, *inner)): found
    for name, command in GROUP.commands.items()
    for inner, found in [
        ((), command),
        *(((sub,), part) for sub, part in (command.commands.items() if isinstance(command, TyperGroup) else ())),
    ]
}
"""Every command by what is written behind `tiebreak`; those of a group as `datasets list`."""
OF_EVERY_COMMAND = {"-h", "--help"}


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def table(text: str) -> set[str]:
    """What stands in the first cells of a section's table."""
    cells = re.findall(r"^\| (.+?) \|", text, re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`(-[\w-]+)`", cell)}


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    assert set(COMMANDS) == set(sections()) - {"Exit codes", "Options that many commands have"}
    for name in COMMANDS:
        assert f"[{name}](#{name.replace(' ', '-')})" in PAGE


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_its_table_and_every_line_of_it_an_option(name: str) -> None:
    options = [parameter for parameter in COMMANDS[name].params if isinstance(parameter, TyperOption)]
    assert (
        table(sections()[name])
        == {flag for option in options for flag in (*option.opts, *option.secondary_opts)} - OF_EVERY_COMMAND
    )
    assert all(option.help for option in options)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "tiebreak"])
def test_every_argument_is_explained_and_every_command_shown_at_work(name: str) -> None:
    text = sections()[name]
    assert re.search(rf"^tiebreak {name}", text, re.MULTILINE)
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, TyperArgument) and parameter.name not in ("files", "question"):
            assert f"`{str(parameter.name).upper()}`" in text


def test_every_exit_code_is_explained() -> None:
    codes = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    assert codes == {int(code) for code in re.findall(r"^\| (\d+) \|", sections()["Exit codes"], re.MULTILINE)}
