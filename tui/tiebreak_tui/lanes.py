"""Work in threads behind a screen: one piece of each kind at a time, so that keys never wait for it."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

from textual.message_pump import MessagePump
from textual.worker import Worker

from tiebreak.errors import TiebreakError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Piece:
    work: Callable[[], Any]
    then: Callable[[Any], object]
    counts: bool
    """Whether it is done however much comes after it."""


class Lanes:
    """`start` what only matters until the next of its kind comes, `add` what has to be done in any case."""

    def __init__(self, host: Any, failed: Callable[[str, TiebreakError], object]) -> None:
        """`host` is the screen whose workers wait for the threads; `failed` hears of the kind and the error."""
        self._host: MessagePump = host
        self._run_worker: Callable[..., Worker[None]] = host.run_worker
        self._failed = failed
        self._waiting: dict[str, deque[_Piece]] = {}
        self._working: dict[str, Worker[None]] = {}
        self._threads: set[asyncio.Future[Any]] = set()
        self.closed = False

    def start(self, kind: str, work: Callable[[], T], then: Callable[[T], object]) -> None:
        """Do `work` in a thread, then `then` on the loop, unless another piece of its kind comes first."""
        self._queue(kind).clear()
        self._put(kind, _Piece(work, then, counts=False))

    def add(self, kind: str, work: Callable[[], T], then: Callable[[T], object]) -> None:
        """Do `work` in a thread after all of its kind that was added before, then `then` on the loop."""
        self._put(kind, _Piece(work, then, counts=True))

    def forget(self, kind: str) -> None:
        """Call nobody for what was started of a kind and is not done."""
        if self.busy(kind):
            self.start(kind, lambda: None, lambda _: None)

    def busy(self, kind: str) -> bool:
        return kind in self._working

    async def finish(self, kind: str) -> None:
        """Wait until all of a kind is done."""
        while (worker := self._working.get(kind)) is not None:
            await worker.wait()

    async def close(self) -> None:
        """Begin nothing more, call nobody any more, and wait for the threads."""
        self.closed = True
        for queue in self._waiting.values():
            queue.clear()
        await asyncio.gather(*self._threads, return_exceptions=True)

    def _queue(self, kind: str) -> deque[_Piece]:
        return self._waiting.setdefault(kind, deque())

    def _put(self, kind: str, piece: _Piece) -> None:
        if self.closed:
            return
        self._queue(kind).append(piece)
        if kind not in self._working:
            self._working[kind] = self._run_worker(self._work_off(kind), group=f"lane {kind}")

    async def _work_off(self, kind: str) -> None:
        queue = self._queue(kind)
        try:
            while queue:
                piece = queue.popleft()
                try:
                    found = await self._in_thread(piece.work)
                except TiebreakError as error:
                    if not self.closed:
                        self._failed(kind, error)
                else:
                    if not self.closed and (piece.counts or not queue):
                        piece.then(found)
        finally:
            del self._working[kind]

    async def _in_thread(self, work: Callable[[], T]) -> T:
        # Whoever waits may be cancelled; the thread goes on, and `close` must still know of it.
        thread = asyncio.get_running_loop().run_in_executor(None, copy_context().run, work)
        self._threads.add(thread)
        thread.add_done_callback(self._let_go)
        return await asyncio.shield(thread)

    def _let_go(self, thread: "asyncio.Future[Any]") -> None:
        self._threads.discard(thread)
        if not thread.cancelled():
            thread.exception()  # looked at, so that nobody complains of it where the screen is gone
