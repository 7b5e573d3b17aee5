"""A SQLite file beside the database, for what can be worked out or asked for anew: it may be deleted at any time."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Self

from tiebreak.errors import CorruptStoreError
from tiebreak_store.sqlite_errors import is_damage, store_errors

DAMAGED = -1
"""The version of a file in which damage was found after it was opened: it is made anew whatever it holds."""


class SideFile(ABC):
    """The open file. Any thread may use it; calls take turns."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = RLock()

    @classmethod
    def open(cls, path: Path, *, busy_seconds: float = 10.0) -> Self:
        """Open the file, made if missing, and made anew where it is damaged or of another version.

        Raises:
            StoreError: where it cannot be used.
        """
        with store_errors(path):
            connection = cls._opened(path, busy_seconds)
            if connection is None:
                for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
                    name.unlink(missing_ok=True)
                connection = cls._opened(path, busy_seconds)
            if connection is None:
                raise CorruptStoreError(f"{path} is damaged, and cannot be made anew.", hint="Check the disk.")
            return cls(path, connection)

    @classmethod
    def _opened(cls, path: Path, busy_seconds: float) -> sqlite3.Connection | None:
        """A connection to the file; None where that is damaged."""
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            sound = connection.execute("PRAGMA user_version").fetchone() != (DAMAGED,)
            if sound:
                cls._make_ready(connection)
        except sqlite3.Error as error:
            connection.close()
            if is_damage(error):
                return None
            raise
        if sound:
            return connection
        connection.close()
        return None

    @staticmethod
    @abstractmethod
    def _make_ready(connection: sqlite3.Connection) -> None:
        """Set the connection up, and make the tables where they are missing or of another version."""

    @contextmanager
    def _using(self) -> Generator[sqlite3.Connection]:
        """The connection, for one call.

        Raises:
            CorruptStoreError: where that comes upon damage; opened again, the file is made anew.
            StoreError: for every other error of SQLite.
        """
        with self._lock, store_errors(self.path):
            try:
                yield self._connection
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                with suppress(sqlite3.Error):
                    self._connection.execute(f"PRAGMA user_version = {DAMAGED}")
                hint = "Nothing that was recorded is in it: it is made anew when it is opened again."
                raise CorruptStoreError(f"{self.path} is damaged ({error}).", hint=hint) from error

    def close(self) -> None:
        with self._lock:
            self._connection.close()
