"""What the list of triage has in its rows: a case each, or folded groups of cases. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tiebreak.triage import FailureGroup, Filter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tiebreak_workbench.triage.case import CaseDetail
    from tiebreak_workbench.triage.triage import Triage
    from tiebreak_workbench.trials.findings import Findings

    Places = NDArray[np.int64]


class Row(NamedTuple):
    """A row of the list."""

    place: int
    """Of its case in the table; of a group that of its first."""
    group: int | None = None
    """The number of its group, where there are groups."""
    folded: int = 0
    """Of the row of a group how many cases it stands for, else 0."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows that a filter leaves. Made in a thread; unfolding makes others."""

    wanted: Filter
    places: "Places"
    """Of every case that is listed, ascending; of groups, those of all of them one after the other."""
    worse: int
    """How many of the cases at the start of the list got worse; of groups, all there are."""
    whole: bool = True
    """Whether these are all, and not the first page alone."""
    read_as: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Words that were taken for mistyped ones."""
    groups: "tuple[tuple[FailureGroup, Places], ...] | None" = None
    unfolded: frozenset[int] = frozenset()
    _rows: tuple[Row, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.places) if self.groups is None else len(self._rows)

    @property
    def cases(self) -> int:
        return len(self.places)

    def row(self, index: int) -> Row:
        return Row(int(self.places[index])) if self.groups is None else self._rows[index]

    def index_of(self, place: int) -> int:
        """The row of a case, or of the group that it is folded into; the first one where it is not listed."""
        if self.groups is not None:
            mine = self.group_of(place)
            heads = (i for i, row in enumerate(self._rows) if row.group == mine and (row.folded or row.place == place))
            found = list(heads) if mine is not None else []
            return found[-1] if found else 0
        at = int(self.places.searchsorted(place))
        return at if at < len(self.places) and int(self.places[at]) == place else 0

    def served(self, index: int) -> list[int]:
        """The places that a decision on a row is about."""
        row = self.row(index)
        return self.members(row.group) if row.folded and row.group is not None else [row.place]

    def members(self, group: int) -> list[int]:
        assert self.groups is not None
        found: list[int] = self.groups[group][1].tolist()
        return found

    def group_of(self, place: int) -> int | None:
        """The number of the group that a case is in."""
        for number, (_, places) in enumerate(self.groups or ()):
            at = int(places.searchsorted(place))
            if at < len(places) and int(places[at]) == place:
                return number
        return None

    def next_worse(self, index: int, step: int, worse_places: int) -> int | None:
        """The next row, before or after one, whose case got worse; places below `worse_places` did."""
        if self.groups is None:
            wanted = min(index + step, self.worse - 1)
            return wanted if 0 <= wanted != index and (wanted - index) * step > 0 else None
        order: Iterator[int] = iter(range(index + step, len(self) if step > 0 else -1, step))
        return next((i for i in order if self._rows[i].place < worse_places), None)

    def next_group(self, index: int, step: int) -> int | None:
        order = range(index + step, len(self) if step > 0 else -1, step)
        return next((i for i in order if self._rows[i].folded), None)

    def toggled(self, group: int) -> "Rows":
        """With one group unfolded, or folded again."""
        assert self.groups is not None
        return of_groups(self.wanted, self.groups, self.unfolded ^ {group})


def find_rows(triage: "Triage", wanted: Filter) -> Rows:
    """All cases that a filter leaves, each in a row."""
    listing = triage.listing(wanted)
    return _of_places(triage, wanted, listing.places, tuple(listing.read_as.items()))


def first_rows(triage: "Triage", wanted: Filter, limit: int) -> Rows:
    """The first page of them, found sooner."""
    import numpy as np

    found: Places = np.array(triage.first(wanted, limit), dtype=np.int64)
    return _of_places(triage, wanted, found, (), whole=False)


def find_groups(triage: "Triage", wanted: Filter) -> Rows:
    """The failures that a filter leaves, those that are nearly the same folded into one row."""
    return of_groups(wanted, tuple((group, triage.places(group)) for group in triage.groups(wanted)))


def of_groups(
    wanted: Filter, groups: "Sequence[tuple[FailureGroup, Places]]", unfolded: frozenset[int] = frozenset()
) -> Rows:
    import numpy as np

    rows: list[Row] = []
    for number, (_, places) in enumerate(groups):
        rows.append(Row(int(places[0]), number, len(places)))
        if number in unfolded:
            rows += [Row(place, number) for place in places.tolist()]
    every: Places = np.concatenate([places for _, places in groups]) if groups else np.array([], dtype=np.int64)
    return Rows(wanted, every, len(every), groups=tuple(groups), unfolded=unfolded, _rows=tuple(rows))


def _of_places(
    triage: "Triage",
    wanted: Filter,
    places: "Places",
    read_as: tuple[tuple[str, tuple[str, ...]], ...],
    *,
    whole: bool = True,
) -> Rows:
    worse = int(places.searchsorted(triage.counts()["regression"]))
    return Rows(wanted, places, worse, whole, read_as)


class CaseRead(NamedTuple):
    """A case in full, and what bisecting and asking again found of it."""

    detail: "CaseDetail"
    findings: "Findings"


def read_case(triage: "Triage", place: int) -> CaseRead:
    """The case at a place."""
    case_id = triage.case_ids([place])[0]
    from tiebreak_workbench.triage.case import case_detail
    from tiebreak_workbench.trials.findings import findings_of

    store, a, b = triage.bench.store, triage.a, triage.b
    return CaseRead(
        case_detail(store, a, b, case_id, seals=triage.seals), findings_of(store, a.run.id, b.run.id, case_id)
    )
