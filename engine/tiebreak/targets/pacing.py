"""Cuts a whole text into pieces with times, as a model would have streamed it; the same every time."""

import random
import re
from collections.abc import Sequence
from itertools import accumulate

# The space goes with the word after it, as in most tokenisers; six letters are about the longest common token.
_PIECE = re.compile(r"\s*\S{1,6}|\s+")

JITTER = 0.5
"""Gaps vary by this fraction to either side."""


def pieces_of(text: str) -> list[str]:
    """Token-like pieces, about four characters long in English; joined they are the text again."""
    return _PIECE.findall(text)


def times_of(count: int, *, ttft: float, seconds: float, seed: str) -> list[float]:
    """When each of `count` pieces comes: the first at `ttft`, the last `seconds` later, with jittered gaps between.

    The jitter is drawn from `seed` alone.
    """
    if count < 2:
        return [ttft] * count
    draw = random.Random(seed)  # noqa: S311 - not a secret, a rhythm
    gaps = [1 + JITTER * (2 * draw.random() - 1) for _ in range(count - 1)]
    scale = seconds / sum(gaps)
    return [ttft, *(ttft + scale * past for past in accumulate(gaps))]


def paced(texts: Sequence[str], *, ttft: float, seconds: float, seed: str) -> list[list[tuple[float, str]]]:
    """Several texts, one after the other in one stretch of time, each as timed pieces."""
    cut = [pieces_of(text) for text in texts]
    times = iter(times_of(sum(map(len, cut)), ttft=ttft, seconds=seconds, seed=seed))
    return [[(next(times), piece) for piece in pieces] for pieces in cut]
