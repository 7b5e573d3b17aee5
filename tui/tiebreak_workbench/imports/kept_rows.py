"""Rows of answers that were read, kept in a temporary file until they are put; of each only its number is held.

They are kept in their canonical form, which the name of the import is made of as well: so it is written once.
"""

import json
import tempfile
from array import array
from dataclasses import replace
from typing import Any, Self

from tiebreak.datasets.import_rows import AnswerRow
from tiebreak.records import Context, canonical_json
from tiebreak_workbench.imports.kept import HELD, closed, temporary_file

LISTS = ("contexts", "retrieved")
"""Fields that hold passages."""


class KeptRows:
    """Answers by number, from 0 in the order in which they were added. To be used in one thread at a time."""

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
        data = canonical_json(replace(row, line=0)).encode("utf-8", "surrogatepass")
        with temporary_file():
            self._file.write(data)
        self._begins.append(self._begins[-1] + len(data))
        self._lines.append(row.line)
        return len(self._lines) - 1

    def line(self, number: int) -> int:
        """The line that it stands in."""
        return self._lines[number]

    def canonical(self, number: int) -> bytes:
        """Its canonical form without its line, which is no part of what it says.

        Raises:
            WorkspaceError: where it cannot be read again.
        """
        begin = self._begins[number]
        with temporary_file():
            self._file.seek(begin)
            return self._file.read(self._begins[number + 1] - begin)

    def row(self, number: int) -> AnswerRow:
        """The row as it was added.

        Raises:
            WorkspaceError: as `canonical`.
        """
        fields: dict[str, Any] = json.loads(self.canonical(number).decode("utf-8", "surrogatepass"))
        fields["line"] = self._lines[number]
        for name in LISTS:
            if name in fields:
                fields[name] = tuple(Context(**passage) for passage in fields[name])
        return AnswerRow(**fields)

    def close(self) -> None:
        closed(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
