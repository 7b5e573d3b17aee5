"""Records as they are written into files."""

import dataclasses
from typing import Any, cast

from tiebreak.records.canonical import plain


def written(record: object) -> dict[str, object]:
    """A record as JSON types in the order of its fields; fields at their default are left out, but for `kind`."""
    mapping: dict[str, object] = {}
    for field in dataclasses.fields(cast("Any", record)):
        value = getattr(record, field.name)
        default = field.default_factory() if callable(field.default_factory) else field.default
        if value != default or field.name == "kind":
            mapping[field.name] = _written_value(value)
    return mapping


def _written_value(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return written(value)
    if isinstance(value, tuple):
        return [_written_value(item) for item in cast("tuple[object, ...]", value)]
    return plain(value)
