"""How many calls one provider gets at once: shared by both arms, and by whoever else calls that provider.

Additive increase, multiplicative decrease (Chiu and Jain, 1989): a 429 halves the number in flight, every success adds
a little, and `Retry-After` holds all callers back together.
"""

import asyncio
from collections import deque
from collections.abc import Callable

MAX_IN_FLIGHT = 8


class Limiter:
    """Grants slots in the order of asking. Belongs to the event loop on which it is used."""

    def __init__(self, max_in_flight: int = MAX_IN_FLIGHT) -> None:
        self._most = max_in_flight
        self._limit = float(max_in_flight)
        self._in_flight = 0
        self._not_before = 0.0
        self._last_cut = float("-inf")
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def in_flight(self) -> int:
        return self._in_flight

    @property
    def limit(self) -> int:
        """How many may be in flight now."""
        return max(1, int(self._limit))

    @property
    def held_back(self) -> float:
        """Seconds for which nobody gets a slot, since a server asked for them; 0 where none did."""
        return max(0.0, self._not_before - asyncio.get_running_loop().time())

    async def acquire(self) -> None:
        """Wait for a slot; give it back with `release`."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiting.append(waiter)
        self._grant()
        if waiter.done():
            return
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.release()  # granted in the moment of the cancellation
            else:
                self._waiting.remove(waiter)
            raise

    def release(self) -> None:
        self._in_flight -= 1
        self._grant()

    def succeeded(self) -> None:
        """A call was answered: one more may fly after about as many successes as fly now."""
        self._limit = min(float(self._most), self._limit + 1 / self._limit)
        self._grant()

    def throttled(self, sent_at: float, retry_after: float | None) -> None:
        """A call sent at `sent_at` (loop time) met a 429.

        Halves the limit once for each burst: calls that were sent before the last cut say nothing new.
        """
        now = asyncio.get_running_loop().time()
        if retry_after is not None:
            self._not_before = max(self._not_before, now + retry_after)
        if sent_at > self._last_cut:
            self._last_cut = now
            self._limit = max(1.0, self._limit / 2)

    def _grant(self) -> None:
        if not self._waiting:
            return
        loop = asyncio.get_running_loop()
        if loop.time() < self._not_before:
            if self._timer is None:
                self._timer = loop.call_at(self._not_before, self._held_back_no_more)
            return
        while self._waiting and self._in_flight < self.limit:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self._in_flight += 1
                waiter.set_result(None)

    def _held_back_no_more(self) -> None:
        self._timer = None
        self._grant()


class LimiterPool:
    """One limiter for each address and key."""

    def __init__(self, max_in_flight: int = MAX_IN_FLIGHT, new: Callable[[int], Limiter] = Limiter) -> None:
        self._max_in_flight = max_in_flight
        self._new = new
        self._limiters: dict[tuple[str, str | None], Limiter] = {}

    def of(self, url: str, key_env: str | None = None) -> Limiter:
        return self._limiters.setdefault((url, key_env), self._new(self._max_in_flight))
