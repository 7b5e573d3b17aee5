"""Answers that were asked for beside any session, by the fingerprint of their request: asking the same costs nothing.
Beside them stands what they showed of cases.

They have a file of their own, `trials.db`: no session, gate or figure can ever count them. It may be deleted, and what
is wanted again is then asked again. One that is damaged, or was made by another version, is made anew.
"""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from tiebreak.records import Response, canonical_json
from tiebreak.records.codec import decode
from tiebreak_store.database import immediate
from tiebreak_store.responses import REUSABLE
from tiebreak_store.side_file import SideFile
from tiebreak_store.text import restored_record, storable

T = TypeVar("T")

VERSION = 1
"""Of what is kept here. Another one is thrown away."""
FILE = "trials.db"

_TABLE = "CREATE TABLE trial (fingerprint TEXT PRIMARY KEY, response TEXT NOT NULL) STRICT, WITHOUT ROWID"
_FINDINGS = (
    "CREATE TABLE IF NOT EXISTS finding (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, baseline_run TEXT NOT NULL, "
    "candidate_run TEXT NOT NULL, case_id TEXT NOT NULL, told TEXT NOT NULL) STRICT",
    "CREATE INDEX IF NOT EXISTS finding_case ON finding (candidate_run, baseline_run, case_id)",
)
"""Added later, so not by version: what is there is not thrown away for it."""


class KeptFinding(NamedTuple):
    """What was found of a case; `told` is JSON, of a form that its kind says: `kept_as` reads it."""

    kind: str
    case_id: str
    told: str


class TrialFile(SideFile):
    """Answers by the fingerprint of their request, and what they showed."""

    @staticmethod
    def _make_ready(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")
        with immediate(connection):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != VERSION:
                connection.execute("DROP TABLE IF EXISTS trial")
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA user_version = {VERSION}")
            for statement in _FINDINGS:
                connection.execute(statement)

    def find(self, fingerprint: str) -> Response | None:
        """The answer to a request, if it was asked; not one that was kept in another form.

        Raises:
            StoreError: where the file cannot be read.
        """
        with self._using() as connection:
            found = connection.execute("SELECT response FROM trial WHERE fingerprint = ?", (fingerprint,))
            row = found.fetchone()
        return None if row is None else kept_as(Response, row[0])

    def keep(self, response: Response) -> None:
        """Keep an answer in place of an earlier one to the same request; one that came to no end is not kept.

        Raises:
            StoreError: where it cannot be kept.
        """
        if not response.fingerprint or response.error is not None or response.status not in REUSABLE:
            return
        with self._using() as connection:
            connection.execute(
                "INSERT INTO trial (fingerprint, response) VALUES (?, ?) "
                "ON CONFLICT (fingerprint) DO UPDATE SET response = excluded.response",
                (response.fingerprint, storable(canonical_json(response))),
            )

    def keep_findings(self, runs: tuple[str, str], findings: Sequence[KeptFinding]) -> None:
        """Keep what was found of cases of two runs, the baseline's first; all of it or nothing.

        Raises:
            StoreError: where it cannot be kept.
        """
        rows = [(one.kind, *runs, storable(one.case_id), storable(one.told)) for one in findings]
        with self._using() as connection, immediate(connection):
            connection.executemany(
                "INSERT INTO finding (kind, baseline_run, candidate_run, case_id, told) VALUES (?, ?, ?, ?, ?)", rows
            )

    def findings(self, baseline_run: str, candidate_run: str, case_id: str) -> list[KeptFinding]:
        """What was found of a case, in the order of keeping.

        Raises:
            StoreError: where the file cannot be read.
        """
        with self._using() as connection:
            found = connection.execute(
                "SELECT kind, told FROM finding WHERE candidate_run = ? AND baseline_run = ? AND case_id = ? "
                "ORDER BY seq",
                (candidate_run, baseline_run, storable(case_id)),
            )
            return [KeptFinding(str(kind), case_id, str(told)) for kind, told in found]


def kept_as(record_type: type[T], kept: str) -> T | None:
    """What was kept as JSON, with what `storable` did to its texts undone; None of a form that another version kept."""
    try:
        return restored_record(decode(record_type, kept))
    except ValueError:  # pydantic's error is one
        return None
