"""Intervals for an n that was fixed in advance. Under continuous looking they miss half the time: see `bench/`."""

import math
from statistics import NormalDist

from tiebreak.stats.distributions import beta_quantile


def wilson(successes: float, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """Wilson's score interval for a rate (Wilson 1927); [0, 1] for n = 0. To be shown only as a final figure."""
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(1 - alpha / 2)
    rate = successes / n
    scale = 1 + z * z / n
    centre = (rate + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def clopper_pearson(successes: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """The exact interval for a rate (Clopper and Pearson 1934), each side at `alpha`/2; [0, 1] for n = 0.

    It never covers less often than it says, also near 95 %, where intervals from a normal or t approximation miss
    twice to three times as often as they say.
    """
    low = 0.0 if successes == 0 else beta_quantile(alpha / 2, successes, n - successes + 1)
    high = 1.0 if successes == n else beta_quantile(1 - alpha / 2, successes + 1, n - successes)
    return low, high
