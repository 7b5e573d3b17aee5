"""A line through points: of log odds, and of least squares with an error that does not trust in an equal spread."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tiebreak.stats.distributions import t_below, t_quantile

Floats = NDArray[np.float64]
STEPS = 100
CLOSE = 1e-12
ENDLESS = 30.0
"""Log odds beyond this are a share of 1 to thirteen digits: the maximum lies at infinity."""
FEWEST_POINTS = 10
"""Fewer points have no robust error worth the name."""


@dataclass(frozen=True, slots=True)
class LogOdds:
    """log odds = `start` + `slope`·x, with asymptotic standard errors."""

    start: float
    slope: float
    start_se: float
    slope_se: float

    @property
    def share_at_zero(self) -> float:
        return 1 / (1 + math.exp(-self.start))


def fit_log_odds(x: Sequence[float], shares: Sequence[float]) -> LogOdds | None:
    """Logistic regression by Newton's method with halved steps (McCullagh and Nelder 1989, 4.4); a share in [0, 1] may
    lie between, such as ½ for a tie.

    None where there is no finite best line: x does not vary, all shares are 0 or all 1, or x parts them completely.

    Raises:
        ValueError: if the sequences differ in length, or a share lies outside [0, 1].
    """
    if len(x) != len(shares) or not all(0 <= share <= 1 for share in shares):
        raise ValueError("each point needs a share between 0 and 1")
    points: Floats = np.column_stack([np.ones(len(x)), np.array(x, dtype=np.float64)])
    seen: Floats = np.array(shares, dtype=np.float64)
    if len(set(x)) < 2:
        return None
    found: Floats = np.zeros(2)
    likely = _log_likelihood(points @ found, seen)
    for _ in range(STEPS):
        share: Floats = 1 / (1 + np.exp(-(points @ found)))
        curve: Floats = (points * (share * (1 - share))[:, None]).T @ points
        if float(np.linalg.cond(curve)) > 1 / CLOSE:
            return None
        step: Floats = np.asarray(np.linalg.solve(curve, points.T @ (seen - share)), dtype=np.float64)
        while (then := _log_likelihood(points @ (found + step), seen)) < likely and float(np.abs(step).max()) > CLOSE:
            step = step / 2
        found, likely = found + step, then
        if float(np.abs(points @ found).max()) > ENDLESS:
            return None
        if float(np.abs(step).max()) <= CLOSE * max(1.0, float(np.abs(found).max())):
            errors = np.sqrt(np.diag(np.linalg.inv(curve)))
            return LogOdds(float(found[0]), float(found[1]), float(errors[0]), float(errors[1]))
    return None


def _log_likelihood(odds: Floats, shares: Floats) -> float:
    return float((shares * odds - np.logaddexp(0, odds)).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """How much y rises with x, and whether it may be nothing."""

    n: int
    value: float
    se: float
    low: float
    high: float
    p: float
    """Two-sided, of a slope of 0."""
    alpha: float = 0.05


def robust_slope(x: Sequence[float], y: Sequence[float], alpha: float = 0.05) -> Slope | None:
    """The slope of least squares with the HC3 standard error of MacKinnon and White (1985), which keeps its level in
    small samples (Long and Ervin 2000), and Student's t with n − 2 degrees of freedom.

    None for fewer than `FEWEST_POINTS` points, where x does not vary, or where a single point fixes the line.

    Raises:
        ValueError: if the sequences differ in length.
    """
    if len(x) != len(y):
        raise ValueError("each point needs an x and a y")
    n = len(x)
    if n < FEWEST_POINTS:
        return None
    across: Floats = np.array(x, dtype=np.float64)
    up: Floats = np.array(y, dtype=np.float64)
    off = across - across.mean()
    spread = float(off @ off)
    leverage = 1 / n + off**2 / spread if spread > 0 else np.ones(n)
    if float(leverage.max()) > 1 - CLOSE:
        return None
    value = float(off @ up) / spread
    left = up - up.mean() - value * off
    se = math.sqrt(float(((off * left / (1 - leverage)) ** 2).sum())) / spread
    reach = t_quantile(1 - alpha / 2, n - 2) * se
    return Slope(n=n, value=value, se=se, low=value - reach, high=value + reach, p=_p(value, se, n - 2), alpha=alpha)


def _p(value: float, se: float, df: int) -> float:
    if se == 0:
        return 1.0 if value == 0 else 0.0
    return min(1.0, 2 * t_below(-abs(value) / se, df))
