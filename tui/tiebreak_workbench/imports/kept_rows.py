"""Rows of answers that were read, kept in a temporary file until they are put; of each only its number is held.

They are kept in their canonical form, which the name of the import is made of as well: so it is written once.
"""

import json
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any, Self

from tiebreak.datasets.import_rows import AnswerRow
from tiebreak.records import Context
from tiebreak.records.canonical import encoded, plain
from tiebreak_workbench.imports.kept import HELD, closed, temporary_file

LISTS = ("contexts", "retrieved")
"""Fields that hold passages, and are no part of the canonical form where there are none."""
ALWAYS = tuple(one.name for one in fields(AnswerRow) if one.name not in LISTS)
"""The other fields, which hold what is plain."""
_values: Callable[[AnswerRow], tuple[object, ...]] = attrgetter(*ALWAYS)


class KeptRows:
    """Answers by number, from 0 in the order in which they were added. All are added before one is read again."""

    def __init__(self, held: int = HELD) -> None:
        self._file = tempfile.SpooledTemporaryFile(held)  # noqa: SIM115  # closed by `close`
        self._begins = array("Q", [0])
        """Where each begins in the file, and where the last one ends."""
        self._lines = array("Q")

    def add(self, row: AnswerRow) -> int:
        """The number of a row from now on.

        Raises:
            WorkspaceError: where there is no room for it.
        """
        told = dict(zip(ALWAYS, _values(row), strict=True))
        told["line"] = 0
        for name in LISTS:
            if passages := getattr(row, name):
                told[name] = plain(passages)
        data = encoded(told).encode("utf-8", "surrogatepass")
        with temporary_file():
            self._file.write(data)
        self._begins.append(self._begins[-1] + len(data))
        self._lines.append(row.line)
        return len(self._lines) - 1

    def line(self, number: int) -> int:
        """The line that it stands in."""
        return self._lines[number]

    def canonical(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """The canonical form of each of these, without its line, which is no part of what it says.

        Raises:
            WorkspaceError: where one cannot be read again.
        """
        begins, file = self._begins, self._file
        with temporary_file():
            at = -1
            for number in numbers:
                if at != begins[number]:
                    file.seek(begins[number])
                at = begins[number + 1]
                yield file.read(at - begins[number])

    def rows(self, numbers: Iterable[int]) -> Iterator[AnswerRow]:
        """These rows as they were added, but for their lines.

        Raises:
            WorkspaceError: as `canonical`.
        """
        for data in self.canonical(numbers):
            told: dict[str, Any] = json.loads(data.decode("utf-8", "surrogatepass"))
            for name in LISTS:
                if name in told:
                    told[name] = tuple(Context(**passage) for passage in told[name])
            yield AnswerRow(**told)

    def close(self) -> None:
        closed(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
