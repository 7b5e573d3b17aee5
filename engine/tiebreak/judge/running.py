"""Many questions to a judge: a bounded number at once, within a budget, each judgment kept as it comes."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

from tiebreak.amounts import dollars
from tiebreak.errors import PromptError
from tiebreak.judge.asking import Asker
from tiebreak.judge.planning import Ask
from tiebreak.judge.sharing import Shared
from tiebreak.judge.waits import Waits
from tiebreak.records import Response
from tiebreak.records.judges import Judgment, JudgmentStatus, Question

Reason = Literal["finished", "stopped", "cancelled", "budget", "unpriced", "paused"]


class JudgmentRecorder(Protocol):
    """Keeps judgments; the store satisfies it, the engine never imports the store."""

    def record_judgment(self, judgment: Judgment) -> "Future[None]":
        """Returns at once; the future resolves when it is safe, or fails with a `StoreError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeProgress:
    """A run at one moment."""

    planned: int
    """Questions in all, those that earlier runs put included."""
    answered: int
    """Those whose judgment counts as said, readable or not."""
    asked: int
    """Questions that this run put and that came to an end."""
    reused: int
    """Questions of this run that were answered before, in this session or another, and so cost nothing."""
    statuses: Mapping[JudgmentStatus, int]
    """Of this run, what it took over included."""
    in_flight: int
    usd: float
    """Known cost of the judge in this session, earlier runs included."""
    unknown: int
    """Judgments of unknown cost."""
    ending: bool
    waits: Waits | None = None
    """What its calls wait for, such as for a rate limit; None while none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeEnding:
    """How a run ended; `why` is a sentence for `budget`, `unpriced` and `paused`."""

    reason: Reason
    why: str
    progress: JudgeProgress

    @property
    def complete(self) -> bool:
        return self.progress.answered == self.progress.planned


class JudgeRun:
    """One run over questions, to be used once, on one event loop.

    They are all there at the start, or come while it runs (`expects_more`, `add`, `finish`). A question is in flight
    until its judgment is safe: that is all that a killed run can lose.
    """

    def __init__(
        self,
        *,
        asker: Asker,
        asks: Sequence[Ask],
        session_id: str,
        load: Callable[[str], Response],
        recorder: JudgmentRecorder,
        earlier: Iterable[Judgment] = (),
        concurrency: int = 4,
        max_cost: float | None = None,
        unknown_cost: bool = False,
        trouble: Callable[[], str | None] = lambda: None,
        expects_more: bool = False,
        said: Callable[[Judgment], None] = lambda _: None,
        shared: Shared | None = None,
    ) -> None:
        """
        Args:
            load: gives a response with its text, by id.
            earlier: what this judge said in this session before; questions it answered are not put again.
            max_cost: US dollars for this judge in this session, earlier runs included.
            trouble: says, after each judgment, why nothing more should be asked.
            expects_more: questions will be added; the run then lasts until `finish`.
            said: is called with each judgment once it is safe.
            shared: what this judge was told before, which is not asked again; it is taken over first, and within any
                budget.
        """
        self._asker = asker
        self._session_id = session_id
        self._load = load
        self._recorder = recorder
        self._concurrency = concurrency
        self._max_cost = max_cost
        self._unknown_cost = unknown_cost
        self._trouble = trouble
        self._usd = Fraction(0)
        self._unknown = 0
        self._known: set[Question] = set()
        for judgment in earlier:
            self._pay(judgment)
            if judgment.answered:
                self._known.add(judgment.question)
        self._said = said
        self._shared = shared
        self._planned = self._answered = self._reused = 0
        self._todo: deque[Ask] = deque()
        self._failed: list[Ask] = []
        self._more = expects_more
        self._news = asyncio.Event()
        self._statuses: Counter[JudgmentStatus] = Counter()
        self._in_flight = 0
        self._reason: Reason = "finished"
        self._why = ""
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self.add(asks)

    @property
    def progress(self) -> JudgeProgress:
        return JudgeProgress(
            planned=self._planned,
            answered=self._answered,
            asked=sum(self._statuses.values()) - self._reused,
            reused=self._reused,
            statuses=dict(self._statuses),
            in_flight=self._in_flight,
            usd=float(self._usd),
            unknown=self._unknown,
            ending=self._reason != "finished",
            waits=self._asker.waits,
        )

    def on_waits(self, changed: Callable[[], None]) -> None:
        """Call this whenever `waits` of the progress has changed."""
        self._asker.waiting = changed

    def add(self, asks: Iterable[Ask]) -> None:
        """Questions that can be put now; they come after those that wait."""
        new = tuple(asks)
        open_ = [ask for ask in new if ask.question not in self._known]
        self._planned += len(new)
        self._answered += len(new) - len(open_)
        self._todo.extend(open_)
        self._news.set()

    def finish(self) -> None:
        """No further questions will come: the run ends with those that are there."""
        self._more = False
        self._news.set()

    def again(self) -> None:
        """Put once more, and first, what ended in an error, while the run goes on."""
        failed, self._failed = self._failed, []
        self._statuses["error"] -= len(failed)
        self._todo.extendleft(reversed(failed))
        self._news.set()

    async def run(self) -> JudgeEnding:
        """Put all that is open; returns once everything that came is kept.

        Raises:
            StoreError: where a judgment could not be kept.
        """
        await self._take_over()
        self._heed_budget()
        self._tasks = tuple(asyncio.ensure_future(self._work()) for _ in range(self._concurrency))
        try:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in self._tasks:
                task.cancel()
            ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        for crash in ended:
            if isinstance(crash, BaseException) and not isinstance(crash, asyncio.CancelledError):
                raise crash
        return JudgeEnding(reason=self._reason, why=self._why, progress=self.progress)

    def stop(self) -> None:
        """Begin nothing more; questions in flight are let finish."""
        self._end("stopped")

    def cancel(self) -> None:
        """Begin nothing more and cut the calls in flight, without a trace in the records."""
        self._end("cancelled")
        for task in self._tasks:
            task.cancel()

    def _end(self, reason: Reason, why: str = "") -> None:
        if self._reason in ("finished", "stopped"):
            self._reason, self._why = reason, why
        self._news.set()

    async def _next(self) -> Ask | None:
        """What to put next; None once there is nothing more to do."""
        while self._reason == "finished":
            if self._todo:
                return self._todo.popleft()
            if not self._more:
                return None
            self._news.clear()
            await self._news.wait()
        return None

    async def _work(self) -> None:
        while (ask := await self._next()) is not None:
            responses = [self._load(response_id) for response_id in ask.responses]
            self._in_flight += 1
            try:
                judgment = await self._put(ask, responses)
                self._pay(judgment)
                self._heed_budget()
                await asyncio.wrap_future(self._recorder.record_judgment(judgment))
            finally:
                self._in_flight -= 1
            self._count(judgment)
            if not judgment.answered:
                self._failed.append(ask)
            if (why := self._trouble()) is not None:
                self._end("paused", why)

    def _count(self, judgment: Judgment) -> None:
        """It is safe."""
        self._statuses[judgment.status] += 1
        self._answered += judgment.answered
        self._reused += judgment.reused_from is not None
        self._said(judgment)

    async def _put(self, ask: Ask, responses: Sequence[Response]) -> Judgment:
        if self._shared is None:
            return await self._asker.ask(ask, responses, self._session_id)
        try:
            name = self._asker.fingerprint(ask, responses)
        except PromptError:
            return await self._asker.ask(ask, responses, self._session_id)  # which says so
        judgment, elsewhere = await self._shared.ask(name, lambda: self._asker.ask(ask, responses, self._session_id))
        return self._asker.taken_over(judgment, ask, self._session_id, name) if elsewhere else judgment

    async def _take_over(self) -> None:
        """What was said before of the very same prompts, before anything is asked: it needs no budget."""
        asks, open_ = tuple(self._todo), deque[Ask]()
        self._todo.clear()
        kept: list[tuple[Judgment, Future[None]]] = []
        for place, ask in enumerate(asks):
            if self._shared is None or self._shared.blank or self._reason != "finished":
                open_.extend(asks[place:])
                break
            judgment = self._said_before(self._shared, ask)
            if judgment is None:
                open_.append(ask)
            else:
                kept.append((judgment, self._recorder.record_judgment(judgment)))
            await asyncio.sleep(0)  # thousands in a row must not hold up a key press
        self._todo.extendleft(reversed(open_))
        self._in_flight += len(kept)
        for judgment, safe in kept:
            await asyncio.wrap_future(safe)
            self._in_flight -= 1
            self._count(judgment)

    def _said_before(self, shared: Shared, ask: Ask) -> Judgment | None:
        try:
            name = self._asker.fingerprint(ask, [self._load(response_id) for response_id in ask.responses])
        except PromptError:
            return None  # asking will say so
        said = shared.known(name)
        return None if said is None else self._asker.taken_over(said, ask, self._session_id, name)

    def _pay(self, judgment: Judgment) -> None:
        if judgment.cost.usd is not None:
            self._usd += Fraction(str(judgment.cost.usd))
        elif judgment.replies:
            self._unknown += 1

    def _heed_budget(self) -> None:
        if self._max_cost is None:
            return
        if float(self._usd) >= self._max_cost:
            self._end("budget", f"The budget of {dollars(self._max_cost)} is spent.")
        elif self._unknown and not self._unknown_cost:
            self._end("unpriced", "The cost of a judgment is not known, so a budget cannot be kept.")
