"""What SQLite's errors mean for a person, as members of the error tree."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tiebreak.errors import CorruptStoreError, ReadOnlyStoreError, StoreBusyError, StoreError

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NOT_OURS_TO_WRITE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
_IN_USE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_LASTING = _DAMAGED | _NOT_OURS_TO_WRITE | {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def primary_code(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code; None for errors of the Python module itself, such as a wrong parameter count."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken, or no database."""
    return primary_code(error) in _DAMAGED


def is_lasting(error: sqlite3.Error) -> bool:
    """Whether later writes would meet it too: a full disk or a broken file, not one bad row or a lock."""
    return primary_code(error) in _LASTING


def backups_of(path: Path) -> list[Path]:
    """The backups beside a database, newest first."""
    return sorted(path.parent.glob(f"{path.stem}-*.backup{path.suffix}"), key=lambda file: file.name, reverse=True)


def store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """The error to raise for SQLite's; the message names the file and what to do."""
    code = primary_code(error)
    if code in _DAMAGED:
        what = "is not a SQLite database" if code == sqlite3.SQLITE_NOTADB else "is damaged"
        return CorruptStoreError(f"{path} {what} ({error}).", hint=_way_back(path))
    if code in _NOT_OURS_TO_WRITE:
        return read_only(path)
    if code in _IN_USE:
        return StoreBusyError(
            f"Another process has been writing to {path} for longer than we wait.",
            hint="Close the other Tiebreak, or whatever else holds the file, then try again.",
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"The disk that holds {path} is full.", hint="Free some space, then open the session again.")
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(f"Reading or writing {path} failed ({error}).", hint="Check the disk, then start again.")
    if isinstance(error, sqlite3.IntegrityError):
        taken = error.sqlite_errorcode in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
        return StoreError(
            f"The database refused a record ({error}).",
            hint="Another Tiebreak may have this session open: close one of them, then resume it." if taken else None,
        )
    return StoreError(f"The database {path} could not carry that out ({error}).")


def read_only(path: Path) -> ReadOnlyStoreError:
    return ReadOnlyStoreError(
        f"{path} cannot be written to.",
        hint=f"Tiebreak needs write permission on the file and on its folder {path.parent}.",
    )


@contextmanager
def store_errors(path: Path) -> Generator[None]:
    """Turns SQLite's errors inside the block into store errors.

    Raises:
        StoreError: for every `sqlite3.Error`.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error, path) from error


def _way_back(path: Path) -> str:
    backups = backups_of(path)
    if backups:
        return (
            f"Move it away and copy the newest backup, {backups[0]}, to its place; "
            f"what is newer than that may be rescued with `sqlite3 {path.name} .recover`."
        )
    return (
        f"There is no backup beside it. Move it away to start anew; "
        f"`sqlite3 {path.name} .recover` may rescue what it holds."
    )
