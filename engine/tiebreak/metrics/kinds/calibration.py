"""How far stated confidences can be believed."""

from collections.abc import Sequence

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score, SetMetric
from tiebreak.metrics.examples import item
from tiebreak.metrics.stated import is_label_right, stated

BINS = 10

Sure = tuple[float, bool]
"""A confidence, and whether the answer was right."""


def brier(item: Item, _k: int) -> Score:
    confidence, right = sure(item)
    return Score((confidence - right) ** 2, f"{confidence:g} sure, {'right' if right else 'wrong'}")


def sure(item: Item) -> Sure:
    return stated(item.response.text).confidence or 0.0, not item.response.broken and is_label_right(item)


def expected_calibration_error(answers: Sequence[Sure]) -> float:
    """Ten bins of equal width, (0, 0.1], (0.1, 0.2] and so on, 0 in the first: the gap between the mean confidence
    and the share of right answers of each, weighted by its answers."""
    bins: dict[int, list[Sure]] = {}
    for confidence, right in answers:
        place = next(n for n in range(BINS) if confidence <= (n + 1) / BINS or n == BINS - 1)
        bins.setdefault(place, []).append((confidence, right))
    gaps = (abs(sum(confidence - right for confidence, right in inside)) for inside in bins.values())
    return sum(gaps) / len(answers)


_SURE = item("billing\nConfidence: 80 %", reference="billing")
_WRONG = item('{"label": "billing", "confidence": 0.75}', reference="privacy")

METRICS = (
    AnswerMetric(
        name="brier",
        says="Squared gap between the stated confidence and 1 for a right label, 0 for a wrong one.",
        source="Brier 1950",
        needs=("reference", "confidence"),
        better="lower",
        worst=1.0,
        score=brier,
        example=Example(says="80 % sure, and right", items=(_SURE,), value=0.04),
    ),
    SetMetric(
        name="ece",
        says="Expected calibration error: how far stated confidences are from the share of right labels, in ten bins.",
        source="Naeini et al. 2015, Guo et al. 2017",
        needs=("reference", "confidence"),
        better="lower",
        worst=None,
        part=sure,
        of_set=expected_calibration_error,
        example=Example(says="80 % sure and right; 75 % sure and wrong", items=(_SURE, _WRONG), value=0.275),
    ),
)
