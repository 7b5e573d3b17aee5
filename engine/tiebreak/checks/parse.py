"""Checks as they are written in files: `{kind: contains, any: [refund]}`, with an optional `id`."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from tiebreak.checks.base import BaseCheck
from tiebreak.checks.registry import find_kind, kind_names
from tiebreak.checks.words import shown
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
    "mapping_type": "a mapping",
    "dict_type": "a mapping",
}
__all__ = ["MissingLibrary", "build_check", "nearest", "parse_check", "parse_checks", "shown"]
SHAPE = "Write it as {kind: contains, any: [refund, credit]}."


class MissingLibrary(ValueError):
    """A check needs a library that is not installed; `hint` says how to install it."""

    def __init__(self, kind: str, library: str, extra: str | None) -> None:
        super().__init__(f"The check “{kind}” needs the library {library}, which is not installed.")
        wanted = library if extra is None else f"'tiebreak[{extra}]'"
        self.hint = f"Install it: pip install {wanted}"


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
    if kind is None:
        raise refuse("A check needs a kind.", "kind", f"Known are {', '.join(kind_names())}.")
    check = find_kind(kind) if isinstance(kind, str) else None
    if not isinstance(kind, str) or check is None:
        raise refuse(f"There is no check of kind {shown(kind)}.", "kind", nearest(kind, kind_names()))
    if not isinstance(check_id, str) or not check_id.strip():
        raise refuse(f"The id of a check is text, not {shown(check_id)}.", "id")
    fields = {word: name for name, word in check.spelled.items()}
    params = {fields.get(name, name): value for name, value in params.items()}
    known = [field.name for field in dataclasses.fields(check)]
    for name in params:
        if name not in known:
            raise refuse(f"The check “{kind}” has no parameter {shown(name)}.", name, nearest(name, known))
    try:
        written = canonical_json(params)
    except (TypeError, ValueError):
        raise refuse("Parameters are text, numbers, true, false, lists and mappings.") from None
    try:
        build_check(kind, written)
    except MissingLibrary as missing:
        raise refuse(str(missing), "kind", missing.hint) from None
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
def build_check(kind: str, params_json: str) -> BaseCheck:
    """The check of a known kind with parameters as canonical JSON.

    Raises:
        KeyError: for an unknown kind.
        MissingLibrary: where it needs what is not installed.
        ValueError: for parameters that do not fit (a pydantic `ValidationError`).
    """
    check_type = find_kind(kind)
    if check_type is None:
        raise KeyError(kind)
    library = check_type.library
    if library is not None and find_spec(library) is None:
        raise MissingLibrary(kind, library, check_type.extra)
    check = adapter(check_type).validate_json(params_json, strict=True)
    assert isinstance(check, BaseCheck)
    return check


def _explained(invalid: ValueError) -> tuple[str, str]:
    """Field and sentence for the first thing that pydantic found wrong."""
    first: ErrorDetails = cast("ValidationError", invalid).errors()[0]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    if first["type"] == "value_error":
        return field, first["msg"].removeprefix("Value error, ")
    if first["type"] == "literal_error":
        return field, f"Expected {first['ctx']['expected'] if 'ctx' in first else ''}, not {shown(first['input'])}."
    expected = EXPECTED.get(first["type"])
    return field, f"Expected {expected}, not {shown(first['input'])}." if expected else f"{first['msg']}."


def nearest(word: object, known: Mapping[str, object] | Sequence[str]) -> str:
    """`Did you mean …?`, or else what is known."""
    from rapidfuzz import process

    names = list(known)
    match = process.extractOne(word, names, score_cutoff=60) if isinstance(word, str) else None
    if match is not None:
        return f"Did you mean “{match[0]}”?"
    return f"Known are {', '.join(names)}." if names else "None is known here."
