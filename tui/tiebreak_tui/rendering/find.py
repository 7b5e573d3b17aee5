"""Finds text across rows, also where wrapping has broken it."""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from itertools import accumulate, islice

Span = tuple[int, int, int]
"""Row, first offset, offset after the last."""
Matcher = Callable[[str], Iterable[tuple[int, int]]]
"""From a text to the hits in it: first offset, offset after the last."""
MAX_HITS = 10_000


def literal(query: str) -> Matcher:
    """Every occurrence of a text, case ignored; none of an empty one."""
    pattern = re.compile(re.escape(query), re.IGNORECASE) if query else None
    return lambda text: (match.span() for match in pattern.finditer(text)) if pattern is not None else ()


def words_from(beginnings: Collection[str]) -> Matcher:
    """Every word that begins with one of these, case and accents ignored, as the indexes take them."""
    from tiebreak_store.words import bare, written_words

    wanted = tuple(bare(word) for word in beginnings if word)
    return lambda text: ((start, end) for word, start, end in written_words(text) if word.startswith(wanted))


def find(rows: Iterable[tuple[str, bool]], matcher: Matcher) -> list[tuple[Span, ...]]:
    """Return every hit as the spans it covers; at most `MAX_HITS`.

    `rows` are (text, ends a line) pairs; a row that ends no line runs on into the next.
    """
    texts = [text + "\n" if ends else text for text, ends in rows]
    starts = [0, *accumulate(len(text) for text in texts)]
    hits: list[tuple[Span, ...]] = []
    for begin, end in islice(matcher("".join(texts)), MAX_HITS):
        spans: list[Span] = []
        place = begin
        while place < end:
            row = bisect_right(starts, place) - 1
            stop = min(end, starts[row + 1])
            spans.append((row, place - starts[row], stop - starts[row]))
            place = stop
        hits.append(tuple(spans))
    return hits
