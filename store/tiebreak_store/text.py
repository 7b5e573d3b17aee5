"""Text from outside, in a form that every reader of SQLite can decode, and back without loss.

SQLite text is UTF-8, which has no lone surrogates; yet `"\\ud83d"` is valid JSON, so models and files can hand us one.
A lone surrogate is kept as U+10FFFF (a code point that is no character) and the six hexadecimal digits of what it
stands for; U+10FFFF itself is kept the same way. All other text, NUL included, is kept as it is.
"""

import json
import re

from tiebreak.records import canonical_json

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


def to_json(value: object) -> str:
    """Canonical JSON of a record or of plain values, a lone surrogate as its JSON escape.

    Raises:
        ValueError: for NaN and infinities.
    """
    text = canonical_json(value)
    return text if text.isascii() else _SURROGATE.sub(lambda odd: f"\\u{ord(odd[0]):04x}", text)


def from_json(text: str) -> object:
    return json.loads(text)
