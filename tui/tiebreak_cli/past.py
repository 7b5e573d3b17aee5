"""`tiebreak history`, `tiebreak edit` and `tiebreak compare`: versions of prompts, and why quality moved."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import FindOption, JsonOption, SessionArgument, print_found
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE, need_terminal

if TYPE_CHECKING:
    from tiebreak.records import SessionRole
    from tiebreak_workbench.past.versions import Version
    from tiebreak_workbench.workbench import Workbench


def history(
    config: Annotated[str | None, typer.Argument(help="A config, by name.")] = None,
    find: FindOption = None,
    restore: Annotated[
        str | None, typer.Option("--restore", help="Write this version, such as v2, into configs/ again.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="With --find: how many places.")] = 20,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Tell a config version by version: what was edited, and how each did against the same baseline.

    With --find, search everything recorded instead: sessions, questions, notes, votes and answers.
    """
    from tiebreak_cli.output import console, print_json, say
    from tiebreak_workbench.past.versions import config_history, take_up, version_of_name
    from tiebreak_workbench.workbench import Workbench

    if (config is None) == (find is None):
        raise UsageError("Name a config, or give --find TEXT.", hint="`tiebreak history concise` tells its versions.")
    with Workbench.existing(workspace) as bench:
        if find is not None:
            print_found(bench, find, limit, as_json=as_json)
            return
        versions = config_history(bench, config or "")
        if restore is not None:
            wanted = version_of_name(versions, restore)
            path, kept = take_up(bench, wanted.config)
            told = {"version": wanted.version, "file": str(path), "kept": None if kept is None else str(kept)}
            was = "" if kept is None else f" What stood there is kept in {kept}."
            print_json(told) if as_json else say(f"v{wanted.number} is in {path}.{was}")
            return
    if as_json:
        print_json([_plain(version) for version in versions])
    else:
        from tiebreak_cli.past_text import print_history

        print_history(console(), versions)


def _plain(version: "Version") -> dict[str, object]:
    return {
        "number": version.number,
        "version": version.version,
        "name": version.config.name,
        "origin": version.origin,
        "created_at": version.created_at,
        "edited_from": version.parent,
        "prompt": version.config.prompt,
        "changes": version.changes,
        "sessions": version.results,
    }


def edit(
    session: SessionArgument = "last",
    side: Annotated[str, typer.Option("--side", help="The side whose prompt is edited: A or B.")] = "B",
    prompt: Annotated[
        Path | None, typer.Option("--prompt", "-p", help="A file with the edited prompt; $EDITOR opens unless given.")
    ] = None,
    rerun: Annotated[
        str, typer.Option("--rerun", help="rated: the cases rated so far; all: every planned case.")
    ] = "all",
    show: Annotated[bool, typer.Option("--print", help="Only print the prompt, in the form it is edited in.")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Edit the prompt of one side, and set down a session of the new version against the same other side.

    It has the same cases in the same order, and no votes; answers that would be asked for again are taken over.
    """
    from tiebreak_cli.output import print_json, say
    from tiebreak_workbench.headless.replay import SIDE_OF
    from tiebreak_workbench.shell import command
    from tiebreak_workbench.workbench import Workbench

    if side.upper() not in SIDE_OF:
        raise UsageError(f"“{side}” is no side.", hint="Write A or B.")
    role = SIDE_OF[side.upper()]
    if rerun not in ("rated", "all"):
        raise UsageError(f"“{rerun}” cannot be asked again.", hint="Write rated or all.")
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        if show:
            from tiebreak.prompts import written_prompt
            from tiebreak.sanitise import clean

            stored = bench.store.load_session(session, facts=False)
            text = written_prompt(stored.configs[role].prompt)
            if as_json:
                print_json({"prompt": text})
            else:
                typer.echo(clean(text) if sys.stdout.isatty() else text.encode("utf-8", "surrogatepass"), nl=False)
            return
        made = _forked(bench, session, role, prompt, rerun)
    if as_json:
        print_json(made)
        return
    taken = ", ".join(f"{made.reused[one]} of {name}" for name, one in SIDE_OF.items())
    say(f"Session {made.session_id}: {made.planned} cases, no votes yet; answers taken over: {taken}.")
    rates = command(("arena", "-r", made.session_id), workspace)
    say(f"Rate it with `{rates}`, or answer it with `{command(('retry', made.session_id), workspace)}`.")


def _forked(bench: "Workbench", session: str, role: "SessionRole", prompt: Path | None, scope: str):
    from tiebreak.prompts import written_prompt
    from tiebreak_cli.output import complain_line
    from tiebreak_workbench.editing import edited, fork
    from tiebreak_workbench.editor import edit_text
    from tiebreak_workbench.starting.preflight import without_question

    stored = bench.store.load_session(session, facts=False)
    if role not in stored.configs:
        raise UsageError("This session has no config on that side.")
    config = stored.configs[role]
    if prompt is not None:
        text = text_of(prompt)
    else:
        need_terminal("--prompt FILE gives the edited prompt; --print shows its form.")
        text = edit_text(written_prompt(config.prompt), f"{role}.txt", bench.environ)
    new = edited(config, text)
    if told := without_question(new):
        complain_line(f"Note: {told}.")
    return fork(bench, stored.session.id, role, new, "rated" if scope == "rated" else "all")


def text_of(path: Path) -> str:
    """The text of a file of the user's.

    Raises:
        UsageError: where it cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8", "surrogatepass")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} cannot be read: it is not UTF-8 text.") from None


def compare(
    before: Annotated[str, typer.Argument(help="A session: its id, the start of it, or `last`.")],
    after: Annotated[str, typer.Argument(help="Another one; the earlier of the two is told as the one before.")],
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Say what changed between two sessions, and why quality moved: prompts, models and cases beside figures.

    `tiebreak diff` compares two runs; this compares what was set up around them as well.
    """
    from tiebreak_cli.output import console, print_json
    from tiebreak_workbench.past.moving import what_moved
    from tiebreak_workbench.workbench import Workbench

    with Workbench.existing(workspace) as bench:
        bench.require_record()
        moved = what_moved(bench, before, after)
    if as_json:
        from tiebreak_workbench.figures.report import moved_report

        print_json(moved_report(moved))
    else:
        from tiebreak_cli.past_text import print_moved

        print_moved(console(), moved)


def add_to(app: typer.Typer) -> None:
    app.command()(history)
    app.command()(edit)
    app.command()(compare)
