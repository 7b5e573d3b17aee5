"""Two labels for each case, counted: the table that every figure of agreement is read from."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Constant(NamedTuple):
    """What a judge would reach that always says the same."""

    label: Hashable
    """The label that people give most often; of several, the first in the order of the table."""
    agreed: int
    share: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often people gave the label of a row where the judge gave that of a column."""

    labels: tuple[Hashable, ...]
    """Of rows and columns alike; a scale has its points in order."""
    counts: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[Hashable, Hashable]], labels: Sequence[Hashable]) -> "Confusion":
        """From one (people's label, judge's label) a case.

        Raises:
            ValueError: for labels that are not told apart, or a label that is not among them.
        """
        if len(set(labels)) != len(labels):
            raise ValueError("a label is named twice")
        seen = Counter(pairs)
        if strange := {label for pair in seen for label in pair} - set(labels):
            raise ValueError(f"not among the labels {list(labels)}: {sorted(map(repr, strange))}")
        return cls(tuple(labels), tuple(tuple(seen[row, column] for column in labels) for row in labels))

    @property
    def n(self) -> int:
        return sum(map(sum, self.counts))

    @property
    def agreed(self) -> int:
        return sum(row[index] for index, row in enumerate(self.counts))

    @property
    def of_people(self) -> tuple[int, ...]:
        """How often people gave each label."""
        return tuple(map(sum, self.counts))

    @property
    def of_judge(self) -> tuple[int, ...]:
        """How often the judge gave each label."""
        return tuple(map(sum, zip(*self.counts, strict=True)))

    @property
    def constant(self) -> Constant | None:
        """The baseline that a judge has to beat; None for an empty table."""
        if self.n == 0:
            return None
        most = max(self.of_people)
        return Constant(self.labels[self.of_people.index(most)], most, most / self.n)
