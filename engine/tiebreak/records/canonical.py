"""One canonical form of every record, and its SHA-256: the version of a dataset, a config, a policy or a check."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import cast

LATER: Mapping[str, bool] = {"later": True}
"""`metadata` of a field that a record got after versions of it were out: at its default it is left out of the canonical
form, so that what was written before keeps its hash."""

_SIMPLE = frozenset((str, int, float, bool, type(None)))
# Made once: `json.dumps` makes one for each call that asks for anything special.
encoded = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
"""`canonical_json` of what is `plain` already."""


def plain(value: object) -> object:
    """A record as JSON-ready values: dataclasses become mappings, tuples lists.

    Fields at their default are kept, but for those that came `LATER`.
    """
    kind = type(value)
    if kind in _SIMPLE:  # most of what there is, and looked at for every answer
        return value
    if kind is tuple or kind is list:  # before the questions that take longer
        return [plain(item) for item in cast("list[object]", value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        mapping = {name: plain(getattr(value, name)) for name in _names(type(value))}
        for name, default in _later(type(value)):
            if (item := getattr(value, name)) != default:
                mapping[name] = plain(item)
        return mapping
    if isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)
        return {str(key): plain(item) for key, item in mapping.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("list[object]", value)]
    return value


@cache
def _names(record: type) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(record) if not f.metadata.get("later"))


@cache
def _later(record: type) -> tuple[tuple[str, object], ...]:
    return tuple((f.name, _default(f)) for f in dataclasses.fields(record) if f.metadata.get("later"))


def _default(field: "dataclasses.Field[object]") -> object:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no spaces and no escapes but the needed ones.

    Raises:
        ValueError: for NaN and infinities, which have no JSON form.
    """
    return encoded(plain(value))


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def version_of(value: object) -> str:
    """SHA-256 of the canonical form. Lone surrogates in outside text are kept apart, not an error."""
    return digest(canonical_json(value).encode("utf-8", "surrogatepass"))
