"""`tiebreak run`: both configs over a dataset, without a person."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from tiebreak.batch import Batch, Ending
    from tiebreak.scoreboard import Snapshot
    from tiebreak_cli.run_progress import Shown
    from tiebreak_workbench.headless import TakenUp


def run(
    dataset: Annotated[str, typer.Option("--dataset", "-d", help="Dataset, by name or path.")],
    baseline: Annotated[str, typer.Option("--baseline", "-a", help="Config A, by name or path.")],
    candidate: Annotated[str, typer.Option("--candidate", "-b", help="Config B, by name or path.")],
    policy: Annotated[
        str | None, typer.Option("--policy", "-p", help="Policy, by name or path; else the first of the workspace.")
    ] = None,
    cases: Annotated[int | None, typer.Option("--cases", "-n", min=1, help="Planned number of cases.")] = None,
    segment: Annotated[str | None, typer.Option("--segment", help="Only cases of this segment.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the case order.")] = 1,
    concurrency: Annotated[int, typer.Option("--concurrency", "-c", min=1, help="Calls at once for each config.")] = 8,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", min=0, help="US dollars for the session; begins no call beyond them.")
    ] = None,
    allow_unknown_cost: Annotated[
        bool, typer.Option("--allow-unknown-cost", help="With --max-cost: go on where a cost is not known.")
    ] = False,
    reuse: Annotated[
        bool, typer.Option("--reuse", help="Take over models' answers to the very same requests from earlier sessions.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume/--no-resume", help="Go on with the newest run of the very same plan.")
    ] = True,
    phase: Annotated[
        str | None, typer.Option("--phase", help="Let the gates of one phase alone decide the exit code: offline.")
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Answer every planned case with both configs, check the answers, and say how the gates stand.

    The same command goes on where it was stopped; the session can be rated later with `tiebreak arena -r last`. Exit
    codes: 0 all gates passed, 1 one failed, 2 bad input, 3 not decided, 4 infrastructure, 130 interrupted.
    """
    from tiebreak.batch import Limits
    from tiebreak_cli.output import console, print_json
    from tiebreak_cli.run_progress import display, first_words, last_words
    from tiebreak_workbench.headless import (
        Wanted,
        board_of,
        notes_on_apps,
        open_batch,
        refuse_unready,
        setup_of,
        take_up,
        warnings_of,
    )
    from tiebreak_workbench.report import run_report, session_report
    from tiebreak_workbench.workbench import Workbench

    _known_phase(phase)
    limits = Limits(concurrency=concurrency, max_cost=max_cost, unknown_cost=allow_unknown_cost)
    with Workbench.begin(workspace) as bench:
        setup = setup_of(
            bench.workspace, dataset, baseline, candidate, policy=policy, n=cases, segment=segment, seed=seed
        )
        warnings = [*warnings_of(setup), *notes_on_apps(setup, Wanted(limits=limits, reuse=reuse))]
        refuse_unready(bench, setup)
        taken = take_up(bench, setup, resume=resume, concurrency=concurrency)
        with bench.lease(taken.stored.session.id) as lease:
            batch = open_batch(bench, taken.stored, Wanted(limits=limits, reuse=reuse))
            warnings += [lease.warning] if lease.warning else []
            with display(console(stderr=True)) as shown:
                ending = asyncio.run(_answer(batch, shown, first_words(taken, warnings)))
        shown.say(last_words(ending, taken.stored.session.id))
        snapshot = board_of(bench, taken.stored).snapshot()
    if as_json:
        print_json({**session_report(taken.stored, snapshot), "run": run_report(ending, resumed=taken.resumed)})
    else:
        from tiebreak_cli.scoreboard import print_scoreboard

        print_scoreboard(console(), taken.stored, snapshot)
    raise typer.Exit(_exit_code(ending, snapshot, taken, phase))


async def _answer(batch: "Batch", shown: "Shown", words: str) -> "Ending":
    """Run the batch; the first Ctrl-C (or SIGTERM) lets the calls in flight finish, the second one does not."""
    from tiebreak_workbench.headless import answer, spare_collector

    interrupts = 0

    def interrupt() -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts == 1:
            shown.say("Stopping: the calls in flight are let finish. Ctrl-C again cuts them.")
            batch.stop()
        else:
            batch.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    shown.say(words)  # only now, since whoever reads it may press Ctrl-C
    spare_collector()
    return await answer(batch, shown.tick)


def _known_phase(phase: str | None) -> None:
    from tiebreak.records import PHASES

    if phase not in (None, *PHASES):
        raise UsageError(f"There is no phase “{phase}”.", hint=f"The phases are {', '.join(PHASES)}.")


def _exit_code(ending: "Ending", snapshot: "Snapshot", taken: "TakenUp", phase: str | None) -> int:
    """Interrupted before infrastructure before the gates: what did not happen decides nothing."""
    from tiebreak.gates import overall
    from tiebreak_cli.exits import INTERRUPTED, UNAVAILABLE, verdict_code

    if ending.reason in ("stopped", "cancelled"):
        return INTERRUPTED
    allowed = taken.stored.policy.max_excluded * snapshot.planned
    if any(arm.paused for arm in ending.progress.arms.values()) or snapshot.excluded_cases > allowed:
        return UNAVAILABLE
    gates = [gate for gate in snapshot.gates if phase in (None, gate.phase)]
    return verdict_code(overall(gates) if gates else "undecided")


def add_to(app: typer.Typer) -> None:
    app.command()(run)
