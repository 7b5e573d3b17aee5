"""Files that were imported: each once, with the lines that could not be taken."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from tiebreak.records import Ballot, CheckResult, CheckSpec, Event, Policy, Presentation, Rater, Response
from tiebreak.records.judges import Judge, Judgment
from tiebreak_store.ballots import put_ballot, put_presentation, put_rater
from tiebreak_store.content import put_policy
from tiebreak_store.events import StoredGateOutcome, put_event, put_gate_outcome
from tiebreak_store.judgments import put_judge, put_judgment
from tiebreak_store.responses import put_check_results, put_new_responses, recorded_among
from tiebreak_store.sessions import NewSession, put_session
from tiebreak_store.text import from_json, storable, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReject:
    """A line of an imported file that could not be taken."""

    line: int
    reason: str
    raw: str


AT_ONCE = 500
"""Answers that are put at once."""
Answered = tuple[Response, Sequence[CheckResult], Sequence[CheckSpec]]
"""A response, what checks said of it, and those that the results name by hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRecords:
    """What was taken from a file: a new session, or what is added to one that is there."""

    session: NewSession | None = None
    further: tuple[NewSession, ...] = ()
    """More sessions, on runs of the first or on others."""
    answers: Iterable[Answered] = ()
    """Asked for one by one while they are put, so that not all of them have to be held. One whose id is recorded stays
    as it is: a run may be part of an earlier import."""
    raters: tuple[Rater, ...] = ()
    presentations: Iterable[Presentation] = ()
    ballots: Iterable[Ballot] = ()
    judges: tuple[Judge, ...] = ()
    judgments: Iterable[Judgment] = ()
    """Asked for one by one while they are put, after everything that they are about; so are showings and ballots."""
    policies: tuple[Policy, ...] = ()
    """Those that gate outcomes name beside that of the session."""
    gate_outcomes: tuple[StoredGateOutcome, ...] = ()
    events: tuple[Event, ...] = ()


def put_import_batch(
    connection: sqlite3.Connection,
    source_hash: str,
    tool: str,
    mapping: Mapping[str, object],
    rejects: Iterable[ImportReject],
    records: ImportedRecords | None = None,
) -> bool:
    """Keep an imported file's records, a note of it and its rejects; False, and nothing kept, where it is there."""
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
    if records is not None:
        _put_records(connection, records)
    return True


def get_import_mapping(connection: sqlite3.Connection, source_hash: str) -> Mapping[str, object] | None:
    """What was noted of an imported file; None where it was not imported."""
    found = connection.execute("SELECT mapping FROM import_batch WHERE source_hash = ?", (source_hash,)).fetchone()
    return None if found is None else cast("Mapping[str, object]", from_json(found[0]))


def _put_records(connection: sqlite3.Connection, records: ImportedRecords) -> None:
    for session in (records.session, *records.further):
        if session is not None:
            put_session(connection, session)
    for rater in records.raters:
        put_rater(connection, rater)
    _put_answers(connection, records.answers)
    _put_said(connection, records)
    for policy in records.policies:
        put_policy(connection, policy)
    for outcome in records.gate_outcomes:
        put_gate_outcome(connection, outcome)
    for event in records.events:
        put_event(connection, event)


def _put_said(connection: sqlite3.Connection, records: ImportedRecords) -> None:
    """What people and judges said."""
    for presentation in records.presentations:
        put_presentation(connection, presentation)
    for ballot in records.ballots:
        put_ballot(connection, ballot)
    for judge in records.judges:
        put_judge(connection, judge)
    for judgment in records.judgments:
        put_judgment(connection, judgment)


def _put_answers(connection: sqlite3.Connection, answers: Iterable[Answered]) -> None:
    """Many at once, so that SQLite is called once for each table; hundreds of them are held."""
    every = iter(answers)
    while some := list(islice(every, AT_ONCE)):
        first = {response.id: (response, results, specs) for response, results, specs in reversed(some)}
        there = recorded_among(connection, list(first))
        new = [first[id_] for id_ in reversed(first) if id_ not in there]
        put_new_responses(connection, [response for response, _, _ in new])
        # Equal results name equal versions, and a spec costs a hash to find: each is looked at once.
        specs = {id(spec): spec for _, _, own in new for spec in own}
        put_check_results(connection, [result for _, results, _ in new for result in results], list(specs.values()))
