"""Does the judge favour longer answers? An alarm, and a diagnostic that is easily taken for more than it is.

Lengths are in any unit, the same for both sides. Δ is that of the candidate's answer less the baseline's, and enters
as tanh(Δ / sd): one unit of it is from "as long" to "far longer", so that a single endless answer does not weigh more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tiebreak.stats.regress import LogOdds, Slope, fit_log_odds, robust_slope


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthControlled:
    """The judge's win rate as it is, and as it would be, were all answers equally long. A diagnostic, never a gate.

    Where people like the longer answer for good reasons, it takes away what was earned: a true .577 became .500.
    """

    n: int
    raw: float
    controlled: float
    """σ(θ)."""
    fit: LogOdds
    """log odds that the judge picks the candidate = θ + φ·tanh(Δ/sd)."""


def length_controlled(verdicts: Sequence[float], differences: Sequence[float]) -> LengthControlled | None:
    """After AlpacaEval 2 (Dubois and others, arXiv 2404.04475), without its term for how hard a case is, which one pair
    of configs cannot tell from the rest. `verdicts` are the judge's, 0, ½ or 1 for the candidate; sd is over n.

    None where lengths do not vary, all verdicts are alike, or length alone parts wins from losses.

    Raises:
        ValueError: if the sequences differ in length, or for a verdict outside [0, 1].
    """
    fit = fit_log_odds(squashed(differences), verdicts)
    if fit is None:
        return None
    raw = math.fsum(verdicts) / len(verdicts)
    return LengthControlled(n=len(verdicts), raw=raw, controlled=fit.share_at_zero, fit=fit)


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthAlarm:
    """Whether the judge likes length more than people do."""

    slope: Slope
    """Of judge − human on tanh(Δ/sd)."""

    @property
    def rings(self) -> bool:
        """Only for a slope above 0: a judge that is no more than noisy follows whatever people follow less than they
        do, so that where people like longer answers it has a slope below 0 without any lean of its own."""
        return self.slope.value > 0 and self.slope.p < self.slope.alpha


def length_alarm(
    judge: Sequence[float], human: Sequence[float], differences: Sequence[float], alpha: float = 0.05
) -> LengthAlarm | None:
    """The slope of (judge − human) on tanh(Δ/sd), over labelled cases, by least squares with a robust error. What
    people like about longer answers is in both terms of the difference.

    None under 10 cases, and where lengths do not vary.

    Raises:
        ValueError: if the sequences differ in length.
    """
    apart = [verdict - label for verdict, label in zip(judge, human, strict=True)]
    slope = robust_slope(squashed(differences), apart, alpha)
    return None if slope is None else LengthAlarm(slope=slope)


def squashed(differences: Sequence[float]) -> list[float]:
    """tanh(Δ / sd), sd over n; 0 where all lengths are those of the other side.

    Raises:
        ValueError: for a difference that is not a finite number.
    """
    if not all(map(math.isfinite, differences)):
        raise ValueError("a difference in length is a finite number")
    if not differences:
        return []
    mean = math.fsum(differences) / len(differences)
    sd = math.sqrt(math.fsum((one - mean) ** 2 for one in differences) / len(differences))
    return [math.tanh(one / sd) if sd > 0 else 0.0 for one in differences]
