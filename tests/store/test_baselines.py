"""Runs under names, runs by whatever a person calls them, and their outcomes case by case."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.stored import CHECKS, cases_of, new_session, response_of, results_of
from tiebreak.errors import UsageError
from tiebreak.records import CheckResult, Cost, Response, ResponseError, Timings
from tiebreak.records.outcomes import Baseline
from tiebreak_store import Store, StoredGateOutcome


@pytest.fixture
def filled(store: Store) -> Store:
    for number in (1, 2):
        store.create_session(new_session(f"s{number}", created_at=f"2026-01-0{number}")).result()
    return store


def named(name: str, run_id: str | None, at: str = "2026-02-01") -> Baseline:
    return Baseline(name=name, run_id=run_id, at=at)


def test_the_latest_run_of_a_name_is_in_force_and_nothing_is_forgotten(filled: Store, path: Path) -> None:
    story = [named("prod", "s1-baseline"), named("prod", "s2-candidate"), named("old", "s1-candidate")]
    for baseline in [*story, named("old", None)]:
        filled.record_baseline(baseline).result()
    assert filled.baselines() == [story[1]]
    assert (filled.baseline("prod"), filled.baseline("old"), filled.baseline("new")) == (story[1], None, None)
    assert filled.baseline_history("old") == [story[2], named("old", None)]
    filled.record_baseline(story[2]).result()
    filled.close()
    with Store.open(path) as again:
        assert [baseline.name for baseline in again.baselines()] == ["old", "prod"]


def test_a_name_for_a_run_that_is_not_there_is_refused(filled: Store) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        filled.record_baseline(named("prod", "nowhere")).result()


@pytest.mark.parametrize(
    ("wanted", "run_id"),
    [
        ("s1-baseline", "s1-baseline"),
        ("s1-b", "s1-baseline"),
        ("s2:A", "s2-baseline"),
        ("s2:candidate", "s2-candidate"),
        ("last:b", "s2-candidate"),
        ("prod", "s1-candidate"),
        ("config:the candidate", "s1-candidate"),  # of the two runs, the newer one has not answered anything
    ],
)
def test_a_run_by_its_names(filled: Store, wanted: str, run_id: str) -> None:
    filled.record_baseline(named("prod", "s1-candidate"))
    filled.record_response(response_of(new_session("s1"), "candidate", 0), None).result()
    found = filled.run(wanted)
    assert found.run.id == run_id
    assert (found.session_id, found.planned, found.cases, found.dataset) == (run_id[:2], 4, 4, "questions")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("s1-", "Several runs begin"),
        ("nothing", "There is no run “nothing”"),
        ("", "There is no run"),
        ("s1:C", "“C” is no side"),
        ("s9:A", "There is no session “s9”"),
        ("config:nobody", "No config “nobody” has answered"),
        ("config:the baseline", "No config “the baseline” has answered"),
    ],
)
def test_what_names_no_run_is_refused(filled: Store, wanted: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        filled.run(wanted)


def test_outcomes_hold_the_counting_attempts_and_what_was_said_of_them(store: Store) -> None:
    new = new_session()
    store.create_session(new)

    def put(position: int, results: bool = True, **fields: Any) -> Response:
        response = response_of(new, "candidate", position, **fields)
        store.record_response(response, None)
        if results:
            store.record_checks(results_of(response), CHECKS)
        return response

    limit = {"status": "error", "fault": "infra", "error": ResponseError(code="rate_limit", message="429")}
    put(0, results=False, **limit)
    cost = Cost(usd=0.25, source="provider", components={"retrieval": 0.1})
    counting = put(0, attempt=2, cost=cost, timings=Timings(ttft=0.5, total=1.0))
    put(0, attempt=3)
    put(1, results=False, **limit)
    later = CheckResult(
        response_id=counting.id, check_id="polite", check_hash=CHECKS[1].version, status="fail", value=0.0
    )
    store.record_checks([later], CHECKS).result()
    run = store.run("s1:B").run
    found = {outcome.case_id: outcome for outcome in store.iter_outcomes(run)}
    assert list(found) == ["case-2", "case-3"]  # the plan is in reverse
    lost, kept = found["case-2"], found["case-3"]
    assert (lost.answers, lost.excluded) == ((), "rate_limit")
    assert kept.excluded is None
    (answer,) = kept.answers
    assert (answer.response_id, answer.usd, dict(answer.components)) == (counting.id, 0.25, {"retrieval": 0.1})
    assert (answer.ttft, answer.total) == (None, None)  # a live run fetches ahead
    assert [(s.check_id, s.check_hash, s.status) for s in answer.scores] == [
        ("polite", CHECKS[0].version, "pass"),
        ("short", CHECKS[1].version, "pass"),
        ("polite", CHECKS[1].version, "fail"),
    ]


def test_places_of_the_planned_cases(store: Store) -> None:
    cases = [replace(case, group=f"g{n // 2}" if n else None) for n, case in enumerate(cases_of(4))]
    store.create_session(new_session("s1", cases)).result()
    assert sorted(store.iter_places("s1")) == [
        ("case-0", "even", None),
        ("case-1", "odd", "g0"),
        ("case-2", "even", "g1"),
        ("case-3", "odd", "g1"),
    ]


def test_gates_of_a_run_without_a_session(filled: Store) -> None:
    outcome = StoredGateOutcome(
        id="g1",
        candidate_run="s2-candidate",
        baseline_run="s1-baseline",
        policy_hash=new_session().policy.version,
        gate="g",
        status="pass",
        method="fixed_n",
        rows_digest="",
        at="",
    )
    filled.record_gate_outcomes([outcome]).result()
    assert filled.gate_outcomes_of_run("s2-candidate") == [outcome]
    assert filled.gate_outcomes("s1") == []
    with pytest.raises(Exception, match="CHECK constraint"):
        filled.record_gate_outcomes([replace(outcome, id="g2", candidate_run=None)]).result()
