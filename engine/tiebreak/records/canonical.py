"""One canonical form of every record, and its SHA-256: the version of a dataset, a config, a policy or a check."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import cast

CAME_LATER: Mapping[str, object] = {"came_later": True}
"""Metadata of a field that its record did not always have: left out while it is None, so that what was stored before
keeps its version."""


def plain(value: object) -> object:
    """A record as JSON-ready values: dataclasses become mappings, tuples lists; fields at their default are kept."""
    if isinstance(value, str) or value is None:  # most of what there is, and looked at for every answer
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: plain(content)
            for f in dataclasses.fields(value)
            if (content := getattr(value, f.name)) is not None or "came_later" not in f.metadata
        }
    if isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)
        return {str(key): plain(item) for key, item in mapping.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("list[object]", value)]
    return value


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no spaces and no escapes but the needed ones.

    Raises:
        ValueError: for NaN and infinities, which have no JSON form.
    """
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def version_of(value: object) -> str:
    """SHA-256 of the canonical form. Lone surrogates in outside text are kept apart, not an error."""
    return digest(canonical_json(value).encode("utf-8", "surrogatepass"))
