"""What the commands share that ask for the answers of sessions: showing, Ctrl-C, the last words, the exit code."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from typing import NamedTuple

import typer

from tiebreak.batch import Batch, Ending
from tiebreak.errors import StoreError
from tiebreak.gates.wording import plural
from tiebreak.scoreboard import Snapshot
from tiebreak_cli.exits import DONE, GATE_FAILED, INTERRUPTED, NOT_DECIDED, UNAVAILABLE, verdict_code
from tiebreak_cli.output import console, print_json, say
from tiebreak_cli.run_progress import Shown, display, first_words, judging_words, last_words
from tiebreak_cli.scoreboard import decision_of, print_judges, print_scoreboard
from tiebreak_workbench.check_judging import till_of
from tiebreak_workbench.headless import (
    TakenUp,
    Wanted,
    answer,
    board_of,
    open_batch,
    pool_for,
    spare_collector,
)
from tiebreak_workbench.judged_run import CONCURRENCY as JUDGING
from tiebreak_workbench.judged_run import JudgedRun, judges_along, words_on_judges
from tiebreak_workbench.report import run_report, session_report
from tiebreak_workbench.rescoring import score_forks
from tiebreak_workbench.sealed import is_sealed, sealed_words
from tiebreak_workbench.unjudged import unjudged_words
from tiebreak_workbench.workbench import Workbench


class Asked(NamedTuple):
    """What came of asking."""

    ending: Ending
    judging: list[dict[str, object]]
    """How far each judge that goes along came."""
    by_checks: dict[str, object] | None
    """What judges cost whom checks ask; None where none was asked."""


def ask_all(
    bench: Workbench,
    taken: Sequence[TakenUp],
    wanted: Wanted,
    warnings: Sequence[str] = (),
    *,
    errors_only: bool = False,
    judges: Sequence[str] = (),
    judge_cost: float | None = None,
    fresh: bool = False,
) -> Asked:
    """Ask what the sessions lack, of all their runs at once, shown on standard error; the `judges` of these names go
    along. Each judge, and each that checks ask, may cost `judge_cost` US dollars; `fresh` ones
    take over nothing that they were told before.

    Raises:
        SessionInUseError: while another process works on one of them.
        StoreError: where an answer could not be kept; how many were is said before.
    """
    stored = [one.stored for one in taken]
    with bench.lease(*(one.session.id for one in stored)) as lease:
        along = judges_along(bench, stored, judges, judge_cost, fresh=fresh)
        pool = pool_for(wanted, len(stored), len(along) * JUDGING)
        judging = JudgedRun(bench, along, pool)
        till = till_of(bench, stored, judge_cost)
        batch = open_batch(
            bench,
            stored[0],
            wanted,
            others=stored[1:],
            errors_only=errors_only,
            limiters=pool,
            kept=judging.kept,
            till=till,
            fresh=fresh,
        )
        told = [*warnings, *words_on_judges(bench, along), *([lease.warning] if lease.warning else [])]
        with display(console(stderr=True)) as shown:
            try:
                ending = asyncio.run(_answer(batch, judging, shown, first_words(taken, told)))
            except StoreError:
                shown.say(_kept(bench, taken))
                raise
        score_forks(bench, stored)
    shown.say(last_words(ending, [one.session.id for one in stored]))
    shown.say_unless_blank(till.words())
    shown.say_unless_blank(judging_words(judging))
    return Asked(ending, judging.report(), till.report() if till.heard else None)


def print_outcome(
    bench: Workbench,
    taken: Sequence[TakenUp],
    ended: Asked,
    *,
    phase: str | None,
    as_json: bool,
) -> typer.Exit:
    """Print the scoreboards from their rows; returns what the command ends with."""
    ending, judging, by_checks = ended
    snapshots = [board_of(bench, one.stored).snapshot() for one in taken]
    (first, *_), (snapshot, *_) = taken, snapshots
    if first.stored.session.blind and is_sealed(
        bench.store.load_session(first.stored.session.id, light=True), snapshot, bench.rater()
    ):
        if as_json:
            told = {"judging": judging} if judging else {}
            print_json({"session": first.stored.session.id, "blind": True, "sealed": True, **told})
        else:
            say(sealed_words(snapshot))
        return typer.Exit(unsettled(ending) or NOT_DECIDED)
    reports = [session_report(one.stored, snapshot) for one, snapshot in zip(taken, snapshots, strict=True)]
    run = run_report(ending, resumed=all(one.resumed for one in taken))
    run |= {"judging": judging} if judging else {}
    run |= {"check_judges": by_checks} if by_checks is not None else {}
    if as_json:
        print_json({**reports[0], "run": run} if len(reports) == 1 else {"sessions": reports, "run": run})
    else:
        for one, snapshot in zip(taken, snapshots, strict=True):
            notes = unjudged_words(bench.store, one.stored.session.id)
            print_scoreboard(console(), one.stored, snapshot, phase=phase, notes=notes)
        print_judges(bench, [one.stored.session.id for one in taken])
    return typer.Exit(exit_code(ending, snapshots, taken, phase))


def exit_code(ending: Ending, snapshots: Sequence[Snapshot], taken: Sequence[TakenUp], phase: str | None) -> int:
    """As `tiebreak gate` has it: a failed gate is a verdict, whatever else is missing; where there is none, what
    stood in the way comes before what is not decided. An interrupted run says so before all."""
    left = unsettled(ending)
    if left == INTERRUPTED:
        return left
    codes = {left} - {DONE}
    for one, snapshot in zip(taken, snapshots, strict=True):
        if snapshot.excluded_cases > one.stored.policy.max_excluded * snapshot.planned:
            codes.add(UNAVAILABLE)
        codes.add(verdict_code(decision_of(snapshot, phase)))
    return next(code for code in (GATE_FAILED, UNAVAILABLE, NOT_DECIDED, DONE) if code in codes)


def unsettled(ending: Ending) -> int:
    """The exit code of a run that was interrupted or whose arm was paused; else 0."""
    if ending.reason in ("stopped", "cancelled"):
        return INTERRUPTED
    return UNAVAILABLE if any(arm.paused for arm in ending.progress.arms.values()) else DONE


async def _answer(batch: Batch, judging: JudgedRun, shown: Shown, words: str) -> Ending:
    def stop() -> None:
        batch.stop()
        judging.stop()

    def cancel() -> None:
        batch.cancel()
        judging.cancel()

    heed_interrupts(stop, cancel, shown.say)
    shown.say(words)  # only now, since whoever reads it may press Ctrl-C
    spare_collector()
    shown.judging = judging
    try:
        judging.start()
        ending = await answer(batch, shown.tick)
        await judging.finish(lambda: shown.tick(ending.progress))
        shown.tick(ending.progress)
    finally:
        await judging.close()
    return ending


def heed_interrupts(stop: Callable[[], None], cancel: Callable[[], None], say: Callable[[str], None]) -> None:
    """From now on the first Ctrl-C (or SIGTERM) lets the calls in flight finish; the second one does not."""
    interrupts = 0

    def interrupt() -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts == 1:
            say("Stopping: the calls in flight are let finish. Ctrl-C again cuts them.")
            stop()
        else:
            cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)


def _kept(bench: Workbench, taken: Sequence[TakenUp]) -> str:
    """What is safe after a write that failed, counted from the disk itself."""
    kept: set[str] = set()
    for one in taken:
        try:
            found = bench.store.iter_responses(one.stored.session.id)
            kept.update(response.id for response in found if not response.excluded)
        except StoreError:
            return "The run has ended, as an answer could not be kept."
    return (
        f"The run has ended, as an answer could not be kept. Safe so far: {plural(f'{len(kept):,}', 'answer')}. "
        "Once that is mended, the same command goes on."
    )
