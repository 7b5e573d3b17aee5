"""Checks as they are written in files: `{kind: contains, any: [refund]}`, with an optional `id`."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from tiebreak.checks.base import Check
from tiebreak.checks.registry import check_kinds
from tiebreak.errors import InputError, WorkspaceError
from tiebreak.records import CheckSpec, canonical_json
from tiebreak.records.codec import adapter

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
}
SHAPE = "Write it as {kind: contains, any: [refund, credit]}."


def parse_check(
    mapping: object,
    *,
    where: str = "check",
    error: type[InputError] = WorkspaceError,
    path: str | None = None,
    line: int | None = None,
) -> CheckSpec:
    """A check as a file gives it: `kind`, an optional `id` (the kind unless given), and the parameters beside them.

    `where` names the field (`checks[0]`), `path` and `line` the place of an `error`.

    Raises:
        error: for an unknown kind or parameter, with the nearest known one, and for a parameter of the wrong type.
    """

    def refuse(message: str, field: str = "", hint: str | None = None) -> InputError:
        return error(message, path=path, line=line, field=f"{where}.{field}" if field else where, hint=hint)

    if not isinstance(mapping, Mapping):
        raise refuse("A check is a mapping with a kind.", hint=SHAPE)
    params = {str(key): value for key, value in cast("Mapping[object, object]", mapping).items()}
    kind = params.pop("kind", None)
    check_id = params.pop("id", kind)
    kinds = check_kinds()
    if kind is None:
        raise refuse("A check needs a kind.", "kind", f"Known are {', '.join(kinds)}.")
    if not isinstance(kind, str) or kind not in kinds:
        raise refuse(f"There is no check of kind {shown(kind)}.", "kind", nearest(kind, kinds))
    if not isinstance(check_id, str) or not check_id.strip():
        raise refuse(f"The id of a check is text, not {shown(check_id)}.", "id")
    known = [field.name for field in dataclasses.fields(kinds[kind])]
    for name in params:
        if name not in known:
            raise refuse(f"The check “{kind}” has no parameter {shown(name)}.", name, nearest(name, known))
    try:
        written = canonical_json(params)
    except (TypeError, ValueError):
        raise refuse("Parameters are text, numbers, true, false, or lists of them.") from None
    try:
        build_check(kind, written)
    except ValueError as invalid:
        field, message = _explained(invalid)
        raise refuse(message, field) from None
    return CheckSpec(id=check_id, kind=kind, params=cast("dict[str, object]", json.loads(written)))


def parse_checks(
    items: object,
    *,
    where: str = "checks",
    error: type[InputError] = WorkspaceError,
    path: str | None = None,
    line: int | None = None,
) -> tuple[CheckSpec, ...]:
    """A list of checks; as `parse_check`, and no two may share an id, since a gate calls them by it."""
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise error("Checks are a list.", path=path, line=line, field=where, hint=SHAPE)
    specs: dict[str, CheckSpec] = {}
    for index, item in enumerate(cast("Sequence[object]", items)):
        place = f"{where}[{index}]"
        spec = parse_check(item, where=place, error=error, path=path, line=line)
        if spec.id in specs:
            message = f"Two checks have the id {shown(spec.id)}."
            raise error(message, path=path, line=line, field=place, hint="Give one of them an `id` of its own.")
        specs[spec.id] = spec
    return tuple(specs.values())


@lru_cache(maxsize=1024)
def build_check(kind: str, params_json: str) -> Check:
    """The check of a known kind with parameters as canonical JSON.

    Raises:
        KeyError: for an unknown kind.
        ValueError: for parameters that do not fit (a pydantic `ValidationError`).
    """
    check = adapter(check_kinds()[kind]).validate_json(params_json, strict=True)
    assert isinstance(check, Check)
    return check


def _explained(invalid: ValueError) -> tuple[str, str]:
    """Field and sentence for the first thing that pydantic found wrong."""
    first: ErrorDetails = cast("ValidationError", invalid).errors()[0]
    field = "".join(f"[{part}]" if isinstance(part, int) else str(part) for part in first["loc"])
    if first["type"] == "value_error":
        return field, first["msg"].removeprefix("Value error, ")
    if first["type"] == "literal_error":
        return field, f"Expected {first['ctx']['expected'] if 'ctx' in first else ''}, not {shown(first['input'])}."
    expected = EXPECTED.get(first["type"])
    return field, f"Expected {expected}, not {shown(first['input'])}." if expected else f"{first['msg']}."


def shown(value: object) -> str:
    """A value in a message: quoted, and short."""
    text = f"“{value}”" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def nearest(word: object, known: Mapping[str, object] | Sequence[str]) -> str:
    """`Did you mean …?`, or else what is known."""
    from rapidfuzz import process

    names = list(known)
    match = process.extractOne(word, names, score_cutoff=60) if isinstance(word, str) else None
    if match is not None:
        return f"Did you mean “{match[0]}”?"
    return f"Known are {', '.join(names)}." if names else "None is known here."
