"""Before a run: how many cases find a difference, and which difference a number of cases can find.

`alpha` is two-sided; `power` is how often a true difference of that size is found. Both z quantiles come from the
normal distribution, as usual for planning. Sources: Miller (arXiv 2411.00640, section 5) for scores, Connor (1987,
Biometrics 43:207) for pass or fail.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How paired scores of 0 to 1 vary."""

    between: float
    """ω²: the variance, over cases, of the difference between the two sides' true means."""
    within_a: float = 0.0
    """σ_A²: the mean variance of one answer of A to one and the same case."""
    within_b: float = 0.0
    samples_a: int = 1
    """K_A: answers averaged for each case."""
    samples_b: int = 1

    @property
    def of_a_pair(self) -> float:
        """ω² + σ_A²/K_A + σ_B²/K_B."""
        return self.between + self.within_a / self.samples_a + self.within_b / self.samples_b


def _quantiles(alpha: float, power: float) -> tuple[float, float]:
    """
    Raises:
        ValueError: for what cannot be planned for.
    """
    if not (0 < alpha < 1 and 0.5 <= power < 1):
        raise ValueError("alpha lies between 0 and 1, power between 0.5 and 1")
    return _NORMAL.inv_cdf(1 - alpha / 2), _NORMAL.inv_cdf(power)


def cases_for_scores(spread: Spread, difference: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """n = (z_{α/2} + z_β)² · (ω² + σ_A²/K_A + σ_B²/K_B) / δ²; not rounded."""
    z_alpha, z_beta = _quantiles(alpha, power)
    if not 0 < difference <= 1:
        raise ValueError("a difference lies between 0 and 1")
    return (z_alpha + z_beta) ** 2 * spread.of_a_pair / difference**2


def difference_of_scores(spread: Spread, n: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The least difference that n cases find with this power: `cases_for_scores` turned around."""
    if n <= 0:
        raise ValueError("it takes cases")
    return sum(_quantiles(alpha, power)) * math.sqrt(spread.of_a_pair / n)


def power_of_scores(spread: Spread, n: float, difference: float, *, alpha: float = 0.05) -> float:
    """How often n cases find a difference of scores. The far tail is left out, as in `cases_for_scores`."""
    z_alpha, _ = _quantiles(alpha, 0.5)
    error = math.sqrt(spread.of_a_pair / n)
    return 1.0 if error == 0 else _NORMAL.cdf(difference / error - z_alpha)


def cases_for_passes(disagreement: float, difference: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """n = ((z_{α/2}·√ψ + z_β·√(ψ − δ²)) / δ)²; not rounded.

    ψ, `disagreement`, is the share of cases that one side passes and the other fails; the difference of the two pass
    rates cannot exceed it.

    Raises:
        ValueError: where it does.
    """
    z_alpha, z_beta = _quantiles(alpha, power)
    if not 0 < difference <= disagreement <= 1:
        raise ValueError("a difference of pass rates lies between 0 and the share of cases on which the sides differ")
    root = math.sqrt(disagreement - difference**2)
    return ((z_alpha * math.sqrt(disagreement) + z_beta * root) / difference) ** 2


def difference_of_passes(disagreement: float, n: float, *, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """The least difference of pass rates that n cases find with this power; None where even ψ itself is too small.

    `cases_for_passes` solved for δ: (n + z_β²)·δ² − 2·√n·z_α·√ψ·δ + (z_α² − z_β²)·ψ = 0, its larger root.
    """
    z_alpha, z_beta = _quantiles(alpha, power)
    if not 0 < disagreement <= 1 or n <= 0:
        raise ValueError("disagreement lies between 0 and 1, and it takes cases")
    scale = n + z_beta**2
    inside = disagreement * (scale - z_alpha**2)
    if inside < 0:
        return None
    difference = (math.sqrt(n * disagreement) * z_alpha + z_beta * math.sqrt(inside)) / scale
    return difference if difference <= disagreement else None


def power_of_passes(disagreement: float, n: float, difference: float, *, alpha: float = 0.05) -> float:
    """How often n cases find a difference of pass rates."""
    z_alpha, _ = _quantiles(alpha, 0.5)
    if not 0 < difference <= disagreement <= 1:
        raise ValueError("a difference of pass rates lies between 0 and the share of cases on which the sides differ")
    root = math.sqrt(disagreement - difference**2)
    reach = difference * math.sqrt(n) - z_alpha * math.sqrt(disagreement)
    return (1.0 if reach >= 0 else 0.0) if root == 0 else _NORMAL.cdf(reach / root)


def cases_of_a_set(n: float, size: int) -> int:
    """How many of a finite set's cases do for a claim about that set alone: n/(1 + n/N), rounded up (Cochran, 4.3)."""
    return math.ceil(n / (1 + n / size) - 1e-9)
