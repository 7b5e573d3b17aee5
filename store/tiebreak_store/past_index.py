"""An index over every text of the past, kept beside the database: sessions, prompts, questions, notes and answers.

All of it can be worked out anew, so it has a file of its own, `search.db`, that no backup carries and that may be
deleted at any time. Of each kind the newer a text, the higher its number.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from tiebreak_store.database import immediate
from tiebreak_store.finding import PAST_KINDS, KeyedKind, PastKind, SeqKind
from tiebreak_store.side_file import SideFile
from tiebreak_store.words import TOKENS, any_of, beginning, words_of

VERSION = 1
"""Of what is kept here. Another one is thrown away."""
FILE = "search.db"
PAGE = 64
"""Numbers that are asked for at once."""
NEAR_TERMS = 20_000
"""Words that are looked through for one that was mistyped."""
INSIDE = 60
"""Words that are tried because they hold a part that was typed."""

_TABLES = (
    """
CREATE TABLE covered (
    kind TEXT PRIMARY KEY,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    last TEXT NOT NULL
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE keyed (
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX keyed_number ON keyed (kind, number)",
    "CREATE TABLE word (term TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    *(f"CREATE VIRTUAL TABLE past_{kind} USING fts5(text, content='', {TOKENS})" for kind in PAST_KINDS),
)


@dataclass(frozen=True, slots=True)
class Covered:
    """The records of a kind that are in the index: those from `low` to `high`. `last` is the id of the highest."""

    low: int
    high: int
    last: str


class PastIndex(SideFile):
    """The open file. A call that fails because it is damaged raises a `StoreError`; opened again, it is made anew."""

    @staticmethod
    def _make_ready(connection: sqlite3.Connection) -> None:
        # What is lost with the power is made anew.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -16000")
        with immediate(connection):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != VERSION:
                _make_anew(connection)

    def clear(self) -> None:
        """Forget everything, as the database is another one than before."""
        with self._using() as connection, immediate(connection):
            _make_anew(connection)

    def covered(self, kind: SeqKind) -> Covered | None:
        """How far the records of a kind are in; None where none are."""
        with self._using() as connection:
            return _covered(connection, kind)

    def add(self, kind: SeqKind, texts: Sequence[tuple[int, str]], before: Covered | None, now: Covered) -> bool:
        """Add texts by ascending number, all or none. False, and nothing is added, where another process went on since
        it was covered as `before`."""
        with self._using() as connection, immediate(connection):
            if _covered(connection, kind) != before:
                return False
            _put(connection, kind, texts)
            connection.execute(
                "INSERT OR REPLACE INTO covered (kind, low, high, last) VALUES (?, ?, ?, ?)",
                (kind, now.low, now.high, now.last),
            )
            return True

    def missing(self, kind: KeyedKind, keys: Iterable[str]) -> list[str]:
        """Those of some keys whose texts are not in."""
        with self._using() as connection:
            known = {key for (key,) in connection.execute("SELECT key FROM keyed WHERE kind = ?", (kind,))}
            return [key for key in dict.fromkeys(keys) if key not in known]

    def add_keyed(self, kind: KeyedKind, texts: Iterable[tuple[str, str]]) -> None:
        """Add texts by their keys, the newest last; one that is in stays."""
        with self._using() as connection, immediate(connection):
            (last,) = connection.execute("SELECT max(number) FROM keyed WHERE kind = ?", (kind,)).fetchone()
            numbers = count((last or 0) + 1)
            known = "SELECT 1 FROM keyed WHERE kind = ? AND key = ?"
            new = [
                (next(numbers), key, text)
                for key, text in texts
                if connection.execute(known, (kind, key)).fetchone() is None
            ]
            connection.executemany(
                "INSERT INTO keyed (kind, number, key) VALUES (?, ?, ?)",
                ((kind, number, key) for number, key, _ in new),
            )
            _put(connection, kind, [(number, text) for number, _, text in new])

    def key_of(self, kind: KeyedKind, number: int) -> str:
        with self._using() as connection:
            sql = "SELECT key FROM keyed WHERE kind = ? AND number = ?"
            return str(connection.execute(sql, (kind, number)).fetchone()[0])

    def find(self, kind: PastKind, words: Iterable[str]) -> Iterator[int]:
        """The numbers of the texts in which every word begins one, the newest first, as they are asked for."""
        with self._using() as connection:

            def continued(start: str, most: int) -> list[str]:
                return _words(connection, start, most)

            parts = [beginning(word, continued) for word in words]
        if parts and None not in parts:
            yield from self._matching(kind, " AND ".join(filter(None, parts)))

    def find_any(self, kind: PastKind, sets: Iterable[Sequence[str]]) -> Iterator[int]:
        """The same, with a choice for each word: one of each set is there as a whole word."""
        yield from self._matching(kind, " AND ".join(map(any_of, sets)))

    def newest(self, kind: KeyedKind, limit: int) -> list[int]:
        with self._using() as connection:
            sql = "SELECT number FROM keyed WHERE kind = ? ORDER BY number DESC LIMIT ?"
            return [number for (number,) in connection.execute(sql, (kind, limit))]

    def terms(self, start: str) -> list[str]:
        """Words of the texts that begin so, in alphabetical order, a bounded number of them."""
        with self._using() as connection:
            return _words(connection, start, NEAR_TERMS)

    def terms_with(self, part: str) -> list[str]:
        """Words of the texts that hold a part, the shortest first, a bounded number of them."""
        with self._using() as connection:
            sql = "SELECT term FROM word WHERE instr(term, ?) ORDER BY length(term) LIMIT ?"
            return [term for (term,) in connection.execute(sql, (part, INSIDE))]

    def _matching(self, kind: PastKind, query: str) -> Iterator[int]:
        """A page at a time: nothing is held open between them."""
        sql = (
            f"SELECT rowid FROM past_{kind} WHERE past_{kind} MATCH ? AND rowid < ? "  # noqa: S608  # names of ours
            "ORDER BY rowid DESC LIMIT ?"
        )
        below = 1 << 62
        while True:
            with self._using() as connection:
                page = [number for (number,) in connection.execute(sql, (query, below, PAGE))]
            yield from page
            if len(page) < PAGE:
                return
            below = page[-1]


def _make_anew(connection: sqlite3.Connection) -> None:
    for kind in PAST_KINDS:
        connection.execute(f"DROP TABLE IF EXISTS past_{kind}")
    for name in ("covered", "keyed", "word"):
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _covered(connection: sqlite3.Connection, kind: SeqKind) -> Covered | None:
    found = connection.execute("SELECT low, high, last FROM covered WHERE kind = ?", (kind,)).fetchone()
    return None if found is None else Covered(*found)


def _put(connection: sqlite3.Connection, kind: PastKind, texts: Sequence[tuple[int, str]]) -> None:
    connection.executemany(f"INSERT INTO past_{kind} (rowid, text) VALUES (?, ?)", texts)  # noqa: S608  # names of ours
    terms = {term for _, text in texts for term in words_of(text)}
    connection.executemany("INSERT OR IGNORE INTO word (term) VALUES (?)", ((term,) for term in sorted(terms)))


def _words(connection: sqlite3.Connection, start: str, limit: int) -> list[str]:
    found = connection.execute(
        "SELECT term FROM word WHERE term >= ? AND term < ? ORDER BY term LIMIT ?",
        (start, start + "\U0010ffff", limit),
    )
    return [str(term) for (term,) in found]
