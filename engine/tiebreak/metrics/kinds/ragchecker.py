"""The eleven claim-level metrics of RAGChecker, from labels of claims."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, NamedTuple

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.claims import ClaimLabels
from tiebreak.metrics.examples import item
from tiebreak.metrics.texts import f1, share

SOURCE = "Ru et al. 2024 (RAGChecker)"


def precision(labels: ClaimLabels) -> float:
    return share(labels.answer_in_reference)


def recall(labels: ClaimLabels) -> float:
    return share(labels.reference_in_answer)


def claim_f1(labels: ClaimLabels) -> float:
    return f1(precision(labels), recall(labels))


def claim_recall(labels: ClaimLabels) -> float:
    return share(_anywhere(labels.reference_in_passages))


def context_precision(labels: ClaimLabels) -> float:
    return share(useful(labels))


def context_utilization(labels: ClaimLabels) -> float:
    found = zip(_anywhere(labels.reference_in_passages), labels.reference_in_answer, strict=True)
    return share([used for there, used in found if there])


def noise_sensitivity_in_relevant(labels: ClaimLabels) -> float:
    return _of_answer(labels, lambda right, in_useful, _in_other: in_useful and not right)


def noise_sensitivity_in_irrelevant(labels: ClaimLabels) -> float:
    if not labels.reference_in_passages:  # what is noise is not known; RAGChecker gives 0
        return 0.0
    return _of_answer(labels, lambda right, in_useful, in_other: in_other and not in_useful and not right)


def hallucination(labels: ClaimLabels) -> float:
    return _of_answer(labels, lambda right, in_useful, in_other: not (right or in_useful or in_other))


def self_knowledge(labels: ClaimLabels) -> float:
    return _of_answer(labels, lambda right, in_useful, in_other: right and not (in_useful or in_other))


def faithfulness(labels: ClaimLabels) -> float:
    return share(_anywhere(labels.answer_in_passages))


def useful(labels: ClaimLabels) -> list[bool]:
    """For each passage whether a claim of the reference follows from it."""
    return [any(column) for column in zip(*labels.reference_in_passages, strict=True)]


def _anywhere(grid: Sequence[Sequence[bool]]) -> list[bool]:
    return [any(row) for row in grid]


def _of_answer(labels: ClaimLabels, counts: Callable[[bool, bool, bool], bool]) -> float:
    """The share of the answer's claims of a sort: right by the reference, in a useful passage, in another.

    Without passages there is nothing to be faithful to, and RAGChecker gives 0.
    """
    if not any(labels.answer_in_passages):
        return 0.0
    # Without claims of the reference no passage is useful.
    good = useful(labels) or [False] * len(labels.answer_in_passages[0])
    found: list[bool] = []
    for right, row in zip(labels.answer_in_reference, labels.answer_in_passages, strict=True):
        in_useful = any(there and use for there, use in zip(row, good, strict=True))
        in_other = any(there and not use for there, use in zip(row, good, strict=True))
        found.append(counts(right, in_useful, in_other))
    return share(found)


def _score(formula: Callable[[ClaimLabels], float], item: Item, _k: int) -> Score:
    assert item.claims is not None
    return Score(formula(item.claims))


_LABELS = ClaimLabels(
    answer_in_reference=(True, True, False, False),
    reference_in_answer=(True, False),
    answer_in_passages=((True, False), (False, False), (False, True), (False, False)),
    reference_in_passages=((True, False), (False, False)),
)
_SHOWN = (
    "4 claims: right and in the useful passage; right, in none; wrong, in the other passage; wrong, in none. "
    "The reference has 2: one in the useful passage and in the answer, one in neither"
)


class _Row(NamedTuple):
    formula: Callable[[ClaimLabels], float]
    says: str
    better: Literal["higher", "lower"]
    value: float


_ROWS = (
    _Row(precision, "The share of the answer's claims that follow from the reference.", "higher", 0.5),
    _Row(recall, "The share of the reference's claims that follow from the answer.", "higher", 0.5),
    _Row(claim_f1, "The harmonic mean of the two.", "higher", 0.5),
    _Row(claim_recall, "Retriever: the share of the reference's claims that a passage holds.", "higher", 0.5),
    _Row(context_precision, "Retriever: the share of passages that hold a claim of the reference.", "higher", 0.5),
    _Row(
        context_utilization,
        "Generator: of the reference's claims that a passage holds, the share that the answer has.",
        "higher",
        1.0,
    ),
    _Row(
        noise_sensitivity_in_relevant,
        "Generator: the share of the answer's claims that are wrong and come from a useful passage.",
        "lower",
        0.0,
    ),
    _Row(
        noise_sensitivity_in_irrelevant,
        "Generator: the share of the answer's claims that are wrong and come only from useless passages.",
        "lower",
        0.25,
    ),
    _Row(hallucination, "Generator: the share of the answer's claims that are wrong and in no passage.", "lower", 0.25),
    _Row(
        self_knowledge,
        "Generator: the share of the answer's claims that are right, though in no passage.",
        "lower",
        0.25,
    ),
    _Row(faithfulness, "Generator: the share of the answer's claims that a passage holds.", "higher", 0.5),
)

METRICS = tuple(
    AnswerMetric(
        name=f"ragchecker_{row.formula.__name__.replace('claim_f1', 'f1')}",
        says=row.says,
        source=SOURCE,
        needs=("claims",),
        better=row.better,
        worst=0.0 if row.better == "higher" else 1.0,
        score=partial(_score, row.formula),
        example=Example(says=_SHOWN, items=(item(claims=_LABELS),), value=row.value),
    )
    for row in _ROWS
)
