"""Ledger and breaker: what is open, and when an arm is not asked any more."""

from typing import Any

import pytest

from tiebreak.batch.breaker import FATAL_IN_A_ROW, PATIENCE, breaker_of
from tiebreak.batch.ledger import Ledger
from tiebreak.records import Response, ResponseError


def response(case_id: str = "b", code: str | None = None, **fields: Any) -> Response:
    made: dict[str, Any] = {"status": "ok"}
    if code is not None:
        made = {"status": "error", "fault": "infra", "error": ResponseError(code=code, message=f"{code}!")}
    return Response(
        id="r", run_id="run", case_id=case_id, case_hash="h", fingerprint="f", started_at="", **(made | fields)
    )


def test_a_ledger_opens_what_has_no_counting_answer() -> None:
    ledger = Ledger(["c", "b", "a"])
    assert list(ledger.open("baseline")) == [0, 1, 2]
    ledger.note("baseline", response(code="server"))
    ledger.note("baseline", response("a"))
    ledger.note("baseline", response("elsewhere"))
    assert list(ledger.open("baseline")) == [0, 1]
    assert list(ledger.open("candidate")) == [0, 1, 2]
    assert (ledger.next_attempt("baseline", 1), ledger.next_attempt("baseline", 0)) == (2, 1)
    assert ledger.answered("baseline") == 1


def test_the_order_of_attempts_does_not_matter() -> None:
    ledger = Ledger(["b"])
    ledger.note("baseline", response(attempt=2))
    ledger.note("baseline", response(code="server", attempt=1))
    assert list(ledger.open("baseline")) == []
    assert ledger.next_attempt("baseline", 0) == 3


def test_a_failed_answer_counts() -> None:
    ledger = Ledger(["b"])
    ledger.note("candidate", response(code="request", fault="target"))
    assert list(ledger.open("candidate")) == []


def test_each_sample_has_a_place_of_its_own() -> None:
    ledger = Ledger(["b", "a"], samples=2)
    ledger.note("run", response("b", sample=1))
    ledger.note("run", response("a", code="server"))
    ledger.note("run", response("a", sample=2))
    assert (len(ledger), list(ledger.open("run")), list(ledger.failed("run"))) == (4, [0, 2, 3], [2])
    assert not ledger.knows(response("a", sample=2))


@pytest.mark.parametrize(
    ("code", "needed"), [("auth", FATAL_IN_A_ROW), ("quota", FATAL_IN_A_ROW), ("server", PATIENCE + 4)]
)
def test_a_breaker_gives_up_after_the_same_failure_in_a_row(code: str, needed: int) -> None:
    breaker = breaker_of(concurrency=4)
    said = [breaker.note(response(code=code)) for _ in range(needed)]
    assert said[:-1] == [None] * (needed - 1)
    assert said[-1] == f"{needed} calls in a row ended the same way: {code}!"


def test_an_answer_or_another_failure_starts_the_row_anew() -> None:
    breaker = breaker_of(concurrency=4)
    for between in (response(), response(code="server"), response(code="request", fault="target")):
        for _ in range(FATAL_IN_A_ROW - 1):
            assert breaker.note(response(code="auth")) is None
        assert breaker.note(between) is None


def test_what_the_user_stopped_and_missing_recordings_say_nothing() -> None:
    breaker = breaker_of(concurrency=1)
    for _ in range(PATIENCE * 3):
        assert breaker.note(response(code="recording")) is None
        assert breaker.note(response(status="interrupted", fault="user")) is None
