"""The schema guards what it holds."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any, get_args

import pytest

from support.stored import (
    CHECKS,
    JUDGE,
    RATER,
    ballot_of,
    decision_of,
    judgment_of,
    new_session,
    presentation_of,
    response_of,
    results_of,
)
from tiebreak.errors import Fault
from tiebreak.records import Event, Presentation
from tiebreak.records.judges import Claim, ClaimVerdict, JudgmentStatus, Order
from tiebreak.records.outcomes import Baseline
from tiebreak.records.responses import CheckStatus, ResponseStatus
from tiebreak.records.sessions import BallotKind, BallotPhase, EventKind, RunOrigin, SessionKind
from tiebreak.records.triage import Cause, DecisionField, TriageStatus
from tiebreak_store import Store, StoredGateOutcome
from tiebreak_store.migrations import NEWEST

TRIGGERS = {
    "ballot_refuses_delete",
    "ballot_refuses_update",
    "baseline_refuses_delete",
    "baseline_refuses_update",
    "check_judgment_refuses_delete",
    "check_judgment_refuses_update",
    "check_result_notes_mend",
    "claim_refuses_delete",
    "claim_refuses_update",
    "event_refuses_delete",
    "event_refuses_update",
    "gate_outcome_refuses_delete",
    "gate_outcome_refuses_update",
    "judgment_refuses_delete",
    "judgment_refuses_update",
    "presentation_refuses_delete",
    "presentation_refuses_update",
    "response_refuses_delete",
    "response_refuses_update",
    "triage_decision_refuses_delete",
    "triage_decision_refuses_update",
}

APPEND_ONLY = sorted({trigger.partition("_refuses_")[0] for trigger in TRIGGERS if "_refuses_" in trigger})

FINGERPRINTS = {
    1: "ce9718cb61eba3d4",
    2: "33a14a73859d7991",
    3: "1cd2b0026a204512",
    4: "befc31647f82c70d",
    5: "f8ebbf3bddf697c2",
    6: "61181bc2fe0f37c5",
    7: "3f04f6ca3082ce66",
    8: "c9f9dfa809b78358",
}
"""Of the whole schema, by version. A change without a new migration would leave older files behind."""


def one_of_each(store: Store) -> Presentation:
    """Records a row in every append-only table."""
    new = new_session()
    store.create_session(new)
    for role in ("baseline", "candidate"):
        store.record_response(response_of(new, role, 0), None)
    shown = presentation_of(new, 0)
    store.record_presentation(shown)
    store.record_ballot(ballot_of(shown, 1))
    store.record_event(Event(id="e", session_id="s1", kind="peek", at=""))
    outcome = StoredGateOutcome(
        id="g",
        session_id="s1",
        policy_hash=new.policy.version,
        gate="g",
        status="pass",
        method="set",
        rows_digest="",
        at="",
    )
    store.record_gate_outcomes([outcome])
    store.record_judge(JUDGE)
    store.record_judgment(judgment_of(new, 0, claims=(Claim(n=1, text="c", verdict="supported"),)))
    store.record_check_judgment(judgment_of(new, 0, session_id=""))
    store.record_decisions([decision_of(new, 0, 1)], RATER)
    store.record_baseline(Baseline(name="prod", run_id=new.runs["baseline"].id, at="")).result()
    return shown


@pytest.fixture
def plain(store: Store) -> Iterator[sqlite3.Connection]:
    """The database as any other program opens it."""
    one_of_each(store)
    with closing(sqlite3.connect(store.path)) as connection:
        yield connection


def test_every_table_is_strict(plain: sqlite3.Connection) -> None:
    tables = plain.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
    assert {name for name, strict in tables if not strict} <= {"sqlite_schema", "_sqlite_migrations"}


def test_the_triggers_are_those_that_keep_work_safe(plain: sqlite3.Connection) -> None:
    assert {name for (name,) in plain.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")} == TRIGGERS


@pytest.mark.parametrize(
    "table",
    APPEND_ONLY,
)
@pytest.mark.parametrize("act", ["UPDATE {} SET seq = 9", "DELETE FROM {}"])
def test_recorded_work_is_never_changed(plain: sqlite3.Connection, table: str, act: str) -> None:
    before = plain.execute(f"SELECT * FROM {table}").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(act.format(table))
    assert plain.execute(f"SELECT * FROM {table}").fetchall() == before != []


def test_replacing_is_refused_as_well(store: Store) -> None:
    one_of_each(store)
    replaced = store.writer.submit(
        lambda c: c.execute(
            "REPLACE INTO event (seq, id, session_id, kind, at, detail) VALUES (1, 'x', 's1', 'peek', '', '{}')"
        )
    )
    with pytest.raises(Exception, match="append-only"):
        replaced.result()


def test_the_schema_of_a_version_never_changes(plain: sqlite3.Connection) -> None:
    sql = plain.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '%sqlite_%' ORDER BY type, name")
    fingerprint = hashlib.sha256(repr(sql.fetchall()).encode()).hexdigest()[:16]
    assert {NEWEST: fingerprint}.items() <= FINGERPRINTS.items()


def values_of(literal: Any) -> tuple[Any, ...]:
    return get_args(literal)


def test_every_value_that_a_record_may_hold_is_accepted(store: Store) -> None:
    for kind in values_of(SessionKind):
        store.create_session(new_session(kind, kind=kind)).result()
    new = new_session("s1")
    store.create_session(new)
    attempt = 0
    for status in values_of(ResponseStatus):
        for fault in (None, *values_of(Fault)):
            attempt += 1
            response = response_of(new, "baseline", 0, attempt=attempt, status=status, fault=fault)
            store.record_response(response, None).result()
    store.record_response(response_of(new, "candidate", 0), None)
    shown = presentation_of(new, 0)
    store.record_presentation(shown)
    first = ballot_of(shown, 0)
    store.record_ballot(first)
    number = 0
    for kind in values_of(BallotKind):
        for phase in values_of(BallotPhase):
            number += 1
            value, supersedes = ("tie", None) if kind == "vote" else (None, first.id if kind == "undo" else None)
            store.record_ballot(ballot_of(shown, number, kind, value, phase=phase, supersedes=supersedes)).result()
    for kind in values_of(EventKind):
        store.record_event(Event(id=kind, session_id="s1", kind=kind, at="")).result()
    for n, status in enumerate(values_of(CheckStatus)):
        response = response_of(new, "candidate", 1, attempt=n + 1)
        store.record_response(response, None)
        store.record_checks(
            [r.__class__(**{**fields(r), "status": status}) for r in results_of(response)], CHECKS
        ).result()
    store.record_judge(JUDGE)
    for status in values_of(JudgmentStatus):
        for order in values_of(Order):
            pair = None if order == "single" else f"{new.session.id}-candidate-0-1"
            verdict = "A" if status == "valid" else None
            claims = tuple(Claim(n=n, text="", verdict=said) for n, said in enumerate(values_of(ClaimVerdict)))
            judgment = judgment_of(new, 0, id=f"{status} {order}", status=status, order=order, response_b=pair)
            store.record_judgment(replace(judgment, verdict=verdict, claims=claims)).result()
    store.record_response(response_of(new, "candidate", 0), None)
    undoable: list[str] = []
    for field in values_of(DecisionField):
        known = {"status": values_of(TriageStatus), "cause": (*values_of(Cause), None)}.get(field, ("anything", None))
        for value in known:
            number += 1
            one = decision_of(new, 0, number, field=field, value=value)
            undoable.append(one.id)
            store.record_decisions([one], RATER).result()
    last = decision_of(new, 0, number + 1, act="undo", value=None, supersedes=undoable[-1])
    store.record_decisions([last], RATER).result()
    assert set(values_of(RunOrigin)) == {"live", "headless", "import", "replay"}


def fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


@pytest.mark.parametrize(
    ("kind", "value", "supersedes"),
    [("vote", "C", None), ("vote", None, None), ("vote", 1, None), ("undo", None, None)],
)
def test_a_ballot_that_says_nothing_is_refused(store: Store, kind: str, value: Any, supersedes: str | None) -> None:
    shown = one_of_each(store)
    refused = store.record_ballot(ballot_of(shown, 5, kind, value, supersedes=supersedes))
    with pytest.raises(Exception, match="CHECK constraint"):
        refused.result()


@pytest.mark.parametrize(
    "fields",
    [{"verdict": None}, {"status": "unparseable"}, {"order": "ab"}, {"order": "ba"}],
    ids=["valid without a verdict", "a verdict of none", "a pair of one", "a pair of one the other way"],
)
def test_a_judgment_that_contradicts_itself_is_refused(store: Store, fields: dict[str, Any]) -> None:
    one_of_each(store)
    refused = store.record_judgment(judgment_of(new_session(), 0, **{"id": "j", "verdict": "A", **fields}))
    with pytest.raises(Exception, match="CHECK constraint"):
        refused.result()


@pytest.mark.parametrize(
    "fields",
    [{"value": "maybe"}, {"field": "cause", "value": "bad luck"}, {"act": "undo"}, {"act": "undo", "value": None}],
    ids=["no status", "no cause", "an undo with a value", "an undo of nothing"],
)
def test_a_decision_that_says_nothing_is_refused(store: Store, fields: dict[str, Any]) -> None:
    one_of_each(store)
    refused = store.record_decisions([decision_of(new_session(), 0, 9, **fields)], RATER)
    with pytest.raises(Exception, match="CHECK constraint"):
        refused.result()
