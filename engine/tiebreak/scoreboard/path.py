"""The win rate as cases settled, in the order of the plan: the same after a resume, whatever order they came in."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tiebreak.scoreboard.reading import Label, Reading
from tiebreak.scoreboard.snapshot import WinRate
from tiebreak.stats.confidence_sequence import Histogram

STEPS = (1, 2, 5)
Numbers = NDArray[np.int64]


class Course:
    """What each planned case says on the win rate, by position. A hundred thousand cases say few different things, so
    a case is the number of what it says."""

    __slots__ = ("_kinds", "_known", "_numbers")

    def __init__(self, numbers: Numbers, kinds: Iterable[Reading | None] = (None,)) -> None:
        self._numbers = numbers
        self._kinds = list(kinds)
        """What cases say, by number; 0 is nothing yet."""
        self._known = {kind: number for number, kind in enumerate(self._kinds)}

    @classmethod
    def of(cls, planned: int) -> Self:
        """So many cases that say nothing yet."""
        return cls(np.zeros(planned, dtype=np.int64))

    def put(self, position: int, reading: Reading | None) -> None:
        """What a case says now."""
        number = self._known.get(reading)
        if number is None:
            number = self._known[reading] = len(self._kinds)
            self._kinds.append(reading)
        self._numbers[position] = number

    def copy(self) -> "Course":
        """As it is now, for a thread to read."""
        return Course(self._numbers.copy(), self._kinds)

    def first(self, count: int) -> WinRate:
        """The win rate over the first `count` settled cases."""
        settled = self._settled()[:count]
        end = int(settled[-1]) + 1 if len(settled) else 0
        return self._rate(self._counts(0, end))

    def path(self, points: int) -> tuple[WinRate, ...]:
        """The win rate over ever more settled cases: at most `points` looks, the last one at all of them.

        The looks stand at multiples of a round number of cases, so that one more settled case leaves the earlier ones
        as they are, and their intervals need not be worked out again.
        """
        settled = self._settled()
        step, n = step_of(len(settled), points), len(settled)
        path, counts, start = list[WinRate](), np.zeros(len(self._kinds), dtype=np.int64), 0
        for look in (*range(step, n, step), *((n,) if n else ())):
            end = int(settled[look - 1]) + 1
            counts = counts + self._counts(start, end)
            path.append(self._rate(counts))
            start = end
        return tuple(path)

    def _settled(self) -> Numbers:
        """The positions of the cases that have a value."""
        has_value = np.array([kind is not None and kind.value is not None for kind in self._kinds])
        return np.flatnonzero(has_value[self._numbers])

    def _counts(self, start: int, end: int) -> Numbers:
        """How many cases of these positions say each thing."""
        return np.bincount(self._numbers[start:end], minlength=len(self._kinds))

    def _rate(self, counts: Iterable[int]) -> WinRate:
        labels: Counter[Label] = Counter()
        values: Counter[Fraction] = Counter()
        for kind, count in zip(self._kinds, map(int, counts), strict=True):
            if kind is not None and count:
                labels[kind.label] += count
                if kind.value is not None:
                    values[kind.value] += count
        return WinRate(
            planned=len(self._numbers),
            wins=labels["win"],
            ties=labels["tie"],
            losses=labels["loss"],
            both_bad=labels["both_bad"],
            histogram=Histogram.of_counts({float(value): count for value, count in values.items()}),
        )


def step_of(settled: int, points: int) -> int:
    """The least of 1, 2, 5, 10, 20, 50 … that cuts so many cases into at most `points` parts."""
    power = 1
    while True:
        for digit in STEPS:
            if -(-settled // (digit * power)) <= points:
                return digit * power
        power *= 10
