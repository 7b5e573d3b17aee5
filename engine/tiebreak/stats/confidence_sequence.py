"""W±: the mixture-betting confidence sequence, an interval for a mean that may be looked at after every case.

Someone who does not believe "the mean is at most m" bets on it with a fraction r of the capital per case; if the belief
were true, the capital would be a supermartingale, and by Ville's inequality it would ever reach 1/α with probability at
most α. Averaging over 128 fractions needs no tuning and keeps the guarantee. See Orabona and Jun, "Tight concentrations
and confidence sequences from the regret of universal portfolio" (arXiv 2110.14099); Ryu and Bhatt (arXiv 2207.12382).

The state is a histogram, so neither order nor undo matters. Values lie in [0, 1]. The guarantee needs cases that come
in random order, which the seeded plan sees to.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Side = Literal[1, -1]
Floats = NDArray[np.float64]

NODES = 128
FRACTIONS: Floats = (np.arange(NODES) + 0.5) / NODES
"""The bets of the mixture: r_j = (j − ½) / 128, equal weights."""
NEWTON_STEPS = 100
"""Far more than the 3 to 6 steps it takes; a bound against endless rounding."""
CLOSE = 1e-8
"""A Newton step of this size leaves an error of about its square."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often each value was seen. Values lie in [0, 1]; both tuples are of one length."""

    values: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()

    @classmethod
    def of(cls, values: Iterable[float]) -> "Histogram":
        seen: dict[float, int] = {}
        for value in values:
            seen[value] = seen.get(value, 0) + 1
        return cls.of_counts(seen)

    @classmethod
    def of_counts(cls, counts: Mapping[float, int]) -> "Histogram":
        """Sorted by value, so that equal contents are equal histograms, and give equal floats."""
        kept = sorted((float(value), count) for value, count in counts.items() if count)
        return cls(tuple(value for value, _ in kept), tuple(count for _, count in kept))

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """Not a number when empty."""
        total = math.fsum(value * count for value, count in zip(self.values, self.counts, strict=True))
        return total / self.n if self.n else math.nan

    @property
    def mirrored(self) -> "Histogram":
        """1 − value, for the other side."""
        return Histogram(tuple(1 - value for value in reversed(self.values)), tuple(reversed(self.counts)))


@lru_cache(maxsize=512)
def _log_table(values: tuple[float, ...], m: float, side: Side) -> Floats:
    """log(1 − r + r·v/m) per value (row) and bet (column); a gate asks for the same one after every ballot."""
    seen = np.array(values, dtype=np.float64)
    ratio = seen / m if side > 0 else (1 - seen) / (1 - m)
    return np.log1p(FRACTIONS * (ratio[:, None] - 1))


def _log_mean_exp(exponents: Floats) -> float:
    top = float(exponents.max())
    return top + math.log(float(np.exp(exponents - top).sum()) / NODES)


def log_wealth(histogram: Histogram, m: float, side: Side = 1) -> float:
    """Log of the capital won by betting that the mean lies above m (`side=1`) or below it (`side=-1`); 0 at the start.

    `m` lies in [0, 1]. At the very edge of the range one value off it is a disproof: infinity.
    """
    edge = 0.0 if side > 0 else 1.0
    if m == edge:
        off = any(count and value != edge for value, count in zip(histogram.values, histogram.counts, strict=True))
        return math.inf if off else 0.0
    if not histogram.values:
        return 0.0
    return _log_mean_exp(np.array(histogram.counts, dtype=np.float64) @ _log_table(histogram.values, m, side))


@lru_cache(maxsize=2048)
def lower_bound(histogram: Histogram, alpha: float) -> float:
    """The mean is at least this, with an error of at most `alpha` over all looks together.

    The root of log W+(m) = log(1/α) on (0, mean]. In θ = log m each log(1 − r + r·v·e^−θ) is convex and decreasing, and
    so is their log-sum-exp: Newton's method converges from any start (here, a normal approximation), and from the
    second step on climbs towards the root from below, so that stopping early only errs on the safe side.
    """
    mean = histogram.mean
    if not mean > 0:
        return 0.0
    values = np.array(histogram.values, dtype=np.float64)
    counts = np.array(histogram.counts, dtype=np.float64)
    threshold = math.log(1 / alpha)
    spread = float(counts @ (values - mean) ** 2) / histogram.n
    theta = math.log(max(mean - math.sqrt(2 * spread * threshold / histogram.n), mean / 10))
    for _ in range(NEWTON_STEPS):
        bets = FRACTIONS * (values * math.exp(-theta))[:, None]
        factors = bets + (1 - FRACTIONS)
        exponents = counts @ np.log(factors)
        top = float(exponents.max())
        weights = np.exp(exponents - top)
        total = float(weights.sum())
        slope = float(weights @ (counts @ (bets / factors))) / total
        step = (top + math.log(total / NODES) - threshold) / slope
        theta += step
        if abs(step) < CLOSE:
            break
    return min(math.exp(theta), mean)


def upper_bound(histogram: Histogram, alpha: float) -> float:
    """The mean is at most this, with an error of at most `alpha` over all looks together."""
    return 1 - lower_bound(histogram.mirrored, alpha)


def conf_seq(histogram: Histogram, alpha: float = 0.05) -> tuple[float, float]:
    """The two-sided interval: each side at α/2; [0, 1] while empty."""
    return lower_bound(histogram, alpha / 2), upper_bound(histogram, alpha / 2)
