"""JSON, strictly: no key twice, no NaN, numbers that fit; and where in the text a value stands."""

import json
import math
import re

from tiebreak.datasets.reading.located import Loc

_BETWEEN = re.compile(r"[ \t\r\n,:]*")
_TOKEN = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*+")(?P<colon>[ \t\r\n]*:)?|[{}\[\]]|[^ \t\r\n,:{}\[\]"]+')


class DuplicateKey(ValueError):
    """A key that stands twice in one object."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key “{key}” stands twice")
        self.key = key


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        seen: set[str] = set()
        raise DuplicateKey(next(key for key, _ in pairs if key in seen or seen.add(key)))
    return mapping


def _constant(name: str) -> object:
    raise ValueError(f"{name} is not a number that can be used here")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large a number")
    return number


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_constant, parse_float=_finite).decode


def read_json(text: str) -> object:
    """The value of a JSON text.

    Raises:
        json.JSONDecodeError: for what is not JSON, with line and column.
        ValueError: for a key that stands twice, for NaN, and for nesting or numbers beyond bounds.
    """
    try:
        return _decode(text)
    except RecursionError:
        raise ValueError("the nesting is too deep") from None


def line_of_duplicate(text: str) -> int:
    """The line of the first key that stands twice in its object; the text is JSON at least up to there."""
    keys: list[set[str] | None] = []
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "{[":
            keys.append(set() if mark == "{" else None)
        elif mark in "}]":
            keys.pop()
        elif token["colon"] is not None and keys and (here := keys[-1]) is not None:
            key = json.loads(token["string"])
            if key in here:
                return text.count("\n", 0, token.start()) + 1
            here.add(key)
    return 1


def line_in_json(text: str, loc: Loc) -> int:
    """The line of the value at `loc` in a valid JSON text, or of the nearest value above it that exists."""
    best = position = _skip(text, 0)
    for part in loc:
        found = _entry(text, position, part)
        if found is None:
            break
        best, position = found
    return text.count("\n", 0, best) + 1


def _entry(text: str, position: int, part: str | int) -> tuple[int, int] | None:
    """Where an entry of the object or list at `position` begins (its key, in an object), and where its value does."""
    if text[position] not in "{[":
        return None
    in_object = text[position] == "{"
    position = _skip(text, position + 1)
    index = 0
    while text[position] not in "]}":
        start = position
        key: object = index
        if in_object:
            end = _end(text, position)
            key = json.loads(text[position:end])
            position = _skip(text, end)
        if key == part:
            return start, position
        position = _skip(text, _end(text, position))
        index += 1
    return None


def _end(text: str, position: int) -> int:
    """Where the value, or the key, at `position` ends."""
    depth = 0
    for token in _TOKEN.finditer(text, position):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth <= 0:
            return token.end() if token["string"] is None else token.end("string")
    return len(text)


def _skip(text: str, position: int) -> int:
    between = _BETWEEN.match(text, position)
    return between.end() if between else position
