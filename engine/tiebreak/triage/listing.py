"""What a filter leaves of a table: its first rows at once, then all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tiebreak.triage.columns import Table
from tiebreak.triage.filtering import NONE, OF_ROW, Bound, Field, Figure, Filter, Term
from tiebreak.triage.rows import Decided, TriageRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OF_FIGURES: Mapping[Figure, str] = {
    "latency": "seconds_b",
    "cost": "usd_b",
    "score": "score_delta",
    "severity": "severity",
}
OF_DIFFERENCES: Mapping[Figure, tuple[str, str]] = {
    "slower": ("seconds_b", "seconds_a"),
    "dearer": ("usd_b", "usd_a"),
}
AT_ONCE = 16_384
"""Rows that are looked through before the first hits are given."""
UNDECIDED = Decided()


@dataclass(frozen=True, eq=False)
class View:
    """A table with what was decided about its cases: a column of codes into the decisions that occur."""

    table: Table
    decided: "NDArray[Any]"
    """Of each row a code into `decisions`."""
    decisions: tuple[Decided, ...]
    """The first is that of a case about which nothing was decided."""

    @classmethod
    def of(cls, table: Table, decided: Mapping[int, Decided]) -> "View":
        """`decided` is by the ordinals of cases."""
        import numpy as np

        codes: NDArray[Any] = np.zeros(len(table), dtype=np.uint32)
        known: dict[Decided, int] = {UNDECIDED: 0}
        for ordinal, one in decided.items():
            place = table.place_of(ordinal)
            if place is not None:
                codes[place] = known.setdefault(one, len(known))
        return cls(table, codes, tuple(known))

    def with_decided(self, decided: Mapping[int, Decided]) -> "View":
        """The same, with what was decided since."""
        codes = self.decided.copy()
        known = {one: code for code, one in enumerate(self.decisions)}
        for ordinal, one in decided.items():
            place = self.table.place_of(ordinal)
            if place is not None:
                codes[place] = known.setdefault(one, len(known))
        return View(self.table, codes, tuple(known))

    def row(self, place: int) -> TriageRow:
        return self.table.row(place)

    def decided_at(self, place: int) -> Decided:
        return self.decisions[int(self.decided[place])]

    def first(self, wanted: Filter, limit: int, within: "NDArray[np.int64] | None" = None) -> list[int]:
        """The first places that the filter leaves, its words aside; of those in `within` alone, which ascends."""
        import numpy as np

        found: list[int] = []
        every = len(self.table) if within is None else len(within)
        step = AT_ONCE
        start = 0
        while start < every and len(found) < limit:
            part: Any = slice(start, start + step) if within is None else within[start : start + step]
            hits = np.flatnonzero(self._mask(wanted, part))[: limit - len(found)]
            found += [int(place) for place in (hits + start if within is None else part[hits])]
            start += step
            step *= 4
        return found

    def places(self, wanted: Filter, within: "NDArray[np.int64] | None" = None) -> "NDArray[np.int64]":
        """All places that the filter leaves, its words aside, ascending."""
        import numpy as np

        part: Any = slice(None) if within is None else within
        hits: NDArray[np.int64] = np.flatnonzero(self._mask(wanted, part))
        return hits if within is None else within[hits]

    def values(self, field: Field) -> list[str]:
        """What occurs in a field, to choose from or to correct a mistyped one."""
        if field == "check":
            words: list[object] = [*self.table.words["worse"], *self.table.words["better"]]
        elif field in OF_ROW:
            words = list(self.table.words[OF_ROW[field]])
        elif field == "conflict":
            words = ["yes", "no"]
        else:
            words = [getattr(one, field) for one in self.decisions]
        return sorted({value for word in words for value in _listed(word)} - {NONE})

    def _mask(self, wanted: Filter, part: Any) -> Any:
        import numpy as np

        mask: Any = None
        for term in wanted.terms:
            own = self._of_term(term, part)
            mask = own if mask is None else mask & own
        for bound in wanted.bounds:
            own = self._of_bound(bound, part)
            mask = own if mask is None else mask & own
        return np.ones(len(self.table.ordinals[part]), dtype=bool) if mask is None else mask

    def _of_term(self, term: Term, part: Any) -> Any:
        import numpy as np

        table = self.table
        if term.field in OF_ROW:
            name = OF_ROW[term.field]
            return _looked_up(table.words[name], table.codes[name][part], lambda word: term.fits(_listed(word)))
        if term.field == "check":
            plain = Term(term.field, tuple(value for value in term.values if value != NONE) or ("",))
            hits: Any = np.zeros(len(table.ordinals[part]), dtype=bool)
            for name in ("worse", "better"):
                hits |= _looked_up(table.words[name], table.codes[name][part], plain.fits)
            if NONE in term.values:
                hits |= self._unflipped(part)
            return ~hits if term.negated else hits
        if term.field == "conflict":
            human, judge = table.codes["human"][part], table.codes["judge"][part]
            one, other = (
                _looked_up(table.words["human"], human, lambda word, side=side: word == side)
                & _looked_up(table.words["judge"], judge, lambda word, side=side: word not in (None, "tie", side))
                for side in ("A", "B")
            )
            both = one | other
            yes, no = term.fits(("yes",)), term.fits(("no",))
            return np.where(both, yes, no)
        name = term.field
        return _looked_up(self.decisions, self.decided[part], lambda one: term.fits(_listed(getattr(one, name))))

    def _unflipped(self, part: Any) -> Any:
        table = self.table
        return _looked_up(table.words["worse"], table.codes["worse"][part], lambda word: not word) & _looked_up(
            table.words["better"], table.codes["better"][part], lambda word: not word
        )

    def _of_bound(self, bound: Bound, part: Any) -> Any:
        figures = self.table.figures
        if bound.figure in OF_FIGURES:
            values: Any = figures[OF_FIGURES[bound.figure]][part]
        else:
            after, before = OF_DIFFERENCES[bound.figure]
            values = figures[after][part] - figures[before][part]
        # Whatever is compared with NaN is not so.
        match bound.sign:
            case ">":
                return values > bound.limit
            case ">=":
                return values >= bound.limit
            case "<":
                return values < bound.limit
            case "<=":
                return values <= bound.limit


def _listed(word: object) -> tuple[str, ...]:
    """What a code stands for as the values of a field."""
    if isinstance(word, tuple):
        return tuple(map(str, cast("tuple[object, ...]", word))) or (NONE,)
    return (NONE,) if word is None else (str(word),)


def _looked_up(words: tuple[Any, ...], codes: Any, fits: Callable[[Any], bool]) -> Any:
    """Of each row whether what its code stands for fits; each of the words is asked once."""
    import numpy as np

    table: NDArray[Any] = np.array([fits(word) for word in words] or [False], dtype=bool)
    return table[codes]
