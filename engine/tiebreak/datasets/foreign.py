"""Rows that were not written for Tiebreak: their fields found by a map or by their usual names."""

import dataclasses
from collections.abc import Mapping
from typing import cast

from tiebreak.datasets.card import FieldMap
from tiebreak.datasets.reading import Located
from tiebreak.datasets.reading.jsontext import read_json
from tiebreak.records import digest
from tiebreak.records.canonical import canonical_json

Row = Mapping[str, object]

ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("case_id",),
    "input": ("question", "prompt", "query", "messages"),
    "reference": ("ideal", "answer", "expected", "target"),
    "contexts": ("context",),
}
CASE_FIELDS = tuple(field.name for field in dataclasses.fields(FieldMap))
LISTS = ("accepted", "relevant", "points", "tool_calls")
"""Words that other tools use for other things: without a map they are fields of a case only where they hold a list."""
TEXTS = ("id", "input", "reference", "segment", "expect", "kind", "group")
MISSING = object()
NO_MAP = FieldMap()


def mapped_row(row: Located, fields: FieldMap | None) -> Row:
    """A foreign row under the names of a case; what is left over goes into its metadata.

    Raises:
        InputError: of the row's kind, where no input is found or two fields compete for one meaning.
    """
    values = row.mapping or {}
    fields = fields or NO_MAP
    taken: set[str] = set()
    case: dict[str, object] = {}
    paths = {name: path for name in CASE_FIELDS if (path := cast("str | None", getattr(fields, name)))}
    for name, path in paths.items():
        key, value = follow(values, path)
        taken.add(key)
        if value is not MISSING:
            case[name] = value
        elif name == "input":
            raise row.refuse(f"There is nothing at `{path}`, where the field map looks for the input.", (key,))
    free = {key.strip().casefold(): key for key in values if key not in taken}
    for name in CASE_FIELDS:
        key = None if name in paths else _usual(name, free, row)
        if key is not None and name in LISTS and not _is_list(values[key]):
            key = None
        if key is not None:
            taken.add(key)
            case[name] = values[key]
    if "input" not in case:
        raise _no_input(row, values)
    if case["input"] in (None, ""):
        raise row.refuse("The input is empty.", ("input",), "Fill it in, remove the row, or map another field to it.")
    case = {name: shaped(name, value, row) for name, value in case.items() if value not in (None, "")}
    rest = {key: value for key, value in values.items() if key not in taken and value not in (None, "")}
    metadata = case.get("metadata", {})
    if rest and isinstance(metadata, Mapping):
        case["metadata"] = {**rest, **cast("Row", metadata)}
    return case


def _usual(name: str, free: Mapping[str, str], row: Located) -> str | None:
    """The key that goes by the name of a field, or by one of its usual other names."""
    if name in free:
        return free[name]
    found = [free[alias] for alias in ALIASES.get(name, ()) if alias in free]
    if len(found) > 1:
        message = f"Both “{found[0]}” and “{found[1]}” could be the {name}."
        raise row.refuse(message, (found[0],), f"Say which with a field map: `fields: {{{name}: {found[0]}}}`.")
    return found[0] if found else None


def follow(row: Row, path: str) -> tuple[str, object]:
    """The key of `row` that a dotted path begins with, and the value it leads to, or `MISSING`."""
    if path in row:
        return path, row[path]
    first, *rest = path.split(".")
    value: object = row.get(first, MISSING)
    for part in rest:
        if isinstance(value, Mapping):
            value = cast("Row", value).get(part, MISSING)
        elif isinstance(value, list) and part.lstrip("-").isdecimal():
            items = cast("list[object]", value)
            index = int(part)
            value = items[index] if -len(items) <= index < len(items) else MISSING
        else:
            return first, MISSING
    return first, value


def _is_list(value: object) -> bool:
    return isinstance(value, list) or (isinstance(value, str) and value.lstrip().startswith("["))


def shaped(name: str, value: object, row: Located) -> object:
    """A foreign value in the shape its field has, where there is one way to see it.

    Raises:
        InputError: of the row's kind, for text that looks like JSON and is none.
    """
    if name in TEXTS and isinstance(value, bool | int | float):
        return canonical_json(value)
    if isinstance(value, str) and name in ("contexts", "tags", "checks", "metadata", *LISTS):
        if value.lstrip()[:1] in ("[", "{"):
            try:
                value = read_json(value)
            except ValueError as problem:
                raise row.refuse(f"The {name} look like JSON but are not: {problem}.", (name,)) from None
        elif name == "tags":
            return [tag.strip() for tag in value.split(",") if tag.strip()]
    if name in LISTS and isinstance(value, str):
        return [value]
    if name == "contexts":
        passages = cast("list[object]", value) if isinstance(value, list) else [value]
        return [
            {"id": str(number), "text": passage} if isinstance(passage, str) else passage
            for number, passage in enumerate(passages, start=1)
        ]
    return value


def _no_input(row: Located, values: Row) -> Exception:
    keys = ", ".join(f"“{key}”" for key in values) or "none"
    usual = ", ".join(("input", *ALIASES["input"]))
    hint = f"Known names are {usual}; for another say `fields: {{input: …}}`. The fields here are {keys}."
    return row.refuse("The row has no input.", ("input",), hint)


def content_id(case: Row) -> str:
    """An id for a mapped row that has none, made from its content: the same wherever the row stands."""
    return f"row-{digest(canonical_json(case).encode('utf-8', 'surrogatepass'))[:12]}"
