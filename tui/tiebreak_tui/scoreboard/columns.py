"""Lines in columns: what every panel is made of."""

from collections.abc import Collection, Sequence
from itertools import chain
from typing import NamedTuple

from rich.cells import cell_len, chop_cells
from textual.content import Content

from tiebreak.sanitise import clean_line

GAP = 2
LEAST = 8
"""Cells that the flexible column keeps."""
READABLE = 96
"""Cells of a line that the eye still follows from its name to its figure."""
LONGEST = 400
"""Cells of one text; no screen is wider."""


class Cell(NamedTuple):
    text: str
    style: str = ""


Row = Sequence[Cell | str]


def columns(
    rows: Sequence[Row], width: int, *, flexible: int = 0, right: Collection[int] = (), fill: bool = True
) -> list[Content]:
    """Rows as lines of at most `width` cells, every column as wide as its longest cell.

    The `flexible` column is cut where room is short, and takes what room is left, up to `READABLE` cells in all, where
    columns in `right`, whose texts end at one edge, follow it and `fill` is set. Rows are of one length.
    """
    if not rows:
        return []
    table = [[_cleaned(cell) for cell in row] for row in rows]
    widths = [max(cell_len(row[place].text) for row in table) for place in range(len(table[0]))]
    others = sum(wide + GAP for place, wide in enumerate(widths) if place != flexible and wide)
    room = max(LEAST, (min(width, READABLE) if right and fill else width) - others)
    widths[flexible] = room if right and fill else min(widths[flexible], room)
    return [_line(row, widths, right, width) for row in table]


def _cleaned(cell: Cell | str) -> Cell:
    text, style = (cell, "") if isinstance(cell, str) else cell
    return Cell(clean_line(text, LONGEST), style)


def _line(row: Sequence[Cell], widths: Sequence[int], right: Collection[int], width: int) -> Content:
    parts: list[tuple[str, str] | str] = []
    for place, (cell, wide) in enumerate(zip(row, widths, strict=True)):
        if not wide:
            continue
        text = clean_line(cell.text, wide)
        pad = " " * (wide - cell_len(text))
        if parts:
            parts.append(" " * GAP)
        parts += [pad, (text, cell.style)] if place in right else [(text, cell.style), pad]
    return Content.assemble(*parts).rstrip().truncate(width, ellipsis=True)


def wrapped(
    text: str, width: int, style: str = "", *, first: int = 0, indent: int = 0, rows: int | None = None
) -> list[Content]:
    """A text from anywhere over as many lines as it takes, or so many at most, cut there. A word that is longer than a
    line, such as a path, goes over several: of a command nothing may be missing.

    The first line is indented by `first` cells, all others by `indent`.
    """
    longest = max(LEAST, width - max(first, indent))
    words, lines, line = clean_line(text, 4 * LONGEST).split(), list[str](), ""
    for word in chain.from_iterable(chop_cells(word, longest) for word in words):
        room = max(LEAST, width - (indent if lines else first))
        if line and cell_len(line) + 1 + cell_len(word) > room:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    lines.append(line)
    if rows is not None and len(lines) > rows:
        lines = [*lines[: rows - 1], " ".join(lines[rows - 1 :])]
    told: list[Content] = []
    for place, line in enumerate(lines):
        before = indent if place else first
        told.append(Content.styled(f"{' ' * before}{clean_line(line, max(LEAST, width - before))}", style))
    return told


def note(text: str, width: int, rows: int | None = None) -> list[Content]:
    """A remark under the figures."""
    return wrapped(text, width, "dim", rows=rows)
