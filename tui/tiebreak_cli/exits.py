"""Exit codes, as documented in docs/cli.md; scripts depend on them."""

from typing import TYPE_CHECKING

from tiebreak.errors import AuthError, SessionInUseError, StoreError, TargetError, TiebreakError, UnknownModelError

if TYPE_CHECKING:
    from tiebreak.gates import GateStatus

DONE = 0
GATE_FAILED = 1
BAD_INPUT = 2
"""A flag, a file, a config or a key needs a correction."""
NOT_DECIDED = 3
"""A gate is still pending, or everything is in and it could not be decided."""
UNAVAILABLE = 4
"""The database, another process, the network or a provider stood in the way; trying again may help."""
INTERRUPTED = 130
PIPE_CLOSED = 141
"""Whoever read the output has gone; as a program that SIGPIPE ends."""


def exit_code(error: TiebreakError) -> int:
    match error:
        case AuthError() | UnknownModelError():
            return BAD_INPUT  # before any call: a missing key, a provider that nobody knows
        case StoreError() | TargetError() | SessionInUseError():
            return UNAVAILABLE
        case _:
            return BAD_INPUT


def verdict_code(decision: "GateStatus") -> int:
    """The exit code of all gates together."""
    match decision:
        case "pass":
            return DONE
        case "fail":
            return GATE_FAILED
        case _:
            return NOT_DECIDED
