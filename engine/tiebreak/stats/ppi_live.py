"""The calibrated mean that may be looked at after every label: W± over what the judge leaves unexplained.

The weight λ of the judge is fixed before the first label, so that what is counted for a case does not depend on the
labels of others. The claim is "this set, had people rated all of it", from cases drawn out of it without replacement.
That it holds is simulated, not proven: see `bench/calibrated.py`. It is no claim about further cases, for which the
judge's mean over the set has an error of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiebreak.stats.confidence_sequence import Histogram, Side, conf_seq, log_wealth
from tiebreak.stats.counted import Pairs, mean_of

LIVE_WEIGHT = 0.5
DECIMALS = 12
"""Differences of a few verdicts take few values; rounding keeps floats that mean the same together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveResidual:
    """What a judge, whose mean over the whole set is known, leaves unexplained of people's labels in [0, 1]."""

    n: int
    """Labels."""
    judged: int
    """Cases of the set, which the judge has seen all of."""
    weight: float
    judged_mean: float
    """f̄ over the whole set."""
    mean: float
    """ȳ − λ(f̄_n − f̄), brought into [0, 1]; not a number without a label."""
    histogram: Histogram
    """Of z = y − λ(f − f̄), brought from [−λ(1 − f̄), 1 + λf̄] into [0, 1]."""

    def rescaled(self, value: float) -> float:
        """Where a mean of labels lies on the histogram's scale."""
        return (value + self.weight * (1 - self.judged_mean)) / (1 + self.weight)

    def restored(self, value: float) -> float:
        """From the histogram's scale to that of labels; may lie outside [0, 1]."""
        return (1 + self.weight) * value - self.weight * (1 - self.judged_mean)

    def log_evidence(self, limit: float, side: Side = 1) -> float:
        """Log wealth of betting that the set's mean lies above `limit` (or below it, `side=-1`); `limit` in [0, 1].

        "At least `limit`" is settled when it reaches log(1/α).
        """
        return log_wealth(self.histogram, self.rescaled(limit), side)


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePowered(LiveResidual):
    """A mean of values in [0, 1], sharpened by a judge whose mean over the whole set is known."""

    low: float
    high: float
    alpha: float = 0.05


def live_residual(pairs: Pairs, judged_set: Mapping[float, int], *, weight: float = LIVE_WEIGHT) -> LiveResidual:
    """From the labels y and verdicts f of the same cases, drawn at random, and the verdicts of the whole set, those of
    the labelled cases among them; each with how often it came. All values in [0, 1]; `weight` is λ, chosen beforehand.

    Raises:
        ValueError: for values or a weight outside [0, 1], no verdict at all, or more labels than the set has cases.
    """
    n, size = sum(pairs.values()), sum(judged_set.values())
    if not size or n > size:
        raise ValueError(f"{n} labels cannot come from a set of {size} judged cases")
    if not all(0 <= value <= 1 for value in (weight, *judged_set, *(value for both in pairs for value in both))):
        raise ValueError("labels, verdicts and the weight lie between 0 and 1")
    overall = mean_of(judged_set)
    least, width = -weight * (1 - overall), 1 + weight
    left: Counter[float] = Counter()
    scaled: Counter[float] = Counter()
    for (label, verdict), count in pairs.items():
        z = label - weight * (verdict - overall)
        left[z] += count
        scaled[min(1.0, max(0.0, round((z - least) / width, DECIMALS)))] += count
    return LiveResidual(
        n=n,
        judged=size,
        weight=weight,
        judged_mean=overall,
        mean=min(1.0, max(0.0, mean_of(left))) if n else float("nan"),
        histogram=Histogram.of_counts(scaled),
    )


def live_powered_mean(
    labels: Sequence[float],
    judged: Sequence[float],
    judged_set: Sequence[float],
    *,
    weight: float = LIVE_WEIGHT,
    alpha: float = 0.05,
) -> LivePowered:
    """The mean with its interval, from `labels` y, the verdicts `judged` f of the same cases, and those of the whole
    set; see `live_residual`.

    Raises:
        ValueError: as `live_residual`, and for a label without verdict.
    """
    if len(labels) != len(judged):
        raise ValueError(f"{len(labels)} labels and {len(judged)} verdicts of the same cases do not pair up")
    found = live_residual(Counter(zip(labels, judged, strict=True)), Counter(judged_set), weight=weight)
    low, high = conf_seq(found.histogram, alpha)
    return LivePowered(
        n=found.n,
        judged=found.judged,
        weight=weight,
        judged_mean=found.judged_mean,
        mean=found.mean,
        histogram=found.histogram,
        low=max(0.0, found.restored(low)),
        high=min(1.0, found.restored(high)),
        alpha=alpha,
    )
