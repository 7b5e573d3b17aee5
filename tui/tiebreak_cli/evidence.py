"""Commands that read, take in and hand out evidence: `sessions`, `show`, `import`, `export`."""

from pathlib import Path
from typing import Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

JsonOption = Annotated[bool, typer.Option("--json", help="JSON for machines instead of text.")]
SessionArgument = Annotated[str, typer.Argument(help="A session: its id, the start of it, or `last`.")]


def sessions(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")] = 20,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """List the sessions of a workspace."""
    from tiebreak_cli.output import print_json, print_table, say
    from tiebreak_workbench.workbench import Workbench

    with Workbench.open(workspace) as bench:
        found = bench.store.sessions(limit)
    if as_json:
        print_json(found)
    elif not found:
        say("No session yet. `tiebreak` opens the app and starts one.")
    else:
        print_table(
            "Sessions, newest first; resume one with `tiebreak arena -r ID`",
            ("id", "kind", "dataset", "A against B", "voted", "last activity"),
            (
                (
                    s.id,
                    s.kind,
                    s.dataset,
                    " against ".join(s.configs.get(role, "?") for role in ("baseline", "candidate")),
                    f"{s.voted}/{s.planned}",
                    s.last_activity[:16].replace("T", " "),
                )
                for s in found
            ),
        )


def show(
    session: SessionArgument = "last",
    case: Annotated[str | None, typer.Argument(help="A case of it: both answers, whole.")] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Print a session's scoreboard, recomputed from its rows, or one case with both answers.

    The exit code says how the gates stand: 0 all passed, 1 one failed, 3 not decided.
    """
    from tiebreak_cli.exits import verdict_code
    from tiebreak_cli.output import console, print_json
    from tiebreak_workbench.report import session_report
    from tiebreak_workbench.scoring import scoreboard_of
    from tiebreak_workbench.workbench import Workbench

    with Workbench.open(workspace) as bench:
        if case is not None:
            from tiebreak_cli.answers import show_case

            show_case(bench, session, case, as_json=as_json)
            return
        stored = bench.store.load_session(session, light=True)
    snapshot = scoreboard_of(stored).snapshot()
    if as_json:
        print_json(session_report(stored, snapshot))
    else:
        from tiebreak_cli.scoreboard import print_scoreboard

        print_scoreboard(console(), stored, snapshot)
    raise typer.Exit(verdict_code([outcome.status for outcome in snapshot.gates]))


def import_(
    file: Annotated[Path, typer.Argument(help="JSONL or CSV with answers, votes or verdicts.")],
    what: Annotated[str, typer.Option("--what", help="answers, votes or verdicts.")] = "answers",
    dataset: Annotated[str | None, typer.Option("--dataset", "-d", help="The dataset the cases belong to.")] = None,
    session: Annotated[
        str | None, typer.Option("--session", "-s", help="For votes: the session whose answers they are about.")
    ] = None,
    fields: Annotated[
        list[str] | None, typer.Option("--field", "-f", help="FIELD=COLUMN, as in `-f case=question_id`; repeatable.")
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Take in answers, votes or verdicts made elsewhere. The same file is taken in once."""
    from tiebreak_cli.output import print_json, say
    from tiebreak_workbench.importing import import_file
    from tiebreak_workbench.workbench import Workbench

    mapping = dict(_pair(field) for field in fields or ())
    with Workbench.open(workspace) as bench:
        report = import_file(bench, file, what=what, dataset=dataset, session=session, fields=mapping)
    if as_json:
        print_json(report)
    else:
        say(str(report))


def _pair(text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    if not (name and equals and column):
        raise UsageError(f"“{text}” is no field map.", hint="Write FIELD=COLUMN, such as case=question_id.")
    return name, column


def export(
    session: SessionArgument = "last",
    to: Annotated[Path | None, typer.Option("--to", "-o", help="A file; standard output unless given.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per case instead of every record.")] = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Hand out everything in a session as JSONL, or its cases as CSV."""
    from tiebreak_cli.output import say
    from tiebreak_workbench.exporting import export_csv, export_jsonl
    from tiebreak_workbench.workbench import Workbench

    with Workbench.open(workspace) as bench:
        write = export_csv if as_csv else export_jsonl
        count = write(bench, session, to)
    if to is not None:
        say(f"{count} lines written to {to}.")


def add_to(app: typer.Typer) -> None:
    app.command()(sessions)
    app.command()(show)
    app.command(name="import")(import_)
    app.command()(export)
