"""Commands about the workspace itself: `init`, `doctor`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from tiebreak_workbench.doctor import Finding


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to start in.", show_default="this folder")] = HERE,
    sample: Annotated[bool, typer.Option("--sample", help="Copy the bundled sample instead.")] = False,
    policy: Annotated[
        str | None, typer.Option("--policy", "-p", help="Copy only this bundled policy into policies/: release.")
    ] = None,
) -> None:
    """Start a workspace: a first dataset, two configs and a policy, written to be edited."""
    from tiebreak.workspace import init as scaffold
    from tiebreak.workspace import init_sample
    from tiebreak_cli.output import say

    if policy is not None:
        from tiebreak.workspace.scaffold import add_checklist

        if sample:
            raise UsageError("--policy copies one policy alone.", hint="Leave out --sample, or call `init` twice.")
        say(f"The policy is in {add_checklist(folder, policy)}. Set your own limits before the first run.")
        return
    made = init_sample(folder) if sample else scaffold(folder)
    # “.” and “..” name no place; whoever typed a name knows where that is.
    place = made if made.name and ".." not in made.parts else made.resolve()
    say(f"A workspace is in {place}. Edit its files, then run `tiebreak` there.")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="JSON for machines instead of text.")] = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Look at files, database, keys, local servers and terminal, and say what is wrong and how to mend it.

    Keys are shown by name only. Exit code 2 when something is wrong.
    """
    import os

    from tiebreak_cli.exits import BAD_INPUT
    from tiebreak_cli.output import print_json, safe, show
    from tiebreak_workbench.doctor import examine

    findings = [*examine(workspace, os.environ), *_own_keys(os.environ)]
    if as_json:
        print_json(findings)
    else:
        from rich.text import Text

        looks = {"ok": ("✔ ok     ", "green"), "note": ("· note   ", "dim"), "problem": ("✘ problem", "bold red")}
        for finding in findings:
            mark, style = looks[finding.level]
            line = Text.assemble((mark, style), f"  {finding.area:<10}", safe(finding.text))
            if finding.fix:
                line.append(f"  {safe(finding.fix)}", "yellow")
            show(line)
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(BAD_INPUT)


def _own_keys(environ: Mapping[str, str]) -> "Iterator[Finding]":
    """What is wrong in the user's `keys.toml`; nothing where there is none."""
    from tiebreak.gates.wording import plural
    from tiebreak_tui.own_keys import KEYS, read_own_keys
    from tiebreak_tui.settings import settings_folder
    from tiebreak_workbench.doctor import Finding

    path = settings_folder(environ) / KEYS
    own = read_own_keys(path)
    for problem in own.problems:
        text = f"{problem.where}: {problem.message}"
        yield Finding(level="problem", area="keys", text=text, fix=problem.hint or "")
    if own.keys:
        yield Finding(level="ok", area="keys", text=f"{path}: {plural(len(own.keys), 'act')} with keys of your own")


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(doctor)
