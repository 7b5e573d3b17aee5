"""A gate with all that decides it, so that front ends can ask what other evidence would have made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from tiebreak.gates.evaluate import evaluate
from tiebreak.gates.evidence import SCALES, Evidence, measure_of
from tiebreak.gates.judged import evaluate_judged
from tiebreak.gates.judged_cases import JudgedEvidence
from tiebreak.gates.outcome import GateOutcome, GateStatus
from tiebreak.records import Gate, Phase

RATES = frozenset((Fraction(0), Fraction(1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What `evaluate` takes, under the same names."""

    gate: Gate
    evidence: Evidence
    phase: Phase
    segment: str | None
    max_excluded: float
    max_skipped: float
    family: tuple[Evidence, ...] = ()
    judged: JudgedEvidence | None = None
    """Of a gate that listens to a judge: what decides it in place of `evidence`."""

    @property
    def outcome(self) -> GateOutcome:
        """Remembered by its evidence: only a gate with something new is decided again."""
        if self.judged is not None:
            return evaluate_judged(
                self.gate,
                self.judged,
                phase=self.phase,
                segment=self.segment,
                max_excluded=self.max_excluded,
                max_skipped=self.max_skipped,
            )
        return evaluate(
            self.gate,
            self.evidence,
            phase=self.phase,
            segment=self.segment,
            max_excluded=self.max_excluded,
            max_skipped=self.max_skipped,
            family=self.family,
        )

    @property
    def key(self) -> str:
        """As `GateOutcome.key`."""
        return f"{self.gate.id}@{self.segment}" if self.segment is not None else self.gate.id

    @property
    def scale(self) -> tuple[int, int | None]:
        """The least and the greatest value of one case; a cost or a time has no greatest."""
        return SCALES[measure_of(self.gate).kind]

    @property
    def monotone(self) -> bool:
        """Whether better values of single cases can never worsen the status. The t test of a fixed n breaks this: one
        better case can widen the spread more than it lifts the mean. So do values that are judged by their groups,
        figures of the whole set, and gates that listen to a judge, which people's labels correct."""
        if self.family or self.evidence.groups or self.evidence.figure or self.judged is not None:
            return False
        exact_rate = self.scale == (0, 1) and {value for value, _ in self.evidence.values} <= RATES
        return self.gate.zero or self.gate.scope != "fixed_n" or exact_rate

    def status_with(self, values: Mapping[Fraction, int], *, extra: int = 0) -> GateStatus:
        """What the gate would say of other values; `extra` of them stand in for cases that are still to come.

        Not remembered: whoever tries many would push out what is asked for at every ballot.
        """
        evidence = self.evidence
        other = replace(
            evidence,
            n=evidence.n + extra,
            total=sum((value * count for value, count in values.items()), Fraction(0)),
            values=tuple(sorted((value, count) for value, count in values.items() if count)),
            successes=evidence.successes + extra,
        )
        return evaluate.__wrapped__(
            self.gate,
            other,
            phase=self.phase,
            segment=self.segment,
            max_excluded=self.max_excluded,
            max_skipped=self.max_skipped,
            family=self.family,
        ).status
