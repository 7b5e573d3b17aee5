"""The scoreboard: a pure fold over stored facts that gives every number on screen."""

from tiebreak.scoreboard.board import Fact, Scoreboard
from tiebreak.scoreboard.case import CaseState, Verdict
from tiebreak.scoreboard.effective import effective_ballots
from tiebreak.scoreboard.snapshot import CheckCount, Mean, Snapshot, Spend, WinRate

__all__ = [
    "CaseState",
    "CheckCount",
    "Fact",
    "Mean",
    "Scoreboard",
    "Snapshot",
    "Spend",
    "Verdict",
    "WinRate",
    "effective_ballots",
]
