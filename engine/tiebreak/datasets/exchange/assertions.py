"""Checks as promptfoo's assertions, and back as far as both say the same."""

from collections.abc import Mapping
from typing import cast

from tiebreak.datasets.exchange.rows import as_mapping
from tiebreak.datasets.reading import Located
from tiebreak.records import Case, CheckSpec

Assertion = dict[str, object]


def assertions_of(case: Case) -> tuple[list[Assertion], list[str]]:
    """The assertions of a case's checks, each with the check's id as metric; and the ids of those that have none."""
    found: list[Assertion] = []
    unsaid: list[str] = []
    for spec in case.checks:
        written = _written(spec, case)
        found += [{**assertion, "metric": spec.id} for assertion in written]
        if not written:
            unsaid.append(spec.id)
    return found, unsaid


def _written(spec: CheckSpec, case: Case) -> list[Assertion]:
    params = spec.params
    match spec.kind:
        case "contains":
            i = "i" if params.get("ignore_case", True) else ""
            pairs = (("any", f"{i}contains-any"), ("all", f"{i}contains-all"), ("none", f"not-{i}contains-any"))
            return [
                {"type": kind, "value": list(cast("list[str]", params[of]))} for of, kind in pairs if params.get(of)
            ]
        case "regex":
            kind = "not-regex" if params.get("expect") == "absent" else "regex"
            return [{"type": kind, "value": params["pattern"]}]
        case "exact" if not params.get("ignore_case"):
            value = params.get("value", case.reference)
            return [] if value is None else [{"type": "equals", "value": value}]
        case "json":
            required = params.get("required")
            schema = {"value": {"type": "object", "required": list(cast("list[str]", required))}} if required else {}
            return [{"type": "is-json", **schema}]
        case "refusal" if not params.get("phrases"):
            return [{"type": "is-refusal" if case.expect == "refuse" else "not-is-refusal"}]
        case _:
            return []


def checks_of(row: Located, asserts: object) -> tuple[list[dict[str, object]], str | None]:
    """The checks that assertions stand for, and what they expect of the case where they tell.

    Raises:
        InputError: of the row's kind, for an assertion that no check stands for: leaving it out would change the test.
    """
    checks: list[dict[str, object]] = []
    expect: str | None = None
    ids: set[str] = set()
    items = cast("list[object]", asserts) if isinstance(asserts, list) else [] if asserts is None else [asserts]
    for index, item in enumerate(items):
        assertion = as_mapping(item)
        check = check_for(assertion)
        if check is None:
            kind = assertion.get("type")
            message = f"There is no check for the assertion “{kind}”."
            raise row.refuse(message, ("assert", index), "Take it out, and judge it by a rubric or by hand.")
        if check["kind"] == "refusal":
            expect = "answer" if assertion["type"] == "not-is-refusal" else "refuse"
        name = str(assertion.get("metric") or check["kind"])
        unique = next(n for n in (name, *(f"{name}-{count}" for count in range(2, len(items) + 2))) if n not in ids)
        ids.add(unique)
        checks.append({**check, **({} if unique == check["kind"] else {"id": unique})})
    return checks, expect


def check_for(assertion: Mapping[str, object]) -> dict[str, object] | None:
    """The check that says what one assertion says; None where there is none."""
    kind, value = str(assertion.get("type")), assertion.get("value")
    texts = cast("list[object]", value) if isinstance(value, list) else [value]
    negated = kind.startswith("not-")
    bare = kind.removeprefix("not-")
    if bare.removeprefix("i") in ("contains", "contains-any", "contains-all") and all(
        isinstance(text, str) for text in texts
    ):
        if negated and bare.endswith("-all"):
            return None  # "not all of them" is not "none of them"
        of = "none" if negated else "all" if bare.endswith("-all") else "any"
        plain: dict[str, object] = {} if bare.startswith("i") else {"ignore_case": False}
        return {"kind": "contains", of: texts, **plain}
    if bare == "regex" and isinstance(value, str):
        return {"kind": "regex", "pattern": value, **({"expect": "absent"} if negated else {})}
    if kind == "equals" and isinstance(value, str):
        return {"kind": "exact", "value": value}
    if kind == "is-json":
        schema = as_mapping(assertion.get("value"))
        if schema.keys() - {"type", "required"}:
            return None  # a schema says more than which fields there are
        return {"kind": "json", **({"required": schema["required"]} if schema.get("required") else {})}
    return {"kind": "refusal"} if bare == "is-refusal" else None
