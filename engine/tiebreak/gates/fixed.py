"""Gates of a fixed n: decided once, when every planned case is in, with the ordinary tests for that moment.

Rates without groups get the exact bound (Clopper and Pearson), all other means the t bound over independent cases or
groups; see `tiebreak.stats.paired`. A bound from values that do not differ at all would claim to know too much: W±
stands in for it, which is valid for any n. The segments of a regression gate are judged together: each passes unless
its drop is beyond what chance explains after Holm's correction, for which `alpha_pass` is the level. Where the cases of
a regression gate pass or fail, it is decided overall and in segments by an exact test (`tiebreak.stats.paired_rates`):
t takes 6 drops of 6 cases for certain.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from tiebreak.gates.evidence import SCALES, Evidence, measure_of
from tiebreak.gates.outcome import Ruling
from tiebreak.gates.wording import p_told, plural
from tiebreak.records import Gate
from tiebreak.stats.confidence_sequence import Histogram, lower_bound, upper_bound
from tiebreak.stats.intervals import clopper_pearson
from tiebreak.stats.multiplicity import holm
from tiebreak.stats.paired import Difference, from_sums
from tiebreak.stats.paired_rates import greatest_difference, least_difference, within_margin, worse_than_margin

RATES = frozenset((Fraction(0), Fraction(1)))
FLIPS = frozenset((Fraction(-1), Fraction(0), Fraction(1)))


def fixed_rule(gate: Gate, evidence: Evidence, limit: float, family: Sequence[Evidence] = ()) -> Ruling:
    """What the values say at the end. `family` is that of all segments, for a segment of a regression gate."""
    value = float(evidence.total / evidence.n) if evidence.n else None
    coming = sum(one.to_come for one in family) if family else evidence.to_come
    if coming > 0:
        together = " of all segments" if family else ""
        return Ruling(None, value, None, f"judged once, when every case{together} is in: {coming} still to come")
    if value is None:
        return Ruling(None, None, None, "no case has a value")
    if family:
        return _segment(gate, evidence, limit, value, family)
    if _flips(gate, evidence):
        return _of_flips(gate, evidence, limit, value)
    at_least = gate.at_most is None
    worst = _bounds(gate, evidence, gate.alpha_pass)
    best = _bounds(gate, evidence, gate.alpha_fail)
    if worst is None or best is None:
        return Ruling(None, value, None, _mean_of(evidence).caution)
    if (best[1] < limit) if at_least else (best[0] > limit):
        return Ruling(False, value, best[1] if at_least else best[0], "the evidence is against it")
    bound = worst[0] if at_least else worst[1]
    if (bound >= limit) if at_least else (bound <= limit):
        return Ruling(True, value, bound, "")
    return Ruling(None, value, bound, "all cases are in, and they settle it neither way")


def _flips(gate: Gate, evidence: Evidence) -> bool:
    """Whether the cases only pass or fail on either side, each for itself, so that the exact test answers."""
    return measure_of(gate).kind == "regression" and not evidence.groups and dict(evidence.values).keys() <= FLIPS


def _lost_and_won(evidence: Evidence) -> tuple[int, int]:
    counts = dict(evidence.values)
    return counts.get(Fraction(-1), 0), counts.get(Fraction(1), 0)


def _of_flips(gate: Gate, evidence: Evidence, limit: float, value: float) -> Ruling:
    losses, wins = _lost_and_won(evidence)
    margin = max(0.0, -limit)
    against = worse_than_margin(losses, wins, evidence.n, margin)
    if against <= gate.alpha_fail:
        bound = greatest_difference(losses, wins, evidence.n, gate.alpha_fail)
        return Ruling(False, value, bound, f"the evidence is against it: {p_told(against)}")
    within = within_margin(losses, wins, evidence.n, margin)
    bound = least_difference(losses, wins, evidence.n, gate.alpha_pass)
    if within <= gate.alpha_pass:
        return Ruling(True, value, bound, "")
    return Ruling(None, value, bound, f"all cases are in, and they settle it neither way: {p_told(within)}")


def rate_bounds(passed: int, n: int, alpha: float) -> tuple[float, float]:
    """The two exact one-sided bounds of a rate, each at `alpha`."""
    return clopper_pearson(passed, n, 2 * alpha)


def _bounds(gate: Gate, evidence: Evidence, alpha: float) -> tuple[float, float] | None:
    low, high = SCALES[measure_of(gate).kind]
    values = dict(evidence.values)
    if (low, high) == (0, 1) and values.keys() <= RATES and not evidence.groups:
        return rate_bounds(values.get(Fraction(1), 0), evidence.n, alpha)
    mean = _mean_of(evidence)
    if mean.se == 0 and high is not None:
        width = high - low
        seen = Histogram.of_counts({(float(value) - low) / width: count for value, count in values.items()})
        return low + width * lower_bound(seen, alpha), low + width * upper_bound(seen, alpha)
    return mean.bounds(alpha)


def _mean_of(evidence: Evidence) -> Difference:
    mean = evidence.total / evidence.n
    if evidence.groups:
        squares = sum(((total - n * mean) ** 2 for total, n in evidence.groups), Fraction(0))
        groups = len(evidence.groups)
    else:
        squares = sum((count * (value - mean) ** 2 for value, count in evidence.values), Fraction(0))
        groups = evidence.n
    return from_sums(evidence.n, float(mean), float(squares), groups)


def _segment(gate: Gate, evidence: Evidence, limit: float, value: float, family: Sequence[Evidence]) -> Ruling:
    tested = {place: p for place, one in enumerate(family) if (p := chance_of(gate, one, limit)) is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    p = adjusted.get(family.index(evidence))
    if p is None:
        return Ruling(None, value, None, _mean_of(evidence).caution)
    told = f"{p_told(p)} after Holm over {plural(len(tested), 'segment')}"
    if p < gate.alpha_pass:
        return Ruling(False, value, None, f"worse than chance explains: {told}")
    return Ruling(True, value, None, "")


def chance_of(gate: Gate, evidence: Evidence, limit: float) -> float | None:
    """How often a segment that is no worse than `limit` would look this bad; None for too few cases to say.

    Passes and failures get an exact test, which holds its level at any n; everything else Student's t.
    """
    if not evidence.n:
        return None
    mean = _mean_of(evidence)
    if mean.se is not None and _flips(gate, evidence):
        return worse_than_margin(*_lost_and_won(evidence), evidence.n, max(0.0, -limit))
    return mean.p_below(limit)


def clean_cases_needed(share: float, alpha: float) -> int | None:
    """How many cases without a failure show a rate of at least `share` at a fixed n: 59 for 95 %; None for 100 %."""
    if share >= 1:
        return None
    return math.ceil(math.log(alpha) / math.log(share) - 1e-9) if share > 0 else 1
