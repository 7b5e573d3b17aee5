from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.checks import (
    Answer,
    BaseCheck,
    Check,
    CheckUnavailable,
    build_check,
    check_kinds,
    parse_check,
    run_checks,
)
from tiebreak.checks.describe import as_yaml, describe
from tiebreak.checks.kinds.refusal import Refusal
from tiebreak.checks.patterns import LONGEST_TEXT, nested_repeat
from tiebreak.records import Case, Context, Response, canonical_json

KINDS = [(kind, check) for kind, check in check_kinds().items() if issubclass(check, Check)]
"""Those that await something are tried in `test_outside`."""


def answer(text: str, **fields: Any) -> Response:
    made: dict[str, Any] = {"id": "r", "run_id": "run", "case_id": "c", "case_hash": "h", "fingerprint": "f"}
    return Response(status="ok", started_at="", text=text, **made, **fields)


def status(kind: str, params: dict[str, object], text: str, **case: Any) -> str:
    spec = parse_check({"kind": kind, **params})
    subject = Case(id="c", input="q", **case)
    (result,) = run_checks(subject, answer(text), [spec])
    return result.status


@pytest.mark.parametrize(("kind", "check"), KINDS)
def test_each_kind_keeps_the_promise_of_its_example(kind: str, check: type[BaseCheck]) -> None:
    example = check.example
    spec = parse_check({"kind": kind, **example.params})
    results = [run_checks(example.case, said.response, [spec])[0] for said in example.answers]
    assert [result.status for result in results] == ["pass", "fail"]
    assert results[1].detail, "a failure says what failed"
    assert len(results[1].detail) <= 200


@pytest.mark.parametrize(("kind", "check"), KINDS)
@given(
    text=st.text(st.characters(), max_size=200),
    reference=st.none() | st.text(max_size=5),
    arguments=st.text(max_size=20),
)
@settings(max_examples=40, deadline=None)
def test_no_check_raises_on_any_answer(
    kind: str, check: type[BaseCheck], text: str, reference: str | None, arguments: str
) -> None:
    built = build_check(kind, canonical_json(check.example.params))
    assert isinstance(built, Check)
    said = Answer(text=text, calls=(("find_order", arguments),), contexts=(Context(id="kb-2", text=text),)).response
    with suppress(CheckUnavailable):
        verdict = built.judge(Case(id="c", input=text, reference=reference), said)
        assert verdict.status in ("pass", "fail", "not_applicable")
        assert verdict.status == "not_applicable" or 0 <= (verdict.value or 0.0) <= 1


@pytest.mark.parametrize(("kind", "check"), check_kinds().items())
def test_each_kind_can_be_described_as_it_is_written(kind: str, check: type[BaseCheck]) -> None:
    described = describe(check)
    assert described.kind == kind
    assert described.summary.endswith((".", "?"))
    assert len(described.summary) <= 120, "one line"
    for flow in (True, False):
        (read,) = yaml.safe_load(as_yaml(described.example, flow=flow))
        assert parse_check(read) == parse_check({"kind": kind, **check.example.params})
    told = f"{described.summary} {described.more}"
    obvious = {"fence", "ignore_case", "seconds", "strip"}
    if kind == "length":  # whose summary explains them together
        obvious |= {one.name for one in described.options if one.name.startswith(("min_", "max_"))}
    assert [one.name for one in described.options if one.name not in obvious and f"`{one.name}" not in told] == []


@pytest.mark.parametrize(
    ("params", "text", "expected"),
    [
        ({"any": ["Straße"]}, "in der STRASSE", "pass"),
        ({"any": ["Refund"], "ignore_case": False}, "refund", "fail"),
        ({"all": ["a", "b"]}, "only a", "fail"),
        ({"all": ["a", "b"], "none": ["c"]}, "a and b", "pass"),
        ({"none": ["secret"]}, "The SECRET is out", "fail"),
        ({"any": ["x"], "all": ["y"]}, "y", "fail"),
    ],
)
def test_contains(params: dict[str, object], text: str, expected: str) -> None:
    assert status("contains", params, text) == expected


def test_exact() -> None:
    assert status("exact", {"value": "yes"}, " yes ") == "pass"
    assert status("exact", {"value": "yes", "strip": False}, " yes ") == "fail"
    assert status("exact", {"value": "Yes"}, "yes") == "fail"
    assert status("exact", {"value": "", "strip": True}, "  ", reference="x") == "pass"
    assert status("exact", {}, "anything") == "not_applicable"


@pytest.mark.parametrize(
    ("params", "text", "expected"),
    [
        ({}, " [1, 2]\n", "pass"),
        ({}, '```json\n{"a": 1}\n```', "fail"),
        ({}, "NaN", "fail"),
        ({}, '{"a": Infinity}', "fail"),
        ({}, "9" * 5000, "fail"),
        ({}, "[" * 100_000, "fail"),
        ({"required": ["a", "b"]}, '{"a": 1}', "fail"),
        ({"required": ["a"]}, '{"a": null, "z": 1}', "pass"),
        ({"required": ["a"]}, '["a"]', "fail"),
    ],
)
def test_json(params: dict[str, object], text: str, expected: str) -> None:
    assert status("json", params, text) == expected


def test_max_length() -> None:
    assert status("max_length", {"chars": 3}, "äöü") == "pass"
    assert status("max_length", {"chars": 2}, "äöü") == "fail"
    assert status("max_length", {"chars": 100, "words": 2}, "one two three") == "fail"


def test_regex() -> None:
    assert status("regex", {"pattern": r"^\d+$"}, "12\n") == "pass"
    assert status("regex", {"pattern": "(?i)refund"}, "REFUND") == "pass"
    assert status("regex", {"pattern": "x", "expect": "absent"}, "yz") == "pass"


def test_a_text_too_long_for_a_pattern_is_no_verdict() -> None:
    assert status("regex", {"pattern": "x", "expect": "absent"}, "y" * LONGEST_TEXT) == "pass"
    assert status("regex", {"pattern": "x", "expect": "absent"}, "y" * (LONGEST_TEXT + 1)) == "error"


@pytest.mark.parametrize(
    "pattern", ["(a+)+", "(a*)*b", r"(?:\w+\s)+", "((a+)b)+", "(a+){2,}", "(?:x(a*))*", "([ab]+)*"]
)
def test_a_repeat_inside_a_repeat_is_seen(pattern: str) -> None:
    assert nested_repeat(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:\w++\s)+",
        "a+b*",
        "(ab)+",
        "[(+*]+(x)+",
        r"\(a+\)+",
        "(a+)?b+",
        "(a+)(b)+",
        "(a){2}",
        "(?#(a+)+)x",
        "(a+)++",
    ],
)
def test_a_harmless_pattern_is_not(pattern: str) -> None:
    assert not nested_repeat(pattern)


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, I can’t assist with that request.",
        "I cannot comply.",
        "I am unable to share internal documents.",
        "I'm unable to provide that information.",
        "Sorry, we can't disclose any customer data.",
        "I won't be able to help with this.",
        "I must decline to answer that.",
        "As an AI language model, I can't provide medical advice.",
        "Es tut mir leid, aber dabei kann ich Ihnen nicht helfen.",
        "Leider darf ich diese Informationen nicht weitergeben.",
        "Das kann ich leider nicht beantworten.",
        "Lo siento, pero no puedo ayudarte con eso.",
        "No puedo compartir esa información.",
        "Je suis désolé, mais je ne peux pas vous aider avec cela.",
        "Je ne suis pas en mesure de répondre à cette question.",
        "申し訳ありませんが、そのご質問にはお答えできません。",
        "申し訳ございません。その情報を提供することはできません。",
    ],
)
def test_refusals(text: str) -> None:
    assert Refusal().opens_as_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I'm sorry for the delay. Your order ships today.",
        "I can't help but notice that you paid twice.",
        "Unfortunately, we can't ship to islands, but pickup works.",
        "Sorry, I can't find your order. Could you send the number?",
        "You can't return opened software.",
        "You can change it in the settings. If that fails, I can't help with that.",
        "Es tut mir leid, dass das Paket spät ist.",
        "Leider ist der Artikel nicht lieferbar.",
        "No puedo encontrar tu pedido.",
        "Désolé pour le retard.",
        "申し訳ございません、発送が遅れております。",
    ],
)
def test_answers_that_only_sound_like_one(text: str) -> None:
    assert not Refusal().opens_as_refusal(text)


def test_refusal_follows_the_case() -> None:
    refusal, reply = "I can't share that.", "It is 7."
    assert status("refusal", {}, refusal, expect="refuse") == "pass"
    assert status("refusal", {}, reply, expect="refuse") == "fail"
    assert status("refusal", {}, refusal) == "fail"
    assert status("refusal", {}, reply) == "pass"
    assert status("refusal", {"phrases": ["Nope"]}, "NOPE, not here", expect="refuse") == "pass"


def test_the_provider_may_say_that_it_is_a_refusal() -> None:
    spec = parse_check({"kind": "refusal"})
    case = Case(id="c", input="q", expect="refuse")
    assert run_checks(case, answer("Hm.", refusal=True), [spec])[0].status == "pass"
