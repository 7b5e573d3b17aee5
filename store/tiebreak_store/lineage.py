"""Configs from version to version: what was edited from what, and the sessions that each version was part of."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tiebreak.errors import UsageError
from tiebreak.records import Config, Dataset, Event, Plan, Session, SessionRole
from tiebreak_store.content import Origin, get_config, put_config, put_dataset
from tiebreak_store.events import put_event
from tiebreak_store.sessions import NewSession, put_session
from tiebreak_store.text import restored, storable


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigVersion:
    """One version of a config as it is kept."""

    config: Config
    version: str
    parent: str | None
    """The version that it was edited from."""
    origin: Origin | None
    """None for what an older release kept."""
    created_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigUse:
    """A session that a version of a config was a side of."""

    version: str
    session_id: str
    role: SessionRole
    other: str | None
    """The version of the config on the other side."""
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A version of a config that was made from another one."""

    config: Config
    parent: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedAnswer:
    """An answer that a new run takes over, with all that was said of it by checks."""

    source_id: str
    id: str
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFork:
    """A session that goes on from another one with an edited config: all of it is set down, or nothing."""

    edit: Edit
    new: NewSession
    answers: Sequence[CopiedAnswer] = ()
    events: Sequence[Event] = field(default_factory=tuple[Event, ...])
    """Of the new session and of its parent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """A spot check with one more question: the plan it has now, and the one it had."""

    session: Session
    """As it is now."""
    before: Plan
    dataset: Dataset
    event: Event


_COPY = """
INSERT INTO response (
    id, run_id, reused_from, attempt, sample,
    case_id, case_hash, fingerprint, status, fault, error_code, error_message, error_status, refusal, finish,
    started_at, ttft, total, waited, tries, prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens,
    usage_source, cost_usd, cost_source, cost_components, requested_model, served_model, system_fingerprint, chunks,
    tool_calls, contexts, text, reasoning
)
SELECT
    :id, :run_id, coalesce(reused_from, id), 1, 0,
    case_id, case_hash, fingerprint, status, fault, error_code, error_message, error_status, refusal, finish,
    started_at, ttft, total, waited, tries, prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens,
    usage_source, cost_usd, cost_source, cost_components, requested_model, served_model, system_fingerprint, chunks,
    tool_calls, contexts, text, reasoning
FROM response WHERE id = :source_id
"""
_COPY_CHECKS = """
INSERT INTO check_result (response_id, check_id, check_hash, status, value, detail)
SELECT :id, check_id, check_hash, status, value, detail FROM check_result WHERE response_id = :source_id ORDER BY seq
"""


def put_edit(connection: sqlite3.Connection, edit: Edit) -> None:
    """Keep an edited version of a config; one that is there already stays as it came."""
    put_config(connection, edit.config, origin="edit", parent=edit.parent, at=edit.at)


def put_edit_with_event(connection: sqlite3.Connection, edit: Edit, event: Event) -> None:
    put_edit(connection, edit)
    put_event(connection, event)


def put_fork(connection: sqlite3.Connection, fork: NewFork) -> None:
    """Set a forked session down with its config, the answers that it takes over, and the events that tell of it."""
    put_edit(connection, fork.edit)
    put_session(connection, fork.new)
    for answer in fork.answers:
        ids = {"id": answer.id, "run_id": answer.run_id, "source_id": answer.source_id}
        connection.execute(_COPY, ids)
        connection.execute(_COPY_CHECKS, ids)
    for event in fork.events:
        put_event(connection, event)


def put_growth(connection: sqlite3.Connection, grown: Grown) -> None:
    """Give a spot check its next question. What was asked and voted before keeps its place.

    Raises:
        UsageError: where it is no spot check, or was given another question meanwhile.
    """
    session, plan = grown.session, grown.session.plan
    put_dataset(connection, grown.dataset)
    changed = connection.execute(
        "UPDATE session SET dataset_hash = ?, plan_hash = ? WHERE id = ? AND kind = 'spot' AND plan_hash = ?",
        (grown.dataset.version, plan.version, session.id, grown.before.version),
    )
    if not changed.rowcount:
        raise UsageError("This spot check was given another question meanwhile.", hint="Open it again, and ask then.")
    connection.execute(
        "UPDATE run SET dataset_hash = ? WHERE id IN (SELECT run_id FROM session_run WHERE session_id = ?)",
        (grown.dataset.version, session.id),
    )
    known = len(grown.before.case_ids)
    connection.executemany(
        "INSERT INTO session_item (session_id, position, case_id) VALUES (?, ?, ?)",
        [(session.id, at, storable(case_id)) for at, case_id in enumerate(plan.case_ids) if at >= known],
    )
    put_event(connection, grown.event)


def config_names(connection: sqlite3.Connection) -> Iterator[str]:
    """The names of all configs that are kept."""
    for (name,) in connection.execute("SELECT DISTINCT name FROM config_version ORDER BY name"):
        yield restored(name)


def iter_config_versions(connection: sqlite3.Connection, name: str) -> Iterator[ConfigVersion]:
    """Every version of the config of a name, oldest first; an older release's by its first run."""
    cursor = connection.execute(
        "SELECT c.hash, c.parent_hash, c.origin, "
        "coalesce(c.created_at, (SELECT min(r.created_at) FROM run r WHERE r.config_hash = c.hash)) AS since "
        "FROM config_version c WHERE c.name = ? ORDER BY since, c.rowid",
        (storable(name),),
    )
    for version, parent, origin, since in cursor.fetchall():
        config = get_config(connection, version)
        yield ConfigVersion(config=config, version=version, parent=parent, origin=origin, created_at=since)


def iter_config_uses(connection: sqlite3.Connection, versions: Sequence[str]) -> Iterator[ConfigUse]:
    """The sessions that versions of a config were a side of, oldest first."""
    marks = ", ".join("?" * len(versions))
    cursor = connection.execute(
        "SELECT r.config_hash, s.id, sr.role, o.config_hash, s.created_at FROM session s "  # noqa: S608  # question marks only
        "JOIN session_run sr ON sr.session_id = s.id JOIN run r ON r.id = sr.run_id "
        "LEFT JOIN session_run sro ON sro.session_id = s.id AND sro.role <> sr.role "
        "LEFT JOIN run o ON o.id = sro.run_id "
        f"WHERE r.config_hash IN ({marks}) ORDER BY s.created_at, s.id",
        list(versions),
    )
    for version, session_id, role, other, created_at in cursor:
        yield ConfigUse(version=version, session_id=session_id, role=role, other=other, created_at=created_at)
