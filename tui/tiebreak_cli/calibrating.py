"""`calibrate`: a judge held against people, from the rows of sessions."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.judging import ending_code, run_judging
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from tiebreak.gates import JudgeStatus
    from tiebreak_workbench.judges.judging import JudgeLimits
    from tiebreak_workbench.workbench import Workbench


def calibrate(
    name: Annotated[str, typer.Option("--judge", "-j", help="The judge, by name.")],
    sessions: Annotated[
        list[str] | None, typer.Argument(help="Sessions, by id, start of id, or `last` (the default); taken together.")
    ] = None,
    redo: Annotated[
        bool, typer.Option("--redo", help="Put the labelled cases to the judge once more, and compare.")
    ] = False,
    labels: Annotated[
        int | None,
        typer.Option("--labels", min=1, help="Means from the first so many labels: a number fixed before the look."),
    ] = None,
    concurrency: Annotated[int, typer.Option("--concurrency", "-c", min=1, help="Calls at once, for --redo.")] = 4,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", min=0, help="US dollars for this judge in a session, for --redo.")
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Hold a judge against people: how often it agrees, how it leans, and what the two say together.

    Exit codes: 0 calibrated, 1 failed, 2 bad input, 3 too few labels yet, 4 infrastructure, 130 interrupted.
    """
    from tiebreak_cli.output import console, print_json
    from tiebreak_workbench.judges.calibrating import calibrate as hold
    from tiebreak_workbench.judges.calibration_report import calibration_report
    from tiebreak_workbench.judges.judging import JudgeLimits
    from tiebreak_workbench.workbench import Workbench

    wanted = sessions or ["last"]
    code = 0
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        if redo:
            code = _redo(bench, name, wanted, JudgeLimits(concurrency=concurrency, max_cost=max_cost))
        found = hold(bench, name, wanted, labels=labels)
    if as_json:
        print_json(calibration_report(found))
    else:
        from tiebreak_cli.calibration_text import print_calibration

        print_calibration(console(), found)
    raise typer.Exit(code or status_code(found.status))


def _redo(bench: "Workbench", name: str, sessions: list[str], limits: "JudgeLimits") -> int:
    """One more round in every session; the first exit code that is none of success."""
    import asyncio

    from tiebreak_cli.output import complain_line, console
    from tiebreak_workbench.judges.redoing import open_redo

    code = 0
    for session in sessions:
        with bench.lease(session) as lease:
            judging = open_redo(bench, name, session, limits)
            for warning in (*judging.warnings, *([lease.warning] if lease.warning else [])):
                complain_line(f"Note: {warning}")
            ending = asyncio.run(run_judging(judging, console(stderr=True)))
        if ending.why:
            complain_line(ending.why)
        code = code or ending_code(ending)
    return code


def status_code(status: "JudgeStatus") -> int:
    from tiebreak_cli.exits import DONE, GATE_FAILED, NOT_DECIDED

    return {"calibrated": DONE, "failed": GATE_FAILED, "uncalibrated": NOT_DECIDED}[status]


def add_to(app: typer.Typer) -> None:
    app.command()(calibrate)
