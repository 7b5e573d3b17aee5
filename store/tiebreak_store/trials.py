"""Answers that were asked for beside any session, by the fingerprint of their request: asking the same costs nothing.

They have a file of their own, `trials.db`: no session, gate or figure can ever count them. It may be deleted, and what
is wanted again is then asked again. One that is damaged, or was made by another version, is made anew.
"""

import sqlite3
from dataclasses import replace

from tiebreak.records import Response, canonical_json
from tiebreak.records.codec import decode
from tiebreak_store.database import immediate
from tiebreak_store.responses import REUSABLE
from tiebreak_store.side_file import SideFile
from tiebreak_store.sqlite_errors import store_errors
from tiebreak_store.text import restored, restored_or_none, storable

VERSION = 1
"""Of what is kept here. Another one is thrown away."""
FILE = "trials.db"

_TABLE = "CREATE TABLE trial (fingerprint TEXT PRIMARY KEY, response TEXT NOT NULL) STRICT, WITHOUT ROWID"


class TrialFile(SideFile):
    """Answers by the fingerprint of their request."""

    @staticmethod
    def _make_ready(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")
        with immediate(connection):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != VERSION:
                connection.execute("DROP TABLE IF EXISTS trial")
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA user_version = {VERSION}")

    def find(self, fingerprint: str) -> Response | None:
        """The answer to a request, if it was asked.

        Raises:
            StoreError: where the file cannot be read.
        """
        with self._lock, store_errors(self.path):
            found = self._connection.execute("SELECT response FROM trial WHERE fingerprint = ?", (fingerprint,))
            row = found.fetchone()
        return None if row is None else _with_odd_text(decode(Response, row[0]))

    def keep(self, response: Response) -> None:
        """Keep an answer in place of an earlier one to the same request; one that came to no end is not kept.

        Raises:
            StoreError: where it cannot be kept.
        """
        if not response.fingerprint or response.error is not None or response.status not in REUSABLE:
            return
        with self._lock, store_errors(self.path):
            self._connection.execute(
                "INSERT INTO trial (fingerprint, response) VALUES (?, ?) "
                "ON CONFLICT (fingerprint) DO UPDATE SET response = excluded.response",
                (response.fingerprint, storable(canonical_json(response))),
            )


def _with_odd_text(kept: Response) -> Response:
    """The response with what `storable` did to its texts undone."""
    return replace(
        kept,
        case_id=restored(kept.case_id),
        text=restored(kept.text),
        reasoning=restored(kept.reasoning),
        finish=restored_or_none(kept.finish),
        requested_model=restored_or_none(kept.requested_model),
        served_model=restored_or_none(kept.served_model),
        tool_calls=tuple(
            replace(call, name=restored(call.name), arguments=restored(call.arguments)) for call in kept.tool_calls
        ),
        contexts=tuple(
            replace(one, id=restored(one.id), text=restored(one.text), title=restored_or_none(one.title))
            for one in kept.contexts
        ),
    )
