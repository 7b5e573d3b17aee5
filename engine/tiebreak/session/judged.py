"""A judge beside a session: asked as answers come, never waited for, and sealed until the rater has rated."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from tiebreak.errors import StoreError
from tiebreak.judge import Ask, JudgeProgress, JudgeRun, plan_asks
from tiebreak.judge.saying import CaseVerdict, said_of_case
from tiebreak.records import ROLES, Case, Response, SessionRole
from tiebreak.records.judges import Judge, Judgment, JudgmentStatus

NewRun = Callable[[Sequence[Ask], Sequence[Judgment], Callable[[Judgment], None]], JudgeRun]
"""Makes a run that expects more questions: of those that are there, of what was said before, and of whom to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSeat:
    """A judge that is ready to go along with a session."""

    judge: Judge
    new_run: NewRun
    close: Callable[[], Awaitable[None]]
    """Frees its connections."""
    answers: tuple[Response, ...] = ()
    """Those that the session has already."""
    earlier: tuple[Judgment, ...] = ()
    """What this version said of the session before, without raw replies."""
    problem: str = ""
    """Why it cannot be asked, such as for a missing key; the session goes on without it."""
    notice: str = ""
    """What to know of it, such as that its file says something else by now."""


class Judged:
    """Puts the questions of each case as soon as both counting answers of it are safe.

    Errors pause it with a sentence, and nothing else. To be used on one event loop.
    """

    def __init__(
        self,
        seat: JudgeSeat,
        cases: Sequence[Case],
        runs: Mapping[SessionRole, str],
        changed: Callable[[Judgment | None], None] = lambda _: None,
        crashed: Callable[[BaseException], None] = lambda _: None,
    ) -> None:
        """`cases` are those of the plan. Questions are put from `start` on. `changed` hears of each judgment, and with
        None of everything else. `crashed` hears of a fault of ours."""
        self.judge = seat.judge
        self.paused = ""
        """Why it asks nothing more, for now."""
        self._seat = seat
        self._cases = {case.id: case for case in cases}
        self._roles: dict[str, SessionRole] = {run_id: role for role, run_id in runs.items()}
        self._changed = changed
        self._crashed = crashed
        self._answers: dict[str, dict[SessionRole, Response]] = {}
        self._asks: dict[str, tuple[Ask, ...]] = {}
        """Of each case that both answered, in the order in which they became ready; of some there are none."""
        self._judgments: dict[str, list[Judgment]] = {}
        self._said = list(seat.earlier)
        for judgment in seat.earlier:
            self._judgments.setdefault(judgment.case_id, []).append(judgment)
        self._run: JudgeRun | None = None
        self._task: asyncio.Task[None] | None = None
        for response in seat.answers:
            self.take(response)

    # -- asking

    def take(self, response: Response) -> None:
        """An answer is safe; texts are not needed here, but passages are, where they are what it has to bear out."""
        role = self._roles.get(response.run_id)
        if role is None or response.excluded or response.sample != 0 or response.case_id not in self._cases:
            return
        known = self._answers.setdefault(response.case_id, {})
        if role in known:
            return  # the first one counts
        known[role] = replace(response, text="", reasoning="", contexts=response.contexts[:1])
        if len(known) == len(ROLES):
            answers: dict[SessionRole, dict[str, Response]] = {
                one: {answer.case_id: answer} for one, answer in known.items()
            }
            asks, _ = plan_asks(self.judge, [self._cases[response.case_id]], answers)
            self._asks[response.case_id] = tuple(asks)
            if self._run is not None:
                self._run.add(asks)

    def start(self) -> None:
        """Begin, or begin again after a pause: what ended in an error is asked anew, what was said is not."""
        if self._seat.problem:
            self.paused = self._seat.problem
        elif self._run is not None and self._task is not None and not self._task.done():
            self._run.again()
        else:
            self.paused = ""
            asks = [ask for asks in self._asks.values() for ask in asks]
            self._run = self._seat.new_run(asks, tuple(self._said), self._take_in)
            self._run.on_waits(lambda: self._changed(None))
            self._task = asyncio.ensure_future(self._go_along(self._run))
            self._task.add_done_callback(self._over)

    def _over(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (crash := task.exception()) is not None:
            self._crashed(crash)

    @property
    def wants_again(self) -> bool:
        """Something is open that `start` would ask anew."""
        failed = self._run is not None and bool(self._run.progress.statuses.get("error"))
        return not self._seat.problem and (bool(self.paused) or failed)

    async def _go_along(self, run: JudgeRun) -> None:
        try:
            ending = await run.run()
        except StoreError as error:
            self.paused = f"A judgment could not be kept: {error}"
        else:
            self.paused = ending.why if ending.reason in ("paused", "budget", "unpriced") else ""
        self._changed(None)

    async def finish(self) -> None:
        """Wait until all that can be asked by now is answered."""
        if self._run is not None and self._task is not None:
            self._run.finish()
            await self._task

    def stop(self) -> None:
        """Begin nothing more; calls in flight are let finish."""
        if self._run is not None:
            self._run.stop()

    def cancel(self) -> None:
        """Begin nothing more and cut the calls in flight, without a trace in the records."""
        if self._run is not None:
            self._run.cancel()

    async def close(self) -> None:
        """Cut the calls in flight, without a trace in the records. A second call does nothing."""
        self.cancel()
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task
        await self._seat.close()

    def _take_in(self, judgment: Judgment) -> None:
        light = replace(judgment, replies=("",) if judgment.replies else ())
        self._said.append(light)
        self._judgments.setdefault(judgment.case_id, []).append(light)
        self._changed(light)

    # -- what came of it

    @property
    def progress(self) -> JudgeProgress | None:
        """None before it began."""
        return self._run.progress if self._run is not None else None

    @property
    def notice(self) -> str:
        return self._seat.notice

    @property
    def usd(self) -> float:
        """Known cost of this version in this session."""
        return sum(judgment.cost.usd or 0.0 for judgment in self._said)

    @property
    def unknown(self) -> int:
        """Judgments of unknown cost."""
        return sum(judgment.cost.usd is None and bool(judgment.replies) for judgment in self._said)

    def count(self, status: JudgmentStatus) -> int:
        """Judgments of this version in this session that ended so."""
        return sum(judgment.status == status for judgment in self._said)

    @property
    def reused(self) -> int:
        """Judgments of this version in this session that were taken over and so cost nothing."""
        return sum(judgment.reused_from is not None for judgment in self._said)

    @property
    def last_problem(self) -> str:
        """Why a question that is still open was not answered; empty where none is."""
        progress = self.progress
        if progress is None or progress.answered == progress.planned:
            return ""
        return next((one.problem for one in reversed(self._said) if one.status == "error"), "")

    @property
    def waiting(self) -> int:
        """Cases of which an answer is missing, so that nothing could be asked of them yet."""
        return len(self._cases) - len(self._asks)

    def asked(self, case_id: str) -> int | None:
        """How many questions a case has; None until both answers are there."""
        asks = self._asks.get(case_id)
        return None if asks is None else len(asks)

    def answered(self, case_id: str) -> int:
        """How many of them the judge answered, whether or not that can be read."""
        asks = {ask.question for ask in self._asks.get(case_id, ())}
        return len(asks & {one.question for one in self._judgments.get(case_id, ()) if one.answered})

    def verdict(self, case_id: str) -> CaseVerdict | None:
        """What was said of the answers that count; None while a question of the case is open."""
        asks = self._asks.get(case_id, ())
        if not asks or self.answered(case_id) < len(asks):
            return None
        wanted = {response for ask in asks for response in ask.responses}
        roles: dict[str, SessionRole] = {answer.id: role for role, answer in self._answers.get(case_id, {}).items()}
        return said_of_case((j for j in self._judgments[case_id] if j.response_a in wanted), roles)
