"""`judge` and `judges`: models that score the answers of a session."""

import signal
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

WIDE = 110
"""Columns of a terminal from which a table of judges leaves room for what they say."""

if TYPE_CHECKING:
    from tiebreak.judge import JudgeEnding, JudgeProgress, JudgeSummary
    from tiebreak.records.judges import Judge
    from tiebreak_cli.consoles import PlainConsole
    from tiebreak_workbench.judges.judging import Judging, Told


def judge(
    session: Annotated[str, typer.Argument(help="A session, by id, start of id, or `last`.")],
    name: Annotated[
        str | None, typer.Option("--judge", "-j", help="The judge, by name or path; not needed with --review.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Ask this model instead, such as openai/gpt-4.1.")
    ] = None,
    repeats: Annotated[
        int | None, typer.Option("--repeats", min=1, max=50, help="How often each question is put.")
    ] = None,
    concurrency: Annotated[int, typer.Option("--concurrency", "-c", min=1, help="Calls at once.")] = 4,
    max_cost: Annotated[
        float | None,
        typer.Option("--max-cost", min=0, help="US dollars for this judge in the session; begins nothing beyond."),
    ] = None,
    allow_unknown_cost: Annotated[
        bool, typer.Option("--allow-unknown-cost", help="With a budget: go on where a cost is not known.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Judge only so many cases of the plan.")] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask also what the judge was told before of the very same prompts.")
    ] = False,
    review: Annotated[
        bool, typer.Option("--review", help="Ask nothing: list the cases that a person should look at, and why.")
    ] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Let a model judge the stored answers of a session.

    The same command goes on where it was stopped; errors are asked again, what was said is not, in this session or to
    the very same prompt in another. Exit codes: 0 every
    question was answered, 2 bad input, 3 some are open, 4 infrastructure, 130 interrupted.
    """
    if review:
        _review(session, name, workspace, model=model, as_json=as_json)
        return
    if name is None:
        raise UsageError("Which judge? Name one.", hint="`tiebreak judges` lists them: `--judge preference`.")
    put_judge(
        session,
        name,
        model=model,
        repeats=repeats,
        concurrency=concurrency,
        max_cost=max_cost,
        unknown_cost=allow_unknown_cost,
        limit=limit,
        fresh=fresh,
        as_json=as_json,
        workspace=workspace,
    )


def put_judge(
    session: str,
    name: str,
    *,
    model: str | None = None,
    repeats: int | None = None,
    concurrency: int = 4,
    max_cost: float | None = None,
    unknown_cost: bool = False,
    limit: int | None = None,
    fresh: bool = False,
    as_json: bool,
    workspace: Path,
) -> NoReturn:
    """Put a judge to the stored answers of a session, and tell what came of it.

    Raises:
        typer.Exit: with the code, always.
    """
    import asyncio

    from tiebreak_cli.output import complain_line, console, print_json, say
    from tiebreak_workbench.judges.judging import (
        JudgeLimits,
        judging_report,
        load_judge,
        open_judging,
        stands_words,
        told_of,
        verdicts_sealed,
    )
    from tiebreak_workbench.judges.standing import session_standings, standing_words
    from tiebreak_workbench.workbench import Workbench

    limits = JudgeLimits(
        concurrency=concurrency, max_cost=max_cost, unknown_cost=unknown_cost, cases=limit, fresh=fresh
    )
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        chosen = load_judge(bench, name, model=model, repeats=repeats)
        with bench.lease(session) as lease:
            judging = open_judging(bench, session, chosen, limits)
            stands = stands_words(judging, workspace) if fresh else ""
            for warning in filter(None, (*judging.warnings, stands, lease.warning)):
                complain_line(f"Note: {warning}")
            ending = asyncio.run(run_judging(judging, console(stderr=True)))
        told = told_of(bench, judging.stored, chosen)
        sealed = verdicts_sealed(bench, judging.stored.session.id)
        standing = () if sealed else session_standings(bench, judging.stored).get(chosen.name, ())
    if as_json:
        print_json({**judging_report(judging, ending, told, sealed=sealed), "calibration": standing})
    else:
        _print(judging, ending, told, sealed=sealed)
        if any(one.n for one in standing):
            say(standing_words(chosen.name, standing))
        else:
            say("Uncalibrated: nothing here has been held against what people say.")
    raise typer.Exit(ending_code(ending))


def _review(session: str, name: str | None, workspace: Path, *, model: str | None, as_json: bool) -> None:
    from tiebreak_cli.output import print_json, print_table, say
    from tiebreak_workbench.judges.judging import load_judge
    from tiebreak_workbench.judges.review import review_queue, review_report
    from tiebreak_workbench.workbench import Workbench

    with Workbench.existing(workspace) as bench:
        bench.require_record()
        versions = [load_judge(bench, name, model=model).version] if name is not None else []
        queue = review_queue(bench, session, versions)
    if as_json:
        print_json(review_report(queue))
    elif not queue:
        say("Nothing to look at: no close call, no contradiction, and no conflict with a vote.")
    else:
        print_table(
            "To look at",
            ("case #", "id", "judge", "why"),
            (
                (str(one.position + 1), one.case_id, f"{one.judge} {one.version[:8]}, {one.status}", why)
                for one in queue
                for why in one.words
            ),
        )
        say("V in the Arena goes from one rated case of these to the next; v opens its verdict.")


def judges(as_json: JsonOption = False, workspace: WorkspaceOption = HERE) -> None:
    """List the judges of the workspace, and those that come with Tiebreak, with how they stand."""
    from tiebreak.errors import InputError
    from tiebreak_cli.output import console, print_json, print_table, say
    from tiebreak_workbench.judges.judging import judges_report, load_judge
    from tiebreak_workbench.judges.standing import version_status
    from tiebreak_workbench.shell import command
    from tiebreak_workbench.workbench import Workbench

    with Workbench.begin(workspace) as bench:
        rows = judges_report(bench)
        for row in rows:
            if "error" not in row:
                try:
                    row["status"] = version_status(bench, load_judge(bench, str(row["name"])))
                except InputError as problem:  # its recording is not there
                    row["error"] = str(problem)
    if as_json:
        print_json(rows)
        return
    cells = [
        [str(row.get(key) or "") for key in ("name", "from", "kind", "model", "status")]
        + [str(row.get("error") or row.get("description") or "")]
        for row in rows
    ]
    if (out := console()).is_terminal and out.width < WIDE:
        for name, *about, says in cells:
            say(f"{name}  {', '.join(filter(None, about))}\n    {says}")
    else:
        print_table("Judges", ("name", "from", "kind", "model", "status", "what it says"), cells)
    asks = command(("judge", "last", "--judge", "NAME"), workspace)
    say(f"`{asks}` asks one. docs/judges.md says how to write your own.")


async def run_judging(judging: "Judging", err: "PlainConsole") -> "JudgeEnding":
    """Run it; the first Ctrl-C (or SIGTERM) lets the calls in flight finish, the second one does not."""
    import asyncio

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from tiebreak_cli.output import complain_line
    from tiebreak_workbench.judges.judging import judge_all

    interrupts = 0

    def interrupt() -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts == 1:
            complain_line("Stopping: the calls in flight are let finish. Ctrl-C again cuts them.")
            judging.run.stop()
        else:
            judging.run.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    complain_line(f"Judging session {judging.stored.session.id}. {judging.estimate}")
    if not err.is_terminal:
        return await judge_all(judging, _waits_told(complain_line))
    columns = (
        TextColumn("judgments"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=err, auto_refresh=False, expand=True, transient=True) as bar:
        task = bar.add_task("", total=judging.planned)

        def show(progress: "JudgeProgress") -> None:
            bar.update(task, completed=progress.answered, description=_figures(progress, judging.judge), refresh=True)

        return await judge_all(judging, show)


def _waits_told(say: "Callable[[str], None]") -> "Callable[[JudgeProgress], None]":
    """Says, for a log, whenever a run waits for longer than was said before."""
    said: datetime | None = None

    def look(progress: "JudgeProgress") -> None:
        nonlocal said
        waits = progress.waits
        if waits is not None and (said is None or waits.until > said):
            said = waits.until
            say(f"{progress.answered:,} of {progress.planned:,} judgments · {waits.words}")

    return look


def _figures(progress: "JudgeProgress", judge: "Judge") -> str:
    from tiebreak.amounts import money
    from tiebreak.gates.wording import RECORDED, plural

    parts = [RECORDED if judge.recorded else money(progress.usd)]
    if progress.reused:
        parts.append(f"{progress.reused:,} reused")
    if progress.unknown:
        parts.append(f"{progress.unknown} of unknown cost")
    if progress.statuses.get("unparseable"):
        parts.append(f"{progress.statuses['unparseable']} unparseable")
    if progress.statuses.get("error"):
        parts.append(plural(progress.statuses["error"], "error"))
    if progress.ending:
        parts.append(f"{progress.in_flight} in flight")
    if progress.waits is not None:
        parts.append(progress.waits.words)
    return " · ".join(parts)


def _print(judging: "Judging", ending: "JudgeEnding", outcome: "Told", *, sealed: bool) -> None:
    from tiebreak.gates.wording import plural
    from tiebreak_cli.output import print_table, say

    one, summary = judging.judge, outcome.counts
    told = f" (served {', '.join(summary.served_models)})" if summary.served_models else ""
    say(f"{one.name}, {one.kind}, by {one.model_label}{told}: {judging.stored.session.title}")
    rows = [
        ("valid", str(summary.valid)),
        ("unparseable", str(summary.unparseable)),
        ("error", str(summary.error)),
        ("open", str(max(0, ending.progress.planned - ending.progress.answered - summary.error))),
        *([("reused, at no cost", str(summary.reused))] if summary.reused else []),
        ("cost of judging", _cost(one, summary)),
    ]
    print_table("Judgments", ("status", "n #"), rows)
    if sealed:
        say("The session is blind: what the verdicts say stays sealed until the last case is done.")
    else:
        if outcome.sealed:
            verdicts, cases = plural(outcome.sealed, "verdict"), plural(outcome.cases, "case")
            say(f"{verdicts} on {cases} stay sealed until you have rated them; what follows is without them.")
        print_table("Verdicts", ("verdict", "n #"), _verdicts(outcome.open))
    if not sealed and (steady := list(_steadiness(outcome.open))):
        print_table("How steady", ("measure", "value #"), steady)
    left_out = {**judging.skipped.reasons, **summary.problems}
    if left_out:
        print_table("Without a verdict", ("why", "n #"), ((why, str(n)) for why, n in left_out.items()))
    open_ = ending.progress.planned - ending.progress.answered
    if open_:
        say(" ".join(filter(None, (ending.why, f"{open_} still open; the same command goes on."))))


def _cost(judge: "Judge", summary: "JudgeSummary") -> str:
    from tiebreak.amounts import money
    from tiebreak.gates.wording import RECORDED

    if judge.recorded:
        return RECORDED
    return money(summary.usd) + (f" and {summary.unknown} unknown" if summary.unknown else "")


def _verdicts(summary: "JudgeSummary") -> "Iterator[tuple[str, str]]":
    from tiebreak.gates.wording import percent, plural
    from tiebreak.records.policies import SIDES
    from tiebreak_workbench.judges.claims import span_words

    if (pairs := summary.pairs) is not None:
        for word, meaning in (("A", "A wins"), ("B", "B wins"), ("tie", "tie")):
            yield meaning, str(pairs.verdicts.get(word, 0))
        if pairs.both:
            yield "orders contradict each other", str(pairs.inconsistent)
        if pairs.half:
            yield "left out: one order has no verdict", str(pairs.half)
    for point in summary.points:
        label = point.label
        for verdict, count in point.verdicts.items() if point.mean is None else ():
            yield f"{label}: {verdict}", str(count)
        if point.mean is not None:
            yield f"{label}: mean of {plural(point.answers, 'answer')}", f"{point.mean:.3f}"
            if "no_claims" in point.verdicts:
                yield f"{label}: no claims", str(point.verdicts["no_claims"])
    if summary.claims:
        yield "claims", str(summary.claims)
        yield "claims not supported", str(summary.unsupported)
    for one in summary.hallucinations:
        side = SIDES[one.role]
        yield f"{side}: claims not supported", f"{one.unsupported} of {one.claims}"
        yield f"{side}: hallucination rate", f"{percent(one.rate)} ({span_words(one)})"


def _steadiness(summary: "JudgeSummary") -> "Iterator[tuple[str, str]]":
    if (pairs := summary.pairs) is not None and pairs.consistency is not None:
        yield f"orders agree ({pairs.both} pairs)", f"{100 * pairs.consistency:.1f} %"
        yield "verdicts for the first shown / second shown", f"{pairs.first} / {pairs.second}"
    spread = summary.spread
    if spread.repeated:
        yield f"repeats agree ({spread.repeated} questions)", f"{100 * (spread.agreeing / spread.repeated):.1f} %"
        if spread.deviation is not None:
            yield "mean standard deviation over repeats", f"{spread.deviation:.3f}"


def ending_code(ending: "JudgeEnding") -> int:
    from tiebreak_cli.exits import DONE, INTERRUPTED, NOT_DECIDED, UNAVAILABLE

    if ending.reason in ("stopped", "cancelled"):
        return INTERRUPTED
    if ending.reason == "paused" or ending.progress.statuses.get("error"):
        return UNAVAILABLE
    return DONE if ending.complete else NOT_DECIDED


def add_to(app: typer.Typer) -> None:
    app.command()(judge)
    app.command()(judges)
