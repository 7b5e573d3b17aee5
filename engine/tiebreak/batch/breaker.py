"""Pauses an arm that keeps failing in one and the same way: the next thousand calls would meet it as well."""

from tiebreak.records import Response
from tiebreak.session.pipeline import FATAL

FATAL_IN_A_ROW = 3
PATIENCE = 10
"""Failures in a row that waiting may mend, beyond those that were in flight together when the first one came."""
ASKED_IN_VAIN = FATAL | {"recording"}
"""Errors that asking again in the same run does not mend."""


class Breaker:
    """Watches one arm; `note` every response in the order in which they come."""

    def __init__(self, concurrency: int) -> None:
        self._patience = PATIENCE + concurrency
        self._code = ""
        self._in_a_row = 0

    def note(self, response: Response) -> str | None:
        """Why the arm should ask nothing more, or None. Any answer that counts starts the row anew."""
        if not response.excluded:
            self._in_a_row = 0
            return None
        error = response.error
        if error is None or error.code == "recording":
            return None  # one missing recording says nothing of the next
        if error.code != self._code:
            self._code, self._in_a_row = error.code, 0
        self._in_a_row += 1
        if self._in_a_row < (FATAL_IN_A_ROW if error.code in FATAL else self._patience):
            return None
        return f"{self._in_a_row} calls in a row ended the same way: {error.message}"
