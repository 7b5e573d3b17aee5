"""The comparison as a record; reports, gates and front ends are made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tiebreak.compare.differs import Differs
from tiebreak.compare.side import Side
from tiebreak.compare.wiring import Change
from tiebreak.stats.flips import McNemar
from tiebreak.stats.paired import Difference

__all__ = ["Comparison", "CostOfSide", "Flip", "LatencyOfSide", "MeasureDiff", "SegmentDiff", "Side"]

Verdict = Literal["worse", "better", "unclear"]
Unit = Literal["share", "score", "usd", "seconds", "tokens"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentDiff:
    """One measure over the pairs of one segment."""

    segment: str
    n: int
    baseline: float
    candidate: float
    difference: Difference
    """Candidate less baseline."""
    p: float | None
    p_holm: float | None
    """Adjusted over the segments of `success`, or of all other measures of quality; below `alpha` it blocks."""
    p_bh: float | None
    """The same by Benjamini and Hochberg, for looking around."""
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDiff:
    """One measure over all pairs that have it."""

    name: str
    """`success`, `error_rate`, `check ID`, `score ID`, `cost`, `ttft`, `total` or `tokens`."""
    unit: Unit
    higher_is_better: bool
    n: int
    baseline: float
    candidate: float
    difference: Difference
    """Candidate less baseline, with the interval for cases of this kind."""
    in_set: Difference | None
    """The same with the interval for the whole dataset alone; none is left where all of it was compared."""
    improved: int
    worsened: int
    mcnemar: McNemar | None
    """Where every value is a pass or a fail: of the cases that flipped."""
    p: float | None
    """Two-sided: mid-p McNemar of ungrouped passes and fails, else the t test."""
    p_holm: float | None
    """Adjusted over all measures of quality but `success`, which stands alone; what the verdict rests on."""
    verdict: Verdict
    segments: tuple[SegmentDiff, ...] = ()
    excluded: Mapping[str, int] = field(default_factory=dict[str, int])
    """Pairs that say nothing on this measure, by reason."""

    @property
    def worse(self) -> bool:
        """Whether it got worse beyond chance, overall or in a segment."""
        return self.verdict == "worse" or any(segment.verdict == "worse" for segment in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A case on which a measure of quality moved; measure → before and after."""

    case_id: str
    segment: str | None
    moved: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfSide:
    """What the counting answers of the compared cases cost, in US dollars; unknown is not zero."""

    usd: float
    unknown: int
    """Cases whose cost is not known."""
    per_answer: float | None
    successes: int
    """Cases that succeed, of those whose cost is known."""
    per_success: float | None
    parts: Mapping[str, float]
    """`retrieval`, `generation`, `judge`, `other`; `unsplit` is what came in one sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyOfSide:
    """Seconds of the compared cases that both sides timed: nearest-rank quantiles."""

    n: int
    mean: float
    p50: float
    p95: float
    p99: float
    ladder: tuple[float, ...] = ()
    """The quantiles at 0, 5, 10 … 100 %: the whole distribution, for a drawing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    baseline: Side
    candidate: Side
    alpha: float
    overridden: tuple[Differs, ...]
    """What differs between the sides and was let pass."""
    changes: tuple[Change, ...]
    """What changed between the configs."""
    pairs: int
    """Cases that both sides answered."""
    excluded: Mapping[str, int]
    """Cases that were not compared, by reason."""
    measures: tuple[MeasureDiff, ...]
    """Those that got worse first."""
    worse: tuple[Flip, ...]
    better: tuple[Flip, ...]
    """The largest move first."""
    cost: tuple[CostOfSide, CostOfSide]
    latency: Mapping[str, tuple[LatencyOfSide, LatencyOfSide]]
    """`ttft` and `total`, where both sides timed them."""

    @property
    def regressed(self) -> tuple[MeasureDiff, ...]:
        """Measures of quality that got worse beyond chance, overall or in a segment."""
        return tuple(m for m in self.measures if m.worse and m.unit in ("share", "score"))

    def measure(self, name: str) -> MeasureDiff | None:
        return next((measure for measure in self.measures if measure.name == name), None)
