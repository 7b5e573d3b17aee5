"""`tiebreak promote`: a failure becomes a case of a dataset, with checks that tell the good answer from the bad one."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from rich.text import Text

    from tiebreak_workbench.promoting import Promotion


def promote(
    names: Annotated[
        list[str],
        typer.Argument(help="A session, or two runs as `diff` names them; then the case.", metavar="SESSION CASE"),
    ],
    dataset: Annotated[str, typer.Option("--dataset", "-d", help="Where it goes, by name or path; made if missing.")],
    checks: Annotated[
        list[str] | None,
        typer.Option("--check", help="A proposed check by its id, or one as JSON; repeatable. Else the most telling."),
    ] = None,
    good: Annotated[str | None, typer.Option("--good", help="A or B: whose answer is the good one.")] = None,
    case_id: Annotated[str | None, typer.Option("--id", help="The id of the new case.")] = None,
    segment: Annotated[str | None, typer.Option("--segment", help="Its segment, unless that of the case.")] = None,
    allow_alike: Annotated[
        bool, typer.Option("--allow-alike", help="Also where the dataset asks nearly the same already.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be written.")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Keep a failure from coming back: write its case into a dataset, with checks proven on both answers."""
    from tiebreak_cli.output import print_json, say, show
    from tiebreak_store.outcomes import ROLE_WORDS
    from tiebreak_workbench import promoting
    from tiebreak_workbench.workbench import Workbench

    if not 2 <= len(names) <= 3:
        raise UsageError("Name a session and a case.", hint="tiebreak promote SESSION CASE -d DATASET")
    side = None if good is None else ROLE_WORDS.get(good.lower())
    if good is not None and side is None:
        raise UsageError(f"“{good}” is no side.", hint="Write A or B.")
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        found = promoting.prepare(
            bench,
            names[:-1],
            names[-1],
            dataset,
            checks=checks or (),
            good=side,
            case_name=case_id,
            segment=segment,
            allow_alike=allow_alike,
        )
        path = None if dry_run else promoting.write(found)
    if as_json:
        print_json(
            {
                "case": found.case,
                "line": found.line,
                "dataset": str(found.dataset),
                "written": None if path is None else str(path),
                "good": "A" if found.good == "baseline" else "B",
                "proposed": [{"check": p.spec, "why": p.why, "of_the_bad_answer": p.told} for p in found.proposals],
                "checks": [spec.id for spec in found.chosen],
            }
        )
        return
    show(_proposals(found))
    say(found.line)
    if path is None:
        say(f"Not written. Without --dry-run it goes into {found.dataset}{', which is made' if found.new else ''}.")
    else:
        say(f"Written to {path} as {found.case.id}.")


def _proposals(found: "Promotion") -> "Text":
    from rich.text import Text

    from tiebreak_cli.output import safe_line

    text = Text("Checks that the good answer passes and the bad one fails\n", "bold")
    chosen = {spec.version for spec in found.chosen}
    for proposal in found.proposals:
        mark, style = ("✔", "green") if proposal.spec.version in chosen else ("·", "dim")
        text.append(f"{mark} {safe_line(proposal.spec.id, 40)}", style)
        text.append(f"  {safe_line(proposal.why, 90)}; of the bad one: {safe_line(proposal.told, 90)}\n", "dim")
    return text


def add_to(app: typer.Typer) -> None:
    app.command()(promote)
