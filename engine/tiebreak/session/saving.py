"""What is safe, what is on its way to the disk, and whether the disk said no."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress

from tiebreak.errors import StoreError, UsageError


class Saves:
    """Follows records to the disk. A failed write halts rating: nothing may look saved that is not."""

    def __init__(self, changed: Callable[[], None], crashed: Callable[[BaseException], None]) -> None:
        self.saved = 0
        """Ballots, an undo among them."""
        self.standing = 0
        """Ballots on the disk that are in force: what was taken back or replaced does not count."""
        self.pending = 0
        self.failure: StoreError | None = None
        self._changed = changed
        self._crashed = crashed
        self._under_way = 0
        self._still = asyncio.Event()
        self._still.set()

    def __str__(self) -> str:
        if self.failure is not None:
            return "not saved"
        return f"saving {self.pending}" if self.pending else f"{self.standing} saved"

    def refuse_if_halted(self) -> None:
        """
        Raises:
            UsageError: once a write has failed.
        """
        if self.failure is not None:
            raise UsageError(
                f"Rating is halted: {self.failure}", hint="What was saved is safe; start again once that is mended."
            )

    async def settled(self) -> None:
        """Wait until nothing is on its way to the disk.

        Raises:
            StoreError: where a write has failed.
        """
        await self._still.wait()
        if self.failure is not None:
            raise self.failure

    def follow(
        self,
        outcome: "Future[None]",
        *,
        ballot: bool = False,
        standing: int = 0,
        safe: Callable[[], object] = lambda: None,
    ) -> None:
        """Take note of what becomes of a record; ballots are counted. To be called on the loop.

        `standing` is by how many it changes the number of ballots in force. `safe` is called on the loop once it is.
        """
        loop = asyncio.get_running_loop()
        self._under_way += 1
        self._still.clear()
        if ballot:
            self.pending += 1

        def done() -> None:
            error = outcome.exception()
            self._under_way -= 1
            if not self._under_way:
                self._still.set()
            if ballot:
                self.pending -= 1
                self.saved += error is None
                self.standing += standing if error is None else 0
            try:
                if error is not None:
                    self._failed(error)
                else:
                    safe()
            finally:  # whatever comes of it, what is saved is told
                self._changed()

        def from_writer(_: "Future[None]") -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody waits for the news
                loop.call_soon_threadsafe(done)

        outcome.add_done_callback(from_writer)

    def _failed(self, error: BaseException) -> None:
        """Keeps the first reason: the later failures follow from it."""
        failure = error
        if not isinstance(failure, StoreError):
            failure = StoreError(f"A record could not be written ({type(error).__name__}).")
            failure.__cause__ = error
        self.failure = self.failure or failure
        if failure is not error:
            self._crashed(error)
