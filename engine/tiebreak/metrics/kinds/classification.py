"""Labels: the reference of a case is its class, the stated answer the prediction."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score, SetMetric
from tiebreak.metrics.examples import item
from tiebreak.metrics.stated import is_label_right, stated
from tiebreak.metrics.texts import accepted, f1, label_form

OTHER = "(another)"
NONE = "(no answer)"
LONGEST_LABEL = 200
"""Characters. What is longer is no label, and is not kept as one."""


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
    if is_label_right(item):
        return Pair(expected, expected)
    predicted = label_form(stated(item.response.text).answer)
    return Pair(expected, predicted if len(predicted) <= LONGEST_LABEL else OTHER)


def class_counts(pairs: Sequence[Pair]) -> list[list[float]]:
    """Of each class that a reference has, in their order: hits, predictions, references."""
    classes = sorted({expected for expected, _ in pairs})
    return [
        [
            float(found)
            for name in classes
            for found in (expected == predicted == name, predicted == name, expected == name)
        ]
        for expected, predicted in pairs
    ]


def of_classes(counts: Sequence[float]) -> list[OfClass]:
    """Precision, recall and F1 of each class that a reference has. A class that is never predicted has precision 0."""
    scores: list[OfClass] = []
    for place in range(0, len(counts), 3):
        hits, predicted, expected = counts[place : place + 3]
        if expected:
            precision, recall = hits / max(predicted, 1), hits / expected
            scores.append(OfClass(precision, recall, f1(precision, recall)))
    return scores


def _one_class(label: str, pairs: Sequence[Pair]) -> list[list[float]]:
    return [
        [float(expected == predicted == label), float(predicted == label), float(expected == label)]
        for expected, predicted in pairs
    ]


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


def _mean(which: int, counts: Sequence[float]) -> float | None:
    scores = of_classes(counts)
    return sum(score[which] for score in scores) / len(scores) if scores else None


_ITEMS = tuple(item(text, reference=label) for text, label in (("Billing.", "billing"), ("billing", "privacy")))
_SHOWN = "“Billing.” for “billing”; “billing” for “privacy”"
WHICH = ("precision", "recall", "f1")
_CLASS_SAYS = {
    "precision": "Of the answers given one label, the share that have it by their reference",
    "recall": "Of the cases of one label, the share whose answer gives it",
    "f1": "F1 of one label",
}
_CLASS_VALUES = {"precision": 0.5, "recall": 1.0, "f1": 2 / 3}


def _of_class(name: str, label: str, asked: str | None = None) -> SetMetric:
    of_class: Callable[[str], SetMetric] | None = None if asked else partial(_named_class, name)
    return SetMetric(
        name=asked or f"class_{name}@class",
        says=f"{_CLASS_SAYS[name]}; write `class_{name}@billing`.",
        source="one class against the others, as in scikit-learn",
        needs=("reference",),
        part=pair,
        counts=partial(_one_class, label_form(label)),
        of_counts=partial(_mean, WHICH.index(name)),
        of_class=of_class,
        example=Example(says=f"{_SHOWN}, of the class billing", items=_ITEMS, value=_CLASS_VALUES[name]),
    )


def _named_class(name: str, label: str) -> SetMetric:
    return _of_class(name, label, f"class_{name}@{label_form(label)}")


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
            counts=class_counts,
            of_counts=partial(_mean, which),
            example=Example(says=_SHOWN, items=_ITEMS, value=value),
        )
        for which, (name, what, value) in enumerate(
            (
                ("macro_precision", "Right ones among those given a label", 0.25),
                ("macro_recall", "Right ones among those of a class", 0.5),
                ("macro_f1", "F1 of each class", 1 / 3),
            )
        )
    ),
    *(_of_class(name, "billing") for name in WHICH),
)
