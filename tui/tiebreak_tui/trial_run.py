"""Asking beside sessions while a dialog is open: begun, watched, stopped, and cut where the app is left."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual.worker import Worker

from tiebreak.errors import TiebreakError
from tiebreak.records import Case, CheckSpec, Config, Policy

if TYPE_CHECKING:
    from tiebreak_workbench.trials.trials import TrialLimits, TrialProgress, Trials
    from tiebreak_workbench.workbench import Workbench

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand(Generic[T]):
    """What is to be asked. `work` is done on the loop of the app; what it returns is what came of it."""

    policy: Policy
    limits: "TrialLimits"
    configs: Iterable[Config]
    specs: Iterable[CheckSpec]
    sample: Case
    work: "Callable[[Trials], Awaitable[T]]"
    keep: Callable[[T], object] = lambda _: None
    """In a thread, once it is done: what is to be written down of it."""


class TrialRun:
    """One errand at a time. `close` it before the workbench."""

    def __init__(self, bench: "Workbench") -> None:
        self._bench = bench
        self._trials: Trials | None = None
        self._worker: Worker[None] | None = None
        self._stopping = False
        self._ended: asyncio.Event | None = None
        """Of the errand that is under way; None before its first step."""
        self.progress: TrialProgress | None = None
        """How far it is."""

    @property
    def running(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    @property
    def stopping(self) -> bool:
        return self._stopping

    def begin(
        self,
        host: Any,
        errand: Errand[T],
        done: Callable[[T], object],
        failed: Callable[[TiebreakError], object],
    ) -> None:
        """Ask, and hand over what came of it, also of an end before its time. `host` is the screen that waits."""
        self._stopping = False
        self.progress = None
        self._ended = None
        self._worker = host.run_worker(self._run(errand, done, failed), exclusive=True, group="errand")

    def stop(self) -> None:
        """Begin nothing more; calls in flight are let finish, and cut where it is said again."""
        if self._trials is not None and self._stopping:
            self._trials.cancel()
        elif self._trials is not None:
            self._trials.stop()
        self._stopping = True

    async def close(self) -> None:
        """Cut what is asked, and wait until it is let go of."""
        if self._worker is not None and self.running:
            self._worker.cancel()
            if self._ended is not None:  # else it never begins
                await asyncio.wait([asyncio.ensure_future(self._ended.wait())])
            self._worker = None

    async def _run(
        self, errand: Errand[T], done: Callable[[T], object], failed: Callable[[TiebreakError], object]
    ) -> None:
        from tiebreak_workbench.trials.trials import Trials

        ended = self._ended = asyncio.Event()
        try:
            async with Trials(self._bench, errand.policy, errand.limits, self._tick) as trials:
                await asyncio.to_thread(trials.ready, errand.configs, errand.specs, errand.sample)
                self._trials = trials
                if self._stopping:
                    trials.stop()
                found = await errand.work(trials)
            await asyncio.to_thread(errand.keep, found)
        except TiebreakError as error:
            failed(error)
        else:
            done(found)
        finally:
            self._trials = None
            ended.set()

    def _tick(self, at: "TrialProgress") -> None:
        self.progress = at
