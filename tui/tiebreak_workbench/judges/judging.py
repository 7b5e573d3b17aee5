"""A judge put to the stored answers of a session: what is still open, asked within a budget, and what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tiebreak.errors import UsageError
from tiebreak.gates.wording import plural
from tiebreak.judge import (
    Asker,
    JudgeEnding,
    JudgeProgress,
    JudgeRun,
    JudgeSummary,
    Skipped,
    summarise,
)
from tiebreak.judge.asking import enforces_schema
from tiebreak.records import ModelTarget, SessionRole
from tiebreak.records.judges import Judge
from tiebreak.targets.limiter import LimiterPool
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.sealed import is_sealed
from tiebreak_workbench.headless.headless import board_of
from tiebreak_workbench.judges.estimate import words_before
from tiebreak_workbench.judges.handing_out import HandingOut
from tiebreak_workbench.judges.reuse import Already, already_judged, questions_of, said_before
from tiebreak_workbench.judges.seals import Seals
from tiebreak_workbench.judges.seat import Trouble, instant
from tiebreak_workbench.shell import command
from tiebreak_workbench.starting.pinning import pinned
from tiebreak_workbench.starting.preflight import floating_word, own_kind_warnings
from tiebreak_workbench.starting.setup import in_order
from tiebreak_workbench.workbench import Workbench

TICK = 0.25
"""Seconds between two looks at the progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeLimits:
    """What a run may use."""

    concurrency: int = 4
    max_cost: float | None = None
    """US dollars for this judge in this session, earlier runs included; the judge's own budget holds as well."""
    unknown_cost: bool = False
    cases: int | None = None
    """Only so many cases, the first of the plan."""
    fresh: bool = False
    """Ask also what the judge was told before in other sessions."""


@dataclass(frozen=True, slots=True)
class Again:
    """Questions that are put once more."""

    cases: Collection[str]
    round: int
    """Its number; the first is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """A run that is ready to start."""

    run: JudgeRun
    judge: Judge
    stored: StoredSession
    planned: int
    skipped: Skipped
    warnings: tuple[str, ...]
    already: Already
    """What need not be asked."""
    estimate: str
    """What it will cost at most, in words."""
    close: Callable[[], Awaitable[None]]
    """Frees the connections."""


def load_judge(bench: Workbench, name: str, *, model: str | None = None, repeats: int | None = None) -> Judge:
    """A judge of the workspace, or one that comes with Tiebreak, its recording pinned.

    Raises:
        UsageError: where there is none of that name.
        WorkspaceError: where its file needs a correction.
    """
    judge = bench.workspace.load_judge(name)
    if model is not None:
        judge = replace(judge, target=ModelTarget(model=model), price=None)
    if repeats is not None:
        judge = replace(judge, repeats=repeats)
    return replace(judge, target=pinned(judge.config, bench.judges_folder).target)


def open_judging(
    bench: Workbench, session_id: str, judge: Judge, limits: JudgeLimits, *, again: Again | None = None
) -> Judging:
    """Everything that a judge has not said of a session, ready to be asked; or, with `again`, one more round of some
    cases. Not for the event loop.

    Raises:
        UsageError: where there is nothing that the judge could be asked.
        TiebreakError: where the judge's model cannot be asked, such as for a missing key.
    """
    if judge.stands_in:
        message = f"The verdicts of “{judge.name}” were imported: how it was asked is not known, so it cannot be."
        raise UsageError(message, hint="Judge anew with a judge of yours: `tiebreak judges` lists them.")
    stored = bench.store.load_session(session_id, facts=False)
    session = stored.session
    cases = in_order(stored.dataset, session.plan)[: limits.cases]
    if again is None:
        asks, skipped = questions_of(bench.store, stored, judge, cases)
    else:
        cases = tuple(case for case in cases if case.id in again.cases)
        asks, skipped = questions_of(bench.store, stored, replace(judge, repeats=1), cases)
        asks = [replace(ask, repeat=again.round) for ask in asks]
    if not asks:
        reasons = "; ".join(f"{why} ({n})" for why, n in skipped.reasons.items())
        raise UsageError(f"The judge “{judge.name}” has nothing to judge in this session: {reasons}.")
    target = bench.judge_target(instant(judge), LimiterPool(limits.concurrency))
    trouble = Trouble(limits.concurrency)
    asker = Asker(judge, target, new_id=bench.new_id, schema=enforces_schema(judge), note=trouble.note)
    bench.store.record_judge(judge).result()
    earlier = tuple(bench.store.iter_judgments(session.id, judge.version, light=True))
    fresh = limits.fresh or again is not None
    already = already_judged(bench.store, asker, asks, earlier, fresh=fresh)
    budgets = [budget for budget in (judge.budget, limits.max_cost) if budget is not None]
    run = JudgeRun(
        asker=asker,
        asks=asks,
        session_id=session.id,
        load=bench.store.response,
        recorder=bench.store,
        earlier=earlier,
        concurrency=limits.concurrency,
        max_cost=min(budgets, default=None),
        unknown_cost=limits.unknown_cost,
        trouble=trouble.why,
        shared=said_before(bench.store, judge, fresh=fresh) if again is None else None,
    )
    return Judging(
        run=run,
        judge=judge,
        stored=stored,
        planned=len(asks),
        skipped=skipped,
        warnings=(
            *_begins_a_version(bench, session.id, judge),
            *own_kind_warnings(judge, stored.configs, veiled=session.blind),
            *([f"The judge {judge.name} asks {floats}."] if (floats := floating_word(judge.target)) else []),
        ),
        already=already,
        estimate=words_before(judge, cases, bench.environ, questions=len(asks), judged=already.total),
        close=target.close,
    )


def _begins_a_version(bench: Workbench, session_id: str, judge: Judge) -> list[str]:
    """A word where another version of a judge has judged the session, and this one has said nothing yet."""
    versions = bench.store.judges_of(session_id)
    others = [version for version in versions if bench.store.judge(version).name == judge.name]
    if not others or judge.version in others:
        return []
    old = ", ".join(version[:8] for version in others)
    return [
        f"The judge {judge.name} is another than the one that judged this session before: version "
        f"{judge.version[:8]} begins here, and counts from now on. What {old} said stands apart; the two never mix."
    ]


def stands_words(judging: Judging, folder: Path) -> str:
    """What to say to somebody who wants a session judged afresh that the judge has judged, in part at least, with how
    to have it judged once more; empty where it has said nothing there. Names are outside text."""
    said, name = judging.already.here, judging.judge.name
    if not said:
        return ""
    redo = command(("calibrate", judging.stored.session.id, "--judge", name, "--redo"), folder)
    return (
        f"What “{name}” said in this session stands, and is not asked again: {said:,} of "
        f"{plural(judging.planned, 'question')}. `{redo}` puts the cases that people labelled to it once more, "
        f"--repeats {judging.judge.repeats + 1} every question."
    )


async def judge_all(judging: Judging, tick: Callable[[JudgeProgress], None] = lambda _: None) -> JudgeEnding:
    """Run to the end; `tick` is called now and then, and at last.

    Raises:
        StoreError: where a judgment could not be kept.
    """

    async def watch() -> None:
        while True:
            tick(judging.run.progress)
            await asyncio.sleep(TICK)

    watching = asyncio.ensure_future(watch())
    try:
        ending = await judging.run.run()
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await judging.close()
    tick(ending.progress)
    return ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a version of a judge has said of a session so far."""

    counts: JudgeSummary
    """Of everything; whoever shows more of it than numbers of judgments and what they cost breaks the seals."""
    open: JudgeSummary
    """Of what is not sealed to the rater."""
    sealed: int
    """Verdicts that are."""
    cases: int
    """On so many cases."""


def told_of(bench: Workbench, stored: StoredSession, judge: Judge) -> Told:
    """What a version of a judge has said of a session, from its rows."""
    roles: dict[str, SessionRole] = {run_id: role for role, run_id in stored.session.runs.items()}
    sides: dict[str, SessionRole] = {
        response.id: roles[response.run_id] for response in bench.store.iter_responses(stored.session.id)
    }
    judgments = list(bench.store.iter_judgments(stored.session.id, judge.version, light=True))
    handing = HandingOut(Seals.of(bench, stored))
    told = [one for one in judgments if one.status != "valid" or handing.told(one)]
    return Told(
        counts=summarise(judgments, sides), open=summarise(told, sides), sealed=handing.held, cases=handing.held_cases
    )


def verdicts_sealed(bench: Workbench, session_id: str) -> bool:
    """Whether what a judge says of the sides must not be seen yet by whoever rates here."""
    stored = bench.store.load_session(session_id, light=True)
    return is_sealed(stored, board_of(bench, stored).snapshot(), bench.rater())


def judging_report(judging: Judging, ending: JudgeEnding, told: Told, *, sealed: bool = False) -> dict[str, object]:
    """For machines; `sealed` leaves out what the verdicts say."""
    judge, summary, pairs = judging.judge, told.counts, told.open.pairs
    counts = {name: getattr(summary, name) for name in ("valid", "unparseable", "error", "problems", "usd", "unknown")}
    return {
        "session": judging.stored.session.id,
        "judge": {
            "name": judge.name,
            "kind": judge.kind,
            "version": judge.version,
            "model": judge.model_label,
            "served_models": summary.served_models,
        },
        "run": {
            "reason": ending.reason,
            "why": ending.why,
            "complete": ending.complete,
            "planned": ending.progress.planned,
            "answered": ending.progress.answered,
            "asked": ending.progress.asked,
            "reused": ending.progress.reused,
            "already_judged": judging.already.total,
        },
        "not_judged": judging.skipped.reasons,
        "sealed": sealed,
        "sealed_verdicts": told.sealed,
        "summary": counts if sealed else {**asdict(told.open), **counts} if told.sealed else summary,
        "order_consistency": pairs.consistency if pairs is not None and not sealed else None,
        "warnings": judging.warnings,
    }


def judges_report(bench: Workbench) -> list[dict[str, object]]:
    """The judges of the workspace, then those that come with Tiebreak and are not hidden by one of the same name."""
    from tiebreak.workspace.judges import shipped_judges

    rows: list[dict[str, object]] = []
    for entry in bench.workspace.judges:
        if entry.error is not None:
            rows.append({"name": entry.name, "from": "workspace", "error": str(entry.error)})
        else:
            rows.append(_described(bench.workspace.load_judge(entry.path), "workspace"))
    own = {row["name"] for row in rows}
    rows += [_described(judge, "tiebreak") for name, judge in shipped_judges().items() if name not in own]
    return rows


def _described(judge: Judge, origin: str) -> dict[str, object]:
    return {
        "name": judge.name,
        "from": origin,
        "kind": judge.kind,
        "model": judge.model_label,
        "version": judge.version,
        "description": judge.description,
        "dimensions": [dimension.name for dimension in judge.dimensions],
    }
