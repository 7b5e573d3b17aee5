"""When an arm of a run without a person is paused; see `tiebreak.session.breaker`."""

from tiebreak.session.breaker import FATAL, Breaker

FATAL_IN_A_ROW = 3
PATIENCE = 10
"""Failures in a row that waiting may mend, beyond those that were in flight together when the first one came."""
ASKED_IN_VAIN = FATAL | {"recording", "prompt"}
"""Errors that asking again in the same run does not mend."""


def breaker_of(concurrency: int) -> Breaker:
    """The breaker of an arm with so many calls in flight."""
    return Breaker(patience=PATIENCE + concurrency, fatal=FATAL_IN_A_ROW)
