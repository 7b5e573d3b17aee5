"""Rows of append-only tables: inserted once, the same again being no harm."""

import sqlite3
from dataclasses import dataclass
from functools import cached_property

from tiebreak.errors import StoreError

Value = str | int | float | bytes | None
Row = tuple[Value, ...]


@dataclass(frozen=True)
class AppendOnly:
    """A table whose rows have an `id`, the first of its columns."""

    name: str
    columns: tuple[str, ...]

    @cached_property
    def _insert(self) -> str:
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({marks}) ON CONFLICT (id) DO NOTHING"  # noqa: S608  # names of ours

    @cached_property
    def _select(self) -> str:
        return f"SELECT {', '.join(self.columns)} FROM {self.name} WHERE id = ?"  # noqa: S608  # names of ours

    def insert(self, connection: sqlite3.Connection, row: Row) -> None:
        """Add a row; the very same row a second time changes nothing.

        Raises:
            StoreError: where another row is recorded under its id.
            sqlite3.IntegrityError: where it refers to what is not there, or breaks a rule of the table.
        """
        if connection.execute(self._insert, row).rowcount == 0:
            recorded = connection.execute(self._select, row[:1]).fetchone()
            if recorded != row:
                raise StoreError(f"Another {self.name} is already recorded under the id {row[0]}.")
