"""Screens that open in steps, so that the loop comes round between them."""

import asyncio
from collections.abc import Sequence

from textual.events import Event, Resize, ScreenResume
from textual.geometry import Size
from textual.screen import Screen, ScreenResultType


class Stepwise(Screen[ScreenResultType]):
    """A screen that lets others have their turn between two of its events, and is not made up twice to be seen once.

    Textual hands a new screen all that waits for it in one go: it styles, lays out and paints it whole as it comes into
    view, again each time that it is told its size, and styles it once more for the class of that size. For the Arena
    that was 110 ms of CPU in which no key was read.
    """

    _styled_for: Size | None = None
    """The size for which the screen has its classes."""
    _seen = False

    async def on_event(self, event: Event) -> None:
        if isinstance(event, ScreenResume) and not self._seen:
            self._seen = True
            event.refresh_styles = False  # they were set a moment ago, widget by widget
            # In a batch the first picture is painted in a step after this one, which lays the screen out.
            with self.app.batch_update():  # pyright: ignore[reportUnknownMemberType]  # Textual leaves its App open
                await super().on_event(event)
        else:
            await super().on_event(event)
        if self.is_mounted:  # what makes it up is one step: a key must find either nothing of it or all
            await asyncio.sleep(0)

    def on_compose(self) -> None:
        app = self.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # Textual leaves its App open
        size = self._styled_for = app.size
        across = app.HORIZONTAL_BREAKPOINTS if self.HORIZONTAL_BREAKPOINTS is None else self.HORIZONTAL_BREAKPOINTS
        down = app.VERTICAL_BREAKPOINTS if self.VERTICAL_BREAKPOINTS is None else self.VERTICAL_BREAKPOINTS
        self.add_class(*_reached(across, size.width), *_reached(down, size.height))

    async def _on_resize(self, event: Resize) -> None:
        if event.size == self._styled_for == self.outer_size:
            event.prevent_default()  # it was laid out for this size, and the classes stand
        self._styled_for = event.size


def _reached(breakpoints: Sequence[tuple[int, str]] | None, cells: int) -> list[str]:
    """The class of the highest breakpoint that is reached, if any is."""
    reached = [(least, name) for least, name in breakpoints or () if cells >= least]
    return [max(reached)[1]] if reached else []
