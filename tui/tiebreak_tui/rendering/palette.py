"""The styles that rendered answers use, read from the theme once so that a thread can paint with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from rich.style import Style

PREFIX = "answer--"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One Rich style for each part of an answer. Field names are the CSS component classes of `AnswerView`."""

    reasoning: Style
    note: Style
    heading: Style
    strong: Style
    code: Style
    link: Style
    quote: Style
    keyword: Style
    string: Style
    number: Style
    comment: Style
    function: Style
    removed: Style
    added: Style
    hit: Style
    hit_current: Style

    @classmethod
    def read(cls, style_of: Callable[[str], Style]) -> "Palette":
        """Make a palette from a function that gives the style of a component class."""
        return cls(**{name: style_of(component) for name, component in COMPONENTS.items()})


COMPONENTS: Mapping[str, str] = {part.name: PREFIX + part.name.replace("_", "-") for part in fields(Palette)}
"""Component class of each part."""
