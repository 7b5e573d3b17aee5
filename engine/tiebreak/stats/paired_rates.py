"""Is one side's pass rate worse by more than a margin? An exact answer for pass and fail, at any n.

Of n cases the candidate lost c (it fails what the baseline passes) and won b. Under the null it loses at most `margin`
more of all cases than it wins. Student's t takes the spread for known and calls 6 losses of 6 certain; this does not:
the p-value is the largest probability, over every share of flips that the null allows, of a result at least as bad.
After Hsueh, Liu and Chen (2001), Biometrics 57:478, with the score statistic of Tango (1998), Statistics in Medicine
17:891, which for a margin of 0 is McNemar's. Seen in the mirror it also answers whether the candidate is surely within
the margin: then the null is that it loses at least so much (Tango's equivalence hypothesis).
"""

import math
from functools import lru_cache
from importlib import import_module
from typing import Any, cast

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_POINTS = 48
"""Shares of flips that are tried on each of two scales; ten times as many changed no p-value by more than 1 %."""
_SPREAD = 9
"""Standard deviations of the number of flips beyond which nothing is left to add up."""
_STEPS = 14
"""Halvings to a bound, which leave less than 0.0002 of the scale."""


def worse_than_margin(losses: int, wins: int, n: int, margin: float = 0.0) -> float:
    """The one-sided p-value; 1 where the candidate loses no more than `margin` of the cases net. A margin below 0 asks
    whether it fails to win as much.

    Raises:
        ValueError: for counts that cannot be, and a margin outside (-1, 1).
    """
    if losses < 0 or wins < 0 or losses + wins > n:
        raise ValueError(f"{losses} losses and {wins} wins of {n} cases cannot be")
    if not -1 < margin < 1:
        raise ValueError(f"a margin of {margin:g} cannot be")
    if losses - wins <= margin * n:
        return 1.0
    return _worst_case(losses, wins, n, margin)


def within_margin(losses: int, wins: int, n: int, margin: float = 0.0) -> float:
    """The one-sided p-value of the opposite claim: how often a candidate that loses `margin` of the cases net would
    look as good. Raises as `worse_than_margin`."""
    return worse_than_margin(wins, losses, n, -margin)


def least_difference(losses: int, wins: int, n: int, alpha: float) -> float:
    """The one-sided lower bound of wins less losses, as a share of all cases: the largest loss that `within_margin`
    does not rule out at `alpha`, to four decimals and never too high; -1 where it rules out none."""
    refuted, kept = 1.0, (losses - wins) / n
    for _ in range(_STEPS if losses < n else 0):
        middle = (refuted + kept) / 2
        if within_margin(losses, wins, n, middle) <= alpha:
            refuted = middle
        else:
            kept = middle
    return -refuted


def greatest_difference(losses: int, wins: int, n: int, alpha: float) -> float:
    """The upper bound likewise."""
    return -least_difference(wins, losses, n, alpha)


def score_statistic(losses: Floats, wins: Floats, n: int, margin: float) -> Floats:
    """Tango's z: losses net of the margin by their standard error where the null is nearest to what was seen."""
    b = wins * (1 - margin) + losses * (1 + margin) - 2 * n * margin
    won = (b + np.sqrt(np.maximum(b * b + 8 * n * wins * margin * (1 - margin), 0.0))) / (4 * n)
    variance = n * (2 * won + margin - margin * margin)
    excess = losses - wins - n * margin
    # With no spread under the null anything beyond it is a disproof, and nothing at all is none.
    beyond = np.where(excess > 0, np.inf, np.where(excess < 0, -np.inf, 0.0))
    return np.where(variance > 1e-12, excess / np.sqrt(np.maximum(variance, 1e-12)), beyond)


@lru_cache(maxsize=1024)
def _worst_case(losses: int, wins: int, n: int, margin: float) -> float:
    special = cast("Any", import_module("scipy.special"))
    seen = float(score_statistic(np.array([float(losses)]), np.array([float(wins)]), n, margin)[0])
    fewest = _fewest_losses(seen, n, margin)
    flips = np.arange(n + 1, dtype=np.float64)
    log_choose = special.gammaln(n + 1) - special.gammaln(flips + 1) - special.gammaln(n - flips + 1)
    worst = 0.0
    for lost in _nuisance(n, margin):
        flipped = min(1.0, 2 * lost - margin)
        centre, reach = n * flipped, _SPREAD * math.sqrt(n * flipped * (1 - flipped)) + 40
        low, high = max(0, int(centre - reach)), min(n, int(centre + reach))
        k, few = flips[low : high + 1], fewest[low : high + 1]
        logs = log_choose[low : high + 1] + special.xlogy(k, flipped) + special.xlog1py(n - k, -flipped)
        # P(at least `few` of k) is a regularised incomplete beta function; at its ends it is 1 and 0.
        inside = np.clip(few, 1, np.maximum(k, 1))
        tails = special.betainc(inside, np.maximum(k, 1) - inside + 1, min(1.0, lost / flipped))
        tails = np.where(few > k, 0.0, np.where(few <= 0, 1.0, tails))
        worst = max(worst, float(np.exp(logs) @ tails))
    return min(1.0, worst)


def _fewest_losses(seen: float, n: int, margin: float) -> Floats:
    """For each number of flips, how many of them have to be losses for a statistic of at least `seen`; one more than
    there are where none is enough. By bisection: more losses among as many flips are never a better result."""
    flips = np.arange(n + 1, dtype=np.float64)
    low, high = np.zeros(n + 1), flips + 1
    for _ in range(math.ceil(math.log2(n + 2)) + 1):
        middle = np.floor((low + high) / 2)
        enough = score_statistic(middle, np.maximum(flips - middle, 0), n, margin) >= seen - 1e-9
        open_ = low < high
        high = np.where(open_ & enough, middle, high)
        low = np.where(open_ & ~enough, middle + 1, low)
    return high


def _nuisance(n: int, margin: float) -> list[float]:
    """Shares of losses on the edge of the null, from all flips being losses to every case flipping."""
    least, most = max(0.0, margin), (1 + margin) / 2
    width = most - least
    even = [least + width * (step + 1) / _POINTS for step in range(_POINTS)]
    near = [least + width * (1 / (8 * n)) ** (1 - step / _POINTS) for step in range(_POINTS)]
    return sorted({*even, *near, *([least] if margin else [])})
