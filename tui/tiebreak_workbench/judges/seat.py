"""The judge that goes along with a session: set down with it, taken up again with it, asked through its own target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tiebreak.batch.breaker import breaker_of
from tiebreak.errors import TiebreakError
from tiebreak.judge import Ask, Asker, JudgeRun, Shared
from tiebreak.judge.asking import enforces_schema
from tiebreak.records import Event, RecordingTarget, Response, stamp, utc_now
from tiebreak.records.judges import Judge, Judgment
from tiebreak.session.judged import JudgeSeat
from tiebreak.targets.base import AnswerTarget
from tiebreak.targets.limiter import LimiterPool
from tiebreak_store import StoredSession
from tiebreak_workbench.judges.reuse import said_before
from tiebreak_workbench.starting.preflight import own_kind_warnings
from tiebreak_workbench.starting.preregistration import judge_event
from tiebreak_workbench.workbench import Workbench

CONCURRENCY = 2
"""Questions at once behind the rating: fewer than answers, which somebody waits for."""
NONE = "none"
"""What ends a judge's going along, where a name is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingAlong:
    """The judge that a session has set down, with what it may cost."""

    judge: Judge
    max_cost: float | None = None
    """US dollars for this version in this session; the judge's own budget holds as well."""
    fresh: bool = False
    """It is asked also what it was told before in other sessions."""

    @property
    def budget(self) -> float | None:
        return min((b for b in (self.judge.budget, self.max_cost) if b is not None), default=None)


def set_down(bench: Workbench, stored: StoredSession, wanted: GoingAlong | None) -> bool:
    """Let a judge go along with a session from now on, or none any more; False where it is so already. On record.

    Raises:
        StoreError: where it cannot be recorded.
    """
    now = going_along(bench, stored)
    if wanted is None and now is None:
        return False
    if wanted is not None:
        if now is not None and _same(now, wanted):
            return False
        bench.store.record_judge(wanted.judge).result()
        event = judge_event(bench.new_id(), stored.session.id, wanted.judge, wanted.max_cost, fresh=wanted.fresh)
    else:
        at = stamp(utc_now())
        event = Event(id=bench.new_id(), session_id=stored.session.id, kind="judge", at=at, detail={"judge": None})
    bench.store.record_event(event).result()
    return True


def set_down_beside(bench: Workbench, stored: StoredSession, wanted: GoingAlong) -> None:
    """As `set_down`, for one of several judges: nothing is written where it was set down before, first or last.

    Raises:
        StoreError: where it cannot be recorded.
    """
    told = bench.store.iter_acts(stored.session.id)
    known = [fact.detail for fact in told if isinstance(fact, Event) and fact.kind == "judge"]
    event = judge_event(bench.new_id(), stored.session.id, wanted.judge, wanted.max_cost, fresh=wanted.fresh)
    bench.store.record_judge(wanted.judge).result()
    if event.detail not in known:
        bench.store.record_event(event).result()


def _same(now: GoingAlong, wanted: GoingAlong) -> bool:
    return (now.judge.version, now.judge.repeats, now.budget, now.fresh) == (
        wanted.judge.version,
        wanted.judge.repeats,
        wanted.budget,
        wanted.fresh,
    )


def going_along(bench: Workbench, stored: StoredSession) -> GoingAlong | None:
    """The judge that was set down last, as it was then: an edited file is another judge.

    Raises:
        CorruptStoreError: where its version is not there.
    """
    told = [event.detail for event in stored.events if event.kind == "judge"]
    version = told[-1].get("judge") if told else None
    if not isinstance(version, str):
        return None
    repeats, budget = told[-1].get("repeats"), told[-1].get("budget")
    return GoingAlong(
        judge=replace(
            bench.store.judge(version),
            repeats=repeats if isinstance(repeats, int) else 1,
            budget=float(budget) if isinstance(budget, int | float) else None,
        ),
        fresh=told[-1].get("fresh") is True,
    )


def judge_seat(bench: Workbench, stored: StoredSession) -> JudgeSeat | None:
    """The judge of a session, ready to go along with it in the Arena. Reads files: not for the event loop.

    Where it cannot be asked, such as for a missing key, the seat says why, and the session goes on without it.

    Raises:
        CorruptStoreError: where its version is not there.
    """
    found = going_along(bench, stored)
    if found is None:
        return None
    return seat_of(bench, stored, found, bench.limiters, concurrency=CONCURRENCY)


def seat_for(
    bench: Workbench, stored: StoredSession, name: str | None, max_cost: float | None
) -> tuple[StoredSession, JudgeSeat | None]:
    """As `judge_seat`, of the judge of this name from now on, where one is given; `none` ends its going along.

    Returns the session as it is then stored.

    Raises:
        UsageError: where there is none of that name.
        WorkspaceError: where its file needs a correction.
        StoreError: where it cannot be recorded.
    """
    from tiebreak_workbench.judges.judging import load_judge

    if name is not None:
        wanted = None if name == NONE else GoingAlong(judge=load_judge(bench, name), max_cost=max_cost)
        if set_down(bench, stored, wanted):
            stored = bench.store.load_session(stored.session.id, light=True)
    return stored, judge_seat(bench, stored)


def refuse_unready_judge(bench: Workbench, name: str) -> None:
    """See that a judge could be asked, before anything is set down.

    Raises:
        TiebreakError: where there is none of that name, its file needs a correction, or its model cannot be asked.
    """
    from tiebreak_workbench.judges.judging import load_judge

    judge = load_judge(bench, name)
    target = bench.judge_target(instant(judge), LimiterPool())
    Asker(judge, target, new_id=bench.new_id)


def seat_of(
    bench: Workbench,
    stored: StoredSession,
    wanted: GoingAlong,
    limiters: LimiterPool,
    *,
    concurrency: int,
    unknown_cost: bool = False,
    shared: Shared | None = None,
) -> JudgeSeat:
    """A judge with all that it takes to put it to a session. Reads files: not for the event loop. What it was
    told before is `shared`, or else found in the rows."""
    judge, session_id = wanted.judge, stored.session.id
    light = judge.kind != "faithfulness"  # it reads the passages that an answer was given
    answers = tuple(
        replace(response, text="", reasoning="", contexts=response.contexts[:1])
        for response in bench.store.iter_responses(session_id, light=light)
    )
    earlier = tuple(bench.store.iter_judgments(session_id, judge.version, light=True))
    once = shared or said_before(bench.store, judge, fresh=wanted.fresh)
    schema, opened, problem = enforces_schema(judge), Opened(), ""
    try:
        opened.target = bench.judge_target(instant(judge), limiters)
        Asker(judge, opened.target, new_id=bench.new_id)  # so that a template that is none is told of now
    except TiebreakError as error:
        problem = str(error)

    own_kind = own_kind_warnings(judge, stored.configs, veiled=stored.session.blind)

    def new_run(asks: Sequence[Ask], before: Sequence[Judgment], said: Callable[[Judgment], None]) -> JudgeRun:
        assert opened.target is not None
        trouble = Trouble(concurrency)
        return JudgeRun(
            asker=Asker(judge, opened.target, new_id=bench.new_id, schema=schema, note=trouble.note),
            asks=asks,
            session_id=session_id,
            load=bench.store.response,
            recorder=bench.store,
            earlier=before,
            concurrency=concurrency,
            max_cost=wanted.budget,
            unknown_cost=unknown_cost,
            trouble=trouble.why,
            expects_more=True,
            said=said,
            shared=once,
        )

    return JudgeSeat(
        judge=judge,
        new_run=new_run,
        close=opened.close,
        answers=answers,
        earlier=earlier,
        problem=problem,
        notice=" ".join(filter(None, (_notice(bench, judge), *own_kind))),
    )


class Opened:
    """A target that may not have been opened."""

    def __init__(self) -> None:
        self.target: AnswerTarget | None = None

    async def close(self) -> None:
        if self.target is not None:
            await self.target.close()


class Trouble:
    """Says when a judge that keeps failing should be asked no more."""

    def __init__(self, concurrency: int) -> None:
        self._breaker = breaker_of(concurrency)
        self._why: str | None = None

    def note(self, reply: Response) -> None:
        self._why = self._why or self._breaker.note(reply)

    def why(self) -> str | None:
        return self._why


def instant(judge: Judge) -> Judge:
    """Recorded replies are replayed at once."""
    target = judge.target
    return replace(judge, target=replace(target, speed=0)) if isinstance(target, RecordingTarget) else judge


def _notice(bench: Workbench, judge: Judge) -> str:
    """A word where the file of a judge says something else by now."""
    from tiebreak_workbench.judges.judging import load_judge

    try:
        now = load_judge(bench, judge.name)
    except TiebreakError:
        return ""  # it is gone, or was given by its path: the copy that is set down goes on
    if now.version == judge.version:
        return ""
    return (
        f"The judge {judge.name} was edited: this session goes on with version {judge.version[:8]}. "
        f"`--judge {judge.name}` takes up {now.version[:8]}, whose verdicts are kept apart."
    )
