"""What a gate will need, before and while it is being decided."""

import math

import numpy as np

from tiebreak.stats.confidence_sequence import FRACTIONS, NEWTON_STEPS, NODES, Histogram, log_wealth

NEARLY = 1e-4
"""A Newton step of this size leaves an error of about its square: nothing, for a number of whole cases."""


def successes_to_pass(histogram: Histogram, m0: float, alpha: float = 0.05) -> int | None:
    """The least number of further values of 1 after which "mean ≥ m0" passes; None if no number does (m0 = 1).

    Each success multiplies every bet's capital by 1 − r + r/m0 ≥ 1, so log W+ is convex and increasing in their number
    k: Newton's method overshoots once, then comes down to the root.
    """
    if m0 >= 1:
        return None
    threshold = math.log(1 / alpha)
    if log_wealth(histogram, m0) >= threshold:
        return 0
    if m0 <= 0:
        return 1
    values = np.array(histogram.values, dtype=np.float64)
    counts = np.array(histogram.counts, dtype=np.float64)
    so_far = counts @ np.log1p(FRACTIONS * (values[:, None] / m0 - 1))
    gain = np.log1p(FRACTIONS * (1 / m0 - 1))
    k = 0.0
    for _ in range(NEWTON_STEPS):
        exponents = so_far + k * gain
        top = float(exponents.max())
        weights = np.exp(exponents - top)
        total = float(weights.sum())
        step = (threshold - top - math.log(total / NODES)) * total / float(weights @ gain)
        k += step
        if abs(step) < NEARLY:
            break
    return math.ceil(k - NEARLY**2)


def zero_failures_to_pass(m0: float, alpha: float = 0.05) -> int | None:
    """How many cases without a failure pass a population gate of "at least m0": 88 for 95 %, 224 for 98 %."""
    return successes_to_pass(Histogram(), m0, alpha)


def failures_allowed(m0: float, n: int, alpha: float = 0.05) -> int | None:
    """The most failures among n cases with which a population gate of "at least m0" still passes; None if none does."""
    threshold = math.log(1 / alpha)

    def passes(failures: int) -> bool:
        return log_wealth(Histogram((0.0, 1.0), (failures, n - failures)), m0) >= threshold

    if m0 >= 1 or not passes(0):
        return None
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if passes(middle) else (low, middle)
    return low
