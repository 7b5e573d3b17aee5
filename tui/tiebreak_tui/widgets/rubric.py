"""The rubric: every dimension with the scores of both sides, and what the current one asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from tiebreak.sanitise import clean_line
from tiebreak_tui.widgets.bar import Bar
from tiebreak_tui.widgets.flow import flow

_NAME_CELLS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricRow:
    """One dimension. Texts may be anything."""

    name: str
    question: str = ""
    low: str = ""
    """What a 1 means."""
    high: str = ""
    """What a 5 means."""
    required: bool = False
    scores: tuple[int | None, int | None] = (None, None)
    """Left and right, or A and B, from 1 to 5."""


class RubricBar(Bar):
    """Dimensions in one or two lines, then the question of the current one; on a low screen one line of dimensions."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: Sequence[RubricRow] = ()
        self._current = 0
        self._names = ("A", "B")

    def show(self, rows: Sequence[RubricRow], current: int, names: tuple[str, str] = ("A", "B")) -> None:
        """Show these dimensions with the one at `current` marked; `names` are what the two sides are called."""
        if (rows, current, names) == (self._rows, self._current, self._names):
            return
        self._rows, self._current, self._names = rows, current, names
        self.repaint()

    def lines(self, width: int) -> list[Content]:
        if not self._rows:
            return []
        items = [self._item(number) for number in range(len(self._rows))]
        shown = flow(items, width, rows=1 if self.low else 2, chosen=self._current)
        return shown if self.low else [*shown, self._question(width)]

    def _item(self, number: int) -> Content:
        row, current = self._rows[number], number == self._current
        name = clean_line(row.name, _NAME_CELLS) + ("*" if row.required else "")
        scores = " ".join(
            f"{side} {'–' if score is None else score}" for side, score in zip(self._names, row.scores, strict=True)
        )
        complete = None not in row.scores
        style = "bold $text-primary" if current else "$text-success" if complete else "dim"
        return Content.styled(f"{'▶' if current else ' '}{name} {scores}", style)

    def _question(self, width: int) -> Content:
        row = self._rows[self._current]
        ends = [f"{score} = {text}" for score, text in ((1, row.low), (5, row.high)) if text]
        asked = " · ".join(part for part in (row.question or f"Score {row.name} from 1 to 5", *ends) if part)
        return Content.styled(clean_line(asked, width), "dim")
