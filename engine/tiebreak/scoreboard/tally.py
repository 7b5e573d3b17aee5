"""Sums that are moved case by case, exactly."""

from collections import Counter
from fractions import Fraction

from tiebreak.gates.evidence import Evidence, Part
from tiebreak.scoreboard.reading import Label, Reading


class Tally:
    """One measure over the planned cases of one segment. Fractions, so that taking a case out leaves no trace."""

    __slots__ = (
        "_evidence",
        "_parts",
        "_whole",
        "base",
        "figure",
        "figure_parts",
        "groups",
        "keeps_values",
        "labels",
        "n",
        "planned",
        "reasked",
        "risk_hits",
        "values",
    )

    def __init__(self, *, keeps_values: bool = True, keeps_groups: bool = False, figure: str = "") -> None:
        self.planned = 0
        self.n = 0
        self.reasked = 0
        self.risk_hits = 0
        self._whole = 0
        self._parts = Fraction(0)
        """The sum, whole numbers apart: nearly all values are whole, and fractions are slow."""
        self.values: Counter[Fraction | int] = Counter()
        """Whole numbers as such: they are looked up at every case, and a fraction is slow to hash."""
        self.labels: Counter[Label] = Counter()
        self.groups: dict[str, tuple[Fraction, int]] | None = {} if keeps_groups else None
        """Sum and number of the values of each group, where a gate of a fixed n needs them."""
        self.base = Fraction(0)
        self.keeps_values = keeps_values
        self.figure = figure
        """The metric whose parts are kept, where the measure is a figure of the whole set."""
        self.figure_parts: Counter[Part] = Counter()
        self._evidence: Evidence | None = None

    def move(self, old: Reading | None, new: Reading | None, group: str = "") -> None:
        """Take out what a case said and put in what it says now; `group` is that of the case."""
        self._evidence = None
        if old is not None:
            self._count(old, -1, group)
        if new is not None:
            self._count(new, 1, group)

    def _count(self, reading: Reading, sign: int, group: str) -> None:
        self.labels[reading.label] += sign
        self.reasked += sign * reading.reasked
        self.risk_hits += sign * (reading.hit and reading.value != 0)
        if reading.base is not None:
            self.base += sign * reading.base
        if reading.parts:
            part = Part(reading.parts, group)
            self.n += sign
            self.figure_parts[part] += sign
            if not self.figure_parts[part]:
                del self.figure_parts[part]
        elif reading.value is not None:
            if self.groups is not None:
                total, n = self.groups.pop(group, (Fraction(0), 0))
                if n + sign:
                    self.groups[group] = total + sign * reading.value, n + sign
            self.n += sign
            value: Fraction | int = reading.value
            if value.denominator == 1:
                value = value.numerator
                self._whole += sign * value
            else:
                self._parts += value if sign > 0 else -value
            if self.keeps_values:
                count = self.values[value] + sign
                if count:
                    self.values[value] = count
                else:
                    del self.values[value]

    @property
    def total(self) -> Fraction:
        """The sum of the values."""
        return self._parts + self._whole

    @property
    def mean(self) -> float | None:
        return float(self.total / self.n) if self.n else None

    def evidence(self) -> Evidence:
        """The same object until a case moves. `planned` must be settled by then."""
        if self._evidence is None:
            self._evidence = Evidence(
                planned=self.planned,
                n=self.n,
                total=self.total,
                values=tuple(sorted((Fraction(value), count) for value, count in self.values.items())),
                groups=tuple(sorted(self.groups.values())) if self.groups is not None else (),
                parts=tuple(sorted(self.figure_parts.items(), key=repr)),
                figure=self.figure,
                base=self.base,
                successes=self.labels["success"],
                excluded=self.labels["excluded"],
                skipped=self.labels["skipped"],
                not_applicable=self.labels["not_applicable"],
                unknown=self.labels["unknown"],
                reasked=self.reasked,
                risk_hits=self.risk_hits,
            )
        return self._evidence
