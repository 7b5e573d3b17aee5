"""What headless runs need of the store: answers with their checks in one, sessions by plan, facts in turn."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.stored import CHECKS, ballot_of, new_session, presentation_of, response_of, results_of
from tiebreak.errors import StoreError
from tiebreak.records import ROLES, Event, Run, SessionRole
from tiebreak_store import NewSession, Store


def headless(session_id: str, origin: Any = "headless", **given: Any) -> NewSession:
    new = new_session(session_id, **given)
    return replace(new, runs={role: replace(run, origin=origin) for role, run in new.runs.items()})


def found(store: Store, like: NewSession, **other: Any) -> str | None:
    known: dict[str, Any] = {
        "plan": like.session.plan,
        "dataset_hash": like.dataset.version,
        "configs": {role: config.version for role, config in like.configs.items()},
    }
    return store.headless_session(**(known | other))


def test_an_answer_and_its_checks_are_kept_together_or_not_at_all(store: Store) -> None:
    new = headless("s1")
    store.create_session(new).result()
    answer, other = response_of(new, "baseline", 0), response_of(new, "candidate", 0)
    store.record_answer(answer, b"chunks", results_of(answer), CHECKS).result()
    unknown = [replace(result, check_hash="unknown") for result in results_of(other)]
    with pytest.raises(StoreError):
        store.record_answer(other, b"chunks", unknown, ()).result()
    loaded = store.load_session("s1")
    assert [response.id for response in loaded.responses] == [answer.id]
    assert list(loaded.check_results) == results_of(answer)
    assert store.chunks_of(answer.id) == b"chunks"


def test_the_newest_headless_session_of_the_same_plan_is_found(store: Store) -> None:
    sessions = [
        headless("s1", created_at="2026-01-01"),
        headless("s2", created_at="2026-01-02"),
        headless("s3", "live"),
    ]
    for new in sessions:
        store.create_session(new).result()
    assert found(store, sessions[0]) == "s2"
    assert found(store, sessions[0], plan=replace(sessions[0].session.plan, seed=8)) is None
    assert found(store, sessions[0], dataset_hash="another") is None
    a, b = (sessions[0].configs[role].version for role in ROLES)
    assert found(store, sessions[0], configs={"baseline": b, "candidate": a}) is None


def test_a_session_is_found_by_the_very_runs_it_stands_on(store: Store) -> None:
    first = headless("s1", created_at="2026-01-01")
    store.create_session(first).result()
    runs: dict[SessionRole, Run] = {**first.runs, "candidate": replace(first.runs["candidate"], id="another")}
    ids: dict[SessionRole, str] = {role: run.id for role, run in runs.items()}
    second = replace(first, session=replace(first.session, id="s2", runs=ids, created_at="2026-01-02"), runs=runs)
    store.create_session(second).result()
    assert store.session_of_runs(first.session.plan, first.session.runs) == "s1"
    assert store.session_of_runs(first.session.plan, ids) == "s2"
    assert store.session_of_runs(replace(first.session.plan, seed=8), ids) is None
    assert sorted(store.runs_of("s2")) == sorted(ids.values())
    assert found(store, first) == "s2"
    assert found(store, first, baseline_run=first.session.runs["baseline"]) == "s2"
    assert found(store, first, baseline_run="another") is None
    assert found(store, first, samples=2) is None


def test_what_a_check_could_not_judge_is_mended_and_nothing_else(store: Store) -> None:
    new = headless("s1")
    store.create_session(new).result()
    answer = response_of(new, "baseline", 0)
    good, bad = results_of(answer)[:2]
    store.record_answer(answer, None, [good, replace(bad, status="error", detail="no program")], CHECKS).result()
    other = "fail" if good.status == "pass" else "pass"
    store.record_checks([replace(bad, status="pass")], CHECKS).result()
    assert store.load_session("s1").check_results[1].status == "error"
    store.record_verdicts([replace(good, status=other), replace(bad, status="pass", detail="")], CHECKS).result()
    assert [one.status for one in store.load_session("s1").check_results] == [good.status, "pass"]


def test_facts_come_in_turn_and_are_those_of_the_whole_session(store: Store, path: Path) -> None:
    new = headless("s1")
    store.create_session(new).result()
    for role in ROLES:
        answer = response_of(new, role, 0)
        store.record_answer(answer, None, results_of(answer), CHECKS)
    shown = presentation_of(new, 0)
    store.record_presentation(shown)
    store.record_ballot(ballot_of(shown, 0))
    store.record_event(Event(id="e", session_id="s1", kind="peek", at="2026-01-02")).result()
    whole, bare = store.load_session("s1", light=True), store.load_session("s1", facts=False)
    facts = [*whole.responses, *whole.check_results, *whole.presentations, *whole.ballots, *whole.events]
    assert list(store.iter_facts("s1")) == facts
    assert len(facts) == 2 + 4 + 1 + 1 + 1
    assert bare == replace(whole, responses=(), check_results=(), presentations=(), ballots=(), events=())
    assert bare.timed_runs == {run.id for run in new.runs.values()}
