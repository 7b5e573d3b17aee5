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


class Macro(NamedTuple):
    """Precision, recall and their F1, each the mean over the labels that people gave or the judge did."""

    precision: float
    recall: float
    f1: float


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
    def macro(self) -> Macro | None:
        """None for an empty table. A label that nobody gave, or that the judge never gave, has 0 for what is 0/0."""
        used = [k for k, both in enumerate(zip(self.of_people, self.of_judge, strict=True)) if any(both)]
        if not used:
            return None
        precision = [_share(self.counts[k][k], self.of_judge[k]) for k in used]
        recall = [_share(self.counts[k][k], self.of_people[k]) for k in used]
        f1 = [_share(2 * p * r, p + r) for p, r in zip(precision, recall, strict=True)]
        return Macro(*(sum(values) / len(used) for values in (precision, recall, f1)))

    @property
    def constant(self) -> Constant | None:
        """The baseline that a judge has to beat; None for an empty table."""
        if self.n == 0:
            return None
        most = max(self.of_people)
        return Constant(self.labels[self.of_people.index(most)], most, most / self.n)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
