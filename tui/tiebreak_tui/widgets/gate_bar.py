"""The gates as chips, and what the chosen one still needs. Status is told by sign and word as well as by colour."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from textual.content import Content

from tiebreak.sanitise import clean_line
from tiebreak_tui.widgets.bar import Bar
from tiebreak_tui.widgets.flow import flow

ChipStatus = Literal["pass", "fail", "pending", "undecided", "sealed"]
SIGNS: Mapping[ChipStatus, str] = {"pass": "✔", "fail": "✘", "pending": "…", "undecided": "≈", "sealed": "▪"}
_STYLES: Mapping[ChipStatus, str] = {
    "pass": "$text-success",
    "fail": "bold $text-error",
    "pending": "dim",
    "undecided": "$text-warning",
    "sealed": "dim",
}
_LABEL_CELLS = 40
_MORE_ROWS = (30, 44)
"""Heights of the screen from which a second and a third row of chips have room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One gate. Texts may be anything."""

    label: str
    status: ChipStatus
    needed: str = ""
    """What is still needed, or why it failed; empty on a pass."""


class GateBar(Bar):
    """Chips in one or two lines, then a line about the chosen one; on a low screen counts and that line alone."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._chips: Sequence[Chip] = ()
        self._chosen = 0
        self._moved = False
        self._note = ""

    def note(self, text: str) -> None:
        """What is to be known beside every gate, such as how many versions were tried; at the end of the line."""
        if text != self._note:
            self._note = text
            self.repaint()

    def show(self, chips: Sequence[Chip]) -> None:
        """Show these gates. Until the user chooses one, the first failed gate is the chosen one."""
        if chips == self._chips:
            return
        self._chips = chips
        if not self._moved:
            self._chosen = next((n for n, chip in enumerate(chips) if chip.status == "fail"), 0)
        self._chosen = min(self._chosen, max(0, len(chips) - 1))
        self.repaint()

    def move(self, step: int) -> None:
        """Choose another gate, round and round."""
        if self._chips:
            self._moved = True
            self._chosen = (self._chosen + step) % len(self._chips)
            self.repaint()

    @property
    def chosen(self) -> Chip | None:
        return self._chips[self._chosen] if self._chips else None

    @property
    def told(self) -> str:
        """The chosen gate whole, for where the bar has no room."""
        chip = self.chosen
        if chip is None:
            return ""
        return f"{self._chosen + 1}/{len(self._chips)} {chip.status} · {chip.label}: {chip.needed}".rstrip(": ")

    def lines(self, width: int) -> list[Content]:
        chip = self.chosen
        if chip is None:
            return [Content.styled("No gates: this policy asks for nothing.", "dim")]
        place = f"{self._chosen + 1}/{len(self._chips)} " if len(self._chips) > 1 else ""
        about = f": {chip.needed}" if chip.needed else ""
        height = self.screen.size.height
        rows = 0 if self.low else 1 + sum(height >= enough for enough in _MORE_ROWS)
        chips = [self._chip(number, words=True) for number in range(len(self._chips))]
        if self._needs(chips, width) > rows:
            chips = [self._chip(number, words=False) for number in range(len(self._chips))]
        # Where not all chips can be seen, their numbers stand in for them.
        counts = f"{self.counts} · " if self._needs(chips, width) > rows else ""
        note = f" · {self._note}" if self._note and width - len(self._note) >= _LABEL_CELLS else ""
        text = f"{counts}{place}{SIGNS[chip.status]} {chip.status} · {chip.label}{about}"
        detail = Content.styled(clean_line(text, width - len(note)), _STYLES[chip.status])
        detail += Content.styled(note, "$text-warning")
        return [*(flow(chips, width, rows=rows, chosen=self._chosen) if rows else []), detail]

    @staticmethod
    def _needs(chips: Sequence[Content], width: int) -> int:
        """Rows that all chips together would take."""
        return len(flow(chips, width, rows=len(chips)))

    @property
    def counts(self) -> str:
        """`2✔ 1✘ 3…`"""
        counts = Counter(chip.status for chip in self._chips)
        return " ".join(f"{counts[status]}{sign}" for status, sign in SIGNS.items() if counts[status])

    def _chip(self, number: int, *, words: bool) -> Content:
        chip = self._chips[number]
        word = f"{chip.status} " if words else ""
        text = f"{SIGNS[chip.status]} {word}{clean_line(chip.label, _LABEL_CELLS)}"
        if number != self._chosen or len(self._chips) == 1:
            return Content.styled(text, _STYLES[chip.status])
        return Content.styled(f"[{text}]", f"bold {_STYLES[chip.status]}")
