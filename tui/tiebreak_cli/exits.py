"""Exit codes, as documented in docs/cli.md; scripts depend on them."""

from typing import TYPE_CHECKING

from tiebreak.errors import InputError, PromptError, StoreError, TargetError, TiebreakError, UsageError

if TYPE_CHECKING:
    from tiebreak.gates import GateStatus

DONE = 0
GATE_FAILED = 1
BAD_INPUT = 2
"""A flag, a file or a config needs a correction."""
NOT_DECIDED = 3
"""A gate is still pending, or everything is in and it could not be decided."""
UNAVAILABLE = 4
"""The database, the network or a provider stood in the way; trying again may help."""
INTERRUPTED = 130


def exit_code(error: TiebreakError) -> int:
    match error:
        case UsageError() | InputError() | PromptError():
            return BAD_INPUT
        case StoreError() | TargetError():
            return UNAVAILABLE
        case _:
            return BAD_INPUT


def verdict_code(statuses: "list[GateStatus]") -> int:
    """The exit code of a set of gates: failed before undecided before passed."""
    if "fail" in statuses:
        return GATE_FAILED
    return DONE if all(status == "pass" for status in statuses) else NOT_DECIDED
