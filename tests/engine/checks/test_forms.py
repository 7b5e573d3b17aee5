"""Texts, numbers and structured answers."""

import socket
from typing import Any

import pytest

from tiebreak.checks import Answer, parse_check, run_checks
from tiebreak.checks.kinds.field_f1 import f1
from tiebreak.checks.kinds.number import numbers_in
from tiebreak.checks.kinds.whole import open_fence
from tiebreak.errors import WorkspaceError
from tiebreak.records import Case, CheckResult


def result(kind: str, params: dict[str, Any], said: str | Answer, **case: Any) -> CheckResult:
    answer = Answer(text=said) if isinstance(said, str) else said
    spec = parse_check({"kind": kind, **params})
    return run_checks(Case(id="c", input=case.pop("question", "q"), **case), answer.response, [spec])[0]


def status(kind: str, params: dict[str, Any], said: str | Answer, **case: Any) -> str:
    return result(kind, params, said, **case).status


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2 laptops cost $1,299.50.", [2, 1299.5]),
        ("from −3 to -4.5e2", [-3, -450]),
        ("12 kg, 3m, 5%", [12, 3, 5]),
        ("A4 and v1.2.3", []),
        ("2024-05-06 and 5-7", [2024, 5, 6, 5, 7]),
        ("1,2345", [1, 2345]),
        ("9" * 400, []),
        ("none", []),
    ],
)
def test_numbers_are_read_from_text(text: str, numbers: list[float]) -> None:
    assert [n for n in numbers_in(text) if n != 1.2] == numbers


def test_a_number_may_lie_within_its_tolerance() -> None:
    assert status("number", {"value": 0.2, "within": 0.1}, "0.3") == "pass"
    assert status("number", {"value": 100, "percent": 5}, "104.9 or so") == "pass"
    assert status("number", {"value": 100, "percent": 5, "within": 10}, "109") == "pass"
    assert status("number", {"value": 100, "percent": 5}, "106") == "fail"
    assert status("number", {"value": 7, "which": "first"}, "7 of 9") == "pass"
    assert status("number", {"value": 8, "which": "any"}, "7, 8 or 9") == "pass"
    assert status("number", {}, "It is 42.", reference="42 apples") == "pass"
    assert status("number", {}, "It is 42.", reference="many") == "not_applicable"
    assert status("number", {}, "It is 42.", reference="41 or 42") == "error"
    assert result("number", {"value": 7}, "no idea").detail == "there is no number in it"


def test_beginnings_and_ends() -> None:
    assert status("starts_with", {"any": ["dear"], "ignore_case": True}, "\n DEAR Ada") == "pass"
    assert status("starts_with", {"any": ["dear"]}, "Dear Ada") == "fail"
    assert status("ends_with", {"any": ["ß"]}, "GRUSS ") == "fail"
    assert status("ends_with", {"any": ["gruß"], "ignore_case": True}, "GRUSS ") == "pass"


@pytest.mark.parametrize(
    ("params", "text", "detail"),
    [
        ({"min_words": 3}, "one two", "2 words, at least 3 asked for"),
        ({"max_chars": 3}, "four", "4 chars, 3 allowed"),
        ({"max_lines": 1}, "a\n\n \nb", "2 lines, 1 allowed"),
        ({"min_paragraphs": 2}, "a\nb", "1 paragraphs, at least 2 asked for"),
        ({"max_paragraphs": 2, "min_paragraphs": 2}, "\n\na\nb\n \nc\n", ""),
    ],
)
def test_lengths(params: dict[str, Any], text: str, detail: str) -> None:
    assert result("length", params, text).detail == detail


@pytest.mark.parametrize(
    ("params", "text", "detail"),
    [
        ({"required": ["items[*].sku"]}, '{"items": []}', "nothing at “items[*].sku”"),
        ({"required": ["items[*].sku"]}, '{"items": [{"sku": 1}, {}]}', ""),
        ({"required": ["items[1].sku"]}, '{"items": [{"sku": 1}]}', "nothing at “items[1].sku”"),
        ({"required": ["[0].a"]}, '[{"a": null}]', ""),
        ({"required": ["[0].a"], "filled": True}, '[{"a": null}]', "nothing at “[0].a”"),
        ({"required": ["a"], "filled": True}, '{"a": 0}', ""),
        ({"forbidden": ["debug"]}, '{"debug": false}', "there is something at “debug”"),
        ({"required": ["a"], "fence": True}, '```json\n{"a": 1}\n```', ""),
        ({"required": ["a"]}, '```json\n{"a": 1}\n```', "not JSON: Expecting value at line 1, column 1"),
    ],
)
def test_fields(params: dict[str, Any], text: str, detail: str) -> None:
    assert result("fields", params, text).detail == detail


def test_a_schema_says_where_and_how_an_answer_does_not_fit() -> None:
    schema = {
        "$defs": {"sku": {"type": "string", "pattern": "^[A-Z]-[0-9]+$"}},
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"$ref": "#/$defs/sku"}}},
    }
    assert status("json_schema", {"schema": schema}, '{"items": ["A-1"]}') == "pass"
    found = result("json_schema", {"schema": schema}, '{"items": ["A-1", "b"]}')
    assert (found.status, found.detail) == ("fail", "items[1]: 'b' does not match '^[A-Z]-[0-9]+$'")
    assert status("json_schema", {"schema": {"type": "null"}}, "[" * 100_000) == "fail"


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "objekt"}, "is no JSON Schema: 'objekt' is not valid"),
        ({"$ref": "https://example.com/x.json"}, "nothing is fetched"),
        ({"properties": {"a": {"pattern": "(a+)+"}}}, "A repeat inside a repeat"),
        ({"patternProperties": {"(a*)*": {}}}, "A repeat inside a repeat"),
    ],
)
def test_schemas_that_are_refused(schema: dict[str, Any], says: str) -> None:
    with pytest.raises(WorkspaceError, match=says):
        parse_check({"kind": "json_schema", "schema": schema})


def test_a_schema_reaches_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something is fetched")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    circle = {"$ref": "#"}
    assert status("json_schema", {"schema": circle}, "1") == "error"
    nowhere = {"properties": {"a": {"$ref": "#/$defs/gone"}}}
    assert result("json_schema", {"schema": nowhere}, '{"a": 1}').detail.startswith("the schema refers to what is not")
    sly = {"$id": "https://example.com/a", "properties": {"a": {"$ref": "#/x", "$schema": "https://example.com/b"}}}
    assert status("json_schema", {"schema": sly}, '{"a": 1}') == "error"


@pytest.mark.parametrize(
    ("params", "text", "expected"),
    [
        ({}, "<a/>", "pass"),
        ({}, " \n<a>&lt;</a>\n", "pass"),
        ({}, "<a/>\n<b/>", "fail"),
        ({"root": "b"}, "<a/>", "fail"),
        ({"root": "{urn:x}a"}, '<a xmlns="urn:x"/>', "pass"),
        ({"fence": True}, "```xml\n<a/>\n```", "pass"),
        ({}, '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "fail"),
        ({}, '<?xml version="1.0" encoding="nonsense"?><a/>', "fail"),
        ({}, "Here is <a/>", "fail"),
    ],
)
def test_xml(params: dict[str, Any], text: str, expected: str) -> None:
    assert status("xml", params, text) == expected


@pytest.mark.parametrize(
    ("params", "text", "expected"),
    [
        ({}, "a: 1", "pass"),
        ({}, "- a\n- b", "pass"),
        ({}, "Just a sentence.", "fail"),
        ({}, "a: [1", "fail"),
        ({}, "a: 2024-13-45", "pass"),
        ({}, "!!python/object/apply:os.system [ls]", "pass"),
        ({}, "a: \x00", "fail"),
        ({"required": ["a"]}, "- a", "fail"),
        ({"fence": True, "required": ["a"]}, "```yaml\na: 1\n```", "pass"),
        ({}, "a: " + "[" * 5_000, "fail"),
    ],
)
def test_yaml(params: dict[str, Any], text: str, expected: str) -> None:
    assert status("yaml", params, text) == expected


def test_field_f1_counts_fields_that_agree() -> None:
    reference = '{"a": 1, "b": {"c": "X", "d": [1, 2]}}'
    assert result("field_f1", {}, '{"b": {"d": [2, 1.0], "c": "X "}, "a": 1}', reference=reference).value == 1.0
    # Given a, b.c, b.d×2 = 4 fields, 2 of them as in the reference's 4: F1 = 2·2 / 8.
    half = result("field_f1", {"at_least": 0.5}, '{"a": 1, "b": {"c": "Y", "d": [1, 3]}}', reference=reference)
    assert (half.status, half.value, half.detail) == ("pass", 0.5, "“b.c”, “b.d[*]”: not as in the reference")
    assert result("field_f1", {"ignore": ["b"]}, '{"a": 1}', reference=reference).value == 1.0
    assert result("field_f1", {"ignore_case": True}, '{"a": "X"}', reference='{"a": "x"}').value == 1.0
    assert result("field_f1", {}, '{"a": true}', reference='{"a": 1}').value == 0.0
    assert result("field_f1", {}, "prose", reference=reference).value == 0.0
    assert status("field_f1", {}, "{}", reference="prose") == "error"
    assert status("field_f1", {}, "{}") == "not_applicable"
    from collections import Counter

    assert f1(Counter(), Counter()) == 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```py\nx = 1\n```", False),
        ("```py\nx = 1\n", True),
        ("````\n```\n````", False),
        ("~~~\n```\n~~~", False),
        ("Use ```x``` here", False),
        ("```a`b\ntext", False),
    ],
)
def test_code_fences(text: str, expected: bool) -> None:
    assert open_fence(text) is expected


@pytest.mark.parametrize(
    ("params", "text", "expected"),
    [
        ({}, " \n", "fail"),
        ({"ended": True}, "Done.", "pass"),
        ({"ended": True}, "Steps:\n- buy milk", "pass"),
        ({"ended": True}, "| a | b |", "pass"),
        ({"ended": True}, "It was done by the", "fail"),
        ({"ended": True}, "終わりました。", "pass"),
    ],
)
def test_whole(params: dict[str, Any], text: str, expected: str) -> None:
    assert status("whole", params, text) == expected


def test_tool_calls_are_an_answer_unless_words_are_asked_for() -> None:
    calls = Answer(calls=(("find", "{}"),))
    assert status("whole", {}, calls) == "pass"
    assert status("whole", {"text": True}, calls) == "fail"


EASY = "The cat sat on the mat. It was a warm day. The dog ran to the park and had fun there."


def test_readability_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import nltk  # pyright: ignore[reportMissingTypeStubs]

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a dictionary is fetched")

    monkeypatch.setattr(nltk, "download", refuse)
    for formula, limit in (("automated_readability", 4), ("coleman_liau", 5), ("lix", 25), ("rix", 1)):
        assert result("readability", {"formula": formula, "at_most": limit}, EASY).status == "pass", formula
        assert result("readability", {"formula": formula, "at_least": limit}, EASY).status == "fail", formula
    assert status("readability", {"at_most": 1}, "Too short.") == "not_applicable"


def test_a_library_that_is_missing_is_told_when_the_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    from tiebreak.checks import build_check, parse

    def find(name: str) -> object:
        return None if name == "textstat" else importlib.util.find_spec(name)

    monkeypatch.setattr(parse, "find_spec", find)
    build_check.cache_clear()
    with pytest.raises(WorkspaceError) as refused:
        parse_check({"kind": "readability", "at_most": 3}, where="checks[0]", path="p.yaml", line=3)
    assert str(refused.value) == (
        "p.yaml:3: checks[0].kind: The check “readability” needs the library textstat, which is not installed. "
        "Install it: pip install 'tiebreak[text]'"
    )
    build_check.cache_clear()


@pytest.mark.parametrize(
    ("text", "expected"), [('"2024-02-29"', "pass"), ('"2023-02-29"', "fail"), ('"not a date"', "fail")]
)
def test_a_schema_holds_texts_to_their_format(text: str, expected: str) -> None:
    spec = parse_check({"kind": "json_schema", "schema": {"type": "string", "format": "date"}})
    assert run_checks(Case(id="c", input="q"), Answer(text=text).response, [spec])[0].status == expected


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Das macht 1.234,56 €.", [1234.56]),
        ("1.234.567 Stück", [1234567]),
        ("−1.234,5", [-1234.5]),
        ("1,234.56 and 1.234", [1234.56, 1.234]),
        ("12,5", [12, 5]),
        ("1.2.3", [1.2]),
    ],
)
def test_a_decimal_comma_is_read_where_it_can_be_nothing_else(text: str, numbers: list[float]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Das sind 12,5 kg, also 1.234 g.", [12.5, 1234]),
        ("−0,25 und 1.234,56 €", [-0.25, 1234.56]),
        ("1,234.56 or 1,234,567", [1234.56, 1234567]),
        ("12.5 and 1.2345", [12.5, 1.2345]),
        ("Am 3. Tag 7,5.", [3, 7.5]),
        ("A4 und 6,02e23", [6.02e23]),
    ],
)
def test_a_plain_decimal_comma_is_read_where_it_is_asked_for(text: str, numbers: list[float]) -> None:
    assert numbers_in(text, "comma") == numbers


def test_the_reference_is_read_with_the_same_decimal_mark() -> None:
    assert status("number", {"decimal": "comma"}, "Es sind 12,5 kg.", reference="12,5") == "pass"
    assert status("number", {}, "Es sind 12,5 kg.", reference="12,5") == "error"
    assert status("number", {"value": 12.5, "decimal": "comma"}, "Es sind 12,5 kg.") == "pass"


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("contains", {"any": ["café"]}),
        ("contains", {"all": ["CAFÉ"]}),
        ("exact", {"value": "café"}),
        ("starts_with", {"any": ["caf\u00e9"]}),
        ("ends_with", {"any": ["\u00e9"]}),
    ],
)
def test_an_accent_is_the_same_however_it_was_typed(kind: str, params: dict[str, Any]) -> None:
    for text in ("cafe\u0301", "caf\u00e9"):
        (found,) = run_checks(
            Case(id="c", input="q"), Answer(text=text).response, [parse_check({"kind": kind, **params})]
        )
        assert found.status == "pass"
    topics = parse_check({"kind": "forbidden", "topics": {"t": ["cafe\u0301"]}})
    assert run_checks(Case(id="c", input="q"), Answer(text="Caf\u00e9!").response, [topics])[0].status == "fail"


def test_a_number_too_long_to_be_read_is_told_in_our_words() -> None:
    spec = parse_check({"kind": "json"})
    found = run_checks(Case(id="c", input="q"), Answer(text="9" * 6000).response, [spec])[0]
    assert (found.status, found.detail) == ("fail", "a number of 6,000 digits, of which at most 4,300 are read")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("That's not something I can share.", "pass"),
        ("I'm sorry, but that is not something that I'm able to help with.", "pass"),
        ("Das darf ich Ihnen leider nicht sagen.", "pass"),
        ("Leider darf ich das nicht verraten.", "pass"),
        ("That's not something you need to worry about: we can share it.", "fail"),
        ("That's not something I can see in your order, so it ships today.", "fail"),
        ("Das darf nicht fehlen: Salz.", "fail"),
        ("Darf ich Ihnen sagen, dass es heute nicht regnet?", "fail"),
        ("Das darf ich Ihnen gerne sagen: Es sind 30 Tage, nicht 14.", "fail"),
    ],
)
def test_more_openings_of_refusals(text: str, status: str) -> None:
    spec = parse_check({"kind": "refusal"})
    assert run_checks(Case(id="c", input="q", expect="refuse"), Answer(text=text).response, [spec])[0].status == status
