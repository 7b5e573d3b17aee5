"""Every text of the past, newest first, to be searched through: sessions, questions, what people said, answers."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from tiebreak.records import SessionRole
from tiebreak.records.sessions import Queue
from tiebreak_store.text import restored

PastKind = Literal["session", "question", "said", "answer"]
PAST_KINDS: tuple[PastKind, ...] = get_args(PastKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastText:
    """A text, and where it stands. What people said begins with its kind, such as `note` or `vote`."""

    kind: PastKind
    session_id: str
    text: str
    at: str
    case_id: str | None = None
    role: SessionRole | None = None
    """Whose answer it is."""
    queue: Queue | None = None
    """Where a person said it."""


def iter_past(connection: sqlite3.Connection, kind: PastKind) -> Iterator[PastText]:
    """All texts of a kind, newest first; read as they are asked for, so that whoever has enough may stop."""
    match kind:
        case "session":
            yield from _sessions(connection)
        case "question":
            yield from _questions(connection)
        case "said":
            yield from _said(connection)
        case "answer":
            yield from _answers(connection)


def _sessions(connection: sqlite3.Connection) -> Iterator[PastText]:
    cursor = connection.execute(
        "SELECT s.id, s.kind, s.title, d.name, s.fork_reason, s.created_at, "
        "(SELECT group_concat(c.name, ' ') FROM session_run sr JOIN run r ON r.id = sr.run_id "
        "JOIN config_version c ON c.hash = r.config_hash WHERE sr.session_id = s.id) "
        "FROM session s JOIN dataset_version d ON d.hash = s.dataset_hash ORDER BY s.created_at DESC, s.id DESC"
    )
    for id_, kind, title, dataset, reason, at, configs in cursor:
        told = " · ".join(restored(part) for part in (id_, kind, dataset, title, configs, reason) if part)
        yield PastText(kind="session", session_id=id_, text=told, at=at)


def _questions(connection: sqlite3.Connection) -> Iterator[PastText]:
    """Each question once, in the newest session that asks it."""
    told: set[str] = set()
    sessions = connection.execute("SELECT id, dataset_hash, created_at FROM session ORDER BY created_at DESC, id DESC")
    for id_, dataset_hash, at in sessions.fetchall():
        cursor = connection.execute(
            "SELECT i.case_id, c.case_hash, b.bytes FROM session_item i "
            "JOIN dataset_case c ON c.dataset_hash = ? AND c.case_id = i.case_id JOIN blob b ON b.hash = c.case_hash "
            "WHERE i.session_id = ? AND i.queue = 'random' ORDER BY i.position",
            (dataset_hash, id_),
        )
        for case_id, case_hash, data in cursor:
            if case_hash not in told:
                told.add(case_hash)
                text = _question(cast("bytes", data))
                yield PastText(kind="question", session_id=id_, text=text, at=at, case_id=restored(case_id))


def _question(data: bytes) -> str:
    asked: Any = json.loads(data.decode("utf-8", "surrogatepass"))["input"]
    if isinstance(asked, str):
        return asked
    return "\n".join(message["content"] for message in reversed(asked) if message["role"] == "user")


def _said(connection: sqlite3.Connection) -> Iterator[PastText]:
    cursor = connection.execute(
        "SELECT p.session_id, p.case_id, b.kind, b.dimension, b.value, b.at, i.queue FROM ballot b "
        "JOIN presentation p ON p.id = b.presentation_id "
        "JOIN session_item i ON i.session_id = p.session_id AND i.position = p.position WHERE b.kind <> 'undo' "
        "AND NOT EXISTS (SELECT 1 FROM ballot u WHERE u.supersedes = b.id AND u.kind = 'undo') ORDER BY b.seq DESC"
    )
    for session_id, case_id, kind, dimension, value, at, queue in cursor:
        said = " ".join(restored(str(part)) for part in (kind, dimension, value) if part is not None)
        yield PastText(kind="said", session_id=session_id, text=said, at=at, case_id=restored(case_id), queue=queue)


def _answers(connection: sqlite3.Connection) -> Iterator[PastText]:
    """Answers that were taken over from another session are told there."""
    sides: dict[str, tuple[str, SessionRole]] = {}
    rows = connection.execute(
        "SELECT sr.run_id, s.id, sr.role FROM session_run sr JOIN session s ON s.id = sr.session_id "
        "ORDER BY s.created_at, s.id"
    )
    for run_id, session_id, role in rows.fetchall():
        sides.setdefault(run_id, (session_id, role))
    cursor = connection.execute(
        "SELECT run_id, case_id, text, started_at FROM response WHERE text <> '' AND reused_from IS NULL "
        "ORDER BY seq DESC"
    )
    for run_id, case_id, text, at in cursor:
        if run_id in sides:
            session_id, role = sides[run_id]
            told = restored(text)
            yield PastText(kind="answer", session_id=session_id, text=told, at=at, case_id=restored(case_id), role=role)
