"""Likeness by characters, by rapidfuzz; letters are compared as they stand."""

from collections.abc import Callable
from typing import Any, cast

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.texts import accepted, best

LONG = 5_000
"""Characters of the longer text from which on it is compared as a matrix of one: that lets other threads run."""


def fuzzy_similarity(item: Item, _k: int) -> Score:
    from rapidfuzz import fuzz
    from rapidfuzz.distance import Indel

    def likeness(answer: str, reference: str) -> float:
        if max(len(answer), len(reference)) > LONG:
            return 1 - _distance(Indel.distance, answer, reference) / (len(answer) + len(reference))
        return fuzz.ratio(answer, reference) / 100

    return Score(best(item, likeness))


def token_set_similarity(item: Item, _k: int) -> Score:
    from rapidfuzz import fuzz

    return Score(best(item, lambda answer, reference: fuzz.token_set_ratio(answer, reference) / 100))


def edit_distance(item: Item, _k: int) -> Score:
    """Levenshtein's distance over the length of the longer text, to the nearest accepted answer."""
    from rapidfuzz.distance import Levenshtein

    answer = item.response.text
    edits, longer = min(
        (
            (_distance(Levenshtein.distance, answer, reference), max(len(answer), len(reference), 1))
            for reference in accepted(item)
        ),
        key=lambda found: found[0] / found[1],
    )
    return Score(edits / longer, f"{edits:,} edit{'' if edits == 1 else 's'}")


def _distance(distance: Callable[[str, str], int], answer: str, reference: str) -> int:
    if max(len(answer), len(reference)) <= LONG:
        return distance(answer, reference)
    from rapidfuzz.process import cdist

    return int(cdist([answer], [reference], scorer=cast("Any", distance), workers=2)[0][0])


METRICS = (
    AnswerMetric(
        name="fuzzy_similarity",
        says="Likeness of the characters, 1 − insertions and deletions over both lengths; the best accepted answer.",
        source="rapidfuzz `fuzz.ratio` (normalised Indel similarity)",
        needs=("reference",),
        score=fuzzy_similarity,
        example=Example(says="“abcd” for “abce”", items=(item("abcd", reference="abce"),), value=0.75),
    ),
    AnswerMetric(
        name="token_set_similarity",
        says="Likeness of the sets of words, whatever their order and number; the best accepted answer.",
        source="rapidfuzz `fuzz.token_set_ratio`",
        needs=("reference",),
        score=token_set_similarity,
        example=Example(says="“days two” for “two days”", items=(item("days two", reference="two days"),), value=1.0),
    ),
    AnswerMetric(
        name="edit_distance",
        says="Characters to insert, delete or replace until it is an accepted answer, over the longer length.",
        source="Levenshtein 1966, by rapidfuzz",
        needs=("reference",),
        better="lower",
        worst=1.0,
        score=edit_distance,
        example=Example(says="“abcd” for “abce”", items=(item("abcd", reference="abce"),), value=0.25),
    ),
)
