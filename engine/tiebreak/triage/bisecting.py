"""Delta debugging: of the parts of a change the fewest that make an answer fail, found by asking about some of them.

Nothing is asked here. A `Reduction` says which parts to try next and is told what came of it; a `Rule` says when the
answers to one try are enough.
"""

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Outcome = Literal["fail", "pass", "unresolved"]
"""Of one try. `unresolved` is neither: a prompt that does not render, a request that cannot be made."""
CLEAR = 0.05
"""The chance up to which a difference between two ends is not taken for chance."""

Parts = frozenset[int]


class Reduction:
    """ddmin (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28(2), 2002).

    Over parts 0 to n - 1, of which all together fail and none pass; both are known before and never asked. While
    `wanted` is not None, try those parts and `tell` the outcome. `best` are the fewest parts so far that fail: it may
    be stopped at any time. At its end `best` fails, and no part can be left out of it alone. Nothing is asked twice.
    """

    def __init__(self, count: int) -> None:
        self.best: Parts = frozenset(range(count))
        self._known: dict[Parts, Outcome] = {frozenset(): "pass", self.best: "fail"}
        self._walk = self._reduce()
        self.wanted: Parts | None = next(self._walk, None)

    @property
    def done(self) -> bool:
        return self.wanted is None

    def tell(self, outcome: Outcome) -> None:
        """What came of trying `wanted`.

        Raises:
            ValueError: where nothing is wanted.
        """
        if self.wanted is None:
            raise ValueError("the search is over")
        self._known[self.wanted] = outcome
        try:
            self.wanted = self._walk.send(outcome)
        except StopIteration:
            self.wanted = None

    def _reduce(self) -> Generator[Parts, Outcome, None]:
        pieces = 2
        while len(self.best) > 1:
            subsets = split(sorted(self.best), pieces)
            smaller = yield from self._first_failing(subsets)
            if smaller is not None:
                self.best, pieces = smaller, 2
                continue
            smaller = yield from self._first_failing([self.best - subset for subset in subsets])
            if smaller is not None:
                self.best, pieces = smaller, max(pieces - 1, 2)
            elif pieces < len(self.best):
                pieces = min(2 * pieces, len(self.best))
            else:
                return

    def _first_failing(self, tries: Sequence[Parts]) -> Generator[Parts, Outcome, Parts | None]:
        for parts in tries:
            outcome = self._known.get(parts)
            if outcome is None:
                outcome = yield parts
            if outcome == "fail":
                return parts
        return None


def split(parts: Sequence[int], pieces: int) -> list[Parts]:
    """The parts in so many runs of neighbours, as even as can be, none of them empty."""
    pieces = min(pieces, len(parts))
    bounds = [len(parts) * n // pieces for n in range(pieces + 1)]
    return [frozenset(parts[start:end]) for start, end in pairwise(bounds)]


def most_tries(count: int) -> int:
    """That a reduction of so many parts can need (Zeller and Hildebrandt 2002, proposition 12: n² + 3n)."""
    return count * count + 3 * count if count > 1 else 0


def likely_tries(count: int) -> int:
    """That it needs at most where one part alone is the cause: a search by halves."""
    return 2 * math.ceil(math.log2(count)) if count > 1 else 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A try fails with `at_least` failing answers among `of`. Asking ends as soon as the rest cannot change that: the
    outcome is that of all `of` answers, for fewer calls (curtailed sampling)."""

    of: int
    at_least: int

    def outcome(self, fails: int, passes: int) -> Outcome | None:
        """None while it is open."""
        if fails >= self.at_least:
            return "fail"
        return "pass" if passes > self.of - self.at_least else None

    def fewest_more(self, fails: int, passes: int) -> int:
        """Answers without which it cannot be decided: so many may be asked for at once, and none is in vain."""
        if self.outcome(fails, passes) is not None:
            return 0
        return min(self.at_least - fails, self.of - self.at_least + 1 - passes)


def rule_between(a_fails: int, b_fails: int, of: int) -> Rule:
    """The rule half way between two ends, B failing more often than A: which of the two a try is more like."""
    return Rule(of, a_fails + math.ceil((b_fails - a_fails) / 2))


def reproduced(a_fails: int, b_fails: int, of: int) -> bool:
    """Whether B fails so much more often than A, each in `of` answers, that there is something to look for: by half of
    them, or by more than chance gives. What less tells apart would send the search after noise."""
    return 2 * (b_fails - a_fails) >= of > 0 or (b_fails > a_fails and one_sided(a_fails, b_fails, of) <= CLEAR)


def one_sided(a_fails: int, b_fails: int, of: int) -> float:
    """The chance of so many fails in B or more, given those in both, were the two alike (Fisher's exact test, 1922)."""
    fails = a_fails + b_fails
    ways = sum(math.comb(of, b) * math.comb(of, fails - b) for b in range(b_fails, min(of, fails) + 1))
    return ways / math.comb(2 * of, fails)
