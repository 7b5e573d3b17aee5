"""Pauses an arm that keeps failing in one and the same way: the next cases would meet it as well."""

from tiebreak.records import Response

FATAL = frozenset({"auth", "quota", "unknown_model"})
"""Errors that waiting does not mend."""


class Breaker:
    """Watches one arm; `note` every response in the order in which they come."""

    def __init__(self, *, patience: int, fatal: int) -> None:
        """Failures in a row that pause the arm: `patience` where waiting may mend them, else `fatal`."""
        self._patience = patience
        self._fatal = fatal
        self._code = ""
        self._in_a_row = 0

    def note(self, response: Response) -> str | None:
        """Why the arm should ask nothing more, or None. Any answer that counts starts the row anew.

        An answer that the user stopped says nothing, nor does a case that has no recording or does not fit the prompt
        say anything of the next.
        """
        if not response.excluded:
            self._in_a_row = 0
            return None
        error = response.error
        if error is None or error.code in ("recording", "prompt"):
            return None
        if error.code != self._code:
            self._code, self._in_a_row = error.code, 0
        self._in_a_row += 1
        if self._in_a_row < (self._fatal if error.code in FATAL else self._patience):
            return None
        if self._in_a_row == 1:
            return error.message
        return f"{self._in_a_row} calls in a row ended the same way: {error.message}"
