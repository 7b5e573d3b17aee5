"""The Arena's first line: where one is, what was last done, what is saved, what was spent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tiebreak.sanitise import clean_line

Severity = Literal["information", "warning", "error"]
FLASH_SECONDS = 4.0
LEAST, LONGEST = 20, 1000
"""Cells of the line, and of a word, that are reckoned with."""
STYLES: dict[Severity, str] = {
    "information": "bold $text-accent",
    "warning": "bold $text-warning",
    "error": "bold $text-error",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Plain values; texts may be anything."""

    dataset: str
    position: int
    planned: int
    counts: str
    """Where the cases stand, such as `12 rated · 3 excluded`."""
    saves: str
    halted: bool
    spent: str
    begun_with: str = ""
    """Of a forked session: whose answers were taken over."""


class StatusBar(Static):
    """One line that gives up its least needed parts when there is no room."""

    DEFAULT_CSS = """
    StatusBar { height: 1; background: $surface; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name for it
        super().__init__(id=id, markup=False)
        self.last_act = ""
        self.in_short: Callable[[], list[str]] = list
        """On a small screen: words that stand in for what it has no room for, the most needed first."""
        self._status: Status | None = None
        self._word: tuple[str, Severity] | None = None
        self._word_ends: Timer | None = None

    def show(self, status: Status) -> None:
        self._status = status
        self._paint()

    def has_room_for(self, word: str) -> bool:
        """Whether a word can be said here whole."""
        line = clean_line(word, LONGEST)
        return self._status is None or clean_line(line, _room(self._status, max(LEAST, self.size.width))) == line

    def flash(self, text: str, severity: Severity = "information") -> None:
        """Say something for a few seconds, in the room of all that is less urgent."""
        self._word = (text, severity)
        if self._word_ends is not None:
            self._word_ends.stop()
        self._word_ends = self.set_timer(FLASH_SECONDS, self.hush)
        self._paint()

    def tell(self, act: str) -> None:
        """What was done last, in the place of a word that was said before it."""
        self.last_act = act
        self.hush()

    def take_back(self, text: str) -> None:
        """Say something no longer, unless another word has taken its place."""
        if self._word is not None and self._word[0] == text:
            self.hush()

    def hush(self) -> None:
        """Say no more what was said for a few seconds."""
        self._word = None
        self._paint()

    def on_resize(self) -> None:
        self._paint()

    def repaint(self) -> None:
        self._paint()

    def _paint(self) -> None:
        if self._status is not None:
            self.update(self._line(self._status), layout=False)

    def _line(self, status: Status) -> Content:
        width = max(LEAST, self.size.width)
        if self._word is not None:
            return self._said(status, *self._word, width)
        case, saves = _ends(status)
        parts: list[tuple[float, str, str]] = [
            (0, case, "bold"),
            *((n / 8, f" {word} ", "$text-accent") for n, word in enumerate(self.in_short(), start=1)),
            (4, f" {clean_line(status.dataset, 30)} ", "dim"),
            (1.5, f" {status.begun_with} " if status.begun_with else "", "$text-accent"),
            (3, f" {status.counts} ", "dim"),
            (2, f" {clean_line(self.last_act, 48)} " if self.last_act else "", "$text-accent"),
            (0, saves, "bold $text-error" if status.halted else "$text-success"),
            (1, f" {status.spent} ", "dim"),
        ]
        # The most needed first; what is too long leaves its room to the shorter ones after it.
        room, kept = width, set[float]()
        for rank, text, _ in sorted(parts, key=lambda part: part[0]):
            if rank == 0 or len(text) <= room:
                room -= len(text)
                kept.add(rank)
        parts = [part for part in parts if part[0] in kept]
        left = [(text, style) for rank, text, style in parts if text != saves and rank != 1]
        right = [(text, style) for rank, text, style in parts if text == saves or rank == 1]
        gap = width - sum(len(text) for text, _ in (*left, *right))
        return Content.assemble(*left, " " * max(0, gap), *right)

    @staticmethod
    def _said(status: Status, text: str, severity: Severity, width: int) -> Content:
        case, saves = _ends(status)
        word = clean_line(text, _room(status, width))
        gap = width - len(case) - len(word) - len(saves)
        return Content.assemble(
            (case, "bold"),
            (word, STYLES[severity]),
            " " * max(0, gap),
            (saves, "$text-error" if status.halted else "$text-success"),
        )


def _ends(status: Status) -> tuple[str, str]:
    """What stands at either end of the line, whatever is said between."""
    return f" case {status.position + 1}/{status.planned} ", f" {status.saves} "


def _room(status: Status, width: int) -> int:
    """Cells between the ends."""
    return max(0, width - sum(map(len, _ends(status))) - 1)
