"""The steps from a blank file to the newest schema: named, append-only, each applied once.

sqlite-utils runs them and remembers them in `_sqlite_migrations`, so that its own command line can list them. Beside
that, `user_version` counts them, which tells an up-to-date file apart without importing sqlite-utils (some 140 ms).
"""

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tiebreak_store.judgment_schema import REUSED_JUDGMENTS
from tiebreak_store.schema import (
    BASELINES,
    CONFIG_LINEAGE,
    DRAWN_AND_SERVED,
    FIRST_TABLES,
    GATES_OF_RUNS,
    JUDGMENTS,
    trigger_sql,
)
from tiebreak_store.triage_schema import TRIAGE
from tiebreak_store.views import VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

NAMES = (
    "0001_first_tables",
    "0002_cost_components",
    "0003_baselines",
    "0004_judgments",
    "0005_triage",
    "0006_config_lineage",
    "0007_drawn_and_served",
    "0008_reused_judgments",
)
"""The steps, oldest first. Their number is the version of the schema."""
NEWEST = len(NAMES)
APPLICATION_ID = 0x54424B31
"""Marks a SQLite file as one of ours."""


def steps() -> "Migrations":
    """Every step in order. None is ever changed once released: a new one is added below it, and to `NAMES`."""
    from sqlite_utils import Migrations

    migrations = Migrations("tiebreak")

    @migrations(name="0001_first_tables")
    def first_tables(db: "Database") -> None:
        _run(db, FIRST_TABLES)

    @migrations(name="0002_cost_components")
    def cost_components(db: "Database") -> None:
        db.conn.execute(
            "ALTER TABLE response ADD COLUMN cost_components TEXT"
            " CHECK (cost_components IS NULL OR json_valid(cost_components))"
        )

    @migrations(name="0003_baselines")
    def baselines(db: "Database") -> None:
        # The triggers of a table go with it, and are made anew after the last step.
        _run(db, (*BASELINES, *GATES_OF_RUNS))

    @migrations(name="0004_judgments")
    def judgments(db: "Database") -> None:
        _run(db, JUDGMENTS)

    @migrations(name="0005_triage")
    def triage(db: "Database") -> None:
        _run(db, TRIAGE)

    @migrations(name="0006_config_lineage")
    def config_lineage(db: "Database") -> None:
        _run(db, CONFIG_LINEAGE)

    @migrations(name="0007_drawn_and_served")
    def drawn_and_served(db: "Database") -> None:
        _run(db, DRAWN_AND_SERVED)

    @migrations(name="0008_reused_judgments")
    def reused_judgments(db: "Database") -> None:
        _run(db, REUSED_JUDGMENTS)

    return migrations


def _run(db: "Database", statements: Iterable[str]) -> None:
    for statement in statements:
        db.conn.execute(statement)


def migrate(connection: sqlite3.Connection, migrations: "Migrations", version: int) -> None:
    """Apply what is pending, then set guards, views and version. The caller holds the transaction.

    `version` is the schema's afterwards: the number of steps in `migrations`.

    Raises:
        sqlite3.Error: where a step fails; the caller rolls back.
    """
    from sqlite_utils import Database

    db = Database(connection, recursive_triggers=False, execute_plugins=False)
    for name in reversed(VIEWS):
        connection.execute(f"DROP VIEW IF EXISTS {name}")
    migrations.apply(db)
    for name, sql in trigger_sql().items():
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        connection.execute(sql)
    for name, sql in VIEWS.items():
        db.create_view(name, sql.strip())
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version}")
