"""The win rate by segment, and an alarm where a segment goes against the whole.

Shipping what wins overall then takes something away from somebody. With six segments and no difference anywhere, one
of them seems to go the other way beyond chance far more often than one comparison would, so Holm's procedure over all
segments with a vote decides (`tiebreak.stats.multiplicity`). The p-value of a segment is twice the inverse of the
capital that W± has won against one half: by Ville's inequality valid however often one looks, and below 0.05 exactly
where the interval that is shown excludes one half.
"""

import math
from typing import Literal, NamedTuple

from tiebreak.scoreboard.snapshot import Snapshot, WinRate
from tiebreak.stats.confidence_sequence import log_wealth
from tiebreak.stats.multiplicity import holm

ALPHA = 0.05
Reversal = Literal["", "leans the other way", "reversed"]
RANK: tuple[Reversal, ...] = ("reversed", "leans the other way", "")


class SegmentLine(NamedTuple):
    name: str
    rate: WinRate
    reversal: Reversal
    """`reversed`: against the whole, and Holm's p-value is below 0.05. `leans the other way`: only its mean is."""
    p: float | None
    """Two-sided, against a win rate of one half, valid at every look; None without a vote."""
    p_holm: float | None
    """Adjusted over all segments with a vote."""


def segment_lines(snapshot: Snapshot) -> tuple[SegmentLine, ...]:
    """The win rate of each segment, reversals first."""
    whole = snapshot.win_rate.mean
    p = {name: p_of(rate) for name, rate in snapshot.segments.items() if rate.n}
    adjusted = dict(zip(p, holm(list(p.values())), strict=True))
    lines = [
        SegmentLine(name, rate, _reversal(whole, rate, adjusted.get(name)), p.get(name), adjusted.get(name))
        for name, rate in snapshot.segments.items()
    ]
    return tuple(sorted(lines, key=lambda line: (RANK.index(line.reversal), line.name)))


def p_of(rate: WinRate) -> float:
    """Against one half, for whichever side the votes lean to; 1 without a vote."""
    mean = rate.mean
    if mean is None or mean == 0.5:
        return 1.0
    return min(1.0, 2 * math.exp(-log_wealth(rate.histogram, 0.5, 1 if mean > 0.5 else -1)))


def _reversal(whole: float | None, rate: WinRate, p_holm: float | None) -> Reversal:
    if whole is None or rate.mean is None or (whole - 0.5) * (rate.mean - 0.5) >= 0:
        return ""
    return "reversed" if p_holm is not None and p_holm <= ALPHA else "leans the other way"
