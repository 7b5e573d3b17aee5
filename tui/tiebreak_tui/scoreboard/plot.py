"""The win rate over time, drawn in braille: two columns and four rows of dots to a cell."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from textual.content import Content

from tiebreak.scoreboard import WinRate

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a cell, by row and column."""
BLANK = 0x2800
LABELS = 6
"""Cells left of the plot."""
LEAST_WIDTH, LEAST_HEIGHT = 24, 5
LINE, EDGE, BAND, HALF, AXIS = "bold $primary", "$text-muted", "on $primary 14%", "dim", "dim"


class Look(NamedTuple):
    """One look, or one between two: the rate and the ends of its interval, 0 to 1."""

    n: float
    rate: float
    low: float
    high: float


def looks_of(path: Sequence[WinRate]) -> list[Look]:
    """The intervals are worked out here; that takes its time."""
    return [Look(rate.n, rate.mean or 0.0, *rate.interval) for rate in path]


def plot(looks: Sequence[Look], width: int, height: int) -> list[Content]:
    """The rate as a line in the band of its interval, one half dashed, `height` lines with the axis under it."""
    rows, cells = max(LEAST_HEIGHT, height) - 1, max(LEAST_WIDTH, width) - LABELS
    at = [_between(looks, column / (2 * cells - 1)) for column in range(2 * cells)]
    lines, edges = [[BLANK] * cells for _ in range(rows)], [[BLANK] * cells for _ in range(rows)]
    before: int | None = None
    for column, look in enumerate(at):
        y = _y(look.rate, rows)
        start = y if before is None else before
        for dot in range(min(start, y), max(start, y) + 1):
            _set(lines, column, dot)
        before = y
        _set(edges, column, _y(look.low, rows))
        _set(edges, column, _y(look.high, rows))
    middle = _y(0.5, rows) // 4
    drawn = [_row(row, rows, middle, at, lines[row], edges[row]) for row in range(rows)]
    end = f"{looks[-1].n:g}"
    axis = f"{'1':<{cells - len(end)}}{end}" if len(looks) > 1 else end
    return [*drawn, Content.styled(f"{'':<{LABELS}}{axis}", AXIS)]


def _row(row: int, rows: int, middle: int, at: Sequence[Look], lines: Sequence[int], edges: Sequence[int]) -> Content:
    label = "100 % " if row == 0 else " 50 % " if row == middle else "  0 % " if row == rows - 1 else " " * LABELS
    top, bottom = 1 - row / rows, 1 - (row + 1) / rows
    cells: list[tuple[str, str]] = []
    for cell in range(len(lines)):
        look = at[2 * cell]
        band = BAND if look.low <= (top + bottom) / 2 <= look.high else ""
        if lines[cell] != BLANK:
            cells.append((f"{LINE} {band}".strip(), chr(lines[cell])))
        elif edges[cell] != BLANK:
            cells.append((f"{EDGE} {band}".strip(), chr(edges[cell])))
        else:
            cells.append((f"{HALF} {band}".strip() if row == middle else band, "╌" if row == middle else " "))
    parts = [("".join(text for _, text in group), style) for style, group in groupby(cells, key=lambda cell: cell[0])]
    return Content.assemble((label, AXIS), *parts)


def _between(looks: Sequence[Look], share: float) -> Look:
    """Where the plot stands at a share of its width, on a straight line between two looks."""
    first, last = looks[0].n, looks[-1].n
    n = first + share * (last - first)
    place = next((place for place, look in enumerate(looks) if look.n >= n), len(looks) - 1)
    right = looks[place]
    left = looks[max(0, place - 1)]
    if right.n == left.n:
        return right
    part = (n - left.n) / (right.n - left.n)
    return Look(n, *(a + part * (b - a) for a, b in zip(left[1:], right[1:], strict=True)))


def _y(value: float, rows: int) -> int:
    """The row of dots of a value, from the top."""
    return round((1 - value) * (4 * rows - 1))


def _set(cells: list[list[int]], column: int, dot: int) -> None:
    cells[dot // 4][column // 2] |= DOTS[dot % 4][column % 2]


def table(looks: Sequence[Look], rows: int) -> list[tuple[str, str, str]]:
    """The same as text: settled cases, rate, interval; at most so many evenly chosen rows, the last look among them."""
    count = min(rows, len(looks))
    chosen = [looks[-1 - place * len(looks) // count] for place in reversed(range(count))] if count else []
    return [
        (f"after {look.n:g}", f"{100 * look.rate:.0f} %", f"{100 * look.low:.0f} to {100 * look.high:.0f} %")
        for look in chosen
    ]
