"""A list that costs what fits on the screen, however long it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tiebreak.sanitise import clean_line

_MARK = "▶ "
_NO_MARK = "  "


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: title and detail from the left, a hint or a problem at the right edge. Texts may be anything."""

    title: str
    detail: str = ""
    hint: str = ""
    problem: str = ""


class VirtualList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows made when they are painted, one of them highlighted."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"list--detail", "list--hint", "list--problem", "list--chosen"}
    DEFAULT_CSS = """
    VirtualList {
        overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-background: $background;
        scrollbar-background-hover: $background; scrollbar-background-active: $background;
        .list--detail { text-style: dim; }
        .list--hint { text-style: dim italic; }
        .list--problem { color: $text-warning; }
        .list--chosen { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    }
    """
    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", id="list.up", show=False),
        Binding("down,j", "move(1)", "Down", id="list.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="list.page_up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="list.page_down", show=False),
        Binding("home", "first", "First", id="list.first", show=False),
        Binding("end", "last", "Last", id="list.last", show=False),
        Binding("enter", "pick", "Choose", id="list.pick", show=False),
    ]

    class Highlighted(Message):
        """Another row is highlighted; None when there is none."""

        def __init__(self, source: "VirtualList", index: int | None) -> None:
            super().__init__()
            self.source = source
            self.index = index

        @property
        def control(self) -> "VirtualList":
            return self.source

    class Picked(Message):
        """A row was chosen, by enter or a click on the highlighted row."""

        def __init__(self, source: "VirtualList", index: int) -> None:
            super().__init__()
            self.source = source
            self.index = index

        @property
        def control(self) -> "VirtualList":
            return self.source

    def __init__(self, *, empty: str = "Nothing here.", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._count = 0
        self._row: Callable[[int], ListRow] = lambda _: ListRow("")
        self.empty = empty
        """What an empty list says."""
        self.highlighted: int | None = None

    def set_rows(self, count: int, row: Callable[[int], ListRow], *, at: int = 0) -> None:
        """Show `count` rows; `row(index)` is asked only for those on the screen. The one `at` is highlighted."""
        self._count = count
        self._row = row
        size = Size(self.size.width, count)
        # Only this widget and its scrollbar change, so no layout of the whole screen, as setting the reactive would.
        self.set_reactive(Widget.virtual_size, size)  # pyright: ignore[reportArgumentType] - seen from the class
        self._scroll_update(size)
        self.scroll_to(y=0, animate=False)
        self.highlighted = None
        self.highlight(at)
        self.refresh()

    def show(self, rows: Sequence[ListRow]) -> None:
        """Show rows that are at hand."""
        self.set_rows(len(rows), rows.__getitem__)

    def highlight(self, index: int) -> None:
        """Highlight a row, the nearest one there is, and scroll it into view."""
        chosen = min(max(index, 0), self._count - 1) if self._count else None
        if chosen is not None:
            height = max(1, self.size.height)
            top = min(max(self.scroll_offset.y, chosen - height + 1), chosen)
            self.scroll_to(y=top, animate=False)
        if chosen != self.highlighted or chosen is None:
            old, self.highlighted = self.highlighted, chosen
            for row in (old, chosen):
                if row is not None:
                    self.refresh_line(row)
            self.post_message(self.Highlighted(self, chosen))

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width, base = self.scrollable_content_region.width, self.rich_style
        if index >= self._count:
            text = clean_line(self.empty, width) if not self._count and y == 0 else ""
            return Strip([Segment(text, self.get_component_rich_style("list--hint"))]).adjust_cell_length(width, base)
        row, chosen = self._row(index), index == self.highlighted
        room = width - len(_MARK)
        right = clean_line(row.problem or row.hint, max(0, room // 2))
        left = room - (cell_len(right) + 2 if right else 0)
        title = clean_line(row.title, left)
        detail = clean_line(row.detail, max(0, left - cell_len(title) - 2)) if row.detail else ""
        gap = room - cell_len(title) - (cell_len(detail) + 2 if detail else 0) - cell_len(right)
        parts = [
            (_MARK if chosen else _NO_MARK, ""),
            (title, ""),
            ("  " + detail if detail else "", "list--detail"),
            (" " * gap, ""),
            (right, "list--problem" if row.problem else "list--hint"),
        ]
        whole = self.get_component_rich_style("list--chosen") if chosen else None
        segments = [
            Segment(text, whole or (self.get_component_rich_style(part) if part else base)) for text, part in parts
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def on_resize(self) -> None:
        if self.highlighted is not None:
            self.highlight(self.highlighted)

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index >= self._count:
            return
        if index == self.highlighted:
            self.action_pick()
        else:
            self.highlight(index)

    def action_move(self, step: int) -> None:
        self.highlight((self.highlighted or 0) + step)

    def action_page(self, step: int) -> None:
        self.highlight((self.highlighted or 0) + step * max(1, self.size.height - 1))

    def action_first(self) -> None:
        self.highlight(0)

    def action_last(self) -> None:
        self.highlight(self._count - 1)

    def action_pick(self) -> None:
        if self.highlighted is not None:
            self.post_message(self.Picked(self, self.highlighted))
