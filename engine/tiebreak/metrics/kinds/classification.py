"""Labels: the reference of a case is its class, the stated answer the prediction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score, SetMetric
from tiebreak.metrics.examples import item
from tiebreak.metrics.stated import is_label_right, stated
from tiebreak.metrics.texts import accepted, f1, label_form

OTHER = "(another)"
NONE = "(no answer)"


class Pair(NamedTuple):
    expected: str
    predicted: str


class OfClass(NamedTuple):
    precision: float
    recall: float
    f1: float


def accuracy(item: Item, _k: int) -> Score:
    return Score(float(is_label_right(item)))


def pair(item: Item) -> Pair:
    """Class and prediction; an accepted alternative counts as the class itself."""
    expected = label_form(accepted(item)[0])
    if item.response.broken:
        return Pair(expected, NONE)
    return Pair(expected, expected if is_label_right(item) else label_form(stated(item.response.text).answer))


def by_class(pairs: Iterable[Pair]) -> dict[str, OfClass]:
    """Precision, recall and F1 of each class that a reference has. A class that is never predicted has precision 0."""
    counts = Counter(pairs)
    classes = sorted({expected for expected, _ in counts})
    scores: dict[str, OfClass] = {}
    for name in classes:
        hits = counts[Pair(name, name)]
        precision = hits / max(sum(n for (_, predicted), n in counts.items() if predicted == name), 1)
        recall = hits / sum(n for (expected, _), n in counts.items() if expected == name)
        scores[name] = OfClass(precision, recall, f1(precision, recall))
    return scores


def confusion(pairs: Iterable[tuple[Pair, float]]) -> dict[str, dict[str, float]]:
    """Class → prediction → how many, of weighted pairs. What is no class is gathered under “(another)”."""
    weights: dict[Pair, float] = {}
    for one, weight in pairs:
        weights[one] = weights.get(one, 0.0) + weight
    classes = sorted({expected for expected, _ in weights})
    table = {expected: dict.fromkeys((*classes, OTHER, NONE), 0.0) for expected in classes}
    for (expected, predicted), weight in weights.items():
        table[expected][predicted if predicted in table or predicted == NONE else OTHER] += weight
    return table


def macro_precision(pairs: Sequence[Pair]) -> float:
    scores = by_class(pairs)
    return sum(score.precision for score in scores.values()) / len(scores)


def macro_recall(pairs: Sequence[Pair]) -> float:
    scores = by_class(pairs)
    return sum(score.recall for score in scores.values()) / len(scores)


def macro_f1(pairs: Sequence[Pair]) -> float:
    scores = by_class(pairs)
    return sum(score.f1 for score in scores.values()) / len(scores)


_ITEMS = tuple(item(text, reference=label) for text, label in (("Billing.", "billing"), ("billing", "privacy")))
_SHOWN = "“Billing.” for “billing”; “billing” for “privacy”"

METRICS = (
    AnswerMetric(
        name="accuracy",
        says="Whether the stated label is the reference or an accepted one, but for case, quotes and a full stop.",
        source="share of right labels",
        needs=("reference",),
        score=accuracy,
        example=Example(
            says='`{"label": "Billing"}` for “billing”',
            items=(item('{"label": "Billing"}', reference="billing"),),
            value=1.0,
        ),
    ),
    *(
        SetMetric(
            name=name,
            says=f"{what}, the plain mean over the classes; labels that are no class count as wrong.",
            source="macro average over the classes of the references, as in scikit-learn",
            needs=("reference",),
            part=pair,
            of_set=of_set,
            example=Example(says=_SHOWN, items=_ITEMS, value=value),
        )
        for name, what, of_set, value in (
            ("macro_precision", "Right ones among those given a label", macro_precision, 0.25),
            ("macro_recall", "Right ones among those of a class", macro_recall, 0.5),
            ("macro_f1", "F1 of each class", macro_f1, 1 / 3),
        )
    ),
)
