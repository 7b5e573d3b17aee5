"""From a blank file, from an old one, and never from a newer one."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.stored import new_session
from tiebreak.errors import NewerSchemaError, StoreError
from tiebreak_store import Store, database
from tiebreak_store.migrations import NAMES, NEWEST, migrate, steps

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

OLD_FILES = Path(__file__).parent / "data"
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def noon() -> datetime:
    return NOON


def schema_of(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
        ).fetchall()


def old_file(path: Path, version: int) -> None:
    """A database as the release that brought this version of the schema left it."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((OLD_FILES / f"schema_{version}.sql").read_text())


def with_one_more_step(*, fails: bool = False) -> "Migrations":
    migrations = steps()

    @migrations(name="9999_test")
    def _(db: "Database") -> None:
        # A rebuilt table loses its triggers, and for a moment the rows of others refer to nothing.
        presentation: Any = db.table("presentation")
        presentation.transform(rename={"shown_at": "seen_at"})
        db.table("blob").insert({"hash": "h", "bytes": b""})
        if fails:
            raise sqlite3.OperationalError("the step fails half way")

    return migrations


def test_a_blank_file_gets_every_step_and_no_backup(path: Path) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        applied = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'tiebreak' ORDER BY id")
        assert tuple(name for (name,) in applied) == NAMES
        assert connection.execute("PRAGMA user_version").fetchone() == (NEWEST,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("version", range(1, NEWEST + 1))
def test_an_old_file_ends_like_a_blank_one(tmp_path: Path, path: Path, version: int) -> None:
    old_file(path, version)
    with Store.open(path) as store:
        stored = store.load_session("last")
        assert (len(stored.responses), len(stored.ballots)) == (2, 2)
        assert store.problems() == []
    Store.open(tmp_path / "blank.db").close()
    assert schema_of(path) == schema_of(tmp_path / "blank.db")


def test_what_gates_said_survives_the_step_that_rebuilds_its_table(path: Path) -> None:
    old_file(path, 2)
    with closing(sqlite3.connect(path)) as connection:
        policy = "(SELECT policy_hash FROM session)"
        values = f"'g1', 's1', {policy}, 'short', NULL, 'pass', 'set', '{{}}', 'digest', '2026-01-02'"
        columns = "id, session_id, policy_hash, gate, segment, status, method, evidence, rows_digest, at"
        connection.execute(f"INSERT INTO gate_outcome ({columns}) VALUES ({values})")
        connection.commit()
    with Store.open(path) as store:
        (outcome,) = store.gate_outcomes("s1")
        assert (outcome.id, outcome.gate, outcome.status, outcome.candidate_run) == ("g1", "short", "pass", None)
        assert store.problems() == []


def test_an_old_file_is_backed_up_before_its_migration(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old_file(path, NEWEST)
    with Store.open(path):
        before = schema_of(path)
        # A newer release, with a step that this one does not have, opens the file while it is in use.
        monkeypatch.setattr(database, "NEWEST", NEWEST + 1)
        monkeypatch.setattr(database, "steps", with_one_more_step)
        with Store.open(path, now=noon) as newer:
            newer.create_session(new_session("s2")).result()
            assert newer.problems() == []
    backup = path.parent / f"tiebreak-20260102T120000Z-schema-{NEWEST}.backup.db"
    assert {file.name for file in path.parent.iterdir()} == {path.name, backup.name}
    assert schema_of(backup) == before
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT id FROM session").fetchall() == [("s1",)]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT hash FROM blob WHERE hash = 'h'").fetchall() == [("h",)]
        rebuilt = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'presentation'"
        )
        assert len(rebuilt.fetchall()) == 2
        assert connection.execute("SELECT seen_at FROM presentation").fetchall() == [("2026-01-01T00:00:00.000000Z",)]


def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(path).close()
    before = schema_of(path)
    monkeypatch.setattr(database, "NEWEST", NEWEST + 1)
    monkeypatch.setattr(database, "steps", lambda: with_one_more_step(fails=True))
    with pytest.raises(StoreError, match="the step fails half way"):
        Store.open(path)
    assert schema_of(path) == before
    monkeypatch.undo()
    Store.open(path).close()


def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        migrate(connection, with_one_more_step(), NEWEST + 1)
        connection.execute("COMMIT")
    content = path.read_bytes()
    with pytest.raises(NewerSchemaError, match=f"its schema is version {NEWEST + 1}, this Tiebreak knows {NEWEST}"):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    content = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        Store.open(path)
    assert path.read_bytes() == content


OPEN_TOGETHER = """
import sys
from pathlib import Path
from tiebreak_store import Store
sys.stdin.readline()
Store.open(Path(sys.argv[1])).close()
"""


def test_two_processes_may_make_the_file_at_once(path: Path) -> None:
    command = [sys.executable, "-c", OPEN_TOGETHER, str(path)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=30)[1] for process in processes] == [""] * 3
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM _sqlite_migrations").fetchone() == (NEWEST,)


def test_sqlite_utils_is_imported_to_migrate_only(path: Path) -> None:
    Store.open(path).close()
    script = (
        "import sys; from pathlib import Path; from tiebreak_store import Store\n"
        "with Store.open(Path(sys.argv[1])) as store: store.sessions()\n"
        "heavy = {'sqlite_utils', 'pydantic', 'numpy'} & set(sys.modules); sys.exit(f'{heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
