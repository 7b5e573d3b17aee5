"""Answers that are data: reading them, and finding a field in them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

FENCE = re.compile(r"\s*```[\w-]*[ \t]*\n(.*?)\n?[ \t]*```\s*", re.DOTALL)
STEP = re.compile(r"([^.\[\]]+)|\[(\d+|\*)\]")
PATH = re.compile(r"(?:[^.\[\]]+|\[(?:\d+|\*)\])(?:\.[^.\[\]]+|\[(?:\d+|\*)\])*")


LONGEST_NUMBER = 4_300
"""Digits of a whole number: Python reads no longer ones, whose time grows with the square."""


class NotReadable(Exception):
    """Text that is not of the form asked for; the message says why."""


def unfenced(text: str) -> str:
    """What a Markdown fence holds, where the whole text is one."""
    fence = FENCE.fullmatch(text)
    return fence[1] if fence is not None else text


def read_json(text: str) -> object:
    """
    Raises:
        NotReadable: for what is not JSON, or nests too deep.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_int=_whole_number)
    except json.JSONDecodeError as error:
        raise NotReadable(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise NotReadable(f"not JSON: {error}") from None
    except RecursionError:
        raise NotReadable("JSON nested too deeply to be read") from None


def _whole_number(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise NotReadable(f"a number of {len(digits):,} digits, of which at most {LONGEST_NUMBER:,} are read")
    return int(digits)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")


def usable_path(path: str) -> None:
    """
    Raises:
        ValueError: for what is no path such as `order.id`, `items[0].sku` or `items[*].sku`.
    """
    if not PATH.fullmatch(path):
        raise ValueError(f"“{path}” is no path; write it like order.id, items[0].sku or items[*].sku.")


def at_path(value: object, path: str) -> list[object]:
    """Every value at a path; `[*]` stands for each item of a list, and of an empty list for none."""
    found = [value]
    for name, index in STEP.findall(path):
        found = [inner for outer in found for inner in _below(outer, name, index)]
    return found


def _below(value: object, name: str, index: str) -> Iterator[object]:
    if name:
        if isinstance(value, Mapping) and name in value:
            yield cast("Mapping[str, object]", value)[name]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        items = cast("Sequence[object]", value)
        if index == "*":
            yield from items
        elif int(index) < len(items):
            yield items[int(index)]


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every field that holds no further ones, with its path. Items of lists share the path `[*]`."""
    if isinstance(value, Mapping) and value:
        for name, inner in cast("Mapping[str, object]", value).items():
            yield from leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and value:
        for inner in cast("list[object]", value):
            yield from leaves(inner, f"{path}[*]")
    else:
        yield path, value
