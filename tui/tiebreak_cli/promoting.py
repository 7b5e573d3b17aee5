"""`tiebreak promote`: a failure becomes a case of a dataset, with checks that tell the good answer from the bad one."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.run import MaxCostOption, UnknownCostOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from rich.text import Text

    from tiebreak_workbench.triage.promoting import Promotion
    from tiebreak_workbench.trials.shrinking import Shrunk
    from tiebreak_workbench.trials.trials import TrialLimits
    from tiebreak_workbench.workbench import Workbench


def promote(
    names: Annotated[
        list[str],
        typer.Argument(help="A session, or two runs as `diff` names them; then the case.", metavar="SESSION CASE"),
    ],
    dataset: Annotated[
        str, typer.Option("--dataset", "-d", help="Where it goes, by name or path; made if missing.")
    ] = "regressions",
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
    shrink: Annotated[bool, typer.Option("--shrink", help="Make its question as small as still fails.")] = False,
    times: Annotated[
        int, typer.Option("--times", "-k", min=1, max=100, help="With --shrink: answers of each side to one cut.")
    ] = 1,
    offline: Annotated[bool, typer.Option("--offline", help="With --shrink: ask nothing, use what is there.")] = False,
    max_calls: Annotated[int, typer.Option("--max-calls", min=1, help="With --shrink: calls in all.")] = 200,
    max_cost: MaxCostOption = None,
    allow_unknown_cost: UnknownCostOption = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Keep a failure from coming back: write its case into a dataset, with checks proven on both answers.

    Exit codes: 0 written, or shown; 130 interrupted while shrinking, and nothing is written.
    """
    from tiebreak.records.policies import SIDES
    from tiebreak_cli.exits import DONE, INTERRUPTED
    from tiebreak_cli.output import print_json, safe, say, show
    from tiebreak_store.outcomes import ROLE_WORDS
    from tiebreak_workbench.triage import promoting
    from tiebreak_workbench.trials import shrinking
    from tiebreak_workbench.trials.trials import TrialLimits
    from tiebreak_workbench.trials.words import shrink_told
    from tiebreak_workbench.workbench import Workbench

    if not 2 <= len(names) <= 3:
        raise UsageError("Name a session and a case.", hint="tiebreak promote SESSION CASE")
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
        smaller = None
        if shrink:
            limits = TrialLimits(
                offline=offline, max_calls=max_calls, max_cost=max_cost, unknown_cost=allow_unknown_cost
            )
            smaller = _shrunk(bench, names, found, limits, times)
            found = shrinking.shrunk_promotion(found, smaller)
        stopped = smaller is not None and smaller.ending == "stopped"
        path = None if dry_run or stopped else promoting.write(found)
    if as_json:
        print_json(
            {
                "case": found.case,
                "line": found.line,
                "dataset": str(found.dataset),
                "written": None if path is None else str(path),
                "good": SIDES[found.good],
                "proposed": [{"check": p.spec, "why": p.why, "of_the_bad_answer": p.told} for p in found.proposals],
                "checks": [spec.id for spec in found.chosen],
                "shrunk": smaller,
            }
        )
    else:
        show(_proposals(found))
        if smaller is not None:
            say(safe(shrink_told(smaller)))
        say(found.line)
        into = f"{found.dataset}{', which is made' if found.new else ''}"
        if path is not None and found.amends:
            say(f"{found.case.id} in {path} has the checks.")
        elif path is not None:
            say(f"Written to {path} as {found.case.id}. {promoting.runs_from_now_on(found)}")
        elif stopped:
            say(f"Not written, as it was stopped. The same command goes on; without --shrink it goes into {into}.")
        else:
            say(f"Not written. Without --dry-run it goes into {into}.")
    raise typer.Exit(INTERRUPTED if stopped else DONE)


def _shrunk(bench: "Workbench", names: list[str], found: "Promotion", limits: "TrialLimits", times: int) -> "Shrunk":
    from dataclasses import replace

    from tiebreak_cli import trying
    from tiebreak_workbench.trials.shrinking import prepare_shrink, shrink

    plan = prepare_shrink(bench, names[:-1], names[-1], found, times=times, offline=limits.offline)
    if plan.offline:
        from tiebreak_cli.output import complain_line

        limits = replace(limits, offline=True)
        complain_line("Shrinking against recorded answers: no model is asked.")
    else:
        trying.announce("Shrinking", plan.most_calls, plan.usd_a_call, limits)
    return trying.ask(
        bench,
        plan.policy,
        limits,
        lambda trials: shrink(plan, trials),
        doing="Shrinking",
        configs=(plan.good, plan.bad),
        specs=plan.specs,
        sample=plan.case,
    )


def _proposals(found: "Promotion") -> "Text":
    from rich.text import Text

    from tiebreak.triage.promoting import asks
    from tiebreak_cli.output import CELL, safe_line

    text = Text("Checks that the good answer passes and the bad one fails\n", "bold")
    chosen = {spec.version for spec in found.chosen}
    for proposal in found.proposals:
        mark, style = ("✔", "green") if proposal.spec.version in chosen else ("·", "dim")
        text.append(f"{mark} {safe_line(proposal.spec.id, CELL)}", style)
        text.append(f"  {safe_line(asks(proposal.spec), CELL)}\n")
        why, told = safe_line(proposal.why, CELL), safe_line(proposal.told or "fails", CELL)
        text.append(f"    {why}; the bad answer: {told}\n", "dim")
    return text


def add_to(app: typer.Typer) -> None:
    app.command()(promote)
