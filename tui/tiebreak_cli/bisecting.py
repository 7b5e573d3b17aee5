"""`tiebreak bisect`: which part of the change from A's prompt to B's broke a case."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.run import ConcurrencyOption, MaxCostOption, UnknownCostOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from tiebreak.triage.hunks import Hunk
    from tiebreak_workbench.trials.bisecting import Bisection, BisectPlan


def bisect(
    names: Annotated[
        list[str],
        typer.Argument(
            help="A session, or two runs as `diff` names them; then cases that are thought to have one cause.",
            metavar="SESSION CASE",
        ),
    ],
    times: Annotated[int, typer.Option("--times", "-k", min=1, max=100, help="Answers of a case to one prompt.")] = 3,
    checks: Annotated[
        list[str] | None,
        typer.Option("--check", help="A check as JSON that B's answer fails and A's passes; else those that do."),
    ] = None,
    max_calls: Annotated[int, typer.Option("--max-calls", min=1, help="Calls in all; begins none beyond them.")] = 200,
    max_cost: MaxCostOption = None,
    allow_unknown_cost: UnknownCostOption = False,
    concurrency: ConcurrencyOption = 4,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask also what was asked before.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nothing, use answers that are there.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be asked.")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Find the smallest part of the change from A to B (prompt, parameters, model) that makes cases fail.

    Exit codes: 0 found, 3 not reproduced or out of budget, 4 infrastructure, 130 interrupted.
    """
    from tiebreak_cli import trying
    from tiebreak_cli.exits import DONE, NOT_DECIDED
    from tiebreak_cli.output import print_json, show
    from tiebreak_workbench.triage.names import named_runs
    from tiebreak_workbench.trials import bisecting
    from tiebreak_workbench.trials.bisect_report import bisection_plain, plan_plain
    from tiebreak_workbench.trials.findings import keep_bisection
    from tiebreak_workbench.trials.trials import TrialLimits
    from tiebreak_workbench.trials.words import bisect_what
    from tiebreak_workbench.workbench import Workbench

    limits = TrialLimits(
        concurrency=concurrency,
        max_calls=max_calls,
        max_cost=max_cost,
        unknown_cost=allow_unknown_cost,
        fresh=fresh,
        offline=offline,
    )
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        a, b, cases = named_runs(bench, names)
        plan = bisecting.prepare_bisect(
            bench, [a] if b is None else [a, b], cases, times=times, checks=checks or (), offline=offline
        )
        trying.announce(bisect_what(plan), plan.most_calls, plan.usd_a_call, limits, plan.likely_calls)
        if dry_run:
            if as_json:
                print_json(plan_plain(plan))
            else:
                show(hunks_text(plan.difference.hunks))
            return
        found = trying.ask(
            bench,
            plan.policy,
            limits,
            lambda trials: bisecting.bisect(plan, trials),
            doing="Bisecting",
            configs=(plan.difference.a, plan.difference.b),
            specs=[spec for specs in plan.specs.values() for spec in specs],
            sample=plan.cases[0],
        )
        keep_bisection(bench, plan, found)
    if as_json:
        print_json(bisection_plain(plan, found))
    else:
        show(_told(plan, found))
    if found.ending in ("found", "interaction"):
        raise typer.Exit(DONE)
    raise typer.Exit(NOT_DECIDED if found.ending == "not_reproduced" else trying.CODES[found.ending])


def _told(plan: "BisectPlan", found: "Bisection") -> "Text":
    from rich.text import Text

    from tiebreak_cli.output import safe
    from tiebreak_workbench.trials.words import bisect_evidence, bisect_verdict

    said = Text(f"{bisect_verdict(found)}\n", "bold")
    if found.found:
        said.append_text(hunks_text(found.found))
    said.append(safe("\n".join(bisect_evidence(found, plan.times))))
    return said


def hunks_text(hunks: "Sequence[Hunk]") -> "Text":
    """As a diff: what A has, then what B has."""
    from rich.text import Text

    from tiebreak_cli.output import CELL, safe_line

    said = Text()
    for hunk in hunks:
        said.append(f"@@ {safe_line(hunk.place, CELL)}, line {hunk.line}\n", "cyan")
        for mark, text, style in (("-", hunk.old, "red"), ("+", hunk.new, "green")):
            for line in text.splitlines():
                said.append(f"{mark} {safe_line(line, 2000)}\n", style)
    return said


def add_to(app: typer.Typer) -> None:
    app.command()(bisect)
