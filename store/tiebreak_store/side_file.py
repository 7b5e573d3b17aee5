"""A SQLite file beside the database, for what can be worked out or asked for anew: it may be deleted at any time."""

import sqlite3
from abc import ABC, abstractmethod
from pathlib import Path
from threading import RLock
from typing import Self

from tiebreak_store.sqlite_errors import primary_code, store_errors


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
            try:
                return cls(path, cls._opened(path, busy_seconds))
            except sqlite3.DatabaseError as error:
                if primary_code(error) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                    raise
            for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
                name.unlink(missing_ok=True)
            return cls(path, cls._opened(path, busy_seconds))

    @classmethod
    def _opened(cls, path: Path, busy_seconds: float) -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            cls._make_ready(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @staticmethod
    @abstractmethod
    def _make_ready(connection: sqlite3.Connection) -> None:
        """Set the connection up, and make the tables where they are missing or of another version."""

    def close(self) -> None:
        with self._lock:
            self._connection.close()
