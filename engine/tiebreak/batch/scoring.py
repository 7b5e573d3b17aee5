"""Puts checks to answers that are stored already: no target is called, and what is known is not asked again."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from tiebreak.checks import Checker, Outside
from tiebreak.records import Case, CheckResult, CheckSpec, Policy, Response

UNSAVED = 256
"""Answers whose verdicts may be on their way to the disk at once."""
NOTHING: frozenset[str] = frozenset()


class VerdictRecorder(Protocol):
    """Keeps verdicts; the store satisfies it."""

    def record_verdicts(self, results: Sequence[CheckResult], specs: Sequence[CheckSpec]) -> "Future[None]":
        """Returns at once; the future resolves when they are safe, or fails with a `StoreError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What came of it."""

    answers: int = 0
    """Answers that were looked at."""
    checked: int = 0
    """Of those, the ones that something was put to."""
    verdicts: int = 0
    errors: int = 0
    """Of the verdicts, checks that could not judge. They are put again the next time."""
    whole: bool = True
    """Nothing was left out by an interrupt."""


class Scoring:
    """To be used once, on one event loop. The verdicts on an answer are recorded together or not at all."""

    def __init__(
        self,
        *,
        policy: Policy,
        cases: Mapping[str, Case],
        recorder: VerdictRecorder,
        outside: Outside | None = None,
        concurrency: int = 8,
    ) -> None:
        """`cases` are the planned ones; answers to others are passed over. Closes `outside`. `concurrency` answers are
        checked at once where checks have to be awaited."""
        self._checker = Checker(policy, outside)
        self._cases = cases
        self._recorder = recorder
        self._concurrency = concurrency
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsaved: list[asyncio.Future[None]] = []
        self._stopped = False
        self._answers = self._checked = self._verdicts = self._errors = 0

    def stop(self) -> None:
        """Begin nothing more; checks that are being awaited are let finish."""
        self._stopped = True

    def cancel(self) -> None:
        """Begin nothing more and cut what is awaited, without a trace in the records."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()

    async def run(
        self,
        answers: Iterable[Response],
        known: Mapping[str, Collection[str]],
        tick: Callable[[int], None] = lambda _: None,
    ) -> Scored:
        """Put to each answer, with its text, the checks whose versions are not `known` of it; `tick` hears how many
        answers have been looked at.

        Raises:
            StoreError: where a verdict could not be kept; what was recorded before stays.
        """
        try:
            for response in answers:
                if self._stopped:
                    break
                await self._look_at(response, known.get(response.id, NOTHING))
                tick(self._answers)
            while self._tasks:
                await self._room(1)
            await self._saved()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._checker.close()
        return Scored(
            answers=self._answers,
            checked=self._checked,
            verdicts=self._verdicts,
            errors=self._errors,
            whole=not self._stopped,
        )

    async def _look_at(self, response: Response, known: Collection[str]) -> None:
        case = self._cases.get(response.case_id)
        if case is None or response.excluded:
            return
        self._answers += 1
        results = self._checker.results(case, response, known=known)
        if self._checker.open(case, response, known=known):
            await self._room(self._concurrency)
            if not self._stopped:
                self._tasks.add(asyncio.create_task(self._await(case, response, results, known)))
        elif results:
            self._take(case, results)
        if len(self._unsaved) >= UNSAVED:
            await self._saved()
        elif not self._answers % 64:
            await asyncio.sleep(0)  # whoever wants to stop this is heard

    async def _await(self, case: Case, response: Response, results: list[CheckResult], known: Collection[str]) -> None:
        self._take(case, results + await self._checker.awaited(case, response, known=known))

    def _take(self, case: Case, results: Sequence[CheckResult]) -> None:
        self._checked += 1
        self._verdicts += len(results)
        self._errors += sum(result.status == "error" for result in results)
        saving = self._recorder.record_verdicts(results, self._checker.specs(case))
        self._unsaved.append(asyncio.wrap_future(saving))

    async def _room(self, most: int) -> None:
        """Wait until fewer than `most` answers are being checked."""
        while len(self._tasks) >= most:
            done, self._tasks = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if not task.cancelled():
                    task.result()

    async def _saved(self) -> None:
        unsaved, self._unsaved = self._unsaved, []
        for saving in unsaved:
            await saving
