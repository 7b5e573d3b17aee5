"""What a reader of the evidence should know happened, and what the gates said of it."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tiebreak.records import Event
from tiebreak_store.rows import AppendOnly
from tiebreak_store.text import from_json, restored, restored_or_none, storable, storable_or_none, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGateOutcome:
    """The status of one gate at one moment, with what it rests on: of a session, or of a run against another."""

    id: str
    session_id: str | None = None
    candidate_run: str | None = None
    baseline_run: str | None = None
    policy_hash: str
    gate: str
    """The gate's id."""
    segment: str | None = None
    status: str
    method: str
    """How the status was found: the name of the bound or of the counting rule."""
    evidence: Mapping[str, object] = field(default_factory=dict[str, object])
    rows_digest: str
    """SHA-256 over the rows it was computed from."""
    at: str


EVENT = AppendOnly("event", ("id", "session_id", "kind", "at", "detail"))
GATE_OUTCOME = AppendOnly(
    "gate_outcome",
    (
        "id",
        "session_id",
        "candidate_run",
        "baseline_run",
        "policy_hash",
        "gate",
        "segment",
        "status",
        "method",
        "evidence",
        "rows_digest",
        "at",
    ),
)


def put_event(connection: sqlite3.Connection, event: Event) -> None:
    EVENT.insert(connection, (event.id, event.session_id, event.kind, event.at, to_json(event.detail)))


def put_gate_outcome(connection: sqlite3.Connection, outcome: StoredGateOutcome) -> None:
    GATE_OUTCOME.insert(
        connection,
        (
            outcome.id,
            outcome.session_id,
            outcome.candidate_run,
            outcome.baseline_run,
            outcome.policy_hash,
            storable(outcome.gate),
            storable_or_none(outcome.segment),
            outcome.status,
            outcome.method,
            to_json(outcome.evidence),
            outcome.rows_digest,
            outcome.at,
        ),
    )


def iter_events(connection: sqlite3.Connection, session_id: str) -> Iterator[Event]:
    """The events of a session in the order of recording."""
    cursor = connection.execute(
        "SELECT id, session_id, kind, at, detail FROM event WHERE session_id = ? ORDER BY seq", (session_id,)
    )
    for id_, session, kind, at, detail in cursor:
        yield Event(id=id_, session_id=session, kind=kind, at=at, detail=_mapping(detail))


def iter_gate_outcomes(connection: sqlite3.Connection, session_id: str) -> Iterator[StoredGateOutcome]:
    """The gate outcomes of a session in the order of recording."""
    yield from _gate_outcomes(connection, "session_id", session_id)


def iter_gate_outcomes_of_run(connection: sqlite3.Connection, run_id: str) -> Iterator[StoredGateOutcome]:
    """What gates said of a run as the candidate, outside of sessions, in the order of recording."""
    yield from _gate_outcomes(connection, "candidate_run", run_id)


def _gate_outcomes(connection: sqlite3.Connection, column: str, wanted: str) -> Iterator[StoredGateOutcome]:
    cursor = connection.execute(
        f"SELECT {', '.join(GATE_OUTCOME.columns)} FROM gate_outcome WHERE {column} = ? ORDER BY seq",  # noqa: S608  # names of ours
        (wanted,),
    )
    for (
        id_,
        session,
        candidate,
        baseline,
        policy_hash,
        gate,
        segment,
        status,
        method,
        evidence,
        rows_digest,
        at,
    ) in cursor:
        yield StoredGateOutcome(
            id=id_,
            session_id=session,
            candidate_run=candidate,
            baseline_run=baseline,
            policy_hash=policy_hash,
            gate=restored(gate),
            segment=restored_or_none(segment),
            status=status,
            method=method,
            evidence=_mapping(evidence),
            rows_digest=rows_digest,
            at=at,
        )


def _mapping(text: str) -> dict[str, Any]:
    return cast("dict[str, Any]", from_json(text))
