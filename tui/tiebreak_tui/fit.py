"""The smallest terminal that will do, and what is said below it instead of a screen that hides what one votes on."""

from typing import Any

from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

SMALLEST = Size(40, 10)
_CLASS = "-too-small"


class TooSmall(Static):
    """Covers a screen that has the class `-too-small`; the app's stylesheet shows and hides it."""

    DEFAULT_CSS = """
    TooSmall {
        layer: small; dock: top; width: 100%; height: 100%; padding: 0 1;
        background: $background; color: $text-warning; overflow: hidden;
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def render(self) -> Content:
        now = self.screen.size
        return Content(
            f"Terminal too small: {now.width} by {now.height}. Tiebreak needs {SMALLEST.width} by {SMALLEST.height}. "
            "Nothing is lost: make it larger to go on. ctrl+q quits."
        )


def too_small(size: Size) -> bool:
    return size.width < SMALLEST.width or size.height < SMALLEST.height


def fit(screen: Screen[Any], size: Size) -> None:
    """Cover a screen in a terminal that is too small, uncover it in one that is not."""
    small = too_small(size)
    if small and not screen.query(TooSmall):
        screen.mount(TooSmall())
    screen.set_class(small, _CLASS)
