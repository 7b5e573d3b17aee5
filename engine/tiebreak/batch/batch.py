"""Answers every case of a plan with all arms: a bounded number of calls at once, each answer checked and recorded."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from tiebreak.amounts import dollars
from tiebreak.batch.holdback import HoldBack
from tiebreak.batch.lane import Lane
from tiebreak.batch.ledger import Ledger
from tiebreak.batch.outbox import AnswerRecorder, Outbox
from tiebreak.batch.progress import Ending, Progress, Reason
from tiebreak.checks import Checker, Outside
from tiebreak.errors import PromptError
from tiebreak.gates.evidence import exact
from tiebreak.records import AppTarget, Case, IdMaker, Policy, Response, stamp, utc_now
from tiebreak.session.answering import Answering, Arm
from tiebreak.session.judge_till import JudgeTill
from tiebreak.targets.base import fingerprint

RAMP = 0.004
"""Seconds between the first calls of an arm: a hundred connections made in one breath would wait for each other, and
what they waited would be taken for the model's time."""

Reuse = Callable[[str], Response | None]
"""The first whole answer to the request of a fingerprint, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a batch may use."""

    concurrency: int = 8
    """Calls in flight for each arm. A call is in flight until its answer is safe: that is all a killed run can lose."""
    rounds: int = 3
    """Attempts at a case in one run, each with the retries that its config allows."""
    max_cost: float | None = None
    """US dollars for all arms together, earlier runs included. Calls in flight when it is reached are let finish."""
    spent: Fraction = Fraction(0)
    """US dollars of these that were spent elsewhere, such as on another dataset of the same command."""
    unknown_cost: bool = False
    """Go on within `max_cost` though the cost of an answer is not known."""


class Batch:
    """One run over a plan, to be used once, on one event loop.

    The arms are two or more: a baseline, and every candidate that is held against it. Each starts its cases strictly
    in the order of the plan, the samples of a case one after the other, and none runs ahead of another by more than
    `concurrency` answers: all are measured under the same load, and a run that stops early leaves pairs. What the
    infrastructure ended is asked again in a further round at the end. Answers are held only until they are recorded.
    """

    def __init__(
        self,
        *,
        cases: Sequence[Case],
        arms: Sequence[Arm],
        policy: Policy,
        recorder: AnswerRecorder,
        earlier: Iterable[Response] = (),
        limits: Limits | None = None,
        reuse: Reuse | None = None,
        outside: Outside | None = None,
        samples: int = 1,
        errors_only: bool = False,
        kept: Callable[[Response], None] = lambda _: None,
        beside: JudgeTill | None = None,
    ) -> None:
        """`cases` are those of the plan, in its order; `earlier` is what earlier runs recorded, without texts. The
        batch closes `outside`; without it, checks that need it are left open. `samples` answers are wanted of each arm
        to each case. With `errors_only` only what infrastructure or the user ended before is asked. `kept` is called
        with each answer once it is safe. `beside` counts what checks spend on judges, within `max_cost` too."""
        self._cases = cases
        self._checker = Checker(policy, outside)
        self._recorder = recorder
        self._limits = limits or Limits()
        self._reuse = reuse
        self._kept = kept
        self._beside = beside or JudgeTill()
        self._new_id = IdMaker()
        self._samples = samples
        self._ledger = Ledger([case.id for case in cases], samples)
        concurrency = self._limits.concurrency
        self._lanes = [Lane(arm, self._ledger, concurrency, errors_only=errors_only) for arm in arms]
        self._tasks: set[asyncio.Task[None]] = set()
        self._outbox: Outbox | None = None
        self._still = asyncio.Event()
        self._reason: Reason = "finished"
        self._why = ""
        self._hold_back = HoldBack(self._limits.max_cost, unknown_cost=self._limits.unknown_cost)
        self._crash: BaseException | None = None
        self._closed = False
        self._at_once = 0
        """Calls in flight that each arm may have by now."""
        lanes = {lane.arm.run_id: lane for lane in self._lanes}
        for response in earlier:
            if response.run_id in lanes:
                lanes[response.run_id].take_earlier(response)

    @property
    def progress(self) -> Progress:
        return Progress(
            cases=len(self._cases),
            arms=dict(zip(_keys(self._lanes), (lane.progress for lane in self._lanes), strict=True)),
            unsaved=self._outbox.unsaved if self._outbox is not None else 0,
            ending=self._reason != "finished",
            samples=self._samples,
        )

    async def run(self) -> Ending:
        """Ask all that is open; returns once everything that came is recorded.

        Raises:
            StoreError: where an answer could not be kept; what was recorded before stays.
        """
        self._outbox = Outbox(self._recorder, self._fill)
        try:
            self._heed_budget()
            self._widen()
            for number in range(self._limits.rounds):
                for lane in self._lanes:
                    lane.begin_round(number)
                self._still.clear()
                self._fill()
                await self._still.wait()
            if self._crash is not None:
                raise self._crash
            await self._outbox.settled()
        finally:
            self._closed = True
            await self._end_calls()
            for lane in self._lanes:
                await lane.arm.target.close()
            await self._checker.close()
        return Ending(reason=self._reason, why=self._why, progress=self.progress)

    def stop(self) -> None:
        """Begin nothing more; calls in flight are let finish."""
        self._end("stopped")

    def cancel(self) -> None:
        """Begin nothing more and cut the calls in flight, without a trace in the records."""
        self._end("cancelled")
        for task in self._tasks:
            task.cancel()

    def _end(self, reason: Reason) -> None:
        if self._reason != "cancelled":
            self._reason, self._why = reason, ""
        self._fill()

    def _widen(self) -> None:
        if self._at_once < self._limits.concurrency and not self._closed:
            self._at_once += 1
            asyncio.get_running_loop().call_later(RAMP, self._widen)
            self._fill()

    def _fill(self) -> None:
        """Start what may be started now; called whenever something has made room."""
        if self._outbox is None:
            return  # not begun
        if self._outbox.failure is not None:
            for task in self._tasks:  # answers that cannot be kept would be paid for nothing
                task.cancel()
        while ready := [lane for lane in self._lanes if self._may_start(lane)]:
            for lane in ready:  # in turn, and again from the first: a start may allow another arm its next one
                if self._affordable:
                    self._start(lane, lane.todo.popleft())
        if not any(lane.in_flight for lane in self._lanes):
            self._still.set()

    @property
    def _goes_on(self) -> bool:
        open_ = self._outbox is not None and not self._closed and self._outbox.failure is None
        return open_ and self._reason == "finished" and self._crash is None

    @property
    def _affordable(self) -> bool:
        if self._limits.max_cost is None:
            return True
        return self._hold_back.affords(self._spent, sum(lane.in_flight for lane in self._lanes))

    @property
    def _spent(self) -> Fraction:
        """US dollars of all arms, of the judges that checks ask, and of what shares the budget."""
        return sum((lane.purse.usd for lane in self._lanes), self._limits.spent + exact(self._beside.usd))

    def _may_start(self, lane: Lane) -> bool:
        if not (lane.waiting and lane.in_flight < self._at_once and self._goes_on and self._affordable):
            return False
        others = (other.todo[0] for other in self._lanes if other is not lane and other.waiting)
        return all(lane.todo[0] <= front + self._limits.concurrency for front in others)

    def _start(self, lane: Lane, position: int) -> None:
        lane.in_flight += 1
        task = asyncio.get_running_loop().create_task(self._answer(lane, position))
        self._tasks.add(task)
        task.add_done_callback(partial(self._over, lane))

    def _over(self, lane: Lane, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        crash = None if task.cancelled() else task.exception()
        self._crash = self._crash or crash
        if task.cancelled() or crash is not None:
            lane.in_flight -= 1  # else it is the outbox that says so
            self._fill()

    async def _answer(self, lane: Lane, position: int) -> None:
        case, sample = self._cases[position // self._samples], position % self._samples
        attempt = self._ledger.next_attempt(lane.arm.run_id, position)
        taken = self._taken_over(lane.arm, case, sample, attempt)
        if taken is not None:
            await self._take_in(lane, position, taken, None)
        else:
            answering = Answering(lane.arm, case, attempt, sample=sample)
            await self._take_in(lane, position, *await answering.run(self._new_id(), stamp(utc_now())))

    def _taken_over(self, arm: Arm, case: Case, sample: int, attempt: int) -> Response | None:
        """An earlier answer to the very same request, with its own times, as one of this run."""
        if self._reuse is None or isinstance(arm.config.target, AppTarget):
            return None  # the fingerprint of an app's request does not tell its code, which may have changed
        try:
            request = arm.request(case, sample)
        except PromptError:
            return None  # the attempt itself will say so
        found = self._reuse(fingerprint(arm.target, request))
        if found is None or found.run_id in (lane.arm.run_id for lane in self._lanes):
            return None
        return replace(
            found,
            id=self._new_id(),
            run_id=arm.run_id,
            case_id=case.id,
            case_hash=case.version,
            sample=sample,
            attempt=attempt,
            reused_from=found.reused_from or found.id,
        )

    async def _take_in(self, lane: Lane, position: int, response: Response, chunks: bytes | None) -> None:
        assert self._outbox is not None
        case = self._cases[position // self._samples]
        specs = self._checker.specs(case)
        if self._checker.long(case, response):
            results = await self._checker.results_aside(case, response)
        else:
            results = self._checker.results(case, response)
        if self._checker.open(case, response):
            # Whoever kills this run meanwhile loses the answer with its checks: neither is ever there alone.
            results += await self._checker.awaited(case, response)
        lane.take_in(position, response)
        self._hold_back.note(response)
        self._heed_budget()
        self._outbox.put(response, chunks, results, specs, partial(self._landed, lane, response))

    def _landed(self, lane: Lane, response: Response) -> None:
        lane.landed()
        if self._outbox is not None and self._outbox.failure is None:
            self._kept(response)

    def _heed_budget(self) -> None:
        limit = self._limits.max_cost
        if limit is None or not self._goes_on:
            return
        if self._spent >= limit:
            self._reason, self._why = "budget", f"The budget of {dollars(limit)} is spent."
        elif not self._limits.unknown_cost and any(lane.purse.unknown for lane in self._lanes):
            self._reason, self._why = "unpriced", "The cost of an answer is not known, so a budget cannot be kept."
        elif not self._limits.unknown_cost and self._beside.unknown:
            self._reason = "unpriced"
            self._why = "The cost of a judge that a check asks is not known, so a budget cannot be kept."

    async def _end_calls(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _keys(lanes: Sequence[Lane]) -> Iterator[str]:
    """What each arm goes by in the progress: its role, and from the second of a role on its number too."""
    seen: Counter[str] = Counter()
    for lane in lanes:
        seen[lane.arm.role] += 1
        yield lane.arm.role if seen[lane.arm.role] == 1 else f"{lane.arm.role} {seen[lane.arm.role]}"
