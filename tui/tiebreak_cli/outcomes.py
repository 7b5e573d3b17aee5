"""What came of a run: its scoreboards or their JSON, and the exit code."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import typer

from tiebreak.batch import Ending
from tiebreak.scoreboard import Snapshot
from tiebreak_cli.asking import Asked
from tiebreak_cli.exits import DONE, GATE_FAILED, INTERRUPTED, NOT_DECIDED, UNAVAILABLE, verdict_code
from tiebreak_cli.output import console, print_json, print_table, say
from tiebreak_cli.scoreboard import DECISIONS, decision_of, print_judges, print_scoreboard
from tiebreak_workbench.figures.report import run_report, session_report
from tiebreak_workbench.figures.sealed import is_sealed, sealed_words
from tiebreak_workbench.figures.unjudged import unjudged_words
from tiebreak_workbench.headless.headless import TakenUp, board_of
from tiebreak_workbench.headless.running import Share
from tiebreak_workbench.workbench import Workbench

WORST_FIRST = (INTERRUPTED, GATE_FAILED, UNAVAILABLE, NOT_DECIDED, DONE)


class Told(NamedTuple):
    """What came of the sessions over one dataset."""

    code: int
    report: dict[str, object]
    """JSON-ready."""
    show: Callable[[], None]
    """Prints the same for a person."""
    lines: Sequence[tuple[str, ...]]
    """Of the table of several datasets: a line for each session."""


def print_outcome(
    bench: Workbench, taken: Sequence[TakenUp], ended: Asked, *, phase: str | None, as_json: bool
) -> typer.Exit:
    """Print the scoreboards from their rows; returns what the command ends with."""
    told = _told(bench, Share(dataset=taken[0].stored.dataset.card.name, taken=taken), ended, phase)
    if as_json:
        print_json(told.report)
    else:
        told.show()
    return typer.Exit(told.code)


def print_outcomes(
    bench: Workbench, shares: Sequence[Share], ended: Sequence[Asked], *, phase: str | None, as_json: bool
) -> typer.Exit:
    """The same of one dataset after the other, with a table of all. Several that were named are a list in the JSON; a
    regression set that nobody named stands in that of the one dataset, under `regressions`."""
    if len(shares) == 1:
        return print_outcome(bench, shares[0].taken, ended[0], phase=phase, as_json=as_json)
    told = [_told(bench, share, asked, phase) for share, asked in zip(shares, ended, strict=True)]
    if as_json:
        reports = [one.report for one in told]
        alone = sum(share.named for share in shares) == 1
        print_json({**reports[0], "regressions": reports[1]} if alone else reports)
    else:
        for one in told:
            one.show()
        columns = ("dataset", "session", "A against B", "answers #", "decision")
        print_table("All datasets", columns, [line for one in told for line in one.lines])
    return typer.Exit(worst([one.code for one in told]))


def worst(codes: Sequence[int]) -> int:
    """An interrupted run says so before all; then a failed gate is a verdict, whatever else is missing."""
    return next(code for code in WORST_FIRST if code in codes)


def _told(bench: Workbench, share: Share, ended: Asked, phase: str | None) -> Told:
    ending, judging, by_checks = ended
    taken = share.taken
    snapshots = [board_of(bench, one.stored).snapshot() for one in taken]
    (first, *_), (snapshot, *_) = taken, snapshots
    if first.stored.session.blind and is_sealed(
        bench.store.load_session(first.stored.session.id, light=True), snapshot, bench.rater()
    ):
        more = {"judging": judging} if judging else {}
        report: dict[str, object] = {"session": first.stored.session.id, "blind": True, "sealed": True, **more}
        words = sealed_words(snapshot)
        line = _line(share, first, ending, "sealed")
        return Told(unsettled(ending) or NOT_DECIDED, report, lambda: say(words), [line])
    reports = [session_report(one.stored, snapshot) for one, snapshot in zip(taken, snapshots, strict=True)]
    run = run_report(ending, resumed=all(one.resumed for one in taken))
    run |= {"judging": judging} if judging else {}
    run |= {"check_judges": by_checks} if by_checks is not None else {}

    def show() -> None:
        for one, snapshot in zip(taken, snapshots, strict=True):
            notes = unjudged_words(bench, one.stored.session.id)
            print_scoreboard(console(), one.stored, snapshot, phase=phase, notes=notes)
        print_judges(bench, [one.stored.session.id for one in taken])

    return Told(
        exit_code(ending, snapshots, taken, phase, along=share.along),
        {**reports[0], "run": run} if len(reports) == 1 else {"sessions": reports, "run": run},
        show,
        [
            _line(share, one, ending, DECISIONS[decision_of(snapshot, phase)])
            for one, snapshot in zip(taken, snapshots, strict=True)
        ],
    )


def _line(share: Share, one: TakenUp, ending: Ending, decision: str) -> tuple[str, ...]:
    answers = f"{ending.progress.answered:,}/{ending.progress.planned:,}"
    return share.dataset, one.stored.session.id, one.stored.session.title, answers, decision


def exit_code(
    ending: Ending, snapshots: Sequence[Snapshot], taken: Sequence[TakenUp], phase: str | None, *, along: bool = False
) -> int:
    """As `tiebreak gate` has it: a failed gate is a verdict, whatever else is missing; where there is none, what
    stood in the way comes before what is not decided. An interrupted run says so before all. A regression set that goes
    `along` has no say in a `phase` that it has no gate of."""
    left = unsettled(ending)
    if left == INTERRUPTED:
        return left
    codes = {left}
    for one, snapshot in zip(taken, snapshots, strict=True):
        if snapshot.excluded_cases > one.stored.policy.max_excluded * snapshot.planned:
            codes.add(UNAVAILABLE)
        if not along or any(phase in (None, gate.phase) for gate in snapshot.gates):
            codes.add(verdict_code(decision_of(snapshot, phase)))
    return worst([*codes])


def unsettled(ending: Ending) -> int:
    """The exit code of a run that was interrupted or whose arm was paused; else 0."""
    if ending.reason in ("stopped", "cancelled"):
        return INTERRUPTED
    return UNAVAILABLE if any(arm.paused for arm in ending.progress.arms.values()) else DONE
