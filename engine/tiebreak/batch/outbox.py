"""Answers on their way to the disk: how many there are, and whether the disk said no."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Protocol

from tiebreak.records import CheckResult, CheckSpec, Response


class AnswerRecorder(Protocol):
    """Keeps answers; the store satisfies it, the engine never imports the store."""

    def record_answer(
        self,
        response: Response,
        chunks: bytes | None,
        results: Sequence[CheckResult],
        specs: Sequence[CheckSpec],
    ) -> "Future[None]":
        """Returns at once; the future resolves when both are safe, or fails with a `StoreError`."""
        ...


class Outbox:
    """Hands answers over and follows them. Belongs to the loop it is made on, and calls back there.

    `changed` is called once for all answers that one commit made safe, after the call back of each.
    """

    def __init__(self, recorder: AnswerRecorder, changed: Callable[[], None]) -> None:
        self.unsaved = 0
        self.failure: BaseException | None = None
        self._recorder = recorder
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._settled: deque[tuple[Future[None], Callable[[], None]]] = deque()
        self._awake = False
        self._still = asyncio.Event()
        self._still.set()

    def put(
        self,
        response: Response,
        chunks: bytes | None,
        results: Sequence[CheckResult],
        specs: Sequence[CheckSpec],
        over: Callable[[], None],
    ) -> None:
        """`over` is called once the answer is safe, or cannot be made so."""
        self.unsaved += 1
        self._still.clear()
        outcome = self._recorder.record_answer(response, chunks, results, specs)
        outcome.add_done_callback(partial(self._from_writer, over))

    async def settled(self) -> None:
        """Wait until nothing is on its way.

        Raises:
            StoreError: where something could not be kept; the first reason.
        """
        await self._still.wait()
        if self.failure is not None:
            raise self.failure

    def _from_writer(self, over: Callable[[], None], outcome: "Future[None]") -> None:
        """On the writer's thread. A commit settles many answers at once, and wakes the loop once for all of them."""
        self._settled.append((outcome, over))
        if not self._awake:
            self._awake = True
            with suppress(RuntimeError):  # the loop has ended: nobody waits for the news
                self._loop.call_soon_threadsafe(self._take_note)

    def _take_note(self) -> None:
        self._awake = False  # first: what settles from here on wakes the loop again
        while self._settled:
            outcome, over = self._settled.popleft()
            self.unsaved -= 1
            self.failure = self.failure or outcome.exception()
            over()
        if not self.unsaved:
            self._still.set()
        self._changed()
