"""A value together with where it stands, so that whoever finds fault with it can say where."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from tiebreak.errors import InputError

Loc = tuple[str | int, ...]
"""The way to a value inside a document: keys and list positions."""


@dataclass(frozen=True, slots=True)
class Located:
    """A value read from a file, of JSON types only.

    `line_of` gives the line of what stands at a `Loc` of the file, or of the nearest value above it that has a line.
    """

    value: object
    path: str
    error: type[InputError]
    line_of: Callable[[Loc], int | None]
    base: Loc = ()
    """Where in the file the value itself stands."""

    @property
    def mapping(self) -> Mapping[str, object] | None:
        """The value where it is a mapping."""
        return cast("Mapping[str, object]", value) if isinstance(value := self.value, Mapping) else None

    @property
    def items(self) -> list[object] | None:
        """The value where it is a list."""
        return cast("list[object]", value) if isinstance(value := self.value, list) else None

    def refuse(self, message: str, loc: Loc = (), hint: str | None = None) -> InputError:
        """The error to raise for what stands at `loc` in the value."""
        return self.error(message, path=self.path, line=self.line(loc), field=self.name(loc) or None, hint=hint)

    def line(self, loc: Loc) -> int | None:
        return self.line_of((*self.base, *loc))

    def name(self, loc: Loc) -> str:
        return field_name((*self.base, *loc))

    def holding(self, value: object) -> "Located":
        """The same place with a prepared value."""
        return replace(self, value=value)

    def at(self, loc: Loc, value: object) -> "Located":
        """A part of the value; `value` is what stands there."""
        return replace(self, value=value, base=(*self.base, *loc))


def field_name(loc: Loc) -> str:
    """`("gates", "human", 0, "at_least")` as `gates.human[0].at_least`."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return name.removeprefix(".")


def loc_of(field: str) -> Loc:
    """The inverse of `field_name`, for keys without dots and brackets."""
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", field)
    return tuple(int(index) if index else key for index, key in parts)
