"""The one thread that writes. Whatever is waiting goes into one transaction, so that a sync is shared."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from tiebreak.errors import StoreError
from tiebreak_store.database import Database
from tiebreak_store.sqlite_errors import is_lasting, store_error, store_errors

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], T]
"""What is to be done inside a transaction. It neither begins nor ends one, and makes no savepoints."""

MOST_AT_ONCE = 256
"""Operations in one transaction: the next ballot never waits behind more than these."""


@dataclass(frozen=True, slots=True)
class _Job:
    operation: Operation[Any]
    durable: bool
    future: "Future[Any]"


class Writer:
    """Commits operations in the order in which they are submitted."""

    def __init__(self, database: Database) -> None:
        """
        Raises:
            StoreError: where the database cannot be opened.
        """
        self._path = database.path
        with store_errors(self._path):
            self._connection = database.connect()
        self._synchronous = ""
        self._failure: StoreError | None = None
        self._closed = False
        self._entry = threading.Lock()
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tiebreak-writer", daemon=True)
        self._thread.start()

    def submit(self, operation: Operation[T], *, durable: bool = False) -> "Future[T]":
        """Hand over an operation; the future resolves to its result once the commit that holds it has returned.

        A durable operation is on the disk by then, with all that was committed before it; another one may be lost if
        the machine loses power, but not if only the process dies. An operation that fails takes no other with it.
        The future fails with a `StoreError` for every error of SQLite, and with the operation's own error otherwise.
        After a failure that would last, such as a full disk, every later one fails with it, until the store is
        opened again.
        """
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # what was handed over cannot be withdrawn
        with self._entry:
            if self._closed:
                future.set_exception(StoreError(f"{self._path} has been closed; nothing more can be recorded."))
            else:
                self._queue.put(_Job(operation, durable, future))
        return future

    def close(self) -> None:
        """Commit what is waiting, then end the thread. A second call does nothing."""
        with self._entry:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        open_ = True
        while open_:
            batch, open_ = self._next_batch()
            if batch:
                self._commit(batch)
        self._connection.close()

    def _next_batch(self) -> tuple[list[_Job], bool]:
        """Waits for a job, then takes what else is there; False once there is nothing more to come."""
        batch: list[_Job] = []
        job = self._queue.get()
        while job is not None:
            batch.append(job)
            if len(batch) == MOST_AT_ONCE:
                return batch, True
            try:
                job = self._queue.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _commit(self, batch: list[_Job]) -> None:
        if self._failure is not None:
            return _fail(batch, self._failure)
        try:
            self._set_synchronous("FULL" if any(job.durable for job in batch) else "NORMAL")
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(job) for job in batch]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            failure = store_error(error, self._path)
            if is_lasting(error):
                self._failure = failure
            with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                self._connection.execute("ROLLBACK")
            return _fail(batch, failure)
        for job, (result, error) in zip(batch, outcomes, strict=True):
            if error is None:
                job.future.set_result(result)
            else:
                job.future.set_exception(error)
        return None

    def _set_synchronous(self, mode: str) -> None:
        """SQLite takes this setting between transactions only."""
        if mode != self._synchronous:
            self._connection.execute(f"PRAGMA synchronous = {mode}")
            self._synchronous = mode

    def _attempt(self, job: _Job) -> tuple[object, BaseException | None]:
        """Run one operation in a savepoint: its result, or its error with the savepoint rolled back.

        Raises:
            sqlite3.Error: where the whole transaction is lost.
        """
        run = self._connection.execute
        run("SAVEPOINT job")
        try:
            result = job.operation(self._connection)
        except sqlite3.Error as error:
            if is_lasting(error) or not self._connection.in_transaction:
                raise
            run("ROLLBACK TO job")
            run("RELEASE job")
            return None, store_error(error, self._path)
        except Exception as error:  # noqa: BLE001  # the future carries it to whoever submitted; the thread must live
            run("ROLLBACK TO job")
            run("RELEASE job")
            return None, error
        run("RELEASE job")
        return result, None


def _fail(batch: list[_Job], failure: StoreError) -> None:
    for job in batch:
        job.future.set_exception(failure)
