"""Ids that sort by time, within a process strictly."""

import re
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

_MADE = re.compile(r"[0-9a-f]{17}")


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """UTC, ISO 8601 with microseconds, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class IdMaker:
    """Makes ids of 25 characters: milliseconds, a counter, a random part that keeps two processes apart.

    They sort behind `after`, an id of another maker, even where the clock has been set back since.
    """

    def __init__(self, now: Callable[[], datetime] = utc_now, salt: str | None = None, *, after: str = "") -> None:
        self._now = now
        self._salt = salt if salt is not None else secrets.token_hex(4)
        self._counter = count()
        self._last = int(after[:12], 16) + 1 if _MADE.match(after) else 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        with self._lock:
            self._last = max(self._last, int(self._now().timestamp() * 1000))
            return f"{self._last:012x}{next(self._counter) % 0x100000:05x}{self._salt}"
