"""How the planned cases of a session were drawn."""

import sqlite3
from collections.abc import Iterator

from tiebreak.records import Draw
from tiebreak_store.text import restored, restored_or_none


def iter_draws(connection: sqlite3.Connection, session_id: str) -> Iterator[tuple[str, Draw]]:
    """Each planned case with how it was drawn, in the order of the plan; nothing where that is not known."""
    rows = connection.execute(
        "SELECT case_id, stratum, inclusion_p FROM session_item "
        "WHERE session_id = ? AND queue = 'random' AND inclusion_p IS NOT NULL ORDER BY position",
        (session_id,),
    )
    for case_id, stratum, share in rows:
        yield restored(case_id), Draw(stratum=restored_or_none(stratum), inclusion_p=share)
