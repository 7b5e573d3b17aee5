"""What a blind session shows in place of figures that would tell the sides apart. Pure, but for what it showed last."""

from tiebreak.scoreboard import Scoreboard, Snapshot
from tiebreak_tui.screens.figures import gate_title, tally_of
from tiebreak_tui.widgets.gate_bar import Chip
from tiebreak_tui.widgets.win_rate import Tally

EVERY = 10
"""Settled cases between two looks at the tally: one vote must not move it, or it tells what the vote was for."""
EARLY = "O in the Arena reveals them; votes given after that are kept apart and count in no human gate."


class BlindTally:
    """The leader, unnamed, as of the last ten settled cases."""

    def __init__(self) -> None:
        self._upto = 0
        self._tally = Tally(rate=None, names=None)

    def of(self, board: Scoreboard) -> Tally:
        """What to show now. Counted in the order of the plan, so that it is the same after a resume."""
        snapshot = board.snapshot()
        upto = snapshot.settled // EVERY * EVERY
        if upto != self._upto or self._tally.planned is None:
            rate = board.win_rate_of_first(upto)
            self._upto, self._tally = upto, tally_of(rate, names=None, every=EVERY)
        return self._tally


def sealed_chips(snapshot: Snapshot) -> list[Chip]:
    """Every gate by its name alone: each says something of one side."""
    needed = "opens when the last case is done"
    return [Chip(label=gate_title(outcome), status="sealed", needed=needed) for outcome in snapshot.gates]


def leader_words(tally: Tally) -> str:
    """How far one side leads, without a word about which."""
    if tally.rate is None:
        return f"The tally begins with {EVERY} settled cases."
    lead = max(tally.rate, 1 - tally.rate)
    over = f"Over the first {tally.n} settled cases"
    return f"{over} one side leads with {100 * lead:.0f} %." if lead > 0.5 else f"{over} the sides are level."
