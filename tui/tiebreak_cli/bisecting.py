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
    from tiebreak_workbench.bisecting import Bisection, BisectPlan


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
    from tiebreak_workbench import bisecting
    from tiebreak_workbench.triage import named_runs
    from tiebreak_workbench.trials import TrialLimits
    from tiebreak_workbench.workbench import Workbench

    limits = TrialLimits(
        concurrency=concurrency, max_calls=max_calls, max_cost=max_cost, unknown_cost=allow_unknown_cost, fresh=fresh
    )
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        a, b, cases = named_runs(bench, names)
        plan = bisecting.prepare_bisect(bench, [a] if b is None else [a, b], cases, times=times, checks=checks or ())
        trying.announce(_what(plan), plan.most_calls, plan.usd_a_call, limits, plan.likely_calls)
        if dry_run:
            if as_json:
                print_json(bisecting.plan_plain(plan))
            else:
                show(_hunks(plan.difference.hunks))
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
    if as_json:
        print_json(bisecting.bisection_plain(plan, found))
    else:
        show(_told(plan, found))
    if found.ending in ("found", "interaction"):
        raise typer.Exit(DONE)
    raise typer.Exit(NOT_DECIDED if found.ending == "not_reproduced" else trying.CODES[found.ending])


def _what(plan: "BisectPlan") -> str:
    from tiebreak.gates.wording import plural

    hunks = plural(len(plan.difference.hunks), "change")
    cases = plural(len(plan.cases), "case")
    return f"{hunks} between A and B, {cases}, {plural(plan.times, 'answer')} of each to a prompt"


def _told(plan: "BisectPlan", found: "Bisection") -> "Text":
    from rich.text import Text

    from tiebreak.gates.wording import plural
    from tiebreak_cli.output import safe
    from tiebreak_cli.trying import share, used

    said = Text(f"{_verdict(found)}\n", "bold")
    if found.found:
        said.append_text(_hunks(found.found))
    sides = (("A", found.a), ("B", found.b))
    ends = [f"{side}'s prompt fails {share(one.fails, one.of)}" for side, one in sides if one.of]
    told = [f"{', '.join(ends)}."] if ends else []
    if found.found and found.with_only is not None:
        told.append(f"A's with these changes alone fails {share(found.with_only.fails, found.with_only.of)}.")
    if found.found and found.without is not None:
        told.append(f"B's without them fails {share(found.without.fails, found.without.of)}.")
    if (without := found.without) is not None and found.found and 2 * without.fails >= without.of:
        told.append("So something else in the change does it as well: mend this, then bisect again.")
    if found.settled not in (None, "words") and found.found:
        told.append("They could still be smaller: the search did not get to single words.")
    if found.why:
        told.append(safe(found.why))
    invalid = f", {found.invalid} of them could not be made or were refused" if found.invalid else ""
    told.append(f"{plural(found.tried, 'prompt')}{invalid}; {used(found.progress)}.")
    if plan.times == 1:
        told.append("One answer to each prompt cannot tell a flaky case from a broken one; --times 3 can tell more.")
    said.append("\n".join(told))
    return said


def _verdict(found: "Bisection") -> str:
    match found.ending:
        case "found":
            return "Found: this change makes it fail."
        case "interaction":
            return "Found: these changes make it fail together, and not one without the others."
        case "not_reproduced":
            return "Not reproduced: B's prompt does not fail clearly more often than A's."
        case _ if found.found:
            return "Not finished. The smallest change so far that makes it fail:"
        case _:
            return "Not finished."


def _hunks(hunks: "Sequence[Hunk]") -> "Text":
    """As a diff: what A has, then what B has."""
    from rich.text import Text

    from tiebreak_cli.output import safe_line

    said = Text()
    for hunk in hunks:
        said.append(f"@@ {safe_line(hunk.place, 60)}, line {hunk.line}\n", "cyan")
        for mark, text, style in (("-", hunk.old, "red"), ("+", hunk.new, "green")):
            for line in text.splitlines():
                said.append(f"{mark} {safe_line(line, 2000)}\n", style)
    return said


def add_to(app: typer.Typer) -> None:
    app.command()(bisect)
