"""Puts the checks to the answers of a live session: at once, or in their own time where that may take long."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence

from tiebreak.checks import Checker, Outside
from tiebreak.records import Case, CheckResult, Policy, Response
from tiebreak.scoreboard import Scoreboard
from tiebreak.session.recorder import Recorder
from tiebreak.session.saving import Saves


class Checking:
    """Every verdict is recorded and counted as it comes; what is known already is not asked again."""

    def __init__(
        self,
        policy: Policy,
        outside: Outside | None,
        case_of: Callable[[Response], Case],
        recorder: Recorder,
        saves: Saves,
        scoreboard: Scoreboard,
        *,
        changed: Callable[[], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        """`changed` is called when a verdict came later than its answer. Closes `outside`."""
        self._checker = Checker(policy, outside)
        self._case_of = case_of
        self._recorder = recorder
        self._saves = saves
        self._scoreboard = scoreboard
        self._changed = changed
        self._crashed = crashed
        self._results: dict[str, tuple[CheckResult, ...]] = {}
        self._judging: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def restore(self, results: Iterable[CheckResult]) -> None:
        """Take in what was recorded before."""
        for result in results:
            self._remember(result.response_id, (result,))

    def of(self, response_id: str) -> tuple[CheckResult, ...]:
        """What is known of an answer by now."""
        return self._results.get(response_id, ())

    def lacks(self, response: Response) -> bool:
        """Whether some check of its case has not been put to an answer."""
        known = self._known(response)
        return any(spec.version not in known for spec in self._checker.specs(self._case_of(response)))

    def check(self, response: Response) -> None:
        """Put to an answer what it still lacks: at once, or in its own time where it is long or something outside
        has to be asked."""
        case, known = self._case_of(response), self._known(response)
        if self._checker.long(case, response):
            self._begin(self._aside(case, response, known), self._judging)
            return
        self._take(response, self._checker.results(case, response, known=known))
        self._ask_outside(case, response, known)

    async def checked(self) -> None:
        """Wait until every check has said what it has to say."""
        while tasks := self._judging | self._tasks:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Long answers are checked to the end, which takes a moment; what is asked outside is cut short."""
        self._closing = True
        while self._judging:
            await asyncio.wait(self._judging)
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._checker.close()

    def _known(self, response: Response) -> set[str]:
        return {result.check_hash for result in self.of(response.id)}

    async def _aside(self, case: Case, response: Response, known: Collection[str]) -> None:
        self._take(response, await self._checker.results_aside(case, response, known=known))
        self._changed()
        if not self._closing:
            self._ask_outside(case, response, known)

    def _ask_outside(self, case: Case, response: Response, known: Collection[str]) -> None:
        if self._checker.open(case, response, known=known):
            self._begin(self._await(case, response, known), self._tasks)

    def _begin(self, work: Coroutine[None, None, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        among.add(task)
        task.add_done_callback(self._over)

    async def _await(self, case: Case, response: Response, known: Collection[str]) -> None:
        self._take(response, await self._checker.awaited(case, response, known=known))
        self._changed()

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._judging.discard(task)
        self._tasks.discard(task)
        if not task.cancelled() and (crash := task.exception()) is not None:
            self._crashed(crash)

    def _take(self, response: Response, results: Sequence[CheckResult]) -> None:
        if results:
            self._remember(response.id, results)
            self._saves.follow(self._recorder.record_checks(results, self._checker.specs(self._case_of(response))))
            for result in results:
                self._scoreboard.add(result)

    def _remember(self, response_id: str, results: Sequence[CheckResult]) -> None:
        self._results[response_id] = (*self.of(response_id), *results)
