"""Judges that go along with a headless run: asked as answers come, each session and each judge by itself."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tiebreak.gates import JudgeStatus
from tiebreak.judge import Asker
from tiebreak.judge.asking import enforces_schema
from tiebreak.judge.waits import Waits, first_of
from tiebreak.records import Response
from tiebreak.session.judged import Judged
from tiebreak.targets.limiter import LimiterPool
from tiebreak_store import StoredSession
from tiebreak_workbench.judges.estimate import words_before
from tiebreak_workbench.judges.judging import load_judge
from tiebreak_workbench.judges.reuse import Already, already_judged, questions_of, said_before
from tiebreak_workbench.judges.seat import GoingAlong, instant, seat_of, set_down_beside
from tiebreak_workbench.judges.standing import version_status
from tiebreak_workbench.starting.preflight import floating_word, own_kind_warnings
from tiebreak_workbench.starting.setup import in_order
from tiebreak_workbench.workbench import Workbench

CONCURRENCY = 4
TICK = 0.25
"""Seconds between two looks at the progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingFigures:
    """All judges of a run together, at one moment."""

    planned: int
    """Questions that can be put by now."""
    answered: int
    valid: int
    """Of all judgments, earlier runs included."""
    unparseable: int
    errors: int
    """Questions of this run that brought no reply."""
    usd: float
    unknown: int
    """Judgments of unknown cost."""
    in_flight: int
    waits: Waits | None
    """What calls of a judge wait for; None while none does."""
    reused: int
    """Judgments that were taken over and so cost nothing, earlier runs included."""
    recorded: bool
    """No judge is asked: all replies are recorded ones."""


class JudgedRun:
    """Several judges of one or more sessions. To be used on one event loop; without judges it does nothing."""

    def __init__(
        self, bench: Workbench, along: Sequence[tuple[StoredSession, GoingAlong]], limiters: LimiterPool
    ) -> None:
        """Reads files and the database: not for the event loop."""
        self._bench = bench
        self._new: list[tuple[str, Callable[[], Judged]]] = []
        once = {one.judge.version: said_before(bench.store, one.judge, fresh=one.fresh) for _, one in along}
        for stored, wanted in along:
            version = wanted.judge.version
            seat = seat_of(bench, stored, wanted, limiters, concurrency=CONCURRENCY, shared=once[version])
            cases = in_order(stored.dataset, stored.session.plan)
            self._new.append((stored.session.id, partial(Judged, seat, cases, stored.session.runs)))
        self._judged: list[tuple[str, Judged]] = []

    def start(self) -> None:
        """To be called on the event loop."""
        self._judged = [(session_id, make()) for session_id, make in self._new]
        for _, judged in self._judged:
            judged.start()

    def kept(self, response: Response) -> None:
        """An answer is safe."""
        for _, judged in self._judged:
            judged.take(response)

    async def finish(self, tick: Callable[[], None] = lambda: None) -> None:
        """Wait until all that can be asked is answered; `tick` is called now and then."""
        whole = asyncio.gather(*(judged.finish() for _, judged in self._judged))
        while not (await asyncio.wait({whole}, timeout=TICK))[0]:
            tick()
        await whole

    def stop(self) -> None:
        """Begin nothing more; calls in flight are let finish."""
        for _, judged in self._judged:
            judged.stop()

    def cancel(self) -> None:
        """Begin nothing more and cut the calls in flight, without a trace in the records."""
        for _, judged in self._judged:
            judged.cancel()

    async def close(self) -> None:
        for _, judged in self._judged:
            await judged.close()

    @property
    def figures(self) -> JudgingFigures | None:
        """None without a judge."""
        if not self._judged:
            return None
        runs = [judged.progress for _, judged in self._judged]
        known = [progress for progress in runs if progress is not None]
        return JudgingFigures(
            planned=sum(progress.planned for progress in known),
            answered=sum(progress.answered for progress in known),
            valid=sum(judged.count("valid") for _, judged in self._judged),
            unparseable=sum(judged.count("unparseable") for _, judged in self._judged),
            errors=sum(progress.statuses.get("error", 0) for progress in known),
            usd=sum(judged.usd for _, judged in self._judged),
            unknown=sum(judged.unknown for _, judged in self._judged),
            in_flight=sum(progress.in_flight for progress in known),
            waits=first_of([progress.waits for progress in known]),
            reused=sum(judged.reused for _, judged in self._judged),
            recorded=all(judged.judge.recorded for _, judged in self._judged),
        )

    @property
    def pauses(self) -> list[str]:
        """Why judges ask nothing more, a sentence each."""
        return [
            f"The judge {judged.judge.name} is paused: {judged.paused}" for _, judged in self._judged if judged.paused
        ]

    @property
    def problems(self) -> list[str]:
        """Why judges have questions open, a sentence each."""
        whys = ((judged.judge.name, judged.paused or judged.last_problem) for _, judged in self._judged)
        return list(dict.fromkeys(f"The judge {name} did not answer: {why}" for name, why in whys if why))

    def report(self) -> list[dict[str, object]]:
        """How far each judge came with each session, JSON-ready; no word of what it said."""
        return [
            _report(session_id, judged, version_status(self._bench, judged.judge))
            for session_id, judged in self._judged
        ]


def _report(session_id: str, judged: Judged, status: JudgeStatus) -> dict[str, object]:
    progress = judged.progress
    planned, answered = (progress.planned, progress.answered) if progress is not None else (0, 0)
    return {
        "session": session_id,
        "judge": judged.judge.name,
        "kind": judged.judge.kind,
        "version": judged.judge.version,
        "status": status,
        "planned": planned,
        "answered": answered,
        "open": planned - answered,
        "valid": judged.count("valid"),
        "unparseable": judged.count("unparseable"),
        "errors": judged.count("error"),
        "reused": judged.reused,
        "cases_without_both_answers": judged.waiting,
        "complete": progress is not None and planned == answered and not judged.waiting,
        "why": judged.paused or judged.last_problem or None,
        "usd": judged.usd,
        "unknown": judged.unknown,
    }


def words_on_judges(bench: Workbench, along: Sequence[tuple[StoredSession, GoingAlong]]) -> list[str]:
    """What to know of judges before they go along with some sessions: what they may cost, and whose kind they are.

    Raises:
        TiebreakError: where a judge's model cannot be asked at all.
    """
    found: list[str] = []
    for version, (stored, wanted) in {one.judge.version: (stored, one) for stored, one in reversed(along)}.items():
        sessions = sum(one.judge.version == version for _, one in along)
        cases = in_order(stored.dataset, stored.session.plan)
        judged = sum((_already(bench, *one) for one in along if one[1].judge.version == version), Already()).total
        found.append(words_before(wanted.judge, cases, bench.environ, sessions=sessions, judged=judged))
    for _, wanted in along:
        if floats := floating_word(wanted.judge.target):
            found.append(f"The judge {wanted.judge.name} asks {floats}.")
    for stored, wanted in along:
        found += own_kind_warnings(wanted.judge, stored.configs, veiled=stored.session.blind)
    return list(dict.fromkeys(found))


def _already(bench: Workbench, stored: StoredSession, wanted: GoingAlong) -> Already:
    """Of the answers that a session has by now."""
    judge = wanted.judge
    asks, _ = questions_of(bench.store, stored, judge, in_order(stored.dataset, stored.session.plan))
    if not asks:
        return Already()
    target = bench.judge_target(instant(judge), LimiterPool())
    asker = Asker(judge, target, new_id=bench.new_id, schema=enforces_schema(judge))
    earlier = tuple(bench.store.iter_judgments(stored.session.id, judge.version, light=True))
    return already_judged(bench.store, asker, asks, earlier, fresh=wanted.fresh)


def judges_along(
    bench: Workbench,
    sessions: Sequence[StoredSession],
    names: Sequence[str],
    max_cost: float | None,
    *,
    fresh: bool = False,
) -> list[tuple[StoredSession, GoingAlong]]:
    """Judges by name, set down with each of the sessions.

    Raises:
        UsageError: where there is none of a name.
        WorkspaceError: where its file needs a correction.
        StoreError: where it cannot be recorded.
    """
    judges = [
        GoingAlong(judge=load_judge(bench, name), max_cost=max_cost, fresh=fresh) for name in dict.fromkeys(names)
    ]
    for stored in sessions:
        for wanted in judges:
            set_down_beside(bench, stored, wanted)
    return [(stored, wanted) for stored in sessions for wanted in judges]
