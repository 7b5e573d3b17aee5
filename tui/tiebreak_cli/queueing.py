"""`queue`: the cases of a session that most likely hold a harmful answer, and why."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from tiebreak_workbench.risk_queue import AtRisk


def queue(
    session: Annotated[str, typer.Argument(help="A session, by id, start of id, or `last`.")] = "last",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="List only so many cases.")] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """List the risk queue of a session: its riskiest cases first, each with why.

    `tiebreak arena -r SESSION --queue risk` rates them. What is found there fails gates that allow no harmful answer,
    and enters no rate, mean or calibration.
    """
    from tiebreak_cli.output import print_json, print_table, say
    from tiebreak_workbench.risk_queue import FEEDS_NOTHING, risk_queue, risk_report
    from tiebreak_workbench.shell import command
    from tiebreak_workbench.workbench import Workbench

    with Workbench.existing(workspace) as bench:
        bench.require_record()
        stored = bench.store.load_session(session, light=True)
        report = risk_report(stored, found := risk_queue(bench, stored)[:limit])
    if as_json:
        print_json(report)
        return
    if not found:
        say("Nothing is in the risk queue: no case with both answers gives a reason, or you rated them all.")
        return
    print_table(
        "Risk queue",
        ("risk #", "id", "looked at", "why"),
        (
            (
                _figure(one) if first else "",
                one.case_id if first else "",
                "yes" if first and one.looked else "",
                why,
            )
            for one in found
            for first, why in ((n == 0, why) for n, why in enumerate(one.words or ("no reason is left",)))
        ),
    )
    if not report["feeds_a_gate"]:
        say(FEEDS_NOTHING)
    rates = command(("arena", "-r", stored.session.id, "--queue", "risk"), workspace)
    say(f"`{rates}` rates them; the order is all that the figure says.")


def _figure(one: "AtRisk") -> str:
    return "sealed" if one.open_risk is None else f"{one.open_risk:.2f}"


def add_to(app: typer.Typer) -> None:
    app.command()(queue)
