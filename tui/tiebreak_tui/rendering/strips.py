"""From Rich renderables to strips, away from any app or terminal."""

import io
from collections.abc import Mapping

from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from rich.theme import Theme
from textual.strip import Strip


def to_strips(renderable: RenderableType, width: int, styles: Mapping[str, Style] | None = None) -> list[Strip]:
    """Lay a renderable out in `width` cells. Safe to call in a thread.

    `styles` names the styles that Rich looks up by itself, such as `markdown.h1`.
    """
    console = Console(
        file=io.StringIO(),
        width=width,
        color_system="truecolor",
        force_terminal=True,
        legacy_windows=False,
        highlight=False,
        emoji=False,
        theme=Theme(dict(styles or {})),
        _environ={},
    )
    lines = console.render_lines(renderable, console.options, pad=False)
    return Strip.from_lines(lines)


def paint(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """Return `strip` with the characters from offset `start` to `end` in `style` as well, over what they have."""
    segments: list[Segment] = []
    place = 0
    for text, own, control in strip:
        left, right = max(0, start - place), max(0, end - place)
        place += len(text)
        for part, extra in ((text[:left], None), (text[left:right], style), (text[max(left, right) :], None)):
            if part:
                segments.append(Segment(part, (own or Style()) + extra if extra else own, control))
    return Strip(segments)
