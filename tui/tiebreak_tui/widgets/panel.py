"""A framed part of a board: as high as its lines up to a limit, whole once it is opened."""

from collections.abc import Callable
from typing import NamedTuple

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget


class Room(NamedTuple):
    """What a panel has to itself."""

    width: int
    rows: int
    """A drawing fills them; a list may be longer."""
    whole: bool
    """Whether it is opened whole."""


Lines = Callable[[Room], list[Content]]
LEAST, MOST = 7, 17
"""Rows of a panel that is not opened."""


class Panel(Widget, can_focus=True):
    """What has more lines than room says how many there are."""

    DEFAULT_CSS = """
    Panel {
        height: auto; border: round $border-blurred; padding: 0 1; background: $background;
        border-title-color: $text-muted; border-subtitle-color: $text-muted; border-title-style: bold;
    }
    Panel:focus { border: round $primary; border-title-color: $primary; border-subtitle-color: $primary; }
    """

    def __init__(self, title: str, lines: Lines, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="panel")
        self.border_title = Content(title)
        self._lines = lines
        self._drawn: dict[Room, list[Content]] = {}
        self.whole = False
        """Whether it has the screen to itself."""

    @property
    def rows(self) -> int:
        """How many it may take while others stand beside it."""
        return max(LEAST, min(MOST, self.screen.size.height // 2 - 4))

    def repaint(self) -> None:
        """The figures changed."""
        self._drawn.clear()
        self.refresh(layout=True)
        self.call_after_refresh(self._tell_rest)

    def on_resize(self) -> None:
        self._tell_rest()

    def _tell_rest(self) -> None:
        """Say at the edge that there is more."""
        count = len(self.lines(self.content_size.width)) if self.content_size.width else 0
        self.border_subtitle = Content(f"⏎ all {count} lines" if count > self.content_size.height else "")

    def lines(self, width: int) -> list[Content]:
        """All lines of a width, kept until the figures change: a layout asks for them several times."""
        rows = max(LEAST, self.screen.size.height - 6) if self.whole else self.rows
        asked = Room(width, rows, self.whole)
        if asked not in self._drawn:
            self._drawn[asked] = self._lines(asked)
        return self._drawn[asked]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        count = len(self.lines(width)) if width else 1
        return count if self.whole else min(count, self.rows)

    def render(self) -> Content:
        width, height = self.content_size
        return Content("\n").join(self.lines(width)[:height])
