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


def binned(answers: Sequence[Sure]) -> list[list[float]]:
    """Ten bins of equal width, (0, 0.1], (0.1, 0.2] and so on, 0 in the first: confidence less right of each, then 1
    for the answer itself."""
    rows: list[list[float]] = []
    for confidence, right in answers:
        row = [0.0] * BINS + [1.0]
        row[next(n for n in range(BINS) if confidence <= (n + 1) / BINS or n == BINS - 1)] = confidence - right
        rows.append(row)
    return rows


def expected_calibration_error(bins: Sequence[float]) -> float | None:
    """The gap between the mean confidence and the share of right answers of each bin, weighted by its answers."""
    return sum(map(abs, bins[:-1])) / bins[-1] if bins[-1] else None


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
        counts=binned,
        of_counts=expected_calibration_error,
        example=Example(says="80 % sure and right; 75 % sure and wrong", items=(_SURE, _WRONG), value=0.275),
    ),
)
