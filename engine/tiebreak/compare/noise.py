"""How much a config differs from itself: two runs of the very same one, and what that leaves of a small difference."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist

from tiebreak.compare.merging import merged
from tiebreak.compare.pairing import Column, Columns, Place
from tiebreak.records.outcomes import CaseOutcome
from tiebreak.stats.confidence_sequence import Histogram, conf_seq
from tiebreak.stats.intervals import clopper_pearson


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """One measure of passes and fails, of a config against itself."""

    measure: str
    n: int
    """Cases that both runs answered."""
    groups: int
    """Independent ones among them: cases that share a `group` are not."""
    rate: float
    """The chance that two answers to one and the same case come out differently."""
    interval: tuple[float, float]
    """95 % for the rate."""
    error: float
    """The standard error of the difference between two runs, which is 0 in truth."""
    margin: float
    """What two runs of one config differ by at most, in 95 of 100: 1.96 standard errors."""

    def alarms(self, margin: float) -> float:
        """The chance that an unchanged config comes out worse by more than `margin`, by the normal approximation."""
        return NormalDist().cdf(-margin / self.error) if self.error else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreNoise:
    """One score of 0 to 1, of a metric or a check, of a config against itself."""

    measure: str
    n: int
    groups: int
    distance: float
    """The mean over the cases of the absolute difference between the two askings, samples averaged."""
    interval: tuple[float, float]
    """95 % for it: the confidence sequence W±."""
    sd: float
    """The standard deviation of the difference between two askings of one case, whose mean is 0 in truth."""
    error: float
    margin: float
    """As of `Noise`, for the mean score."""

    def alarms(self, margin: float) -> float:
        """As `Noise.alarms`."""
        return NormalDist().cdf(-margin / self.error) if self.error else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseFigures:
    measures: tuple[Noise, ...]
    scores: tuple[ScoreNoise, ...]
    pairs: int
    excluded: Mapping[str, int]
    """Cases that were not answered twice, by the reason."""


def noise_of(
    one: Iterable[CaseOutcome], other: Iterable[CaseOutcome], places: Mapping[str, Place], *, alpha: float = 0.05
) -> NoiseFigures:
    """Fold two runs of one config, both in the order of their case ids.

    With a share p of a case's samples passing in one run and q in the other, p(1 − q) + q(1 − p) estimates without bias
    how often two answers to it differ; with one sample it is 0 or 1. The interval of its mean is the exact one of
    Clopper and Pearson where every case says 0 or 1, else the confidence sequence W±, which holds for any values from 0
    to 1. As the true difference d is 0, its standard error is √(Σ_c (Σ_{i∈c} d_i)²) / n over groups c.
    """
    columns = Columns(places)
    for a, b in merged(one, other):
        columns.add(a, b)
    return NoiseFigures(
        measures=tuple(_noise(name, column, columns, alpha) for name, column in _shares(columns)),
        scores=tuple(
            _score_noise(name, column, columns, alpha)
            for name, column in sorted(columns.quality())
            if name.startswith("score ") and len(column.pair)
        ),
        pairs=len(columns.case_ids),
        excluded=dict(sorted(columns.excluded.items())),
    )


def _shares(columns: Columns) -> Iterator[tuple[str, Column]]:
    """`success` first, then the checks and the error rate."""
    found = dict(columns.quality())
    names = [name for name in found if name in ("success", "error_rate") or name.startswith("check ")]
    for name in sorted(names, key=lambda name: (name != "success", name)):
        if len(found[name].pair):
            yield name, found[name]


def _noise(name: str, column: Column, columns: Columns, alpha: float) -> Noise:
    differing = [p * (1 - q) + q * (1 - p) for p, q in zip(column.a, column.b, strict=True)]
    n = len(differing)
    rate = math.fsum(differing) / n
    whole = all(value in (0.0, 1.0) for value in differing)
    interval = clopper_pearson(round(sum(differing)), n, alpha) if whole else conf_seq(Histogram.of(differing), alpha)
    groups, error = _error(column, columns)
    return Noise(
        measure=name,
        n=n,
        groups=groups,
        rate=rate,
        interval=interval,
        error=error,
        margin=NormalDist().inv_cdf(1 - alpha / 2) * error,
    )


def _score_noise(name: str, column: Column, columns: Columns, alpha: float) -> ScoreNoise:
    """The differences have the mean 0 in truth, so that their sd is √(Σ d²/n)."""
    moved = [b - a for a, b in zip(column.a, column.b, strict=True)]
    n = len(moved)
    # To four decimals, as the gates count scores, so that the values stay few.
    distances = [round(abs(difference), 4) for difference in moved]
    groups, error = _error(column, columns)
    return ScoreNoise(
        measure=name,
        n=n,
        groups=groups,
        distance=math.fsum(distances) / n,
        interval=conf_seq(Histogram.of(distances), alpha),
        sd=math.sqrt(math.fsum(difference * difference for difference in moved) / n),
        error=error,
        margin=NormalDist().inv_cdf(1 - alpha / 2) * error,
    )


def _error(column: Column, columns: Columns) -> tuple[int, float]:
    """Independent cases or groups, and the standard error of the mean difference around 0."""
    sums: dict[object, float] = {}
    for a, b, pair in zip(column.a, column.b, column.pair, strict=True):
        group = columns.group_of(pair)
        key = ("case", pair) if group is None else ("group", group)
        sums[key] = sums.get(key, 0.0) + b - a
    return len(sums), math.sqrt(math.fsum(value * value for value in sums.values())) / len(column.pair)
