"""The win rate by segment, those that go against the whole first."""

from textual.content import Content

from tiebreak.scoreboard.segments import SegmentLine
from tiebreak.scoreboard.wording import reversal_words
from tiebreak_tui.scoreboard.columns import Cell, columns, note, wrapped
from tiebreak_tui.scoreboard.looks import NONE
from tiebreak_tui.widgets.win_rate import interval_bar
from tiebreak_workbench.figures.figures import Figures

ROOM_FOR_BAR = 54
BAR = 16
"""Cells."""
ALARM = {"reversed": "bold $text-error", "leans the other way": "$text-warning", "": ""}


def segments(figures: Figures, width: int) -> list[Content]:
    if not figures.segments:
        return note("The cases of this plan are in no segments.", width)
    barred = width >= ROOM_FOR_BAR
    rows = [_cells(line, barred) for line in figures.segments]
    lines: list[Content] = []
    under = 3 if any(line.reversal == "reversed" for line in figures.segments) else 2
    for line, row in zip(figures.segments, columns(rows, width, flexible=1, right={2, 3, 5}), strict=True):
        lines.append(row)
        if line.reversal:
            lines += wrapped(
                reversal_words(line).removeprefix("! "), width, ALARM[line.reversal], first=under, indent=under
            )
    if any(line.reversal for line in figures.segments):
        lines += [Content(""), *note("Held against 50 %, Holm over all segments, valid at every look.", width)]
    return lines


def _cells(line: SegmentLine, barred: bool) -> list[Cell]:
    rate = line.rate
    mark = Cell("!" if line.reversal == "reversed" else "", ALARM[line.reversal])
    n = Cell(f"{rate.n}/{rate.planned}", "dim")
    if rate.mean is None:
        return [mark, Cell(line.name, "dim"), Cell(NONE, "dim"), Cell(""), Cell(""), n]
    low, high = rate.interval
    bar = interval_bar(rate.mean, low, high, BAR) if barred else ""
    return [
        mark,
        Cell(line.name, "bold" if line.reversal == "reversed" else ""),
        Cell(f"{100 * rate.mean:.0f} %", "bold"),
        Cell(f"{100 * low:.0f}–{100 * high:.0f} %", "dim"),
        Cell(bar, ALARM[line.reversal] or "$text-accent"),
        n,
    ]
