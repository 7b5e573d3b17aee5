"""The styles that rendered answers use, read from the theme once so that a thread can paint with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.style import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One Rich style for each part of an answer."""

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
        """Make a palette from a function that gives the style for Textual's words of it, as in `STYLES`."""
        return cls(**{part: style_of(words) for part, words in STYLES.items()})


STYLES: Mapping[str, str] = {
    "reasoning": "dim italic",
    "note": "dim",
    "heading": "bold $text-primary",
    "strong": "bold",
    "code": "$text-accent",
    "link": "underline $text-primary",
    "quote": "dim italic",
    "keyword": "bold $text-primary",
    "string": "$text-success",
    "number": "$text-warning",
    "comment": "dim italic",
    "function": "$text-accent",
    "removed": "underline $text-error",
    "added": "underline $text-success",
    "hit": "reverse",
    "hit_current": "reverse bold underline",
}
"""What each part adds to the style of its view. No component classes: Textual would match all of them against the whole
stylesheet each time that a pane gets the focus or a class."""
