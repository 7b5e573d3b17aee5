"""PPI++: a mean from few labels by people and many verdicts of a judge, for a number of labels fixed in advance.

Angelopoulos, Duchi and Zrnic, "PPI++: Efficient prediction-powered inference" (arXiv 2311.01453), with Student's t and
n − 2 in place of the normal quantile and n, which covers 1 to 2 points better. The judge may be wrong as often and as
one-sidedly as it likes: that makes the interval wider, not false. The labels have to be a random part of all cases.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiebreak.stats.counted import Pairs, mean_of, squares_of
from tiebreak.stats.distributions import t_quantile

FEWEST_LABELS = 3
"""The variance has n − 2 degrees of freedom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Powered:
    """A mean that the judge's verdicts sharpened."""

    n: int
    """Labels."""
    judged_only: int
    """N: cases with a verdict of the judge and no label."""
    weight: float
    """λ: how far the judge is listened to, from 0 (not at all) to 1."""
    mean: float
    se: float
    low: float
    high: float
    effective_n: float
    """The number of labels that would have told as much without a judge."""
    alpha: float = 0.05

    @property
    def labels_saved(self) -> float:
        """Negative where a weight that was given from outside does harm."""
        return self.effective_n - self.n


def powered_mean(
    labels: Sequence[float],
    judged: Sequence[float],
    judged_only: Sequence[float],
    *,
    weight: float | None = None,
    alpha: float = 0.05,
) -> Powered:
    """`powered_counts` of values one by one: `labels` y and `judged` f are of the same cases, `judged_only` of the
    others.

    Raises:
        ValueError: as `powered_counts`, and for a label without verdict.
    """
    if len(labels) != len(judged):
        raise ValueError(f"{len(labels)} labels and {len(judged)} verdicts of the same cases do not pair up")
    pairs = Counter(zip(labels, judged, strict=True))
    return powered_counts(pairs, Counter(judged_only), weight=weight, alpha=alpha)


def powered_counts(
    pairs: Pairs, judged_only: Mapping[float, int], *, weight: float | None = None, alpha: float = 0.05
) -> Powered:
    """The mean of what people would say of all cases, and its interval.

    ```
    λ = clip(cov_n(y, f; 1/n) / var_{n+N}(f; ddof 1) · N/(n+N), 0, 1)
    θ = ȳ − λ·(f̄_n − f̄_N)
    se² = Σ(r − r̄)² / ((n−2)·n) + λ²·s²_N(f)/N,  r = y − λf;   θ ± t_{n−2}·se
    ```

    `pairs` are the labels y and verdicts f of the same cases, `judged_only` the verdicts of the others, each with how
    often it came; a case is independent of the others, and values are of any unit. Unless given, λ is estimated, and 0
    where fewer than two cases have a verdict alone or the judge always says the same: the mean is then that of the
    labels.

    Raises:
        ValueError: for fewer than `FEWEST_LABELS` labels, a weight outside [0, 1], or one above 0 with fewer than two
            cases that have a verdict alone.
    """
    n, others = sum(pairs.values()), sum(judged_only.values())
    if n < FEWEST_LABELS:
        raise ValueError(f"{n} labels have no interval; at least {FEWEST_LABELS} are needed")
    moments = _Moments.of(pairs)
    if weight is None:
        weight = _best_weight(moments, pairs, judged_only)
        inside = 0 < weight < 1
    elif not 0 <= weight <= 1 or (weight > 0 and others < 2):
        raise ValueError("a weight lies between 0 and 1, and above 0 needs two cases that only the judge has seen")
    else:
        inside = False
    rest: Counter[float] = Counter()
    for (label, verdict), count in pairs.items():
        rest[label - weight * verdict] += count
    mean = mean_of(rest)
    variance = squares_of(rest, mean) / ((n - 2) * n)
    if weight > 0:
        elsewhere = mean_of(judged_only)
        mean += weight * elsewhere
        variance += weight**2 * squares_of(judged_only, elsewhere) / (others - 1) / others
    se = math.sqrt(variance)
    reach = t_quantile(1 - alpha / 2, n - 2) * se
    return Powered(
        n=n,
        judged_only=others,
        weight=weight,
        mean=mean,
        se=se,
        low=mean - reach,
        high=mean + reach,
        effective_n=_at_best(moments, n, others) if inside else _at_weight(moments, n, others, weight),
        alpha=alpha,
    )


@dataclass(frozen=True, slots=True)
class _Moments:
    """Variances and covariance of the labelled cases, over n."""

    labels: float
    judged: float
    both: float

    @classmethod
    def of(cls, pairs: Pairs) -> "_Moments":
        n = sum(pairs.values())
        y, f = (math.fsum(both[side] * count for both, count in pairs.items()) / n for side in (0, 1))
        return cls(
            math.fsum(count * (label - y) ** 2 for (label, _), count in pairs.items()) / n,
            math.fsum(count * (verdict - f) ** 2 for (_, verdict), count in pairs.items()) / n,
            math.fsum(count * (label - y) * (verdict - f) for (label, verdict), count in pairs.items()) / n,
        )


def _best_weight(moments: _Moments, pairs: Pairs, judged_only: Mapping[float, int]) -> float:
    n, others = sum(pairs.values()), sum(judged_only.values())
    if others < 2:
        return 0.0
    everything = Counter(judged_only)
    for (_, verdict), count in pairs.items():
        everything[verdict] += count
    spread = squares_of(everything, mean_of(everything)) / (n + others - 1)
    return min(1.0, max(0.0, moments.both / spread * others / (n + others))) if spread > 0 else 0.0


def _at_best(moments: _Moments, n: int, others: int) -> float:
    """n / (1 − ρ²·N/(n+N)), for the λ that makes the variance least."""
    explained = moments.both**2 / (moments.labels * moments.judged)
    return n / (1 - min(explained, 1.0) * others / (n + others))


def _at_weight(moments: _Moments, n: int, others: int, weight: float) -> float:
    """The same ratio of variances for any λ: n·σ_y² / (σ_y² − 2λ·cov + λ²·σ_f²·(1 + n/N))."""
    if weight == 0 or moments.labels == 0:
        return float(n)
    left = moments.labels - 2 * weight * moments.both + weight**2 * moments.judged * (1 + n / others)
    return n * moments.labels / left if left > 0 else math.inf
