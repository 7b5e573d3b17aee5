"""Tests of promptfoo: `vars`, `assert`, `metadata`; what promptfoo has no word for stands in `metadata.tiebreak`.

A test comes back exactly as long as its vars and assertions are what its case in `metadata.tiebreak` would be written
as; one that was edited is read by its vars and assertions.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

from tiebreak.datasets.exchange.assertions import assertions_of, checks_of
from tiebreak.datasets.exchange.rows import LeftOut, Note, Written, as_mapping, rest_of
from tiebreak.datasets.foreign import ALIASES, mapped_row
from tiebreak.datasets.reading import Located
from tiebreak.datasets.yamlwriting import to_yaml
from tiebreak.errors import InputError
from tiebreak.records import Case

INPUTS = ("input", *ALIASES["input"], "text", "message", "user_input")
"""Variables that are taken for the input, the first that is there."""
TEMPLATE = re.compile(r"\{\{|\{%|\{#")
LOADED = ("file://", "package:")
"""A variable that begins so is a path to promptfoo, which reads the file."""


def write(cases: Sequence[Case]) -> Written:
    """A YAML list of tests, for `tests: file://…` of a promptfoo config whose prompt holds `{{input}}`.

    Left out are cases whose text promptfoo would read as the name of a file; noted are those that it would take for a
    template, and checks that have no assertion of its own.
    """
    tests: list[object] = []
    left_out: list[LeftOut] = []
    notes: list[Note] = []
    for case in cases:
        test, unsaid = _test(case)
        text = str(cast("Mapping[str, object]", test["vars"])["input"])
        if text.startswith(LOADED):
            left_out.append(LeftOut(case=case.id, reason="promptfoo would load its input as a file."))
            continue
        if TEMPLATE.search(text):
            notes.append(Note(case=case.id, text="promptfoo would read the braces in its input as a template."))
        if unsaid:
            notes.append(Note(case=case.id, text=f"promptfoo has no assertion for {', '.join(unsaid)}."))
        tests.append(test)
    return Written(text=to_yaml(tests), cases=len(tests), left_out=tuple(left_out), notes=tuple(notes))


def _test(case: Case) -> tuple[dict[str, object], list[str]]:
    asserts, unsaid = assertions_of(case)
    asked = case.input if isinstance(case.input, str) else case.question
    rest = rest_of(case, "id", *(("input",) if isinstance(case.input, str) else ()))
    test: dict[str, object] = {"description": case.id, "vars": {"input": asked}}
    if asserts:
        test["assert"] = asserts
    test["metadata"] = {"tiebreak": json.dumps(rest, ensure_ascii=False)}
    return test, unsaid


def take_test(row: Located) -> Mapping[str, object]:
    """A test as a case: the input from its variable, checks from its assertions, everything else into metadata."""
    test = dict(row.mapping or {})
    variables = dict(as_mapping(test.get("vars")))
    if not variables:
        raise row.refuse("The test has no variables, so nothing is asked.", ("vars",))
    for name, value in variables.items():
        if isinstance(value, list):
            message = f"“{name}” is a list, which promptfoo makes one test each of."
            raise row.refuse(message, ("vars", name), "Write the tests out.")
        if isinstance(value, str) and value.startswith(LOADED):
            raise row.refuse(f"“{name}” stands in a file of its own.", ("vars", name), "Put its text here.")
    if (exact := _unedited(row, test, variables)) is not None:
        return exact
    name = next((name for name in INPUTS if name in variables), None)
    if name is None and len(variables) > 1:
        message = "Which variable is the input cannot be told."
        raise row.refuse(message, ("vars",), f"Say it, as in `--field input=vars.{next(iter(variables))}`.")
    input_ = variables.pop(name or next(iter(variables)))
    metadata = {key: value for key, value in as_mapping(test.get("metadata")).items() if key != "tiebreak"}
    case: dict[str, object] = {"input": input_, "metadata": {**metadata, **variables}}
    if test.get("description"):
        case["id"] = str(test["description"])
    for field in ("reference", "segment", "expect", "kind"):
        if isinstance(value := variables.get(field), str):
            case[field] = value
            cast("dict[str, object]", case["metadata"]).pop(field)
    checks, expect = checks_of(row, test.get("assert"))
    if checks:
        case["checks"] = checks
    if expect is not None:
        case["expect"] = expect
    return mapped_row(row.holding(case), None)


def _unedited(row: Located, test: Mapping[str, object], variables: Mapping[str, object]) -> Mapping[str, object] | None:
    """The case that the test was written from, where it would still be written so."""
    from tiebreak.datasets.cases import case_from

    kept = as_mapping(test.get("metadata")).get("tiebreak")
    if not isinstance(kept, str):
        return None
    try:
        rest = as_mapping(json.loads(kept))
        case = {"input": variables.get("input"), **rest, "id": test.get("description")}
        written, _ = _test(case_from(row.holding(case)))
    except (ValueError, InputError):
        return None
    return case if written["vars"] == variables and written.get("assert") == test.get("assert") else None
