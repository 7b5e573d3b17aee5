"""Text from outside, in a form that every reader of SQLite can decode, and back without loss.

SQLite text is UTF-8, which has no lone surrogates; yet `"\\ud83d"` is valid JSON, so models and files can hand us one.
A lone surrogate is kept as U+10FFFF (a code point that is no character) and the six hexadecimal digits of what it
stands for; U+10FFFF itself is kept the same way. All other text, NUL included, is kept as it is.
"""

import dataclasses
import json
import re
from typing import TypeVar, cast

from tiebreak.records import canonical_json

T = TypeVar("T")
_MARK = "\U0010ffff"
_ODD = re.compile("[\ud800-\udfff\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKED = re.compile(f"{_MARK}([0-9a-f]{{6}})")


def storable(text: str) -> str:
    """The text as it is kept; what `restored` makes of it is the text again."""
    if text.isascii():
        return text
    return _ODD.sub(lambda odd: f"{_MARK}{ord(odd[0]):06x}", text)


def restored(text: str) -> str:
    """The text that `storable` was given."""
    return _MARKED.sub(lambda marked: chr(int(marked[1], 16)), text) if _MARK in text else text


def storable_or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)


def restored_or_none(text: str | None) -> str | None:
    return None if text is None else restored(text)


def restored_record(record: T) -> T:
    """A record of which every text was made `storable`, also in the records, tuples and mappings that it holds."""
    return cast("T", _restored_within(record))


def _restored_within(value: object) -> object:
    if isinstance(value, str):
        return restored(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        return dataclasses.replace(value, **{name: _restored_within(item) for name, item in fields.items()})
    if isinstance(value, tuple):
        return tuple(_restored_within(item) for item in cast("tuple[object, ...]", value))
    if isinstance(value, dict):
        mapping = cast("dict[object, object]", value)
        return {_restored_within(key): _restored_within(item) for key, item in mapping.items()}
    return value


def to_json(value: object) -> str:
    """Canonical JSON of a record or of plain values, a lone surrogate as its JSON escape.

    Raises:
        ValueError: for NaN and infinities.
    """
    text = canonical_json(value)
    return text if text.isascii() else _SURROGATE.sub(lambda odd: f"\\u{ord(odd[0]):04x}", text)


def from_json(text: str) -> object:
    return json.loads(text)
