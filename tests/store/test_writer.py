"""The writer: order, shared commits, failures that stay with their own, failures that last."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tiebreak.errors import StoreError
from tiebreak_store.database import Database
from tiebreak_store.writer import MOST_AT_ONCE, Writer

Op = Callable[[sqlite3.Connection], Any]


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database.open(path)
    with closing(database.connect()) as connection:
        connection.execute("CREATE TABLE note (n INTEGER PRIMARY KEY, text TEXT)")
    yield database
    database.close()


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    writer = Writer(database)
    yield writer
    writer.close()


def add(n: int, text: str = "") -> Op:
    return lambda connection: connection.execute("INSERT INTO note VALUES (?, ?)", (n, text)).lastrowid


def notes(database: Database) -> list[int]:
    with database.reading() as connection:
        return [n for (n,) in connection.execute("SELECT n FROM note ORDER BY rowid")]


class Gate:
    """Holds the writer inside a transaction until opened, so that what follows lands in one batch."""

    def __init__(self, writer: Writer) -> None:
        self._open = threading.Event()
        entered = threading.Event()

        def hold(_: sqlite3.Connection) -> None:
            entered.set()
            assert self._open.wait(10)

        self.held = writer.submit(hold)
        assert entered.wait(10)

    def open(self) -> None:
        self._open.set()


def test_operations_are_committed_in_order_with_their_results(writer: Writer, database: Database) -> None:
    futures = [writer.submit(add(n)) for n in range(MOST_AT_ONCE * 2 + 3)]
    assert [future.result() for future in futures] == list(range(MOST_AT_ONCE * 2 + 3))
    assert notes(database) == list(range(MOST_AT_ONCE * 2 + 3))


def test_what_waits_shares_one_commit(writer: Writer, database: Database) -> None:
    commits: list[int] = []
    gate = Gate(writer)
    writer.submit(lambda c: c.set_trace_callback(lambda sql: commits.append(1) if sql == "COMMIT" else None))
    futures = [writer.submit(add(n)) for n in range(20)]
    gate.open()
    wait(futures)
    writer.close()
    assert sum(commits) == 1
    assert len(notes(database)) == 20


def test_a_future_resolves_only_after_the_commit(writer: Writer, database: Database) -> None:
    seen: Future[list[int]] = Future()
    gate = Gate(writer)
    writer.submit(add(1)).add_done_callback(lambda _: seen.set_result(notes(database)))
    unresolved = writer.submit(add(2))
    assert not unresolved.done()
    gate.open()
    assert seen.result(10) == [1, 2]


def test_an_operation_that_fails_takes_no_other_with_it(writer: Writer, database: Database) -> None:
    def half_done(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO note VALUES (100, 'half')")
        raise LookupError("the operation's own")

    def mistyped(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO nowhere VALUES (1)")

    gate = Gate(writer)
    operations: list[Op] = [add(1), add(1), half_done, mistyped, add(2)]
    before, twice, broken, wrong, after = (writer.submit(operation) for operation in operations)
    gate.open()
    assert (before.result(), after.result()) == (1, 2)
    assert isinstance(twice.exception(), StoreError)
    assert isinstance(broken.exception(), LookupError)
    assert isinstance(wrong.exception(), StoreError)
    assert notes(database) == [1, 2]


def test_a_full_disk_fails_everything_until_reopened(writer: Writer, database: Database) -> None:
    writer.submit(add(1)).result()

    def shrink_the_disk(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    writer.submit(shrink_the_disk).result()
    gate = Gate(writer)
    small, big, same_batch = writer.submit(add(2)), writer.submit(add(3, "x" * 100_000)), writer.submit(add(4))
    gate.open()
    for future in (small, big, same_batch, writer.submit(add(5))):
        with pytest.raises(StoreError, match="is full"):
            future.result()
    assert notes(database) == [1]
    writer.close()
    with closing(Writer(database)) as reopened:
        assert reopened.submit(add(5, "x" * 100_000)).result() == 5


def test_durable_operations_are_synced_and_others_are_not(writer: Writer) -> None:
    def synchronous(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA synchronous").fetchone()[0])

    normal, full = 1, 2
    assert writer.submit(synchronous).result() == normal
    assert writer.submit(synchronous, durable=True).result() == full
    assert writer.submit(synchronous).result() == normal
    gate = Gate(writer)
    mixed = [writer.submit(synchronous), writer.submit(synchronous, durable=True), writer.submit(synchronous)]
    gate.open()
    assert [future.result() for future in mixed] == [full] * 3


def test_what_was_handed_over_cannot_be_withdrawn(writer: Writer, database: Database) -> None:
    gate = Gate(writer)
    future = writer.submit(add(1))
    assert not future.cancel()
    gate.open()
    future.result()
    assert notes(database) == [1]


def test_closing_commits_what_waits_and_refuses_the_rest(writer: Writer, database: Database) -> None:
    gate = Gate(writer)
    futures = [writer.submit(add(n)) for n in range(10)]
    closer = threading.Thread(target=writer.close)
    closer.start()
    gate.open()
    closer.join(10)
    assert [future.result(0) for future in futures] == list(range(10))
    writer.close()
    with pytest.raises(StoreError, match="has been closed"):
        writer.submit(add(11)).result(0)
    assert notes(database) == list(range(10))


def test_a_lock_held_too_long_fails_that_batch_only(database: Database, path: Path) -> None:
    impatient = Database(path, 0.05)
    with closing(Writer(impatient)) as writer, closing(database.connect()) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="longer than we wait"):
            writer.submit(add(1)).result()
        other.execute("ROLLBACK")
        assert writer.submit(add(2)).result() == 2
