"""An answer as JSON: laid out and coloured, or why it is not JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from rich.text import Text
from textual.strip import Strip

from tiebreak.sanitise import clean
from tiebreak_tui.rendering.palette import Palette
from tiebreak_tui.rendering.strips import to_strips
from tiebreak_tui.rendering.wrap import shown

_FENCE = re.compile(r"\s*```[\w-]*[ ]*\n(.*)\n[ ]*```\s*", re.DOTALL)
_INDENT = "  "


class _Number(str):
    """A number as it was written: 1.0 stays 1.0, and no digit is lost."""

    __slots__ = ()


class _Object(list[tuple[str, object]]):
    """The members in order, repeated names included."""


@dataclass(frozen=True, slots=True)
class _Problem:
    reason: str
    offset: int | None = None


def render_json(text: str, width: int, palette: Palette) -> list[Strip]:
    """Lay a clean answer out as JSON, `width` cells wide.

    What is not JSON comes back as it is, under a line that says why, with the offending place marked. An answer that
    is one fenced block is read without its fence, and the first line says so.
    """
    fenced = _FENCE.fullmatch(text)
    value = _parse(fenced.group(1) if fenced else text)
    if isinstance(value, _Problem):
        return to_strips(_complaint(text, fenced.start(1) if fenced else 0, value, palette), width)
    layout = Text()
    if fenced:
        layout.append("JSON inside a code fence; as a whole, the answer is not JSON.\n\n", palette.note)
    for piece, part in _lines(value, ""):
        layout.append(piece, getattr(palette, part) if part else None)
    return to_strips(layout, width)


def _complaint(text: str, start: int, problem: _Problem, palette: Palette) -> Text:
    layout = Text().append(f"Not JSON: {problem.reason}\n\n", palette.note)
    if problem.offset is None:
        return layout.append(shown(text))
    place = start + problem.offset
    layout.append(shown(text[:place]))
    layout.append(shown(text[place : place + 1].replace("\n", "⏎\n") or "▁"), palette.hit)
    return layout.append(shown(text[place + 1 :]))


def _parse(text: str) -> object:
    if not text.strip():
        return _Problem("the answer is empty.")
    try:
        return json.loads(
            text,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_Object,
        )
    except json.JSONDecodeError as error:
        return _Problem(f"{error.msg.lower()} at line {error.lineno}, column {error.colno}.", error.pos)
    except RecursionError:
        return _Problem("it is nested too deeply to be read.")
    except ValueError as error:
        return _Problem(str(error))


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON value.")


def _lines(value: object, indent: str) -> Iterator[tuple[str, str | None]]:
    """Yield (text, palette part) pairs that make the laid-out value."""
    inner = indent + _INDENT
    match value:
        case _Object() if value:
            yield "{\n", None
            for index, (name, member) in enumerate(value):
                yield inner, None
                yield _quoted(name), "function"
                yield ": ", None
                yield from _lines(member, inner)
                yield ",\n" if index < len(value) - 1 else "\n", None
            yield indent + "}", None
        case _Object():
            yield "{}", None
        case list() if value:
            yield "[\n", None
            items = cast("list[object]", value)
            for index, item in enumerate(items):
                yield inner, None
                yield from _lines(item, inner)
                yield ",\n" if index < len(items) - 1 else "\n", None
            yield indent + "]", None
        case list():
            yield "[]", None
        case _Number():
            yield value, "number"
        case str():
            yield _quoted(value), "string"
        case _:
            yield json.dumps(value), "keyword"


def _quoted(text: str) -> str:
    """A JSON string on one line. `\\u001b` in the source is an escape character here, so it is cleaned again."""
    return clean(json.dumps(text, ensure_ascii=False))
