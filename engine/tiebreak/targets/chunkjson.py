"""Reading JSON that others wrote: narrow what it may be, never trust what it is."""

import json
from typing import cast

import orjson

Json = dict[str, object]


def parse(data: bytes) -> object:
    """One JSON value.

    Falls back to the standard library, which lets pass what orjson rightly refuses and servers still send: half a
    surrogate pair, NaN.

    Raises:
        ValueError: for what is not JSON in UTF-8.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        try:
            return cast("object", json.loads(data))
        except RecursionError:
            raise ValueError("JSON nested too deeply") from None


def parse_together(values: list[bytes]) -> list[object] | None:
    """Several JSON values with one call; None where one of them is none, or needs the leniency of `parse`."""
    try:
        found = as_list(orjson.loads(b"[%s]" % b",".join(values)))
    except orjson.JSONDecodeError:
        return None
    return found if len(found) == len(values) else None


def as_map(value: object) -> Json | None:
    # No `cast`: a call that does nothing, some hundred times an answer.
    return value if isinstance(value, dict) else None  # pyright: ignore[reportUnknownVariableType] - JSON keys are text


def as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType] - anything is an object


def as_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


MAX_COUNT = 10**12
"""More tokens than any call has; a column of SQLite holds the sum of millions of these."""


def as_count(value: object) -> int | None:
    """A number of tokens: a whole number from 0 to `MAX_COUNT`. What lies outside is nonsense and tells nothing."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT else None


def whole(text: str) -> str:
    """The text with surrogate pairs joined and lone surrogates replaced, so that it can be stored as UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
