"""Finds text across rows, also where wrapping has broken it."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

Span = tuple[int, int, int]
"""Row, first offset, offset after the last."""
MAX_HITS = 10_000


def find(rows: Iterable[tuple[str, bool]], query: str) -> list[tuple[Span, ...]]:
    """Return every hit of `query`, case ignored, as the spans it covers; at most `MAX_HITS`.

    `rows` are (text, ends a line) pairs; a row that ends no line runs on into the next.
    """
    if not query:
        return []
    texts = [text + "\n" if ends else text for text, ends in rows]
    starts = [0, *accumulate(len(text) for text in texts)]
    hits: list[tuple[Span, ...]] = []
    for match in re.finditer(re.escape(query), "".join(texts), re.IGNORECASE):
        spans: list[Span] = []
        place, end = match.span()
        while place < end:
            row = bisect_right(starts, place) - 1
            stop = min(end, starts[row + 1])
            spans.append((row, place - starts[row], stop - starts[row]))
            place = stop
        hits.append(tuple(spans))
        if len(hits) == MAX_HITS:
            break
    return hits
