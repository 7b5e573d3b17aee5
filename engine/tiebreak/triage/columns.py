"""All rows of two runs in columns: some 90 bytes a case, filtered in a few milliseconds, kept as bytes.

Rows stand in the order of the list: by class, then the severest first, then as in the dataset. What a row has of a kind
(segment, flipped checks, …) is a code into a list of all that occur, so that a filter asks each of them once.
"""

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from tiebreak.triage.rows import CLASSES, TriageRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODED = ("kind", "segment", "tags", "row_class", "worse", "better", "failing", "human", "judge", "why")
FIGURES = ("severity", "success_a", "success_b", "score_delta", "seconds_a", "seconds_b", "usd_a", "usd_b")
LISTS = frozenset(("tags", "worse", "better", "failing"))
FORMAT = 2
"""Of what `encoded` gives; another one is not read, but made anew."""
NOT_KNOWN = float("nan")


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of two runs. Nothing in it is ever changed."""

    ordinals: "NDArray[np.int32]"
    """Of each row its place in the dataset."""
    codes: Mapping[str, "NDArray[Any]"]
    words: Mapping[str, tuple[Any, ...]]
    """What each code stands for."""
    figures: Mapping[str, "NDArray[np.float64]"]
    """NaN is not known."""
    _places: "list[NDArray[np.int32]]" = field(default_factory=list["NDArray[np.int32]"], repr=False)

    def __len__(self) -> int:
        return len(self.ordinals)

    def row(self, place: int) -> TriageRow:
        """The row at a place of the list."""
        values: dict[str, Any] = {name: self.words[name][self.codes[name][place]] for name in CODED}
        for name in FIGURES:
            value = float(self.figures[name][place])
            values[name] = None if value != value else value
        return TriageRow(ordinal=int(self.ordinals[place]), **values)

    def place_of(self, ordinal: int) -> int | None:
        """Where the case of an ordinal stands in the list; None where neither run tried it."""
        places = self._by_ordinal()
        place = int(places[ordinal]) if 0 <= ordinal < len(places) else -1
        return None if place < 0 else place

    def places_of(self, ordinals: Iterable[int]) -> "NDArray[np.int64]":
        """The places of those of some ordinals that are in the list, ascending, each once."""
        import numpy as np

        wanted = np.fromiter(ordinals, dtype=np.int64)
        places = self._by_ordinal()
        wanted = wanted[(wanted >= 0) & (wanted < len(places))]
        found = np.unique(places[wanted]).astype(np.int64)
        return found[found >= 0]

    def counts(self) -> dict[str, int]:
        """How many rows are of each class."""
        import numpy as np

        counted: NDArray[Any] = np.bincount(self.codes["row_class"], minlength=len(self.words["row_class"]))
        by_word = dict(zip(self.words["row_class"], map(int, counted), strict=False))
        return {name: by_word.get(name, 0) for name in CLASSES}

    def moves(self) -> dict[str, tuple[int, int]]:
        """Check, `answer` or `vote` → in how many rows it got worse, and in how many better; the most worse first."""
        import numpy as np

        found: dict[str, list[int]] = {}
        for place, name in enumerate(("worse", "better")):
            words = self.words[name]
            counted: NDArray[Any] = np.bincount(self.codes[name], minlength=len(words))
            for word, rows in zip(words, map(int, counted), strict=False):
                for check_id in word if rows else ():
                    found.setdefault(check_id, [0, 0])[place] += rows
        ordered = sorted(found.items(), key=lambda one: (-one[1][0], -one[1][1], one[0]))
        return {check_id: (worse, better) for check_id, (worse, better) in ordered}

    def _by_ordinal(self) -> "NDArray[np.int32]":
        """Ordinal → place, -1 where there is none; made when it is first asked for."""
        import numpy as np

        if not self._places:
            size = int(self.ordinals.max()) + 1 if len(self) else 0
            places: NDArray[np.int32] = np.full(size, -1, dtype=np.int32)
            places[self.ordinals] = np.arange(len(self), dtype=np.int32)
            self._places.append(places)
        return self._places[0]


class TableBuilder:
    """Takes rows in, one after the other, in any order; also on top of a table that is there."""

    def __init__(self) -> None:
        self._ordinals = array("i")
        self._codes = {name: array("I") for name in CODED}
        self._words: dict[str, dict[Any, int]] = {name: {} for name in CODED}
        self._words["row_class"] = {name: code for code, name in enumerate(CLASSES)}
        self._figures = {name: array("d") for name in FIGURES}

    def __len__(self) -> int:
        return len(self._ordinals)

    def add(self, row: TriageRow) -> None:
        self._ordinals.append(row.ordinal)
        for name, codes, words in self._lines():
            value = getattr(row, name)
            code = words.get(value)
            if code is None:
                code = words[value] = len(words)
            codes.append(code)
        for name, figures in self._figures.items():
            value = getattr(row, name)
            figures.append(NOT_KNOWN if value is None else value)

    def add_many(
        self,
        ordinals: "NDArray[np.int32]",
        own: "Mapping[str, tuple[NDArray[Any], Sequence[Any]]]",
        figures: "Mapping[str, NDArray[np.float64]]",
        rows: Sequence[TriageRow],
        which: "NDArray[Any]",
    ) -> None:
        """Take in many cases. Of each `which` tells the one of `rows` that has what follows from its answers; what is
        the case's own comes from the codes, and what they stand for, in `own`, and from `figures`."""
        import numpy as np

        self._ordinals.frombytes(ordinals.astype("i").tobytes())
        for name, codes, words in self._lines():
            if name in own:
                mine, known = own[name]
                used, coded = np.unique(mine, return_inverse=True)
                values = [known[code] for code in used]
            else:
                coded, values = which, [getattr(row, name) for row in rows]
            here = np.array([words.setdefault(value, len(words)) for value in values], dtype="I")
            codes.frombytes(here[coded].tobytes())
        for name, known in self._figures.items():
            if name in figures:
                known.frombytes(figures[name].tobytes())
            else:
                column: NDArray[Any] = np.array([getattr(row, name) for row in rows], dtype=np.float64)
                known.frombytes(column[which].tobytes())  # None became NaN

    def take_over(self, table: Table, but: Iterable[int] = ()) -> None:
        """Start from the rows of a table, without those of some ordinals. Before any row is added."""
        import numpy as np

        left: NDArray[Any] = ~np.isin(table.ordinals, np.fromiter(but, dtype=np.int64))
        self._ordinals = array("i", table.ordinals[left].astype("i").tobytes())
        for name in CODED:
            self._words[name] = {word: code for code, word in enumerate(table.words[name])}
            self._codes[name] = array("I", table.codes[name][left].astype("I").tobytes())
        for name in FIGURES:
            self._figures[name] = array("d", table.figures[name][left].tobytes())

    def table(self) -> Table:
        """The table, in the order of the list."""
        import numpy as np

        ordinals: NDArray[np.int32] = np.array(self._ordinals, dtype=np.int32)
        classes = np.array(self._codes["row_class"], dtype=np.uint8)
        order = np.lexsort((ordinals, -np.array(self._figures["severity"]), classes))
        return Table(
            ordinals=ordinals[order],
            codes={
                name: np.array(codes, dtype=_narrowest(len(self._words[name])))[order]
                for name, codes in self._codes.items()
            },
            words={name: tuple(words) for name, words in self._words.items()},
            figures={name: np.array(values)[order] for name, values in self._figures.items()},
        )

    def _lines(self) -> "list[tuple[str, array[int], dict[Any, int]]]":
        return [(name, self._codes[name], self._words[name]) for name in CODED]


def table_of(rows: Iterable[TriageRow]) -> Table:
    builder = TableBuilder()
    for row in rows:
        builder.add(row)
    return builder.table()


def encoded(table: Table) -> tuple[str, dict[str, bytes]]:
    """A table as a head in JSON and the bytes of each column, little-endian."""
    columns = {"ordinals": table.ordinals, **table.codes, **table.figures}
    head = {
        "format": FORMAT,
        "rows": len(table),
        "types": {name: column.dtype.newbyteorder("<").str for name, column in columns.items()},
        "words": {name: list(words) for name, words in table.words.items()},
    }
    kept = {
        name: column.astype(column.dtype.newbyteorder("<"), copy=False).tobytes() for name, column in columns.items()
    }
    return json.dumps(head), kept


def decoded(head: str, columns: Mapping[str, bytes]) -> Table:
    """The table that `encoded` was given.

    Raises:
        ValueError: where head and columns are of another format, or do not fit together.
    """
    import numpy as np

    read = cast("dict[str, Any]", json.loads(head))
    if read.get("format") != FORMAT:
        raise ValueError(f"the format is {read.get('format')!r}, not {FORMAT}")
    found: dict[str, NDArray[Any]] = {}
    for name in ("ordinals", *CODED, *FIGURES):
        if name not in columns:
            raise ValueError(f"the column {name} is missing")
        found[name] = np.frombuffer(columns[name], dtype=np.dtype(read["types"][name]))
        if len(found[name]) != read["rows"]:
            raise ValueError(f"the column {name} has {len(found[name])} rows instead of {read['rows']}")
    words = {name: tuple(tuple(word) if name in LISTS else word for word in read["words"][name]) for name in CODED}
    for name in CODED:
        if len(found[name]) and int(found[name].max()) >= len(words[name]):
            raise ValueError(f"the column {name} names what is not there")
    return Table(
        ordinals=found["ordinals"],
        codes={name: found[name] for name in CODED},
        words=words,
        figures={name: found[name] for name in FIGURES},
    )


def _narrowest(count: int) -> str:
    """The smallest type that holds so many codes."""
    return "u1" if count <= 1 << 8 else "u2" if count <= 1 << 16 else "u4"
