"""What triage keeps beside the database: whole as it was written, of one moment, or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from tiebreak.errors import CorruptStoreError
from tiebreak_store.triage import Marks
from tiebreak_store.triage_index import FILE, KeptPart, KeptTable, TriageIndex

SIZE = 40_000
"""Bytes of a column: ten pages of the file."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE


@pytest.fixture
def index(path: Path) -> Iterator[TriageIndex]:
    with closing(TriageIndex.open(path)) as opened:
        yield opened


def part(letter: str) -> KeptPart:
    return KeptPart(letter, {"column": letter.encode() * SIZE}, Marks(1, 2, 3, 4, 5, letter))


def test_what_is_kept_comes_back(index: TriageIndex) -> None:
    index.keep_part("run 1", part("a"))
    index.keep_part("run 1", part("b"))
    assert index.part("run 1") == part("b")
    table = KeptTable("head", {"one": b"1", "none": b""}, Marks(last="é"), {"other_versions": ["x"]})
    index.keep_table("r1", "r2", table)
    assert index.table("r1", "r2") == table
    index.forget("r1", "r2")
    assert index.table("r1", "r2") is None


@pytest.mark.parametrize("harm", ["head = 'other'", "marks = '[9]'", "checksum = checksum + 1"])
def test_parts_of_several_versions_are_none(path: Path, index: TriageIndex, harm: str) -> None:
    index.keep_part("run 1", part("a"))
    index.keep_table("r1", "r2", KeptTable("head", {"one": b"1"}, Marks(), {}))
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute(f"UPDATE part SET {harm}")
        plain.execute(f"UPDATE pair SET {harm}")
    assert index.part("run 1") is None
    assert index.table("r1", "r2") is None


def test_a_column_with_other_bytes_is_none(path: Path, index: TriageIndex) -> None:
    index.keep_part("run 1", part("a"))
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("UPDATE part_piece SET bytes = CAST(replace(bytes, 'aa', 'ab') AS BLOB)")
    assert index.part("run 1") is None


def test_what_another_one_replaces_meanwhile_is_read_of_one_moment(path: Path, index: TriageIndex) -> None:
    index.keep_part("run 1", part("a"))
    stop, seen = Event(), [part("a")]

    def replacing() -> None:
        with closing(TriageIndex.open(path)) as other:
            while not stop.is_set():
                for letter in "bca":
                    other.keep_part("run 1", part(letter))

    thread = Thread(target=replacing)
    thread.start()
    try:
        while len(seen) < 200 and thread.is_alive():
            found = index.part("run 1")
            assert found is not None
            assert found == part(found.head)
            if found != seen[-1]:
                seen.append(found)
    finally:
        stop.set()
        thread.join()
    assert len(seen) == 200


def test_damage_that_is_found_late_goes_with_the_next_opening(path: Path) -> None:
    with closing(TriageIndex.open(path)) as index:
        index.keep_part("run 1", part("a"))
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA journal_mode = DELETE")  # all of it into the one file
    held = bytearray(path.read_bytes())
    held[-SIZE // 2 :] = b"\xff" * (SIZE // 2)
    path.write_bytes(held)
    with closing(TriageIndex.open(path)) as index, pytest.raises(CorruptStoreError, match="is made anew when") as told:
        index.part("run 1")
    assert "backup" not in str(told.value)
    with closing(TriageIndex.open(path)) as index:
        assert index.part("run 1") is None
        index.keep_part("run 1", part("b"))
        assert index.part("run 1") == part("b")
