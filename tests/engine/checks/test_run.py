from typing import Any

import pytest

from tiebreak.checks import checks_for, parse_check, run_checks
from tiebreak.errors import Fault
from tiebreak.records import Case, CheckSpec, Policy, Response
from tiebreak.records.responses import ResponseStatus

CASE = Case(id="c", input="q", reference="hello")
SPECS = [parse_check({"kind": "exact"}), parse_check({"kind": "max_length", "words": 3})]


def answer(status: ResponseStatus = "ok", text: str = "hello", fault: Fault | None = None) -> Response:
    fields: dict[str, Any] = {"run_id": "run", "case_id": "c", "case_hash": "h", "fingerprint": "f", "started_at": ""}
    return Response(id="r", status=status, text=text, fault=fault, **fields)


def test_one_result_per_check() -> None:
    first, second = run_checks(CASE, answer(), SPECS)
    assert (first.response_id, first.check_id, first.check_hash) == ("r", "exact", SPECS[0].version)
    assert (first.status, first.value, first.detail) == ("pass", 1.0, "")
    assert second.status == "pass"


def test_a_failure_says_why() -> None:
    (result,) = run_checks(CASE, answer(text="one two three four"), SPECS[1:])
    assert (result.status, result.value, result.detail) == ("fail", 0.0, "4 words, 3 allowed")


@pytest.mark.parametrize("status", ["empty", "truncated", "filtered", "malformed", "error"])
def test_a_broken_answer_fails_every_check(status: ResponseStatus) -> None:
    results = run_checks(CASE, answer(status, fault="target"), SPECS)
    assert [(result.status, result.value) for result in results] == [("fail", 0.0)] * 2
    assert all(result.detail for result in results)


@pytest.mark.parametrize("fault", ["infra", "user"])
def test_an_excluded_answer_is_not_checked(fault: Fault) -> None:
    assert run_checks(CASE, answer("error", fault=fault), SPECS) == []


def test_a_label_without_its_answer_is_not_checked() -> None:
    assert [result.status for result in run_checks(CASE, answer("imported", text=""), SPECS)] == ["not_applicable"] * 2


@pytest.mark.parametrize(
    "spec", [CheckSpec(id="x", kind="from_the_future"), CheckSpec(id="x", kind="regex", params={"pattern": "("})]
)
def test_a_check_that_cannot_be_run_is_an_error_not_a_failure(spec: CheckSpec) -> None:
    (result,) = run_checks(CASE, answer(), [spec])
    assert (result.status, result.value) == ("error", None)
    assert spec.kind in result.detail


def test_the_checks_of_a_case_are_the_policys_and_its_own() -> None:
    brief = parse_check({"kind": "max_length", "id": "brief", "words": 50})
    very_brief = parse_check({"kind": "max_length", "id": "brief", "words": 5})
    policy = Policy(name="p", checks=(brief, SPECS[0]))
    json = parse_check({"kind": "json"})
    assert checks_for(CASE, policy) == policy.checks
    assert checks_for(Case(id="c", input="q", checks=(json, very_brief)), policy) == (very_brief, SPECS[0], json)
