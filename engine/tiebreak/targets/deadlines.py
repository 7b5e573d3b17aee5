"""The deadlines of one call: first token, idle, total, and a short grace after the finish reason."""

import asyncio
from collections.abc import Callable
from typing import Literal

from tiebreak.errors import DeadlineError
from tiebreak.records import Deadlines

Phase = Literal["first_token", "idle", "total", "tail"]

TAIL = 2.0
"""Seconds to wait for usage once the finish reason is there; the answer itself is whole by then."""

_WORDS: dict[Phase, str] = {
    "first_token": "No token came within {:g} s",
    "idle": "The stream stood still for {:g} s",
    "total": "The answer took longer than {:g} s",
    "tail": "The stream was not closed within {:g} s of its end",
}


def passed(deadlines: Deadlines, phase: Phase) -> DeadlineError:
    """The error that says which deadline passed."""
    hint = f"Raise deadlines.{phase} in the config if the model needs longer."
    if phase == "tail":
        hint = "Look at the server or the proxy before it."
    return DeadlineError(f"{_WORDS[phase].format(seconds_of(deadlines, phase))}.", hint=hint)


def seconds_of(deadlines: Deadlines, phase: Phase) -> float:
    match phase:
        case "first_token":
            return deadlines.first_token
        case "idle":
            return deadlines.idle
        case "total":
            return deadlines.total
        case "tail":
            return min(TAIL, deadlines.idle)


class DeadlineWatch:
    """One timer for all deadlines. It looks up the due time when it rings, so a token only moves a number.

    Time counts only between `wait` and `rest`, while we wait for the network: a reader who is slow to take an event
    must not make the server look slow.
    """

    def __init__(self, deadlines: Deadlines, sent: float, expire: Callable[[DeadlineError], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._deadlines = deadlines
        self._first_due = sent + deadlines.first_token
        self._total_due = sent + deadlines.total
        self._expire = expire
        self._due = float("inf")
        self._phase: Phase = "first_token"
        self._timer: asyncio.TimerHandle | None = None

    def wait(self, phase: Phase) -> None:
        """From now on it is the network's turn."""
        due = self._first_due if phase == "first_token" else self._loop.time() + seconds_of(self._deadlines, phase)
        if due > self._total_due:
            phase, due = "total", self._total_due
        self._phase, self._due = phase, due
        if self._timer is None or due < self._timer.when():
            self._arm(due)

    def rest(self) -> None:
        """It is the reader's turn."""
        self._due = float("inf")

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, due: float) -> None:
        self.close()
        self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._due == float("inf"):
            return
        if self._due > self._loop.time():
            self._arm(self._due)
        else:
            self._expire(passed(self._deadlines, self._phase))
