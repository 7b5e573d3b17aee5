"""Finding, listing, paging and exporting; from any thread, while the writer works."""

import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from support.stored import CHECKS, RATER, ballot_of, cases_of, new_session, presentation_of, response_of, results_of
from tiebreak.errors import StoreError, UsageError
from tiebreak.records import ROLES, Event
from tiebreak_store import ImportReject, NewSession, Store


def rated(store: Store, session_id: str, votes: int, *, created_at: str) -> NewSession:
    new = new_session(session_id, created_at=created_at)
    store.create_session(new)
    for position in range(votes):
        for role in ROLES:
            response = response_of(new, role, position)
            store.record_response(response, b"chunks")
            store.record_checks(results_of(response), CHECKS)
        store.record_presentation(presentation_of(new, position))
        store.record_ballot(ballot_of(presentation_of(new, position), position, at=f"2026-02-0{position + 1}"))
    store.record_event(Event(id=f"{session_id}-e", session_id=session_id, kind="resume", at="2026-01-05")).result()
    return new


def test_sessions_are_listed_newest_first(store: Store) -> None:
    assert store.sessions() == []
    rated(store, "older", 3, created_at="2026-01-01")
    new = rated(store, "newer", 0, created_at="2026-01-02")
    undone = ballot_of(
        presentation_of(new_session("older"), 0), 50, "undo", None, supersedes="older-b000000", at="2026-03"
    )
    store.record_ballot(undone).result()
    newer, older = store.sessions()
    assert store.sessions(limit=1) == [newer]
    assert (older.id, older.planned, older.voted, older.last_activity) == ("older", 4, 2, "2026-03")
    assert (newer.id, newer.voted, newer.last_activity) == ("newer", 0, "2026-01-05")
    assert (newer.kind, newer.title, newer.dataset) == ("arena", "Session newer", "questions")
    assert newer.configs == {role: config.name for role, config in new.configs.items()}


def test_a_session_is_found_by_the_start_of_its_id(store: Store) -> None:
    with pytest.raises(UsageError, match="no session here yet"):
        store.load_session("last")
    for session_id, created_at in (("abc1", "2026-01-03"), ("abd2", "2026-01-01"), ("abd", "2026-01-02")):
        store.create_session(new_session(session_id, created_at=created_at)).result()
    assert store.session_id("abc") == "abc1"
    assert store.session_id("abd") == "abd"
    assert store.session_id("abd2") == "abd2"
    assert store.session_id("last") == "abc1"
    with pytest.raises(UsageError, match=r"begin with “ab”: .*abc1"):
        store.session_id("ab")
    for nothing in ("x", "", "abd21", "%", "ABC1"):
        with pytest.raises(UsageError, match="There is no session"):
            store.session_id(nothing)


def test_an_answer_to_the_same_request_is_found_unless_it_failed(store: Store) -> None:
    new = new_session(cases=cases_of(9))
    store.create_session(new)
    attempts = [
        ("error", "infra", "f1"),
        ("error", "target", "f1"),
        ("interrupted", "user", "f1"),
        ("incomplete", "infra", "f1"),
        ("malformed", "target", "f1"),
        ("imported", None, "f1"),
        ("truncated", "target", "f2"),
        ("ok", None, "f2"),
        ("ok", None, ""),
    ]
    for position, (status, fault, fingerprint) in enumerate(attempts):
        response = response_of(new, "baseline", position, status=status, fault=fault, fingerprint=fingerprint)
        store.record_response(response, None).result()
    assert store.find_response("f1") is None
    assert store.find_response("") is None
    assert store.find_response("f2") == response_of(
        new, "baseline", 6, status="truncated", fault="target", fingerprint="f2"
    )


def test_an_unknown_response(store: Store) -> None:
    with pytest.raises(StoreError, match="no response with the id nope"):
        store.response("nope")
    assert store.chunks_of("nope") is None


def test_light_responses_come_without_their_text(store: Store) -> None:
    new = rated(store, "s1", 3, created_at="2026-01-01")
    whole = list(store.iter_responses("s1", light=False))
    light = list(store.iter_responses("s1"))
    assert [response.id for response in whole] == [f"s1-{role}-{n}-1" for n in range(3) for role in ROLES]
    assert light == [replace(response, text="", reasoning="", contexts=()) for response in whole]
    assert list(store.load_session("s1", light=True).responses) == light
    assert list(store.load_session("s1").responses) == whole
    assert whole[0].text == response_of(new, "baseline", 0).text


def test_an_export_is_json_in_a_fixed_order(store: Store) -> None:
    new = rated(store, "s1", 2, created_at="2026-01-01")
    rated(store, "s2", 1, created_at="2026-01-01")
    lines = [json.loads(json.dumps(line)) for line in store.iter_export("s1")]
    types = [line["type"] for line in lines]
    assert list(dict.fromkeys(types)) == [
        "session",
        "dataset",
        "dataset_case",
        "config",
        "run",
        "policy",
        "check",
        "rater",
        "response",
        "check_result",
        "presentation",
        "ballot",
        "event",
    ]
    assert [types.count(kind) for kind in ("dataset_case", "config", "response", "check_result", "ballot")] == [
        4,
        2,
        4,
        8,
        2,
    ]
    configs = [(line["role"], line["name"], line["version"]) for line in lines if line["type"] == "config"]
    assert configs == [(role, new.configs[role].name, new.configs[role].version) for role in ROLES]
    assert next(line for line in lines if line["type"] == "rater")["name"] == RATER.name
    assert next(line for line in lines if line["type"] == "ballot")["value"] == "A"
    assert lines == [json.loads(json.dumps(line)) for line in store.iter_export("s1")]
    with pytest.raises(UsageError):
        next(store.iter_export("nothing"))


def test_an_import_is_noted_once(store: Store) -> None:
    rejects = [
        ImportReject(line=3, reason="no id", raw='{"\ud800": 1}\0'),
        ImportReject(line=3, reason="again", raw=""),
    ]
    assert store.add_import_batch("hash", "csv", {"answer": "output"}, rejects).result() is True
    assert store.add_import_batch("hash", "csv", {"answer": "output"}, rejects).result() is False
    with closing(sqlite3.connect(store.path)) as plain:
        assert plain.execute("SELECT line, reason FROM import_reject").fetchall() == [(3, "no id"), (3, "again")]


def test_many_threads_read_while_one_writes(store: Store) -> None:
    new = new_session(cases=cases_of(60))
    store.create_session(new).result()
    done = threading.Event()
    seen: list[list[int]] = []

    def read() -> None:
        counts: list[int] = []
        while not done.is_set():
            stored = store.load_session("s1", light=True)
            counts.append(len(stored.responses))
            # One moment for the whole of it: whoever is checked is there.
            assert {result.response_id for result in stored.check_results} <= {r.id for r in stored.responses}
        seen.append(counts)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for position in range(60):
        response = response_of(new, "baseline", position)
        store.record_response(response, None)
        store.record_checks(results_of(response), CHECKS).result()
    done.set()
    for thread in threads:
        thread.join(30)
    assert len(seen) == 4
    assert all(counts == sorted(counts) for counts in seen)
    assert len(list(store.iter_responses("s1"))) == 60


def test_a_half_read_iterator_disturbs_nobody(store: Store) -> None:
    rated(store, "s1", 3, created_at="2026-01-01")
    half_read = store.iter_responses("s1")
    first = next(half_read)
    rated(store, "s2", 1, created_at="2026-01-02")
    assert len(store.sessions()) == 2
    assert [first, *half_read] == list(store.iter_responses("s1"))
