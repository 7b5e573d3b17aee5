"""McNemar's test: of the cases that only one side passes, are there more on one side than chance would give?"""

import math
from typing import NamedTuple

from tiebreak.stats.distributions import fair_coin_below


class McNemar(NamedTuple):
    """Two-sided p-values."""

    exact: float
    """Never more false alarms than it says; 2 to 3 % where it says 5 %."""
    mid: float
    """Half the probability of what was seen is left out: 4 to 4.6 % where it says 5 %."""


def mcnemar(one: int, other: int) -> McNemar:
    """From the numbers of cases that flipped one way and the other; cases on which both sides agree say nothing.

    Exact: twice the smaller tail of a fair coin (McNemar 1947). Mid-p: Fagerland, Lydersen and Laake (2013), BMC
    Medical Research Methodology 13:91.

    Raises:
        ValueError: for a negative number.
    """
    if one < 0 or other < 0:
        raise ValueError("a number of cases is not negative")
    flips, fewer = one + other, min(one, other)
    tail = fair_coin_below(fewer, flips)
    seen = math.exp(_log_choose(flips, fewer) - flips * math.log(2))
    return McNemar(min(1.0, 2 * tail), min(1.0, 2 * tail - seen))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
