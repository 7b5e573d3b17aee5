"""What a typed word may have been meant to be, of the words that texts hold."""

from collections.abc import Iterable
from typing import Protocol

NEAR = 0.74
"""Likeness of words, 0 to 1, from which one counts as mistyped: 1 less the optimal string alignment distance over the
longer word. Two letters that changed places are one slip; one slip in four letters passes, two in eight."""
CHOICES = 5
SHORTEST = 4
"""Letters of a word that may be mistyped."""
PART = 3
"""Letters of a word that may be a part of others."""


class Vocabulary(Protocol):
    """Words of texts."""

    def terms(self, start: str) -> list[str]: ...

    def terms_with(self, part: str) -> list[str]: ...


def near_words(index: Vocabulary, word: str) -> tuple[str, ...]:
    """Words that the word begins or is mistyped for, the likeliest first; where it begins none, also words that it is a
    part of. A number is taken as it is."""
    begun = index.terms(word)[:CHOICES]
    if any(map(str.isdigit, word)):
        return tuple(begun)
    near = nearest_terms(word, index.terms(word[:1]))
    # Scripts that put no space between words are indexed a sentence a word.
    parts = index.terms_with(word)[:CHOICES] if not begun and (len(word) >= PART or not word.isascii()) else []
    return tuple(dict.fromkeys((*begun, *near, *parts)))


def nearest_terms(word: str, terms: Iterable[str]) -> list[str]:
    """Those of some words that the word may be mistyped for."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if len(word) < SHORTEST:
        return []
    found = process.extract(word, terms, scorer=OSA.normalized_similarity, score_cutoff=NEAR, limit=CHOICES)
    return [term for term, _, _ in found]
