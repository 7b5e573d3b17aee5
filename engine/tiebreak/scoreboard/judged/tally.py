"""What people and a judge say of all cases, summed, so that one more word costs only the case it is about."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeVar

from tiebreak.records import Case
from tiebreak.scoreboard.judged.agreeing import Agreeing, Compared
from tiebreak.scoreboard.judged.joined import Joined, Place, Rule

Key = TypeVar("Key", bound=Hashable)
Both = tuple[Fraction, Fraction]
"""What people say of a case, and the judge."""


class Share(NamedTuple):
    """What one case adds to the sums."""

    place: Place
    human: Fraction | None
    judged: bool
    """False while the judge is still to be asked."""
    value: Fraction | None
    """The judge's, where it is valid."""
    why: str
    """Why it is not."""
    label: Fraction | None

    @classmethod
    def of(cls, one: Joined) -> "Share":
        verdict = one.verdict
        if verdict is None:
            return cls(one.place, one.human, False, None, "", one.label)
        return cls(one.place, one.human, True, verdict.value, verdict.why, one.label)

    @property
    def both(self) -> Both | None:
        """Of a case that counts for what the judge's verdicts are worth in the mean."""
        if self.place != "labelled" or self.human is None or self.value is None:
            return None
        return self.human, self.value

    @property
    def agrees(self) -> bool | None:
        """Whether people and the judge say the same; None where one of them has not had their say."""
        return None if self.label is None or self.value is None else self.label == self.value


class Sums:
    """Over the planned cases of one segment, or all of them."""

    def __init__(self) -> None:
        self.planned = 0
        self.grouped = False
        self.places: Counter[Place] = Counter()
        self.known: Counter[Fraction] = Counter()
        """Of cases that a broken answer settles."""
        self.both: Counter[Both] = Counter()
        self.only: Counter[Fraction] = Counter()
        """Verdicts of cases that nobody has labelled."""
        self.unjudged: Counter[str] = Counter()
        """Why cases have no valid verdict."""
        self.waiting = 0
        self._labelled: dict[int, Both] = {}
        """By position in the plan."""
        self._firsts: dict[int, _First] = {}

    def plan(self, case: Case) -> None:
        """Take note of a case before anything is said of it."""
        self.planned += 1
        self.grouped = self.grouped or case.group is not None

    def move(self, position: int, old: Share | None, new: Share) -> None:
        """Take out what a case said and put in what it says now."""
        if old is not None:
            self._count(old, -1)
        self._count(new, 1)
        before, after = old.both if old is not None else None, new.both
        if before == after:
            return
        for first in self._firsts.values():
            if before is not None:
                first.take_out(position)
            if after is not None:
                first.put_in(position, after)
        if after is not None:
            self._labelled[position] = after
        else:
            del self._labelled[position]

    def first(self, most: int | None) -> Mapping[Both, int]:
        """`both` of the first so many labelled cases of the plan; of all without a number."""
        if most is None:
            return self.both
        if most not in self._firsts:
            first = self._firsts[most] = _First(most)
            for position, both in self._labelled.items():
                first.put_in(position, both)
        return self._firsts[most].counts

    def _count(self, share: Share, sign: int) -> None:
        self.places[share.place] += sign
        if share.place == "excluded":
            return
        if share.place == "settled":
            _add(self.known, share.human or Fraction(0), sign)
        elif not share.judged:
            self.waiting += sign
        elif share.value is None:
            _add(self.unjudged, share.why, sign)
        elif share.both is not None:
            _add(self.both, share.both, sign)
        else:
            _add(self.only, share.value, sign)


class _First:
    """Of the labelled cases, the first so many in the order of the plan."""

    def __init__(self, most: int) -> None:
        self.counts: Counter[Both] = Counter()
        self._most = most
        self._positions: list[int] = []
        self._both: dict[int, Both] = {}

    def put_in(self, position: int, both: Both) -> None:
        at = bisect_left(self._positions, position)
        self._positions.insert(at, position)
        self._both[position] = both
        if at < self._most:
            _add(self.counts, both, 1)
            if len(self._positions) > self._most:
                _add(self.counts, self._both[self._positions[self._most]], -1)

    def take_out(self, position: int) -> None:
        at = bisect_left(self._positions, position)
        del self._positions[at]
        both = self._both.pop(position)
        if at < self._most:
            _add(self.counts, both, -1)
            if len(self._positions) >= self._most:
                _add(self.counts, self._both[self._positions[self._most - 1]], 1)


class LineTally:
    """One judge on one line of a session."""

    def __init__(self, plan: Mapping[str, Case], agreeing: Agreeing) -> None:
        self._plan = plan
        self._positions = {case_id: position for position, case_id in enumerate(plan)}
        self._agreeing = agreeing
        self._rule: Rule | None = None
        self._shares: list[Share | None] = [None] * len(plan)
        self._alike: dict[Share, Share] = {}
        """Cases that say the same share what they say."""
        self._compared: dict[int, Compared] = {}
        """By position in the plan."""
        self._stale: set[str] = set()
        self._sums: dict[str | None, Sums] = {None: Sums()}
        for case in plan.values():
            for sums in self._sums_of(case):
                sums.plan(case)

    def touch(self, case_id: str) -> None:
        """Something was said of a case."""
        self._stale.add(case_id)

    def update(self, rule: Rule, joined: Callable[[str], Joined]) -> None:
        """Look at the cases again that were touched; at all of them where verdicts are read in another way now."""
        stale = self._stale if rule == self._rule else self._plan
        for case_id in stale:
            self._move(case_id, joined(case_id))
        self._rule = rule
        self._stale.clear()

    def sums(self, segment: str | None) -> Sums:
        return self._sums.get(segment) or Sums()

    def _move(self, case_id: str, one: Joined) -> None:
        position, case, new = self._positions[case_id], self._plan[case_id], Share.of(one)
        old = self._shares[position]
        if old != new:
            self._shares[position] = new = self._alike.setdefault(new, new)
            for sums in self._sums_of(case):
                sums.move(position, old, new)
        before, after = self._compared.pop(position, None), None
        if one.verdict is not None and new.agrees is not None:
            after = self._compared[position] = Compared(new.agrees, one.verdict.origins)
        self._agreeing.move(case.unit, before, after)

    def _sums_of(self, case: Case) -> tuple[Sums, ...]:
        whole = self._sums[None]
        if case.segment is None:
            return (whole,)
        return whole, self._sums.setdefault(case.segment, Sums())


def _add(counts: Counter[Key], key: Key, sign: int) -> None:
    counts[key] += sign
    if not counts[key]:
        del counts[key]
