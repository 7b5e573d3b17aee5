"""Labels of claims: which claim follows from which text, whoever said so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

ENTAILED = "Entailment"
LABELS = (ENTAILED, "Neutral", "Contradiction")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLabels:
    """True is "follows from"; a claim that is neutral or contradicted does not follow.

    Rows of the grids are claims, columns the retrieved passages, in their order.
    """

    answer_in_reference: tuple[bool, ...]
    """Each claim of the answer: does it follow from the reference?"""
    reference_in_answer: tuple[bool, ...]
    """Each claim of the reference: does it follow from the answer?"""
    answer_in_passages: tuple[tuple[bool, ...], ...]
    reference_in_passages: tuple[tuple[bool, ...], ...]

    def __post_init__(self) -> None:
        """
        Raises:
            ValueError: where the labels do not fit together.
        """
        for claims, grid, whose in (
            (self.answer_in_reference, self.answer_in_passages, "answer"),
            (self.reference_in_answer, self.reference_in_passages, "reference"),
        ):
            if len(grid) != len(claims):
                raise ValueError(f"{len(claims)} claims of the {whose} have {len(grid)} rows of passages")
        widths = {len(row) for row in (*self.answer_in_passages, *self.reference_in_passages)}
        if len(widths) > 1:
            raise ValueError("the rows do not all have one label for each passage")


def claim_labels(row: Mapping[str, object]) -> ClaimLabels:
    """The labels of one result as RAGChecker writes them: `answer2response`, `response2answer` and so on, each a list
    of `Entailment`, `Neutral` or `Contradiction`.

    Raises:
        ValueError: for a list that is missing, a label that is none, and lists that do not fit together.
    """
    return ClaimLabels(
        answer_in_reference=_line(row, "answer2response"),
        reference_in_answer=_line(row, "response2answer"),
        answer_in_passages=_grid(row, "retrieved2response"),
        reference_in_passages=_grid(row, "retrieved2answer"),
    )


def _line(row: Mapping[str, object], key: str) -> tuple[bool, ...]:
    return tuple(_label(label, key) for label in _list(row.get(key), key))


def _grid(row: Mapping[str, object], key: str) -> tuple[tuple[bool, ...], ...]:
    return tuple(tuple(_label(label, key) for label in _list(line, key)) for line in _list(row.get(key), key))


def _list(value: object, key: str) -> Sequence[object]:
    if not isinstance(value, list):
        raise ValueError(f"`{key}` is not a list of labels")
    return cast("list[object]", value)


def _label(label: object, key: str) -> bool:
    if label not in LABELS:
        raise ValueError(f"`{key}` holds {label!r}, which is none of {', '.join(LABELS)}")
    return label == ENTAILED
