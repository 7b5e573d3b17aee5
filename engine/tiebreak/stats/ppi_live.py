"""The calibrated mean that may be looked at after every label: W± over what the judge leaves unexplained.

The weight λ of the judge is fixed before the first label, so that what is counted for a case does not depend on the
labels of others. The claim is "this set, had people rated all of it", from cases drawn out of it without replacement.
That it holds is simulated, not proven: see `bench/calibrated.py`. It is no claim about further cases, for which the
judge's mean over the set has an error of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from tiebreak.stats.confidence_sequence import Histogram, Side, conf_seq, log_wealth

LIVE_WEIGHT = 0.5
DECIMALS = 12
"""Differences of a few verdicts take few values; rounding keeps floats that mean the same together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePowered:
    """A mean of values in [0, 1], sharpened by a judge whose mean over the whole set is known."""

    n: int
    """Labels."""
    judged: int
    """Cases of the set, which the judge has seen all of."""
    weight: float
    judged_mean: float
    """f̄ over the whole set."""
    mean: float
    """ȳ − λ(f̄_n − f̄), brought into [0, 1]; not a number without a label."""
    low: float
    high: float
    histogram: Histogram
    """Of z = y − λ(f − f̄), brought from [−λ(1 − f̄), 1 + λf̄] into [0, 1]."""
    alpha: float = 0.05

    def rescaled(self, value: float) -> float:
        """Where a mean of labels lies on the histogram's scale."""
        least = -self.weight * (1 - self.judged_mean)
        return (value - least) / (1 + self.weight)

    def log_evidence(self, limit: float, side: Side = 1) -> float:
        """Log wealth of betting that the set's mean lies above `limit` (or below it, `side=-1`); `limit` in [0, 1].

        "At least `limit`" is settled when it reaches log(1/α).
        """
        return log_wealth(self.histogram, self.rescaled(limit), side)


def live_powered_mean(
    labels: Sequence[float],
    judged: Sequence[float],
    judged_set: Sequence[float],
    *,
    weight: float = LIVE_WEIGHT,
    alpha: float = 0.05,
) -> LivePowered:
    """From `labels` y and the verdicts `judged` f of the same cases, drawn at random, and the verdicts `judged_set` of
    the whole set, those of the labelled cases among them. All values in [0, 1]; `weight` is λ, chosen beforehand.

    Raises:
        ValueError: for values or a weight outside [0, 1], a label without verdict, no verdict at all, or more labels
            than the set has cases.
    """
    if len(labels) != len(judged):
        raise ValueError(f"{len(labels)} labels and {len(judged)} verdicts of the same cases do not pair up")
    if not judged_set or len(labels) > len(judged_set):
        raise ValueError(f"{len(labels)} labels cannot come from a set of {len(judged_set)} judged cases")
    if not all(0 <= value <= 1 for value in (weight, *labels, *judged, *judged_set)):
        raise ValueError("labels, verdicts and the weight lie between 0 and 1")
    overall = fmean(judged_set)
    least, width = -weight * (1 - overall), 1 + weight
    left = [label - weight * (verdict - overall) for label, verdict in zip(labels, judged, strict=True)]
    histogram = Histogram.of(min(1.0, max(0.0, round((z - least) / width, DECIMALS))) for z in left)
    low, high = conf_seq(histogram, alpha)
    return LivePowered(
        n=len(labels),
        judged=len(judged_set),
        weight=weight,
        judged_mean=overall,
        mean=min(1.0, max(0.0, fmean(left))) if left else float("nan"),
        low=max(0.0, least + low * width),
        high=min(1.0, least + high * width),
        histogram=histogram,
        alpha=alpha,
    )
