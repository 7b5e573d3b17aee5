"""`tiebreak gate`: a session's gates recomputed from its rows, for a person, for CI and as reports."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption, SessionArgument
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from tiebreak.records import Phase
    from tiebreak.reports import Report


def gate(
    session: SessionArgument = "last",
    policy: Annotated[
        str | None,
        typer.Option("--policy", "-p", help="Other gates than those set down with the session, by name or path."),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", "-a", help="Hold regressions against this run in place of A; named as for diff."),
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option("--report", "-o", help="FORMAT=PATH, of md, html, junit, json, events; or a PATH; repeatable."),
    ] = None,
    phase: Annotated[
        str | None, typer.Option("--phase", help="Decide by the gates up to this phase: offline, human or online.")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", help="What may differ: dataset, samples, parameters, checks or judge; repeatable."),
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Open a blind session that is not finished; written down.")
    ] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Recompute a session's gates from its rows, keep what they say, and write reports of it.

    Exit codes: 0 every gate asked for passed, 1 one failed, 2 bad input, 3 not decided, 4 infrastructure, 130
    interrupted. Reports are written before the exit, whatever the verdict.
    """
    from tiebreak_cli.exits import NOT_DECIDED
    from tiebreak_cli.output import console, print_json, say
    from tiebreak_workbench.figures.files import wanted_reports, write_reports
    from tiebreak_workbench.figures.gating import Asked, Sealed, gate_session
    from tiebreak_workbench.figures.sealed import sealed_words
    from tiebreak_workbench.workbench import Workbench

    wanted = wanted_reports(report or ())
    asked = Asked(
        session=session,
        policy=policy,
        baseline=baseline,
        allow=tuple(allow or ()),
        until=_phase(phase),
        reveal=reveal,
    )
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        found = gate_session(bench, asked)
        if isinstance(found, Sealed):
            if as_json:
                print_json({"session": found.session, "blind": True, "sealed": True, "done": found.snapshot.done,
                            "planned": found.snapshot.planned})  # fmt: skip
            else:
                say(sealed_words(found.snapshot))
            raise typer.Exit(NOT_DECIDED)
        write_reports(wanted, found, bench.environ)
    if as_json:
        from tiebreak.reports.json_ import as_values

        print_json(as_values(found))
    else:
        from tiebreak_cli.gate_text import print_gates

        print_gates(console(), found, [one.path for one in wanted])
    raise typer.Exit(exit_code_of(found))


def exit_code_of(report: "Report") -> int:
    """A verdict is a verdict; where there is none, whether trying again may bring one."""
    from tiebreak_cli.exits import UNAVAILABLE, verdict_code

    if report.verdict not in ("pass", "fail") and report.infrastructure:
        return UNAVAILABLE
    return verdict_code(report.verdict)


def _phase(wanted: str | None) -> "Phase | None":
    from tiebreak.records import PHASES

    for phase in PHASES:
        if wanted == phase:
            return phase
    if wanted is None:
        return None
    raise UsageError(f"There is no phase “{wanted}”.", hint=f"The phases are {', '.join(PHASES)}.")


def add_to(app: typer.Typer) -> None:
    app.command()(gate)
