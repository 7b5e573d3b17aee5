"""What a gate is decided from."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from tiebreak.records import Gate, SessionRole

MeasureKind = Literal[
    "win_rate",
    "rubric",
    "check",
    "score",
    "harmful",
    "cost_per_answer",
    "cost_per_success",
    "error_rate",
    "latency",
    "regression",
    "rubric_regression",
    "figure",
    "pass_at_k",
    "open_regression",
]
REGRESSIONS: frozenset[MeasureKind] = frozenset({"regression", "rubric_regression", "open_regression"})
"""Differences between the two sides; the open ones, of costs and times, have no greatest and no least value."""

SCALES: dict[MeasureKind, tuple[int, int | None]] = {
    "win_rate": (0, 1),
    "rubric": (1, 5),
    "check": (0, 1),
    "harmful": (0, 1),
    "cost_per_answer": (0, None),
    "cost_per_success": (0, None),
    "error_rate": (0, 1),
    "latency": (0, None),
    "regression": (-1, 1),
    "rubric_regression": (-4, 4),
    "open_regression": (0, None),
    "score": (0, 1),
    "figure": (0, 1),
    "pass_at_k": (0, 1),
}
"""The least and the greatest value of one case; costs and times have no greatest."""


class Part(NamedTuple):
    """What a case adds to a figure of the whole set."""

    samples: tuple[object, ...]
    """A part of each sample, as the metric keeps it."""
    group: str = ""
    """What the case was made from, where cases come in groups."""


class Measure(NamedTuple):
    """One number that every case may have: what is measured, on which arm, and of which dimension, check or timing.

    A regression is the candidate's value less the baseline's, positive where the candidate is better, of what its name
    says: `success`, `error_rate`, `check ID`, `score ID`, `rubric DIMENSION`, `cost` or `latency TIMING`. Behind the
    last two may stand a relative margin: `cost - 0.1`, `latency ttft 0.1`; see `tiebreak.scoreboard.regressions`.
    `harmful` is 0 for a case with a harmful answer and 1 for a clean one; everything else is as its gate's metric says.
    """

    kind: MeasureKind
    on: SessionRole = "candidate"
    name: str | None = None


def measure_of(gate: Gate) -> Measure:
    """The measure that decides a gate; failures are counted from the same readings as a pass rate."""
    if gate.metric in ("check", "failures"):
        return Measure("check", gate.on, gate.check)
    if gate.metric in ("score", "figure", "pass_at_k"):
        return Measure(gate.metric, gate.on, gate.check)
    if gate.metric in ("rubric", "harmful"):
        return Measure(gate.metric, gate.on, gate.dimension)
    if gate.metric == "latency":
        return Measure("latency", gate.on, gate.timing)
    if gate.metric == "regression":
        compared = gate.regression.measure if gate.regression is not None else "success"
        if gate.regression is not None and compared in ("cost", "latency"):
            margin = [f"{gate.regression.margin!r}"] if gate.regression.relative else []
            timing = [gate.timing or ("-" if margin else "")]
            return Measure("open_regression", "candidate", " ".join([compared, *timing, *margin]).strip())
        name = " ".join(part for part in (compared, gate.check or gate.dimension) if part is not None)
        return Measure("rubric_regression" if compared == "rubric" else "regression", "candidate", name)
    return Measure(gate.metric, gate.on)


@lru_cache(maxsize=4096)
def exact(value: float) -> Fraction:
    """The decimal number that is meant by a float: 0.95 is 19/20, so that 76 of 80 is no rounding question."""
    return Fraction(repr(float(value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One measure over the planned cases it applies to; every planned case is in exactly one of these places."""

    planned: int
    n: int = 0
    """Cases with a value."""
    total: Fraction = Fraction(0)
    """Sum of their values."""
    values: tuple[tuple[Fraction, int], ...] = ()
    """Each value and how many cases have it, sorted; left empty for costs, unless a gate of a fixed n needs them."""
    groups: tuple[tuple[Fraction, int], ...] = ()
    """For a fixed n, where cases come in groups: the sum and the number of the values of each group, sorted."""
    parts: tuple[tuple[Part, int], ...] = ()
    """Of `figure`: what cases add to it, and how many add the same."""
    figure: str = ""
    """Of `figure`: the name of the metric."""
    base: Fraction = Fraction(0)
    """Of a regression with a relative margin: the sum of the baseline's values."""
    successes: int = 0
    """Of `cost_per_success`: cases that succeed."""
    excluded: int = 0
    skipped: int = 0
    not_applicable: int = 0
    unknown: int = 0
    """Answers that are in, but whose cost or time is not known or whose check could not be run."""
    risk_hits: int = 0
    """Further cases that are hits by what was found in the risk queue alone. They were not met by chance, so they fail
    a gate that allows no hit, and enter no rate."""
    reasked: int = 0
    """Cases asked again after an answer was stopped with text on show. They count, wherever they stand; readers should
    know of them."""

    def __hash__(self) -> int:
        """Without the values, which may be thousands: outcomes are looked up by their evidence at every act."""
        return hash((self.planned, self.n, self.total, self.excluded, self.skipped, self.unknown, self.risk_hits))

    @property
    def applicable(self) -> int:
        """The N of the gate: planned cases without the excluded, the skipped and those a check says nothing of."""
        return self.planned - self.excluded - self.skipped - self.not_applicable

    @property
    def missing(self) -> int:
        """Cases of N without a value."""
        return self.applicable - self.n

    @property
    def to_come(self) -> int:
        """Cases that are still to be answered or rated."""
        return self.missing - self.unknown

    @property
    def hits(self) -> int:
        """Cases that are not wholly clean, where 1 is clean."""
        return sum(count for value, count in self.values if value != 1)
