"""Cases put to configs beside any session: to see whether a failure comes again, what causes it, and how little does.

What comes is kept by the fingerprint of its request, in a file of its own (`tiebreak_store.trials`), and counts
nowhere. Asking the very same again costs nothing. Answers of apps are asked for anew each time, since no request tells
their code.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

from tiebreak.amounts import dollars
from tiebreak.batch.breaker import ASKED_IN_VAIN, breaker_of
from tiebreak.batch.holdback import HoldBack
from tiebreak.checks import Checker, load_checks
from tiebreak.errors import PromptError, UsageError
from tiebreak.records import (
    Case,
    CheckResult,
    CheckSpec,
    Config,
    Policy,
    Prompt,
    RecordingTarget,
    Response,
    stamp,
    utc_now,
)
from tiebreak.scoreboard.spending import Purse
from tiebreak.session.answering import Answering, Arm
from tiebreak.session.outside import require_trust
from tiebreak.targets.base import AnswerTarget, fingerprint
from tiebreak.targets.identity import silent_target
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target
from tiebreak.workspace.trust import Trust
from tiebreak_store.trials import FILE, TrialFile
from tiebreak_workbench.headless.headless import is_app
from tiebreak_workbench.starting.estimate import estimate_cost
from tiebreak_workbench.workbench import Workbench

ROUNDS = 3
"""Attempts at an answer that infrastructure ends, each with the retries that its config allows."""

STOPPED = "It was stopped."
SLICE = 50
"""Cases that are rendered, each in some 0.05 ms, before the event loop may go on."""
ARMS = 8
"""Prompts that are kept ready to be rendered: making one takes milliseconds."""

Reason = Literal["budget", "unpriced", "stopped", "unavailable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLimits:
    """What may be used."""

    concurrency: int = 4
    max_calls: int | None = None
    max_cost: float | None = None
    """US dollars; no call is begun beyond them, nor while those in flight may use them up."""
    unknown_cost: bool = False
    """Go on within `max_cost` though the cost of an answer is not known."""
    fresh: bool = False
    """Ask also what was asked before."""
    offline: bool = False
    """Ask nothing: only answers that are there, those of sessions too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One answer, or why there is none. Its texts are outside text."""

    case_id: str
    sample: int
    response: Response | None
    """None where nothing may be asked and nothing is there."""
    results: tuple[CheckResult, ...] = ()
    known: bool = False
    """Whether it was there before."""

    @property
    def failed(self) -> bool | None:
        """Whether the answer is broken or fails a check; None where there is none, or no check could judge it."""
        if self.response is None or self.response.excluded:
            return None
        if self.response.broken or any(result.status == "fail" for result in self.results):
            return True
        return False if not self.results or any(result.status == "pass" for result in self.results) else None

    @property
    def refused(self) -> bool:
        """Whether the request itself came to nothing, as one that is malformed does."""
        return self.response is not None and not self.response.excluded and self.response.status == "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialProgress:
    """How far it is."""

    calls: int
    known: int
    usd: float
    unknown: int
    """Answers of unknown cost."""


class EndedError(Exception):
    """Nothing more may be asked. What was answered before is kept."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(why)
        self.reason: Reason = reason
        self.why = why


class Trials:
    """Asks within limits, on one event loop. Close it on that loop; an async context manager does.

    `tick` is called after every answer.
    """

    def __init__(
        self,
        bench: Workbench,
        policy: Policy,
        limits: TrialLimits,
        tick: Callable[[TrialProgress], None] = lambda _: None,
    ) -> None:
        self.limits = limits
        self.tick: Callable[[TrialProgress], None] = tick
        self.untried = 0
        """Answers that were wanted and not there, where nothing may be asked."""
        self._bench = bench
        self._policy = replace(policy, checks=())
        self._kept: TrialFile | None = None
        self._limiters = LimiterPool(limits.concurrency)
        self._permit = Trust.of(bench.environ).permit(bench.workspace.folder)
        self._targets: dict[str, AnswerTarget] = {}
        self._arms: dict[str, Arm] = {}
        self._free = asyncio.Semaphore(limits.concurrency)
        self._breaker = breaker_of(limits.concurrency)
        self._purse = Purse()
        self._hold_back = HoldBack(limits.max_cost, unknown_cost=limits.unknown_cost)
        self._in_flight = 0
        self._landed = asyncio.Event()
        self._calls = self._known = 0
        self._stopped = False
        self._ended: EndedError | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._checker: Checker | None = None

    def ready(self, configs: Iterable[Config], specs: Iterable[CheckSpec], sample: Case | None = None) -> None:
        """See that these can be asked, or looked up, and import what the checks need. Reads files: not for the event
        loop. Looking up needs neither a key nor leave to run code.

        Raises:
            UsageError: for a budget where the price of a model is not known.
            TiebreakError: where a target cannot be opened, or a check may not run.
        """
        for config in configs:
            self._target(config)
            limits = self.limits
            if limits.max_cost is not None and not (limits.offline or limits.unknown_cost) and sample is not None:
                self._refuse_unknown_price(config, sample)
        specs = list(specs)
        require_trust(specs, self._permit)
        load_checks(specs)

    def find(self, config: Config, case: Case, sample: int = 0) -> Response | None:
        """The answer that is there already.

        Raises:
            PromptError: where the prompt cannot be rendered for the case.
        """
        if self.limits.fresh or (is_app(config) and not self.limits.offline):
            return None
        arm = self._arm(config)
        print_ = fingerprint(arm.target, arm.request(case, sample))
        found = self._file.find(print_)
        if found is None and self.limits.offline:
            found = self._bench.store.find_response(print_)
        return found

    async def renderable(self, config: Config, cases: Iterable[Case]) -> list[Case]:
        """Those of which a request can be made."""
        arm, found = self._arm(config), list[Case]()
        for number, case in enumerate(cases, 1):
            try:
                arm.request(case)
            except PromptError:
                continue
            else:
                found.append(case)
            finally:
                await _let_go_on(number)
        return found

    async def answers(
        self,
        config: Config,
        wanted: Sequence[tuple[Case, int]],
        specs: Callable[[Case], Sequence[CheckSpec]],
        take: Callable[[Trial], None] = lambda _: None,
    ) -> list[Trial]:
        """Of each case and sample the answer, with what the checks say of it; some of them at once. `take` is handed
        each as it comes, also those before an early end.

        Raises:
            EndedError: where a limit is reached, all calls fail alike, or it was stopped.
            PromptError: where the prompt cannot be rendered for a case; then nothing was asked.
            StoreError: where an answer could not be kept.
        """
        arm = self._arm(config)
        for number, (case, sample) in enumerate(wanted, 1):
            arm.request(case, sample)
            await _let_go_on(number)
        found: dict[int, Trial] = {}
        todo = iter(enumerate(wanted))
        early: list[EndedError] = []

        async def work() -> None:
            for place, (case, sample) in todo:
                try:
                    found[place] = trial = await self._answer(arm, case, sample, specs(case))
                except EndedError as ended:
                    early.append(ended)  # what is known already is handed over all the same
                else:
                    take(trial)
                await asyncio.sleep(0)  # an answer that was there is found without waiting for anything

        # Twice as many as may call: while one answer is checked, the next one is asked for.
        tasks = [asyncio.ensure_future(work()) for _ in range(min(2 * self.limits.concurrency, len(wanted)))]
        self._tasks.update(tasks)
        try:
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._tasks.difference_update(tasks)
        for one in ended:
            if isinstance(one, asyncio.CancelledError):
                raise EndedError("stopped", STOPPED) from None
            if isinstance(one, BaseException):
                raise one
        if early:
            raise early[0]
        return [found[place] for place in range(len(wanted))]

    def stop(self) -> None:
        """Begin nothing more; calls in flight are let finish."""
        self._stopped = True

    def cancel(self) -> None:
        """Begin nothing more and cut the calls in flight."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()

    @property
    def progress(self) -> TrialProgress:
        return TrialProgress(
            calls=self._calls, known=self._known, usd=float(self._purse.usd), unknown=self._purse.unknown
        )

    async def close(self) -> None:
        for target in self._targets.values():
            await target.close()
        if self._checker is not None:
            await self._checker.close()
        if self._kept is not None:
            self._kept.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _answer(self, arm: Arm, case: Case, sample: int, specs: Sequence[CheckSpec]) -> Trial:
        found = self.find(arm.config, case, sample)
        known = found is not None
        if found is None and self.limits.offline:
            self.untried += 1
            return Trial(case_id=case.id, sample=sample, response=None)
        if found is None:
            async with self._free:
                found = await self._ask(arm, case, sample)
        self._known += known
        results = () if found.excluded else await self._checked(case, found, specs)
        self.tick(self.progress)
        return Trial(case_id=case.id, sample=sample, response=found, results=results, known=known)

    async def _ask(self, arm: Arm, case: Case, sample: int) -> Response:
        attempt = 1
        while True:
            await self._room()
            self._calls += 1
            self._in_flight += 1
            try:
                answering = Answering(arm, case, attempt, sample=sample)
                response, _ = await answering.run(self._bench.new_id(), stamp(utc_now()))
                self._purse.add(response)
                self._hold_back.note(response)
            finally:
                self._in_flight -= 1
                self._landed.set()
            self._file.keep(response)
            if (why := self._breaker.note(response)) is not None:
                self._ended = self._ended or EndedError("unavailable", why)
                raise self._ended
            in_vain = response.error is not None and response.error.code in ASKED_IN_VAIN
            if not response.excluded or in_vain or attempt == ROUNDS:
                return response
            attempt += 1

    async def _room(self) -> None:
        """Wait until the budget has room for a call whatever those in flight cost.

        Raises:
            EndedError: where nothing more may be asked.
        """
        self._heed_limits()
        while not self._hold_back.affords(self._purse.usd, self._in_flight):
            self._landed.clear()
            await self._landed.wait()
            self._heed_limits()

    async def _checked(self, case: Case, response: Response, specs: Sequence[CheckSpec]) -> tuple[CheckResult, ...]:
        if self._checker is None:
            self._checker = Checker(self._policy, self._bench.outside())
        asked = replace(case, checks=tuple(specs))
        if self._checker.long(asked, response):
            results = await self._checker.results_aside(asked, response)
        else:
            results = self._checker.results(asked, response)
        return (*results, *await self._checker.awaited(asked, response))

    @property
    def _file(self) -> TrialFile:
        """Opened with its first use: what is refused leaves no trace."""
        if self._kept is None:
            self._kept = TrialFile.open(self._bench.store.path.with_name(FILE))
        return self._kept

    def _heed_limits(self) -> None:
        limits = self.limits
        if self._ended is not None:
            raise self._ended
        if self._stopped:
            raise EndedError("stopped", STOPPED)
        if limits.max_calls is not None and self._calls >= limits.max_calls:
            raise EndedError("budget", f"All {limits.max_calls} calls are made that were allowed.")
        if limits.max_cost is not None:
            if self._purse.usd >= limits.max_cost:
                raise EndedError("budget", f"The budget of {dollars(limits.max_cost)} is spent.")
            if self._purse.unknown and not limits.unknown_cost:
                raise EndedError("unpriced", "The cost of an answer is not known, so a budget cannot be kept.")

    def _arm(self, config: Config) -> Arm:
        version = config.version
        arm = self._arms.pop(version, None) or Arm("candidate", "trial", config, self._target(config))
        self._arms[version] = arm  # the last used last
        if len(self._arms) > ARMS:
            del self._arms[next(iter(self._arms))]
        return arm

    def _target(self, config: Config) -> AnswerTarget:
        """One for all configs that differ only in what they say."""
        if isinstance(config.target, RecordingTarget):
            config = replace(config, target=replace(config.target, speed=0))
        key = replace(config, name="", prompt=Prompt()).version
        if key not in self._targets and self.limits.offline:
            folder, environ = self._bench.configs_folder, self._bench.environ
            self._targets[key] = silent_target(config, base_dir=folder, environ=environ)
        if key not in self._targets:
            self._targets[key] = open_target(
                config,
                base_dir=self._bench.configs_folder,
                environ=self._bench.environ,
                limiters=self._limiters,
                permit=self._permit,
                helper=self._bench.helper,
            )
        return self._targets[key]

    def _refuse_unknown_price(self, config: Config, sample: Case) -> None:
        if not is_app(config) and estimate_cost(config, [sample], self._bench.environ).usd is None:
            raise UsageError(
                f"No price is known for {config.model_label} (config “{config.name}”), so no budget can be kept.",
                hint="Give the config a `price`, or add --allow-unknown-cost.",
            )


async def _let_go_on(number: int) -> None:
    """Let the event loop go on now and then."""
    if number % SLICE == 0:
        await asyncio.sleep(0)
