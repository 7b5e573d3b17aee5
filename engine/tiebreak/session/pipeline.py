"""Fetches the answers of the cases in their order, a few cases ahead of the rater."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from tiebreak.records import Case, IdMaker, Response, SessionRole, stamp, utc_now
from tiebreak.session.answering import Answering, Arm
from tiebreak.session.breaker import Breaker

PATIENCE = 3
"""Calls of an arm that may end in the same way, without an answer between them, until it is paused."""
KEPT = 128
"""Finished answers that stay in memory with their text."""

NextAttempt = Callable[[SessionRole, Case], int | None]
"""Numbers the attempt to make at a case; None where it has its answer."""
Recorded = Callable[[Answering, Response, bytes], None]


class Pipeline:
    """Runs answerings. Cases start strictly in the planned order; an arm that keeps failing is paused."""

    def __init__(
        self,
        arms: Sequence[Arm],
        cases: Sequence[Case],
        new_id: IdMaker,
        recorded: Recorded,
        crashed: Callable[[BaseException], None],
        *,
        lookahead: int = 3,
    ) -> None:
        self.paused: dict[SessionRole, str] = {}
        """Why an arm fetches no further answers."""
        self._arms: dict[SessionRole, Arm] = {arm.role: arm for arm in arms}
        self._cases = cases
        self._new_id = new_id
        self._recorded = recorded
        self._crashed = crashed
        self._lookahead = lookahead
        self._latest: dict[tuple[SessionRole, str], Answering] = {}
        self._breakers = {role: Breaker(patience=PATIENCE, fatal=1) for role in self._arms}
        self._again: dict[SessionRole, tuple[deque[Case], NextAttempt]] = {}
        """Cases that are asked again at the user's wish, as soon as there is room."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.closed = False

    def known(self, role: SessionRole, case: Case) -> Answering | None:
        """The latest answering of a case, running or done."""
        return self._latest.get((role, case.id))

    def adopt(self, answering: Answering) -> None:
        """Puts an answering in the place of the latest one."""
        key = answering.role, answering.case.id
        self._latest.pop(key, None)  # so that the order is that of the last use
        self._latest[key] = answering

    def want(self, position: int, next_attempt: NextAttempt) -> None:
        """Sees to it that the cases from `position` to the end of the lookahead are answered or being answered.

        Once closed, none begins.
        """
        if self.closed:
            return
        ahead = self._cases[position : position + 1 + self._lookahead]
        for case in ahead:
            for role in self._arms:
                if role in self.paused or (role, case.id) in self._latest:
                    continue
                attempt = next_attempt(role, case)
                if attempt is not None:
                    self.start(role, case, attempt=attempt)
        self._forget({case.id for case in ahead})

    def _forget(self, near: set[str]) -> None:
        """Lets go of the text of old answers; the records have it."""
        for key in [key for key, answering in self._latest.items() if answering.progress == "done"][:-KEPT]:
            if key[1] not in near:
                del self._latest[key]

    def start(
        self,
        role: SessionRole,
        case: Case,
        *,
        attempt: int,
        instead_of: Answering | None = None,
        arm: Arm | None = None,
    ) -> Answering:
        """Begin an attempt now, whether or not its arm is paused; another `arm` of the role may make it."""
        answering = Answering(arm or self._arms[role], case, attempt, instead_of=instead_of)
        self.adopt(answering)
        task = asyncio.create_task(self._run(answering), name=f"answer {role} {case.id} {attempt}")
        self._tasks.add(task)
        task.add_done_callback(partial(self._over, answering))
        return answering

    def ask_again(self, role: SessionRole, cases: Iterable[Case], next_attempt: NextAttempt) -> None:
        """Ask an arm for these cases, in their order and as many at once as the lookahead, until it is paused anew."""
        self.paused.pop(role, None)
        self._breakers[role] = Breaker(patience=PATIENCE, fatal=1)
        self._again[role] = deque(cases), next_attempt
        self._work_off(role)

    def _work_off(self, role: SessionRole) -> None:
        queue, next_attempt = self._again.get(role, (None, None))
        while queue and next_attempt and not self.closed and self._running_of(role) <= self._lookahead:
            case = queue.popleft()
            known = self.known(role, case)
            attempt = next_attempt(role, case)
            if attempt is not None and (known is None or known.done.is_set()):
                self.start(role, case, attempt=attempt)

    def _running_of(self, role: SessionRole) -> int:
        return sum(answering.role == role and not answering.done.is_set() for answering in self._latest.values())

    def _over(self, answering: Answering, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        crash = None if task.cancelled() else task.exception()
        answering.over(crash)
        if crash is not None:
            self._crashed(crash)
        self._work_off(answering.role)

    async def _run(self, answering: Answering) -> None:
        response, chunks = await answering.run(self._new_id(), stamp(utc_now()))
        self._heed(answering.role, response)
        self._recorded(answering, response, chunks)
        answering.settle()

    def _heed(self, role: SessionRole, response: Response) -> None:
        """Pauses an arm that cannot answer. Only an answer shows that it can again: not a stop, nor another failure."""
        if self._arms[role].target.identity.get("kind") == "recording":
            return  # a recorded failure is that of its case, and says nothing of the next
        why = self._breakers[role].note(response)
        if why is not None:
            self.paused[role] = why
            self._again.pop(role, None)
        elif not response.excluded and self.paused.pop(role, None) is not None:
            self._forget_failures(role)

    def _forget_failures(self, role: SessionRole) -> None:
        """So that those cases are asked anew in their turn."""
        for key, answering in tuple(self._latest.items()):
            if key[0] == role and answering.response is not None and answering.response.fault == "infra":
                del self._latest[key]

    @property
    def running(self) -> int:
        return len(self._tasks)

    async def close(self) -> None:
        """Cancels what is in flight, without a trace in the records. A second call does nothing."""
        self.closed = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for arm in self._arms.values():
            await arm.target.close()
