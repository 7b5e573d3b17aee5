"""Files that cannot be used, and what the user is told."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.stored import new_session, response_of
from tiebreak.errors import CorruptStoreError, ReadOnlyStoreError, StoreBusyError, StoreError
from tiebreak_store import Store


def filled(path: Path) -> None:
    with Store.open(path) as store:
        new = new_session()
        store.create_session(new)
        store.record_response(response_of(new, "baseline", 0, text="x" * 50_000), None).result()


@pytest.mark.parametrize("content", [b"this is no database, only a long enough text file" * 100, b"\0" * 5000])
def test_a_file_that_is_no_database(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(CorruptStoreError, match="is not a SQLite database") as caught:
        Store.open(path)
    assert "There is no backup" in str(caught.value)
    assert path.read_bytes() == content


def test_a_damaged_file_names_the_newest_backup(path: Path) -> None:
    filled(path)
    for stamp in ("20260102T000000Z", "20260301T000000Z"):
        shutil.copy(path, path.with_name(f"tiebreak-{stamp}-schema-1.backup.db"))
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * 4000 + content[4100:])
    with pytest.raises(CorruptStoreError, match="is damaged") as caught:
        Store.open(path)
    assert "tiebreak-20260301T000000Z-schema-1.backup.db" in str(caught.value)
    shutil.copy(path.with_name("tiebreak-20260301T000000Z-schema-1.backup.db"), path)
    with Store.open(path) as store:
        assert store.load_session("last").session.id == "s1"


def test_damage_further_down_is_found_when_it_is_read(path: Path) -> None:
    filled(path)
    content = path.read_bytes()
    middle = len(content) - 40_000
    path.write_bytes(content[:middle] + b"\xff" * 30_000 + content[middle + 30_000 :])
    with Store.open(path) as store:
        assert store.problems() != []
        with pytest.raises(CorruptStoreError):
            store.load_session("s1")


def test_rows_changed_behind_our_back_are_found(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM session_item WHERE position = 2")
        connection.execute("DELETE FROM config_version")
    with Store.open(path) as store:
        assert any("config_version" in problem for problem in store.problems())
        with pytest.raises(CorruptStoreError, match="The plan of session s1"):
            store.load_session("s1")


def test_content_that_this_version_cannot_read(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE config_version SET json = json_set(json, '$.target.newer', 1)")
    with Store.open(path) as store, pytest.raises(StoreError, match=r"A stored Config .*newer"):
        store.load_session("s1")


def test_a_sound_database_has_no_problems(store: Store) -> None:
    store.create_session(new_session()).result()
    assert store.problems() == []


def test_a_file_where_the_folder_should_be(path: Path) -> None:
    path.parent.write_text("in the way")
    with pytest.raises(StoreError, match="is a file"):
        Store.open(path)


def test_a_folder_where_the_file_should_be(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError):
        Store.open(path)


@pytest.fixture
def protected() -> Iterator[Path]:
    """A folder that we may read but not write; as root we are somebody else for the length of the test."""
    folder = Path(tempfile.mkdtemp())
    filled(folder / "tiebreak.db")
    (folder / "tiebreak.db").chmod(0o444)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield folder
    if root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["tiebreak.db", "new.db", "deeper/new.db"])
def test_a_read_only_folder(protected: Path, name: str) -> None:
    with pytest.raises(ReadOnlyStoreError, match="cannot be written to") as caught:
        Store.open(protected / name)
    assert "write permission" in str(caught.value)


def test_another_process_that_keeps_writing(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="Another process"):
            Store.open(path, busy_seconds=0.05)


def test_a_closed_store_says_so(store: Store) -> None:
    store.create_session(new_session()).result()
    store.close()
    store.close()
    with pytest.raises(StoreError, match="has been closed"):
        store.sessions()
    with pytest.raises(StoreError, match="has been closed"):
        store.create_session(new_session("s2")).result()
