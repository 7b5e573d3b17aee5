"""What triage works out from the records, kept beside the database: columns of rows, and an index over the texts.

All of it can be worked out anew, so it has a file of its own, `triage.db`: making it never holds up the database that
records work, no backup carries it, and it may be deleted at any time. One that is damaged, or was made by another
version, is made anew.
"""

import json
import sqlite3
import zlib
from array import array
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from tiebreak_store.database import immediate
from tiebreak_store.side_file import SideFile
from tiebreak_store.triage import Marks
from tiebreak_store.words import TOKENS, any_of, beginning, quoted

VERSION = 4
"""Of what is kept here. Another one is thrown away."""
FILE = "triage.db"
PIECE = 4_000_000
"""Bytes of a column that one row holds."""
NEAR_TERMS = 20_000
"""Words that are looked through for one that was mistyped."""
_TABLES = """
CREATE TABLE pair (
    id INTEGER PRIMARY KEY,
    baseline_run TEXT NOT NULL,
    candidate_run TEXT NOT NULL,
    head TEXT NOT NULL,
    marks TEXT NOT NULL,
    notes TEXT NOT NULL,
    checksum INTEGER NOT NULL DEFAULT 0,
    documents INTEGER NOT NULL DEFAULT 0,
    listed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (baseline_run, candidate_run)
) STRICT;
CREATE TABLE piece (
    pair INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (pair, name, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE part (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    head TEXT NOT NULL,
    marks TEXT NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE part_piece (
    part INTEGER NOT NULL REFERENCES part (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (part, name, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE document (
    pair INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (pair, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_of_case ON document (pair, ordinal);
CREATE TABLE word (
    pair INTEGER NOT NULL REFERENCES pair (id) ON DELETE CASCADE,
    term TEXT NOT NULL,
    PRIMARY KEY (pair, term)
) STRICT, WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class KeptTable:
    """The columns of two runs, and how far the records had been read for them."""

    head: str
    columns: Mapping[str, bytes]
    marks: Marks
    notes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class KeptPart:
    """Columns of what tables are made of, one run or one dataset, and how far the records had been read for them."""

    head: str
    columns: Mapping[str, bytes]
    marks: Marks


class TriageIndex(SideFile):
    """A call that fails because the file is damaged raises a `StoreError`; `TriageIndex.open` then makes a new one."""

    @staticmethod
    def _make_ready(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        # What is lost with the power is made anew.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -16000")
        with immediate(connection):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version not in (0, VERSION):
                _clear(connection)
            if version != VERSION:
                for statement in _TABLES.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")

    def table(self, baseline_run: str, candidate_run: str) -> KeptTable | None:
        """What is kept of two runs; None where nothing is, or not all of it as it was written."""
        with self._using() as connection, _at_one_moment(connection):
            found = connection.execute(
                "SELECT id, head, marks, notes, checksum FROM pair "
                "WHERE baseline_run = ? AND candidate_run = ? AND head <> ''",
                (baseline_run, candidate_run),
            ).fetchone()
            if found is None:
                return None
            pair, head, marks, notes, checksum = found
            columns = _columns(connection, _OF_PAIR, pair)
        if _checksum(columns, head, marks, notes) != checksum:
            return None
        return KeptTable(head, columns, Marks(*json.loads(marks)), json.loads(notes))

    def keep_table(self, baseline_run: str, candidate_run: str, table: KeptTable) -> None:
        """Keep the columns of two runs, in place of what was kept of them."""
        with self._using() as connection, immediate(connection):
            pair = _pair(connection, baseline_run, candidate_run)
            told = table.head, json.dumps(table.marks), json.dumps(table.notes)
            connection.execute(
                "UPDATE pair SET head = ?, marks = ?, notes = ?, checksum = ? WHERE id = ?",
                (*told, _checksum(table.columns, *told), pair),
            )
            _put_columns(connection, _OF_PAIR, pair, table.columns)

    def part(self, name: str) -> KeptPart | None:
        """What is kept under a name; None where nothing is, or not all of it as it was written."""
        with self._using() as connection, _at_one_moment(connection):
            found = connection.execute("SELECT id, head, marks, checksum FROM part WHERE name = ?", (name,)).fetchone()
            if found is None:
                return None
            part, head, marks, checksum = found
            columns = _columns(connection, _OF_PART, part)
        if _checksum(columns, head, marks) != checksum:
            return None
        return KeptPart(head, columns, Marks(*json.loads(marks)))

    def keep_part(self, name: str, kept: KeptPart) -> None:
        """Keep columns under a name, in place of what was kept there."""
        with self._using() as connection, immediate(connection):
            told = kept.head, json.dumps(kept.marks)
            connection.execute(
                "INSERT INTO part (name, head, marks, checksum) VALUES (?, ?, ?, ?) ON CONFLICT (name) "
                "DO UPDATE SET head = excluded.head, marks = excluded.marks, checksum = excluded.checksum",
                (name, *told, _checksum(kept.columns, *told)),
            )
            (part,) = connection.execute("SELECT id FROM part WHERE name = ?", (name,)).fetchone()
            _put_columns(connection, _OF_PART, part, kept.columns)

    def forget(self, baseline_run: str, candidate_run: str) -> None:
        """Throw away what is kept of two runs."""
        with self._using() as connection, immediate(connection):
            pair = _pair(connection, baseline_run, candidate_run)
            connection.execute(f"DROP TABLE IF EXISTS terms_{pair}")
            connection.execute(f"DROP TABLE IF EXISTS words_{pair}")
            connection.execute("DELETE FROM pair WHERE id = ?", (pair,))

    # -- texts

    def indexed(self, baseline_run: str, candidate_run: str) -> "array[int]":
        """The ordinals of the cases whose texts are in the index."""
        with self._using() as connection:
            pair = _known_pair(connection, baseline_run, candidate_run)
            found = connection.execute("SELECT ordinal FROM document WHERE pair = ?", (pair,))
            return array("i", (ordinal for (ordinal,) in found))

    def outdate_texts(self, baseline_run: str, candidate_run: str, ordinals: Iterable[int]) -> None:
        """Let the index lack the texts of some cases, to which answers came in."""
        with self._using() as connection, immediate(connection):
            pair = _pair(connection, baseline_run, candidate_run)
            # A document that no row names any more is found no more.
            connection.executemany(
                "DELETE FROM document WHERE pair = ? AND ordinal = ?", ((pair, ordinal) for ordinal in ordinals)
            )

    def add_texts(self, baseline_run: str, candidate_run: str, texts: Sequence[tuple[int, str]]) -> None:
        """Add the texts of cases, by ordinal, all or none; hits come in the order in which they were added."""
        with self._using() as connection, immediate(connection):
            pair = _pair(connection, baseline_run, candidate_run)
            connection.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS words_{pair} USING fts5(text, content='', {TOKENS})"
            )
            connection.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS terms_{pair} USING fts5vocab(words_{pair}, 'row')")
            (first,) = connection.execute("SELECT documents FROM pair WHERE id = ?", (pair,)).fetchone()
            connection.executemany(
                f"INSERT INTO words_{pair} (rowid, text) VALUES (?, ?)",  # noqa: S608  # a number of ours
                ((first + n, text) for n, (_, text) in enumerate(texts, start=1)),
            )
            connection.executemany(
                "INSERT INTO document (pair, number, ordinal) VALUES (?, ?, ?)",
                ((pair, first + n, ordinal) for n, (ordinal, _) in enumerate(texts, start=1)),
            )
            connection.execute("UPDATE pair SET documents = documents + ? WHERE id = ?", (len(texts), pair))

    def list_words(self, baseline_run: str, candidate_run: str) -> None:
        """List the words of all texts that were added, where that was not done yet. FTS5 knows them too, but looks
        through all their documents to tell them."""
        with self._using() as connection, immediate(connection):
            found = connection.execute(
                "SELECT id, documents FROM pair WHERE baseline_run = ? AND candidate_run = ? AND documents <> listed",
                (baseline_run, candidate_run),
            ).fetchone()
            if found is None:
                return
            pair, documents = found
            connection.execute(
                f"INSERT OR IGNORE INTO word SELECT ?, term FROM terms_{pair}",  # noqa: S608  # a number of ours
                (pair,),
            )
            connection.execute("UPDATE pair SET listed = ? WHERE id = ?", (documents, pair))

    def find(self, baseline_run: str, candidate_run: str, words: Iterable[str], limit: int) -> list[int]:
        """The ordinals of the first cases in whose texts every word begins one, in the order of adding."""
        with self._using() as connection:
            pair = _known_pair(connection, baseline_run, candidate_run)
            if pair is None:
                return []
            (whole,) = connection.execute("SELECT documents = listed FROM pair WHERE id = ?", (pair,)).fetchone()

            def continued(start: str, most: int) -> list[str]:
                return _words(connection, pair, start, most)

            parts = [beginning(word, continued) if whole else f"{quoted(word)} *" for word in words if word]
            if not parts or None in parts:
                return []
            return self._matching(baseline_run, candidate_run, " AND ".join(filter(None, parts)), limit)

    def find_any(self, baseline_run: str, candidate_run: str, sets: Iterable[Sequence[str]], limit: int) -> list[int]:
        """The same, with a choice for each word: one of each set is there as a whole word."""
        parts = [any_of(terms) for terms in sets]
        return self._matching(baseline_run, candidate_run, " AND ".join(parts), limit) if parts else []

    def terms(self, baseline_run: str, candidate_run: str, start: str) -> list[str]:
        """Words of the texts that begin so, in alphabetical order, a bounded number of them; none that came since the
        words were listed."""
        with self._using() as connection:
            pair = _known_pair(connection, baseline_run, candidate_run)
            return [] if pair is None else _words(connection, pair, start, NEAR_TERMS)

    def _matching(self, baseline_run: str, candidate_run: str, query: str, limit: int) -> list[int]:
        with self._using() as connection:
            pair = _known_pair(connection, baseline_run, candidate_run)
            if pair is None or not _exists(connection, f"words_{pair}"):
                return []
            found = connection.execute(
                "SELECT d.ordinal FROM "  # noqa: S608  # a number of ours
                f"(SELECT rowid AS number FROM words_{pair} WHERE words_{pair} MATCH ? LIMIT ?) hit "
                "CROSS JOIN document d ON d.pair = ? AND d.number = hit.number",
                (query, limit, pair),
            )
            return [int(ordinal) for (ordinal,) in found]


def in_batches(texts: Iterable[tuple[int, str]], size: int) -> Iterator[list[tuple[int, str]]]:
    batch: list[tuple[int, str]] = []
    for text in texts:
        batch.append(text)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _clear(connection: sqlite3.Connection) -> None:
    virtual = "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name"
    for (name,) in connection.execute(virtual).fetchall():
        connection.execute(f'DROP TABLE "{name}"')
    for name in ("word", "document", "part_piece", "part", "piece", "pair"):
        connection.execute(f"DROP TABLE IF EXISTS {name}")


class _Pieces(NamedTuple):
    """Where the columns of something are."""

    table: str
    owner: str


_OF_PAIR, _OF_PART = _Pieces("piece", "pair"), _Pieces("part_piece", "part")


@contextmanager
def _at_one_moment(connection: sqlite3.Connection) -> Generator[None]:
    """Has all that is read be of one moment: another process may replace it in between."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _checksum(columns: Mapping[str, bytes], *texts: str) -> int:
    """Of all that belongs together. Nothing is synced, so that a loss of power may leave parts of several versions."""
    found = zlib.crc32("\0".join((*texts, *sorted(columns))).encode("utf-8", "surrogatepass"))
    for name in sorted(columns):
        found = zlib.crc32(columns[name], found)
    return found


def _columns(connection: sqlite3.Connection, of: _Pieces, owner: int) -> dict[str, bytes]:
    pieces: dict[str, list[bytes]] = {}
    for name, data in connection.execute(
        f"SELECT name, bytes FROM {of.table} WHERE {of.owner} = ? ORDER BY name, number",  # noqa: S608  # names of ours
        (owner,),
    ):
        pieces.setdefault(name, []).append(data)
    return {name: parts[0] if len(parts) == 1 else b"".join(parts) for name, parts in pieces.items()}


def _put_columns(connection: sqlite3.Connection, of: _Pieces, owner: int, columns: Mapping[str, bytes]) -> None:
    """In place of those that are there."""
    connection.execute(f"DELETE FROM {of.table} WHERE {of.owner} = ?", (owner,))  # noqa: S608  # names of ours
    connection.executemany(
        f"INSERT INTO {of.table} ({of.owner}, name, number, bytes) VALUES (?, ?, ?, ?)",  # noqa: S608  # as above
        (
            (owner, name, number, data[at : at + PIECE])
            for name, data in columns.items()
            for number, at in enumerate(range(0, max(1, len(data)), PIECE))
        ),
    )


def _pair(connection: sqlite3.Connection, baseline_run: str, candidate_run: str) -> int:
    """The number of two runs, given to them where they have none yet."""
    connection.execute(
        "INSERT INTO pair (baseline_run, candidate_run, head, marks, notes) VALUES (?, ?, '', '[]', '{}') "
        "ON CONFLICT DO NOTHING",
        (baseline_run, candidate_run),
    )
    found = _known_pair(connection, baseline_run, candidate_run)
    assert found is not None
    return found


def _known_pair(connection: sqlite3.Connection, baseline_run: str, candidate_run: str) -> int | None:
    found = connection.execute(
        "SELECT id FROM pair WHERE baseline_run = ? AND candidate_run = ?", (baseline_run, candidate_run)
    ).fetchone()
    return None if found is None else int(found[0])


def _words(connection: sqlite3.Connection, pair: int, start: str, limit: int) -> list[str]:
    found = connection.execute(
        "SELECT term FROM word WHERE pair = ? AND term >= ? AND term < ? ORDER BY term LIMIT ?",
        (pair, start, start + "\U0010ffff", limit),
    )
    return [str(term) for (term,) in found]


def _exists(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone() is not None
