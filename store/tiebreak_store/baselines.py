"""Runs under names. Rows are only added: of each name the latest is in force, and one without a run ends it."""

import sqlite3
from collections.abc import Iterator

from tiebreak.records.outcomes import Baseline
from tiebreak_store.text import restored, storable


def put_baseline(connection: sqlite3.Connection, baseline: Baseline) -> None:
    """Let a name stand for a run from now on, or for none."""
    connection.execute(
        "INSERT INTO baseline (name, run_id, at) VALUES (?, ?, ?)",
        (storable(baseline.name), baseline.run_id, baseline.at),
    )


def get_baseline(connection: sqlite3.Connection, name: str) -> Baseline | None:
    """What a name stands for now; None where it stands for nothing."""
    row = connection.execute(
        "SELECT name, run_id, at FROM baseline WHERE name = ? ORDER BY seq DESC LIMIT 1", (storable(name),)
    ).fetchone()
    return None if row is None or row[1] is None else _baseline(row)


def iter_baselines(connection: sqlite3.Connection) -> Iterator[Baseline]:
    """Every name in force, in alphabetical order."""
    for row in connection.execute("SELECT name, run_id, since FROM baselines_in_force ORDER BY name"):
        yield _baseline(row)


def iter_history(connection: sqlite3.Connection, name: str) -> Iterator[Baseline]:
    """All that a name ever stood for, oldest first."""
    for row in connection.execute(
        "SELECT name, run_id, at FROM baseline WHERE name = ? ORDER BY seq", (storable(name),)
    ):
        yield _baseline(row)


def _baseline(row: tuple[str, str | None, str]) -> Baseline:
    name, run_id, at = row
    return Baseline(name=restored(name), run_id=run_id, at=at)
