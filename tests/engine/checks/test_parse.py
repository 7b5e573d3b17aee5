from typing import Any

import pytest

from tiebreak.checks import build_check, parse_check, parse_checks
from tiebreak.errors import DatasetError, WorkspaceError
from tiebreak.records import canonical_json


def test_a_flat_mapping_becomes_a_spec() -> None:
    spec = parse_check({"kind": "contains", "id": "names_refund", "any": ["refund"]})
    assert (spec.id, spec.kind, spec.params) == ("names_refund", "contains", {"any": ["refund"]})
    assert parse_check({"kind": "json"}).id == "json"


def test_the_version_is_of_kind_and_parameters() -> None:
    one = parse_check({"kind": "contains", "id": "one", "any": ["a"]})
    two = parse_check({"kind": "contains", "id": "two", "any": ["a"]})
    other = parse_check({"kind": "contains", "id": "one", "any": ["b"]})
    assert one.version == two.version != other.version


@pytest.mark.parametrize(
    ("mapping", "field", "says"),
    [
        ("contains", "", "A check is a mapping"),
        ({}, "kind", "A check needs a kind."),
        ({"kind": "contians"}, "kind", "no check of kind “contians”. Did you mean “contains”?"),
        ({"kind": ["regex"]}, "kind", "Known are canary, citations, command, contains,"),
        ({"kind": "json", "id": ""}, "id", "The id of a check is text"),
        ({"kind": "regex", "patern": "a"}, "patern", "no parameter “patern”. Did you mean “pattern”?"),
        ({"kind": "regex"}, "pattern", "Field required."),
        ({"kind": "regex", "pattern": "(a"}, "", "“(a” is no pattern: missing )"),
        ({"kind": "regex", "pattern": "[[a]"}, "", "is no pattern: Possible nested set"),
        ({"kind": "regex", "pattern": "(a+)+"}, "", "make the inner one possessive"),
        ({"kind": "regex", "pattern": "a" * 2001}, "", "at most 2,000 characters"),
        ({"kind": "regex", "pattern": "a", "expect": "no"}, "expect", "Expected 'present' or 'absent', not “no”."),
        ({"kind": "contains", "any": "x"}, "any", "Expected a list, not “x”."),
        ({"kind": "contains", "any": ["a", 3]}, "any[1]", "Expected text, not 3."),
        ({"kind": "contains", "any": ["a"], "ignore_case": "yes"}, "ignore_case", "Expected true or false"),
        ({"kind": "contains"}, "", "Give at least one of `any`, `all` and `none`."),
        ({"kind": "contains", "any": [""]}, "", "An empty text is in every answer"),
        ({"kind": "max_length"}, "", "Give `chars` or `words`."),
        ({"kind": "max_length", "words": 0}, "", "A length is at least 1."),
        ({"kind": "max_length", "words": "3"}, "words", "Expected a whole number, not “3”."),
        ({"kind": "refusal", "phrases": [" "]}, "", "An empty phrase opens every answer"),
        ({"kind": "contains", "any": [float("nan")]}, "", "Parameters are text, numbers"),
        ({"kind": "contains", "any": [object()]}, "", "Parameters are text, numbers"),
    ],
)
def test_what_is_refused(mapping: object, field: str, says: str) -> None:
    with pytest.raises(DatasetError) as refused:
        parse_check(mapping, where="checks[0]", error=DatasetError, path="d/cases.jsonl", line=7)
    assert says in str(refused.value)
    assert refused.value.where == f"d/cases.jsonl:7: checks[0]{'.' + field if field else ''}"


def test_two_checks_under_one_id_are_refused() -> None:
    items: list[Any] = [{"kind": "contains", "any": ["a"]}, {"kind": "contains", "none": ["b"]}]
    with pytest.raises(WorkspaceError) as refused:
        parse_checks(items)
    assert str(refused.value) == ("checks[1]: Two checks have the id “contains”. Give one of them an `id` of its own.")
    items[1]["id"] = "no_b"
    assert [spec.id for spec in parse_checks(items)] == ["contains", "no_b"]


def test_checks_are_a_list() -> None:
    with pytest.raises(WorkspaceError, match="Checks are a list"):
        parse_checks({"kind": "json"})


def test_a_check_is_built_once() -> None:
    params = canonical_json({"any": ["a"]})
    assert build_check("contains", params) is build_check("contains", params)
