"""What a version of a judge is worth, in one word: calibrated, failed, or uncalibrated."""

from collections.abc import Collection

from tiebreak.gates import JudgeStatus
from tiebreak.scoreboard import Scoreboard


def worst_of(found: Collection[JudgeStatus]) -> JudgeStatus:
    """Of all that a judge says, line by line: calibrated where all of it is."""
    return "failed" if "failed" in found else "calibrated" if set(found) == {"calibrated"} else "uncalibrated"


def status_here(board: Scoreboard, name: str) -> JudgeStatus:
    """How a judge that goes along stands with the rater in this session alone, as far as both have got."""
    from tiebreak_workbench.judges.standing import standings  # brings numpy

    board.snapshot()
    return worst_of([one.status for one in standings(board.judges, name)]) if board.judges else "uncalibrated"
