"""The database file: how it is opened, brought up to date, read from several threads, and checked."""

import sqlite3
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from tiebreak.errors import NewerSchemaError, StoreError
from tiebreak.records import utc_now
from tiebreak_store.migrations import APPLICATION_ID, NEWEST, migrate, steps
from tiebreak_store.sqlite_errors import primary_code, read_only, store_errors

OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""
BUSY_SECONDS = 10.0
_SWITCHES = 100


class Database:
    """An open database of the newest schema. Any thread may read; `close` when done."""

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        self._idle: deque[sqlite3.Connection] = deque()
        self._closed = False

    @classmethod
    def open(
        cls, path: Path, *, now: Callable[[], datetime] = utc_now, busy_seconds: float = BUSY_SECONDS
    ) -> "Database":
        """Open a file, made if missing; an older one is backed up, then migrated.

        `now` dates the backup; `busy_seconds` is how long to wait for another process that is writing.

        Raises:
            StoreError: where the file cannot be used; the class says which way.
        """
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreError(
                f"This Python comes with SQLite {sqlite3.sqlite_version}; Tiebreak needs 3.37 or newer.",
                hint="Use a newer Python build.",
            )
        _make_folder(path)
        database = cls(path, busy_seconds)
        with store_errors(path), closing(database.connect()) as connection:
            _bring_up_to_date(connection, path, now)
        return database

    def connect(self) -> sqlite3.Connection:
        """A connection with every setting that must be made per connection; transactions are begun by hand.

        Raises:
            sqlite3.Error: where it cannot be made.
        """
        connection = sqlite3.connect(
            self.path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        # Without it, REPLACE would delete rows past the triggers that refuse it.
        connection.execute("PRAGMA recursive_triggers = ON")
        # On macOS alone: what has been synced must be on the platter. Elsewhere a plain sync does that.
        connection.execute("PRAGMA fullfsync = ON")
        return connection

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A connection to read with, in any thread; the whole block sees the database as of one moment.

        Raises:
            StoreError: for every error of SQLite inside the block, and once the database is closed.
        """
        if self._closed:
            raise StoreError(f"{self.path} has been closed.")
        with store_errors(self.path):
            connection = self._borrow()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._idle.append(connection)
                if self._closed:
                    self._close_idle()

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            connection = self.connect()
            connection.execute("PRAGMA query_only = ON")
            return connection

    def problems(self) -> list[str]:
        """What SQLite's own integrity and foreign key checks find wrong; empty is sound. Reads the whole file.

        Raises:
            CorruptStoreError: where it is too damaged even for that.
        """
        with self.reading() as connection:
            found = [str(text) for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"]
            for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check"):
                found.append(f"row {rowid} of {table} refers to a missing row of {parent}")
        return found

    def close(self) -> None:
        """Close; reads that are under way end first, on their own."""
        self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()


@contextmanager
def immediate(connection: sqlite3.Connection) -> Generator[None]:
    """A transaction that takes the write lock at once, so that no other writer comes between reading and writing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def back_up(connection: sqlite3.Connection, target: Path) -> None:
    """A copy through SQLite's backup API, which is right whatever the other processes do; whole or not there."""
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial)) as copy:
        connection.backup(copy)
    partial.replace(target)


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError(f"{path.parent} is a file; the database needs a folder there.") from error
    except OSError as error:
        raise read_only(path) from error


def _bring_up_to_date(connection: sqlite3.Connection, path: Path, now: Callable[[], datetime]) -> None:
    version = _version(connection, path)
    # A step may rebuild a table that others refer to; inside a transaction this cannot be switched.
    connection.execute("PRAGMA foreign_keys = OFF")
    _log_ahead(connection)
    with immediate(connection):  # also the proof that we may write
        if version == NEWEST:
            return
        version = _version(connection, path)  # another process may just have migrated it
        if version < NEWEST:
            if version:
                _back_up_before_migration(path, version, now)
            migrate(connection, steps(), NEWEST)
            dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
            if dangling:
                raise StoreError(
                    f"{path} cannot be brought up to date: a row of {dangling[0]} refers to a missing one."
                )


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to write-ahead logging, once for all.

    SQLite does not wait for other processes here, such as one that is making the same file; a transaction does.
    """
    for left in reversed(range(_SWITCHES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or not left:
                raise
        with immediate(connection):
            pass


def _back_up_before_migration(path: Path, version: int, now: Callable[[], datetime]) -> None:
    target = path.with_name(f"{path.stem}-{now():%Y%m%dT%H%M%SZ}-schema-{version}.backup{path.suffix}")
    # The backup reads through a connection of its own: the one that migrates holds the write lock.
    with closing(sqlite3.connect(path)) as source:
        back_up(source, target)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the schema in the file; 0 for a blank one.

    Raises:
        StoreError: where it belongs to another program or to a newer Tiebreak.
    """
    # One statement, so that all three are of one moment: another process may be making the file.
    version, application, tables = connection.execute(
        "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) "
        "FROM pragma_user_version, pragma_application_id"
    ).fetchone()
    if tables and application != APPLICATION_ID:
        raise StoreError(f"{path} is a SQLite database of another program.", hint="Move it, or choose another folder.")
    if version > NEWEST:
        raise NewerSchemaError(
            f"{path} was written by a newer Tiebreak: its schema is version {version}, this Tiebreak knows {NEWEST}.",
            hint="Upgrade Tiebreak; nothing was changed.",
        )
    return int(version)
