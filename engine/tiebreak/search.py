"""Fuzzy ranking for pickers: what begins with the query first, then what contains it, then what nearly does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

NEAR = 70.0
"""Similarity, 0 to 100, from which a text counts as mistyped rather than different."""
SEPARATORS = " /-_.:@"


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """An item that fits the query."""

    item: T
    score: float
    """0 to 100 for a likeness; more for what begins with the query or holds it as it is."""
    positions: tuple[int, ...]
    """Characters of the item's text to highlight, ascending."""


def rank(query: str, items: Iterable[T], key: Callable[[T], str], limit: int = 50) -> list[Match[T]]:
    """The best `limit` items for a query, best first; equals keep their order. Without a query, the first ones.

    Case does not matter. A query of several words wants each of them, anywhere. Measured: 3,000 model ids in 2 to 5 ms.
    """
    wanted = folded(query.strip())
    if not wanted:
        return [Match(item, 0.0, ()) for item, _ in zip(items, range(limit), strict=False)]
    every = list(items)
    texts = [folded(key(item)) for item in every]
    words = wanted.split()
    scored = [(score, index) for index, text in enumerate(texts) if (score := _holds(text, wanted, words))]
    if len(scored) < limit:
        held = {index for _, index in scored}
        scored += _near(wanted, texts, held, limit - len(scored))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    return [Match(every[index], score, _positions(texts[index], wanted, words)) for score, index in scored[:limit]]


def folded(text: str) -> str:
    """Lower case with every character in its place, so that positions fit the original."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


def _holds(text: str, wanted: str, words: list[str]) -> float:
    """Over 100 for a text that holds the query, 0 for one that does not; shorter texts first among equals."""
    at = text.find(wanted)
    short = 1 / (1 + len(text))
    if at == 0:
        return (500 if len(text) == len(wanted) else 400) + short
    if at > 0:
        return (300 if text[at - 1] in SEPARATORS else 200) + short
    if len(words) > 1 and all(word in text for word in words):
        return 150 + short
    return 0.0


def _near(wanted: str, texts: list[str], held: set[int], limit: int) -> list[tuple[float, int]]:
    """The most alike of the texts not in `held`, for queries long enough to be mistyped."""
    if len(wanted) < 3:
        return []
    from rapidfuzz import fuzz, process

    others = {index: text for index, text in enumerate(texts) if index not in held}
    found = process.extract(wanted, others, scorer=fuzz.partial_ratio, score_cutoff=NEAR, limit=limit)
    # A text much shorter than the query is a part of it by chance.
    return [(score, index) for text, score, index in found if len(text) * 2 > len(wanted)]


def _positions(text: str, wanted: str, words: list[str]) -> tuple[int, ...]:
    at = text.find(wanted)
    if at >= 0:
        return tuple(range(at, at + len(wanted)))
    if all(word in text for word in words):
        return tuple(sorted({at + i for word in words for at in (text.find(word),) for i in range(len(word))}))
    from rapidfuzz import fuzz
    from rapidfuzz.distance import Indel

    place = fuzz.partial_ratio_alignment(wanted, text)
    if place is None:
        return ()
    part = text[place.dest_start : place.dest_end]
    blocks = Indel.editops(wanted, part).as_matching_blocks()
    return tuple(place.dest_start + block.b + i for block in blocks for i in range(block.size))
