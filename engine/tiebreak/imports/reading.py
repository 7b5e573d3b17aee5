"""A file of another tool: recognised by its first bytes, read record by record and within bounds."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Literal

from tiebreak.datasets.reading.files import BOM, MAX_LINE, START, skip_line, unreadable
from tiebreak.datasets.tables import tolerant_rows
from tiebreak.errors import ImportFormatError, InputError
from tiebreak.imports.archive import Archive
from tiebreak.imports.frame import RAW, Refused
from tiebreak.imports.values import is_list, is_mapping

Json = Mapping[str, object]
Kind = Literal["lines", "document", "csv", "yaml", "archive", "sqlite"]
MAX_DOCUMENT = 256 * 1024 * 1024
"""Bytes of a JSON document, which has to be read whole."""
PEEK = 20
"""Records that are looked at to recognise a tool."""


class Source:
    """One file. Reading it raises an `ImportFormatError` that names it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """What a config is called where the file does not say."""
        return self.path.stem

    def refuse(self, message: str, line: int | None = None, hint: str | None = None) -> ImportFormatError:
        return ImportFormatError(message, path=str(self.path), line=line, hint=hint)

    @cached_property
    def kind(self) -> Kind:
        try:
            with self.path.open("rb") as file:
                start = file.readline(MAX_LINE + 1)
                rest = file.read(65_536)
        except OSError as problem:
            raise unreadable(self.path, problem, ImportFormatError) from None
        if start.startswith(b"PK\x03\x04"):
            return "archive"
        if start.startswith(b"SQLite format 3\0"):
            return "sqlite"
        suffix = self.path.suffix.lower()
        if suffix in (".csv", ".yaml", ".yml"):
            return "csv" if suffix == ".csv" else "yaml"
        if suffix in (".jsonl", ".ndjson"):
            return "lines"
        # Some tools call a file of lines .json.
        return "lines" if rest.strip() and isinstance(_value(start.removeprefix(BOM)), dict) else "document"

    @cached_property
    def document(self) -> object:
        """The value of a JSON file, read whole."""
        try:
            if self.path.stat().st_size > MAX_DOCUMENT:
                size = f"{MAX_DOCUMENT // 2**20} MB"
                raise self.refuse(f"The document is larger than {size}.", hint="Export it as JSONL, or in parts.")
            data = self.path.read_bytes()
        except OSError as problem:
            raise unreadable(self.path, problem, ImportFormatError) from None
        return self.value(data)

    def value(self, data: bytes, what: str = "This") -> object:
        """JSON that must be there.

        Raises:
            ImportFormatError: where it is not JSON.
        """
        try:
            return read_value(data.removeprefix(BOM))
        except ValueError as problem:
            line = getattr(problem, "lineno", None)
            raise self.refuse(f"{what} is not JSON: {_words(problem)}.", line) from None

    def records(self) -> Iterator[tuple[int, Json | Refused]]:
        """The objects of a file of lines, of a JSON list, or of a CSV table, numbered from 1; flat memory for lines."""
        if self.kind == "lines":
            return self._lines()
        if self.kind in ("csv", "yaml"):
            return self._table()
        return self._items()

    @cached_property
    def first(self) -> tuple[Json, ...]:
        """The first objects, as far as they can be read; none of an archive or a database."""
        if self.kind in ("archive", "sqlite"):
            return ()
        found = (value for _, value in islice(self.records(), PEEK) if not isinstance(value, Refused))
        return tuple(found)

    @cached_property
    def top(self) -> Json:
        """The document where it is an object; else an empty one."""
        if self.kind != "document":
            return {}
        return self.document if is_mapping(self.document) else {}

    def archive(self) -> Archive:
        return Archive(self.path)

    def query(self, sql: str) -> Iterator[Json]:
        """Rows of a SQLite file, which is opened read-only."""
        try:
            address = f"{self.path.resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True)) as connection:
                connection.execute("PRAGMA query_only = ON")
                connection.execute("PRAGMA trusted_schema = OFF")
                cursor = connection.execute(sql)
                names = [column[0] for column in cursor.description]
                for row in cursor:
                    yield dict(zip(names, row, strict=True))
        except sqlite3.Error as problem:
            raise self.refuse(f"The database cannot be read: {problem}.") from None

    def _lines(self) -> Iterator[tuple[int, Json | Refused]]:
        try:
            with self.path.open("rb") as file:
                number = 0
                while line := file.readline(MAX_LINE + 1):
                    number += 1
                    if len(line) > MAX_LINE:
                        reason = f"The line is longer than {MAX_LINE // 2**20} MB."
                        yield number, Refused(line=number, reason=reason, raw=_raw(line[:START])[:RAW])
                        skip_line(file, line)
                        continue
                    if number == 1:
                        line = line.removeprefix(BOM)
                    if line.strip():
                        yield number, _object(line, number)
        except OSError as problem:
            raise unreadable(self.path, problem, ImportFormatError) from None

    def _items(self) -> Iterator[tuple[int, Json | Refused]]:
        items = self.document
        if not is_list(items):
            items = [items]
        for number, item in enumerate(items, start=1):
            yield number, item if is_mapping(item) else Refused(line=number, reason="This is no JSON object.")

    def _table(self) -> Iterator[tuple[int, Json | Refused]]:
        for row in tolerant_rows(self.path, ImportFormatError):
            if isinstance(row, InputError):
                yield row.line or 0, Refused(line=row.line or 0, reason=str(row))
            else:
                yield row.line(()) or 0, row.mapping or {}


def read_value(data: bytes | str) -> object:
    """JSON as other tools write it: fast, or where that fails, with NaN (which becomes null) and half characters.

    Raises:
        ValueError: for what is not JSON, or nested too deeply.
    """
    import orjson

    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        text = data if isinstance(data, str) else data.decode()
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError:
        raise ValueError("the nesting is too deep") from None


def _value(data: bytes) -> object:
    try:
        return read_value(data)
    except ValueError:
        return None


def _object(line: bytes, number: int) -> Json | Refused:
    try:
        value = read_value(line)
    except ValueError as problem:
        return Refused(line=number, reason=f"This line is not JSON: {_words(problem)}.", raw=_raw(line))
    if is_mapping(value):
        return value
    return Refused(line=number, reason="This line is not a JSON object.", raw=_raw(line))


def _raw(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r\n")[:RAW]


def _words(problem: ValueError) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"{problem.msg} at column {problem.colno}"
    return "it is not UTF-8" if isinstance(problem, UnicodeDecodeError) else str(problem)
