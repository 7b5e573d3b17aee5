"""`trust`: letting the apps of a workspace run."""

from typing import Annotated

import typer

from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE, has_terminal


def trust(
    revoke: Annotated[bool, typer.Option("--revoke", help="Let nothing of this workspace run any more.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Allow the commands and Python functions that this workspace's configs and checks name to run on this machine.

    Shows them first. An edited command has to be allowed again.
    """
    import os

    from tiebreak.errors import UsageError
    from tiebreak.workspace import Workspace
    from tiebreak.workspace.trust import Trust
    from tiebreak.workspace.workspace import no_workspace
    from tiebreak_cli.exits import BAD_INPUT
    from tiebreak_cli.output import say

    record = Trust.of(os.environ)
    opened = Workspace.open(workspace)
    if revoke:
        was = record.revoke(opened.folder)
        say("Nothing of this workspace may run any more." if was else "Nothing of this workspace was allowed to run.")
        return
    if opened.kind == "empty":
        raise no_workspace(opened.folder)
    wanted = record.wanted(opened)
    if not wanted:
        say("No config and no check of this workspace runs code.")
        return
    say(f"The configs and checks in {opened.folder.resolve()} run:")
    for item in wanted:
        line = item.program.text.replace("\n", "⏎").replace("\r", "⏎")  # one line each, whatever it holds
        say(f"  {item.config}: {line}{' (allowed)' if item.trusted else ''}")
    if all(item.trusted for item in wanted):
        return
    if not yes:
        if not has_terminal():
            raise UsageError("This needs your word.", hint="Say it with --yes.")
        if not typer.confirm("Allow them to run, with your rights and your environment?"):
            say("Nothing was allowed.")
            raise typer.Exit(BAD_INPUT)
    record.allow(opened.folder, [item.program for item in wanted])
    say("Allowed. `tiebreak trust --revoke` takes it back.")


def add_to(app: typer.Typer) -> None:
    app.command()(trust)
