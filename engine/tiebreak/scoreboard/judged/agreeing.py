"""How far people and a judge say the same in a session, by independent units, so that one more word costs only the
unit it is about."""

from collections import Counter
from collections.abc import Hashable
from typing import NamedTuple

from tiebreak.calibration.agreeing import Standing, standing_of
from tiebreak.calibration.units import joint_units
from tiebreak.stats.confidence_sequence import Histogram


class Compared(NamedTuple):
    """A label beside a valid verdict."""

    agree: bool
    origins: frozenset[str]
    """The judgments that the judge was asked for: a verdict that is taken over rests on that of another case."""


class Agreeing:
    """Units are cases or the groups they come from; those whose verdicts rest on one judgment are one unit together, as
    in `tiebreak.calibration.agreeing`: the judge said it once."""

    def __init__(self) -> None:
        self._units: dict[Hashable, tuple[int, int]] = {}
        """By unit, the pairs that agree, and all of them."""
        self._shares: Counter[float] = Counter()
        self._resting: dict[str, tuple[Hashable, ...]] = {}
        """By judgment, the units of the verdicts that rest on it, a unit as often as it has such verdicts."""
        self._shared: set[str] = set()
        """The judgments on which several units rest."""
        self._standing: Standing | None = None

    def move(self, unit: Hashable, old: Compared | None, new: Compared | None) -> None:
        """Take out what a case of a unit said and put in what it says now."""
        if old == new:
            return
        self._standing = None
        for one, sign in ((old, -1), (new, 1)):
            if one is not None:
                self._count(unit, one.agree, sign)
                for origin in one.origins:
                    self._rest(unit, origin, sign)

    @property
    def standing(self) -> Standing:
        """As `tiebreak.calibration.agreeing.standing` has it; the same object until a case moves."""
        if self._standing is None:
            self._standing = standing_of(Histogram.of_counts(self._joined() if self._shared else self._shares))
        return self._standing

    def _count(self, unit: Hashable, agree: bool, sign: int) -> None:
        agreed, n = self._units.get(unit, (0, 0))
        if n:
            _add(self._shares, agreed / n, -1)
        agreed, n = agreed + sign * agree, n + sign
        if n:
            self._units[unit] = agreed, n
            _add(self._shares, agreed / n, 1)
        else:
            del self._units[unit]

    def _rest(self, unit: Hashable, origin: str, sign: int) -> None:
        units = list(self._resting.get(origin, ()))
        if sign > 0:
            units.append(unit)
        else:
            units.remove(unit)
        if units:
            self._resting[origin] = tuple(units)
        else:
            del self._resting[origin]
        (self._shared.add if len(set(units)) > 1 else self._shared.discard)(origin)

    def _joined(self) -> Counter[float]:
        """The shares, with the units that rest on one judgment taken together."""
        linked: dict[Hashable, list[str]] = {}
        for origin in self._shared:
            for unit in self._resting[origin]:
                linked.setdefault(unit, []).append(origin)
        shares, together = Counter(self._shares), dict[Hashable, tuple[int, int]]()
        for unit, joint in zip(linked, joint_units(list(linked), list(linked.values())), strict=True):
            agreed, n = self._units[unit]
            _add(shares, agreed / n, -1)
            before = together.get(joint, (0, 0))
            together[joint] = before[0] + agreed, before[1] + n
        for agreed, n in together.values():
            _add(shares, agreed / n, 1)
        return shares


def _add(counts: Counter[float], key: float, sign: int) -> None:
    counts[key] += sign
    if not counts[key]:
        del counts[key]
