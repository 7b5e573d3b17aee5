"""Which texts of many are nearly the same.

A text is compared with others after case, spaces, punctuation and look-alike forms of letters are put aside. Two texts
are compared letter by letter where one of them has at most `LETTERS` characters, else word by word, which takes a
fraction of the time. The score is the normalised Indel similarity, 0 to 100: twice the length of their longest common
subsequence over both lengths.

Two bounds spare nearly all comparisons, and lose none. Texts of lengths a ≤ b share at most a, so the score is at most
200·a/(a+b): a text meets only its neighbours in length. And an insertion or deletion changes at most three members of a
text's set of letter pairs (one of its set of words), so a score of s needs sets that differ in at most
3·(1 - s/100)·(a+b) members (a third of it for words); a matrix product counts them for a whole block at once.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

THRESHOLD = 90.0
"""The score from which two texts count as near-duplicates."""
LETTERS = 200
BLOCK = 256
"""Texts compared with all their neighbours at once: bounds the memory to 256 rows of scores."""
FIRST_WORD = 0x10000
"""A word becomes one character from here on, so that comparing words is comparing letters."""
WORDS = 0x10FFFF - FIRST_WORD
BUCKETS = 1024
"""Members of a set are hashed into so many; those that meet in one can only hide a difference."""
CROWDED = 0.02
"""From this share of candidates in a block on, comparing all of it at once is faster than one by one."""

_WORD = re.compile(r"\w+")
Progress = Callable[[str, int, int | None], None]
Offer = Callable[[int, float, int], None]


@dataclass(frozen=True, slots=True)
class Alike:
    """Two texts by their places; `score` from 0 to 100, 100 for texts that say the same."""

    left: int
    right: int
    score: float


def normal(text: str) -> str:
    """A text by its words alone: NFKC, case folded, one space between them; other marks where there is no word."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_WORD.findall(folded)) or " ".join(folded.split())


def alike_within(texts: Sequence[str], threshold: float = THRESHOLD, progress: Progress | None = None) -> list[Alike]:
    """For each text the one most alike among the others, where they reach the threshold; a pair is told once.

    Ten thousand alike texts give ten thousand lines, not fifty million. Empty texts are like no other.
    """
    return _told(_nearest(texts, texts, threshold, progress, within=True), within=True)


def alike_between(
    left: Sequence[str], right: Sequence[str], threshold: float = THRESHOLD, progress: Progress | None = None
) -> list[Alike]:
    """For each text of the left the one of the right that is most alike, where they reach the threshold."""
    return _told(_nearest(left, right, threshold, progress, within=False), within=False)


def _told(nearest: dict[int, tuple[float, int]], *, within: bool) -> list[Alike]:
    told: set[tuple[int, int]] = set()
    found: list[Alike] = []
    for index, (score, other) in sorted(nearest.items()):
        pair = (min(index, other), max(index, other)) if within else (index, other)
        if pair not in told:
            told.add(pair)
            found.append(Alike(pair[0], pair[1], round(score, 1)))
    return sorted(found, key=lambda alike: (-alike.score, alike.left, alike.right))


def _nearest(
    left: Sequence[str], right: Sequence[str], threshold: float, progress: Progress | None, *, within: bool
) -> dict[int, tuple[float, int]]:
    """Place on the left → score and place of the most alike on the right."""
    rows, columns = _Side(left), _Side(right)
    best: dict[int, tuple[float, int]] = {}

    def offer(index: int, score: float, other: int) -> None:
        if score > best.get(index, (0.0, 0))[0]:
            best[index] = (score, other)

    # The same after normalising needs no comparing; and what is the same is compared with others once.
    for key, places in rows.places.items():
        others = columns.places.get(key, [])
        for place in places if others else ():
            other = next((o for o in others if o != place), None) if within else others[0]
            if other is not None:
                offer(place, 100.0, other)
    vocabulary: dict[str, int] = {}
    jobs = [
        (rows.letters(0, LETTERS), columns.letters(0, None)),
        (rows.letters(LETTERS, None), columns.letters(0, LETTERS)),
        (rows.words(vocabulary), columns.words(vocabulary)),
    ]
    done, total = 0, sum(len(ours.keys) for ours, _ in jobs)
    for ours, theirs in jobs:
        for start in range(0, len(ours.keys), BLOCK):
            block = slice(start, start + BLOCK)
            window = _window(ours.lengths[block], theirs.lengths, threshold)
            _compare(ours, block, theirs, window, threshold, offer, within=within)
            done += len(ours.keys[block])
            if progress is not None:
                progress("Comparing cases", done, total)
    spread = {
        place: best[places[0]]
        for places in rows.places.values()
        if places[0] in best
        for place in places
        if place not in best
    }
    return best | spread


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Texts of one manner, shortest first: what is compared, how long it is, and where it stands."""

    keys: list[str]
    lengths: list[int]
    places: list[int]
    step: int
    """Members of its set that one insertion or deletion may change."""

    def members(self, part: slice) -> "NDArray[np.float32]":
        """A row for each text: 1 where a bucket holds one of its letter pairs, or of its words."""
        import numpy as np

        found = np.zeros((len(self.keys[part]), BUCKETS), dtype=np.float32)
        for row, key in enumerate(self.keys[part]):
            codes = np.frombuffer(key.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
            if self.step > 1:
                codes = codes[:-1] * 31 + codes[1:]
            found[row, codes * 2654435761 % 4294967296 % BUCKETS] = 1.0
        return found


class _Side:
    """The texts of one side by their normal form."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            if key := normal(text):
                self.places.setdefault(key, []).append(place)
        self.keys = sorted(self.places, key=len)

    def letters(self, longer_than: int, up_to: int | None) -> _Sorted:
        """The texts of these lengths, to be compared letter by letter."""
        chosen = [key for key in self.keys if longer_than < len(key) <= (up_to or len(key))]
        return _Sorted(chosen, [len(key) for key in chosen], [self.places[key][0] for key in chosen], 3)

    def words(self, vocabulary: dict[str, int]) -> _Sorted:
        """The long texts, a word as one character; `vocabulary` learns the words."""
        chosen = [key for key in self.keys if len(key) > LETTERS]
        coded = {
            key: "".join(chr(FIRST_WORD + vocabulary.setdefault(word, len(vocabulary)) % WORDS) for word in key.split())
            for key in chosen
        }
        chosen.sort(key=lambda key: len(coded[key]))
        return _Sorted(
            [coded[key] for key in chosen],
            [len(coded[key]) for key in chosen],
            [self.places[key][0] for key in chosen],
            1,
        )


def _window(lengths: Sequence[int], others: Sequence[int], threshold: float) -> slice:
    """Where among the sorted `others` those stand that could reach the threshold with one of `lengths`."""
    share = threshold / (200 - threshold)
    return slice(bisect_left(others, lengths[0] * share), bisect_right(others, lengths[-1] / share))


def _compare(
    ours: _Sorted, rows: slice, theirs: _Sorted, columns: slice, threshold: float, offer: Offer, *, within: bool
) -> None:
    import numpy as np
    from rapidfuzz import fuzz, process

    left, right = ours.keys[rows], theirs.keys[columns]
    if not right:
        return
    mine, yours = ours.members(rows), theirs.members(columns)
    lengths = np.add.outer(np.array(ours.lengths[rows]), np.array(theirs.lengths[columns]))
    differing = np.add.outer(mine.sum(axis=1), yours.sum(axis=1)) - 2 * (mine @ yours.T)
    possible = differing <= ours.step * (1 - threshold / 100) * lengths + 0.5
    here, there = ours.places[rows], theirs.places[columns]
    if within:
        possible &= np.not_equal.outer(np.array(here), np.array(there))
    if possible.mean() > CROWDED:
        scores: NDArray[np.float32] = process.cdist(
            left, right, scorer=fuzz.ratio, score_cutoff=threshold, dtype=np.float32
        )
        scores[~possible] = 0.0
        best: list[int] = scores.argmax(axis=1).tolist()
        reached: list[int] = np.flatnonzero(scores.max(axis=1) >= np.float32(threshold)).tolist()
        for row in reached:
            offer(here[row], float(scores[row, best[row]]), there[best[row]])
        return
    candidates: list[list[int]] = np.argwhere(possible).tolist()
    for row, column in candidates:
        score = fuzz.ratio(left[row], right[column], score_cutoff=threshold)
        if score >= threshold:
            offer(here[row], score, there[column])
