"""Likeness by characters, by rapidfuzz; letters are compared as they stand."""

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.texts import accepted, best


def fuzzy_similarity(item: Item, _k: int) -> Score:
    from rapidfuzz import fuzz

    return Score(best(item, lambda answer, reference: fuzz.ratio(answer, reference) / 100))


def token_set_similarity(item: Item, _k: int) -> Score:
    from rapidfuzz import fuzz

    return Score(best(item, lambda answer, reference: fuzz.token_set_ratio(answer, reference) / 100))


def edit_distance(item: Item, _k: int) -> Score:
    """Levenshtein's distance over the length of the longer text, to the nearest accepted answer."""
    from rapidfuzz.distance import Levenshtein

    answer = item.response.text
    nearest = min(accepted(item), key=lambda reference: Levenshtein.normalized_distance(answer, reference))
    edits = Levenshtein.distance(answer, nearest)
    return Score(Levenshtein.normalized_distance(answer, nearest), f"{edits:,} edit{'' if edits == 1 else 's'}")


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
