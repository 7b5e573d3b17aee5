"""The win rate as cases settled: a drawing where there is room and colour, else a table."""

from collections.abc import Sequence

from textual.content import Content

from tiebreak_tui.scoreboard.columns import Cell, columns, note
from tiebreak_tui.scoreboard.plot import LEAST_WIDTH, Look, plot, table
from tiebreak_tui.widgets.panel import Room

HEIGHT = 15
"""Lines of the drawing."""


def over_time(looks: Sequence[Look], room: Room, *, drawn: bool) -> list[Content]:
    """`drawn` is False where there is no colour to tell the line from its band."""
    width, rows = room.width, room.rows if room.whole else min(room.rows, HEIGHT)
    if len(looks) < 2:
        told = "Begins with two settled cases." if looks else "No case is settled yet."
        return note(told, width)
    if not drawn or width < LEAST_WIDTH or rows < 7:
        listed = [[Cell(when, "dim"), Cell(rate, "bold"), Cell(ends)] for when, rate, ends in table(looks, rows - 1)]
        return [
            *columns(listed, width, right={1}, fill=False),
            *note("Settled cases in the order of the plan.", width, 1),
        ]
    last = looks[-1]
    rate, low, high = (f"{100 * share:.0f}" for share in (last.rate, last.low, last.high))
    now = f"Now {rate} %, {low} to {high} %."
    told = f"Settled cases, in the order of the plan. {now}"
    return [*plot(looks, width, rows - 1), *note(told if len(told) <= width else now, width, 1)]
