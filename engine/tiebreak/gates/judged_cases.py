"""The cases that a gate with a judge is decided from, and the same on a scale from 0 to 1."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from tiebreak.gates.evaluate import limit_of
from tiebreak.gates.evidence import SCALES, exact, measure_of
from tiebreak.records import Gate

JudgeStatus = Literal["uncalibrated", "calibrated", "failed"]
Counted = tuple[tuple[Fraction, int], ...]
"""Values and how many cases have each."""
Pairs = tuple[tuple[Fraction, Fraction, int], ...]
"""People's value, the judge's, and how many cases have both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEvidence:
    """One measure over the planned cases, as people and a judge see them."""

    planned: int
    excluded: int = 0
    skipped: int = 0
    known: Counted = ()
    """Cases that a broken answer settles."""
    both: Pairs = ()
    """Cases that people labelled and the judge judged."""
    first: Pairs = ()
    """Of these, the first of the plan: as many as the gate plans labels."""
    only: Counted = ()
    """Cases that the judge alone has judged."""
    unjudged: tuple[tuple[str, int], ...] = ()
    """Why cases have no valid verdict, with how many."""
    waiting: int = 0
    """Cases that are not judged yet."""
    grouped: bool = False
    """Some of the cases come from one source, and are not independent."""
    judge_version: str | None = None
    versions: int = 0
    """Versions of the judge that judged here; the last one counts."""
    status: JudgeStatus = "uncalibrated"
    agreed: float = 0.0
    compared: int = 0
    """Independent labels that the status rests on, and the share in which both say the same."""
    scale: str = ""
    """Why the judge's points are not people's; empty where they are."""

    def __hash__(self) -> int:
        """Without the values: outcomes are looked up by their evidence at every act."""
        counts = tuple(count for _, _, count in self.both), tuple(count for _, count in self.only)
        return hash((self.planned, self.waiting, self.excluded, self.skipped, self.agreed, *counts))

    @property
    def labelled(self) -> int:
        return sum(count for _, _, count in self.both)

    @property
    def judged(self) -> int:
        """Cases with a valid verdict."""
        return self.labelled + sum(count for _, count in self.only)

    @property
    def lost(self) -> int:
        return sum(count for _, count in self.unjudged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """The cases in [0, 1], turned so that more is better; values with how many cases have each."""

    known: Mapping[float, int]
    known_sum: Fraction
    pairs: Mapping[tuple[float, float], int]
    """A label and the verdict on the same case."""
    exact_labels: Fraction
    """The sum of the labels."""
    rest: Mapping[float, int]
    """Verdicts of cases without a label."""
    limit: Fraction
    upright: bool
    settled: int
    labelled: int
    left: int
    """Cases of `rest`."""

    @property
    def labels(self) -> Counter[float]:
        found: Counter[float] = Counter()
        for (label, _), count in self.pairs.items():
            found[label] += count
        return found

    @property
    def judged(self) -> Counter[float]:
        """The verdicts of all cases."""
        found = Counter(self.rest)
        for (_, verdict), count in self.pairs.items():
            found[verdict] += count
        return found

    @property
    def others(self) -> int:
        """M: cases that are estimated."""
        return self.labelled + self.left

    @property
    def cases(self) -> int:
        return self.others + self.settled

    @property
    def limit_of_others(self) -> float:
        return float((self.limit * self.cases - self.known_sum) / self.others)

    def whole(self, mean_of_others: float) -> float:
        """The mean of all cases."""
        return (float(self.known_sum) + mean_of_others * self.others) / self.cases


def scaled(gate: Gate, evidence: JudgedEvidence, pairs: Pairs, only: Counted) -> Scaled:
    """`pairs` and `only` in place of those of the evidence."""
    low, high = SCALES[measure_of(gate).kind]
    upright = gate.at_most is None

    def on(value: Fraction) -> Fraction:
        return _share(value, low, high or 1, upright)

    return Scaled(
        known={float(on(value)): count for value, count in evidence.known},
        known_sum=sum((on(value) * count for value, count in evidence.known), Fraction(0)),
        settled=sum(count for _, count in evidence.known),
        pairs={(float(on(y)), float(on(f))): count for y, f, count in pairs},
        exact_labels=sum((on(y) * count for y, _, count in pairs), Fraction(0)),
        labelled=sum(count for _, _, count in pairs),
        rest={float(on(f)): count for f, count in only},
        left=sum(count for _, count in only),
        limit=on(exact(limit_of(gate))),
        upright=upright,
    )


@lru_cache(maxsize=4096)
def _share(value: Fraction, low: int, high: int, upright: bool) -> Fraction:
    """Where a value stands on its scale; gates ask it of the same few values at every act."""
    share = (value - low) / (high - low)
    return share if upright else 1 - share


def shown(gate: Gate, cases: Scaled, share: float) -> float:
    """In the unit of the gate."""
    low, high = SCALES[measure_of(gate).kind]
    return low + ((high or 1) - low) * (share if cases.upright else 1 - share)
