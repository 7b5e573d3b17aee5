"""What raters were shown, and what they said of it."""

import sqlite3
from collections.abc import Iterator

from tiebreak.errors import StoreError
from tiebreak.records import Ballot, Presentation, Rater
from tiebreak_store.rows import AppendOnly
from tiebreak_store.text import restored, restored_or_none, storable, storable_or_none

PRESENTATION = AppendOnly(
    "presentation",
    (
        "id",
        "session_id",
        "position",
        "case_id",
        "rater_id",
        "left_response",
        "right_response",
        "shown_at",
        "repeat_of",
    ),
)
BALLOT = AppendOnly(
    "ballot",
    (
        "id",
        "presentation_id",
        "kind",
        "value",
        "dimension",
        "response_id",
        "supersedes",
        "phase",
        "identity_seen",
        "at",
    ),
)


def put_rater(connection: sqlite3.Connection, rater: Rater) -> None:
    """Keep a rater, unless one of this id is there."""
    connection.execute(
        "INSERT OR IGNORE INTO rater (id, name, key_fingerprint) VALUES (?, ?, ?)",
        (storable(rater.id), storable(rater.name), rater.key_fingerprint),
    )


def put_presentation(connection: sqlite3.Connection, presentation: Presentation) -> None:
    """Keep a presentation; the first one of a case in the risk queue gives the case its place there.

    Raises:
        StoreError: where its position is that of another case, or of another queue.
    """
    if presentation.queue == "risk":
        connection.execute(
            "INSERT INTO session_item (session_id, position, case_id, queue) VALUES (?, ?, ?, 'risk') "
            "ON CONFLICT DO NOTHING",
            (presentation.session_id, presentation.position, storable(presentation.case_id)),
        )
        place = connection.execute(
            "SELECT case_id, queue FROM session_item WHERE session_id = ? AND position = ?",
            (presentation.session_id, presentation.position),
        ).fetchone()
        if place != (storable(presentation.case_id), "risk"):
            raise StoreError(f"Position {presentation.position} of the session is another case's.")
    PRESENTATION.insert(
        connection,
        (
            presentation.id,
            presentation.session_id,
            presentation.position,
            storable(presentation.case_id),
            storable(presentation.rater_id),
            presentation.left_response,
            presentation.right_response,
            presentation.shown_at,
            presentation.repeat_of,
        ),
    )


def put_ballot(connection: sqlite3.Connection, ballot: Ballot) -> None:
    BALLOT.insert(
        connection,
        (
            ballot.id,
            ballot.presentation_id,
            ballot.kind,
            storable(ballot.value) if isinstance(ballot.value, str) else ballot.value,
            storable_or_none(ballot.dimension),
            ballot.response_id,
            ballot.supersedes,
            ballot.phase,
            int(ballot.identity_seen),
            ballot.at,
        ),
    )


def iter_raters(connection: sqlite3.Connection, session_id: str) -> Iterator[Rater]:
    """Who set a session down, then whoever else was shown something in it, in the order of first appearance."""
    cursor = connection.execute(
        "SELECT rater.id, rater.name, rater.key_fingerprint FROM ("
        "SELECT rater_id, 0 AS seq FROM session WHERE id = :session "
        "UNION ALL SELECT rater_id, min(seq) FROM presentation WHERE session_id = :session GROUP BY rater_id"
        ") JOIN rater ON rater.id = rater_id GROUP BY rater.id ORDER BY min(seq)",
        {"session": session_id},
    )
    for id_, name, key_fingerprint in cursor:
        yield Rater(id=restored(id_), name=restored(name), key_fingerprint=key_fingerprint)


def iter_presentations(
    connection: sqlite3.Connection, session_id: str, of_case: str | None = None
) -> Iterator[Presentation]:
    """The presentations of a session, or of one of its cases, in the order of recording."""
    only, wanted = _of_case(of_case)
    columns = ", ".join(f"presentation.{column}" for column in PRESENTATION.columns)
    cursor = connection.execute(
        f"SELECT {columns}, item.queue FROM presentation "  # noqa: S608  # names of ours
        "JOIN session_item item ON item.session_id = presentation.session_id "
        f"AND item.position = presentation.position WHERE presentation.session_id = ? {only} ORDER BY seq",
        (session_id, *wanted),
    )
    for id_, session, position, case_id, rater_id, left, right, shown_at, repeat_of, queue in cursor:
        yield Presentation(
            id=id_,
            session_id=session,
            position=position,
            case_id=restored(case_id),
            rater_id=restored(rater_id),
            left_response=left,
            right_response=right,
            shown_at=shown_at,
            repeat_of=repeat_of,
            queue=queue,
        )


def iter_ballots(connection: sqlite3.Connection, session_id: str, of_case: str | None = None) -> Iterator[Ballot]:
    """The ballots of a session, or on one of its cases, in the order of recording, which is their order of effect."""
    columns = ", ".join(f"ballot.{column}" for column in BALLOT.columns)
    only, wanted = _of_case(of_case)
    cursor = connection.execute(
        f"SELECT {columns} FROM presentation JOIN ballot ON ballot.presentation_id = presentation.id "  # noqa: S608  # names of ours
        f"WHERE presentation.session_id = ? {only} ORDER BY ballot.seq",
        (session_id, *wanted),
    )
    for id_, presentation_id, kind, value, dimension, response_id, supersedes, phase, identity_seen, at in cursor:
        yield Ballot(
            id=id_,
            presentation_id=presentation_id,
            kind=kind,
            value=restored(value) if isinstance(value, str) else value,
            dimension=restored_or_none(dimension),
            response_id=response_id,
            supersedes=supersedes,
            phase=phase,
            identity_seen=bool(identity_seen),
            at=at,
        )


def _of_case(case_id: str | None) -> tuple[str, tuple[str, ...]]:
    """A condition for one case alone: by its positions, which the index over presentations knows."""
    if case_id is None:
        return "", ()
    positions = "SELECT i.position FROM session_item i WHERE i.session_id = presentation.session_id AND i.case_id = ?"
    return f"AND presentation.position IN ({positions})", (storable(case_id),)
