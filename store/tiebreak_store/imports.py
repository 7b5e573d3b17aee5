"""Files that were imported: each once, with the lines that could not be taken."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tiebreak_store.text import storable, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReject:
    """A line of an imported file that could not be taken."""

    line: int
    reason: str
    raw: str


def put_import_batch(
    connection: sqlite3.Connection,
    source_hash: str,
    tool: str,
    mapping: Mapping[str, object],
    rejects: Iterable[ImportReject],
) -> bool:
    """Keep a note of an imported file and its rejects; False, and nothing kept, where it is there already."""
    inserted = connection.execute(
        "INSERT OR IGNORE INTO import_batch (source_hash, tool, mapping) VALUES (?, ?, ?)",
        (source_hash, storable(tool), to_json(mapping)),
    )
    if not inserted.rowcount:
        return False
    connection.executemany(
        "INSERT INTO import_reject (batch, line, reason, raw) VALUES (?, ?, ?, ?)",
        ((source_hash, reject.line, storable(reject.reason), storable(reject.raw)) for reject in rejects),
    )
    return True
