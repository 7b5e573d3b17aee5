"""The cases that a gate with a judge is decided from, and the same on a scale from 0 to 1."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
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
    """The cases in [0, 1], turned so that more is better."""

    known: Fraction
    """Their sum."""
    settled: int
    labels: list[float]
    judged: list[float]
    rest: list[float]
    exact_labels: Fraction
    limit: Fraction
    upright: bool
    known_values: list[float] = field(default_factory=list[float])

    @property
    def others(self) -> int:
        """M: cases that are estimated."""
        return len(self.labels) + len(self.rest)

    @property
    def cases(self) -> int:
        return self.others + self.settled

    @property
    def limit_of_others(self) -> float:
        return float((self.limit * self.cases - self.known) / self.others)

    def whole(self, mean_of_others: float) -> float:
        """The mean of all cases."""
        return (float(self.known) + mean_of_others * self.others) / self.cases


def scaled(gate: Gate, evidence: JudgedEvidence, pairs: Pairs, only: Sequence[tuple[Fraction, int]]) -> Scaled:
    """`pairs` and `only` in place of those of the evidence."""
    low, high = SCALES[measure_of(gate).kind]
    width = (high or 1) - low
    upright = gate.at_most is None

    def on(value: Fraction) -> Fraction:
        share = (value - low) / width
        return share if upright else 1 - share

    return Scaled(
        known=sum((on(value) * count for value, count in evidence.known), Fraction(0)),
        settled=sum(count for _, count in evidence.known),
        known_values=[float(on(value)) for value, count in evidence.known for _ in range(count)],
        labels=[float(on(y)) for y, _, count in pairs for _ in range(count)],
        judged=[float(on(f)) for _, f, count in pairs for _ in range(count)],
        rest=[float(on(f)) for f, count in only for _ in range(count)],
        exact_labels=sum((on(y) * count for y, _, count in pairs), Fraction(0)),
        limit=on(exact(limit_of(gate))),
        upright=upright,
    )


def shown(gate: Gate, cases: Scaled, share: float) -> float:
    """In the unit of the gate."""
    low, high = SCALES[measure_of(gate).kind]
    return low + ((high or 1) - low) * (share if cases.upright else 1 - share)
