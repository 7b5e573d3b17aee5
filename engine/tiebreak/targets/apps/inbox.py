"""What came for one answer and is not read yet."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from tiebreak.errors import DeadlineError, TargetError
from tiebreak.targets.apps.answers import AppStream
from tiebreak.targets.deadlines import DeadlineWatch

T = TypeVar("T")

FULL = 64 * 1024
"""Bytes that may lie unread before the sender is held back: what is read in one go must not block the loop."""


def _nothing() -> None:
    pass


class Inbox(Generic[T]):
    """Filled by callbacks of the loop, emptied by one reader."""

    def __init__(self) -> None:
        self._hold: Callable[[], None] = _nothing
        self._resume: Callable[[], None] = _nothing
        self._held: list[T] = []
        self._size = 0
        self._over = False
        self._failure: TargetError | None = None
        self._news = asyncio.Event()

    def held_back_by(self, hold: Callable[[], None], resume: Callable[[], None]) -> None:
        """The sender can wait: it is told to when much lies unread, and when to go on."""
        self._hold, self._resume = hold, resume

    def put(self, item: T, size: int) -> None:
        self._held.append(item)
        self._size += size
        self._news.set()
        if self._size > FULL:
            self._hold()

    def close(self) -> None:
        """Nothing follows."""
        self._over = True
        self._news.set()

    def fail(self, failure: TargetError) -> None:
        """Nothing follows, and that is an error; what came before is still read first."""
        self._failure = self._failure or failure
        self._news.set()

    async def get(self) -> list[T]:
        """Everything that has come since the last call; empty at the end.

        Raises:
            TargetError: which `fail` was given.
        """
        while not self._held:
            if self._failure is not None:
                raise self._failure
            if self._over:
                return []
            self._news.clear()
            await self._news.wait()
        items, self._held, self._size = self._held, [], 0
        self._resume()
        return items


async def next_pieces(inbox: Inbox[T], watch: DeadlineWatch, stream: AppStream) -> list[T]:
    """What comes next within the deadline that holds now; empty at the end.

    Raises:
        TargetError: where it does not come.
    """
    phase = stream.phase
    watch.wait(phase)
    try:
        return await inbox.get()
    except DeadlineError:
        if phase == "tail":
            return []  # the answer is whole; what will not end by itself is ended
        raise
    finally:
        watch.rest()
