"""Small labelled things in a few lines: as many as fit, always with the chosen one among them."""

from collections.abc import Sequence

from textual.content import Content

_GAP = "  "


def flow(items: Sequence[Content], width: int, *, rows: int, chosen: int = 0) -> list[Content]:
    """Lay items out in at most `rows` lines of `width` cells, broken between items.

    Where they do not fit, the lines around the chosen item are shown, and ‹ and › say that there is more.
    """
    lines: list[list[Content]] = []
    line_of: list[int] = []
    room = 0
    for item in items:
        fitted = item.truncate(width, ellipsis=True) if item.cell_length > width else item
        if not lines or fitted.cell_length + len(_GAP) > room:
            lines.append([])
            room = width
        else:
            room -= len(_GAP)
        room -= fitted.cell_length
        lines[-1].append(fitted)
        line_of.append(len(lines) - 1)
    first = 0
    if len(lines) > rows:
        first = min(max(0, line_of[chosen] - rows + 1), len(lines) - rows)
    shown = [Content(_GAP).join(line) for line in lines[first : first + rows]]
    if first > 0:
        shown[0] = Content.assemble("‹", shown[0]).truncate(width, ellipsis=True)
    if first + rows < len(lines):
        shown[-1] = Content.assemble(shown[-1].truncate(width - 1, ellipsis=True), "›")
    return shown
