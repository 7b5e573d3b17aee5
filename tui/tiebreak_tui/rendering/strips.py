"""From Rich renderables to strips, away from any app or terminal."""

import io
from collections.abc import Mapping

from rich.console import Console, RenderableType
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
    """Return `strip` with the characters from offset `start` to `end` in `style` as well."""
    left, right = strip.index_to_cell_position(start), strip.index_to_cell_position(end)
    if left >= right:
        return strip
    middle = strip.crop(left, right)
    # Not `apply_style`: that lays the segments' own styles over the new one.
    painted = Strip([segment._replace(style=(segment.style or Style()) + style) for segment in middle], right - left)
    return Strip.join([strip.crop(0, left), painted, strip.crop(right, strip.cell_length)])
