"""A scrolling view of rows: keys, following the end, search hits and selection, whatever the rows are made of."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region, Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.widget import Widget

from tiebreak_tui.rendering.find import Matcher, Span, find, literal
from tiebreak_tui.rendering.strips import paint

FIND_ROWS = 50_000
"""Rows that `find` looks at: some megabytes of text, a few dozen milliseconds."""


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows painted one by one, so that a view of a million costs what fits on the screen.

    Scrolls without animation, and leaves left and right alone: they are votes.
    """

    ALLOW_SELECT = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "rows(-1)", "Scroll up", id="view.up", show=False),
        Binding("down,j", "rows(1)", "Scroll down", id="view.down", show=False),
        Binding("pageup", "pages(-1)", "Page up", id="view.page_up", show=False),
        Binding("pagedown", "pages(1)", "Page down", id="view.page_down", show=False),
        Binding("home", "top", "Top", id="view.top", show=False),
        Binding("end", "bottom", "Bottom", id="view.bottom", show=False),
    ]
    DEFAULT_CSS = """
    LineView {
        overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; scrollbar-background: $background;
        scrollbar-background-hover: $background; scrollbar-background-active: $background;
    }
    """

    following = False
    """Whether the view stays at the end while rows are added; scrolling up ends it, reaching the end resumes it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._hits: list[tuple[Span, ...]] = []
        self._hit_spans: dict[int, list[tuple[int, int, int]]] = {}
        self._matcher: Matcher | None = None
        self._marks: Sequence[tuple[Matcher, str]] = ()
        self._mark_spans: dict[int, list[tuple[int, int, str]]] = {}
        self._current = 0
        self._base_style: Style | None = None

    @property
    @abstractmethod
    def row_count(self) -> int: ...

    @abstractmethod
    def row_text(self, row: int) -> str:
        """The text of a row as painted."""

    @abstractmethod
    def row_strip(self, row: int, base: Style) -> Strip:
        """A row as painted, before hits and selection; need not fill the width."""

    @abstractmethod
    def hit_style(self, *, current: bool) -> Style: ...

    def row_ends_line(self, row: int) -> bool:
        return True

    @property
    def base_style(self) -> Style:
        """`rich_style`, computed once: it costs more than all else that a row takes."""
        if self._base_style is None:
            self._base_style = self.rich_style
        return self._base_style

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._base_style = None

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width, base = self.size.width, self.base_style
        if row >= self.row_count:
            return Strip.blank(width, base)
        strip = self.row_strip(row, base)
        for start, end, words in self._mark_spans.get(row, ()):
            strip = paint(strip, start, end, VisualStyle.parse(words).rich_style)
        for start, end, hit in self._hit_spans.get(row, ()):
            strip = paint(strip, start, end, self.hit_style(current=hit == self._current))
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(row)) is not None:
            length = len(self.row_text(row))
            start, end = min(span[0], length), length if span[1] == -1 else min(span[1], length)
            strip = paint(strip, start, end, self.screen.get_component_rich_style("screen--selection"))
        return strip.adjust_cell_length(width, base).apply_offsets(0, row)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        if not self.row_count:
            return None
        last = self.row_count - 1
        start = selection.start or Offset(0, 0)
        end = selection.end or Offset(len(self.row_text(last)), last)
        return self.extract(start, end), "\n"

    def extract(self, start: Offset, end: Offset) -> str:
        """The text between two places of the painted rows (x counts characters, y rows)."""
        rows = [self.row_text(row) for row in range(start.y, min(end.y, self.row_count - 1) + 1)]
        if end.y < self.row_count:
            rows[-1] = rows[-1][: end.x]
        rows[0] = rows[0][start.x :]
        return "\n".join(row.rstrip() for row in rows)

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def find(self, query: str) -> int:
        """Mark every occurrence of `query`, case ignored, scroll to the first, and return how many there are."""
        return self.seek(literal(query) if query else None)

    def seek(self, matcher: Matcher | None, *, scroll: bool = True) -> int:
        """As `find`, by another rule; it holds for all that the view is given afterwards. None ends it."""
        self._matcher = matcher
        self._current = 0
        self.refresh_hits()
        if scroll:
            self._scroll_to_hit()
        return len(self._hits)

    def mark(self, marks: Sequence[tuple[Matcher, str]]) -> None:
        """Paint what these match in the words of a style each, under the hits; nobody goes from one to the next."""
        self._marks = marks
        self.refresh_hits()

    def find_next(self, step: int = 1) -> tuple[int, int]:
        """Go to another hit and return its number, from 1, and how many there are; (0, 0) where there are none."""
        if not self._hits:
            return 0, 0
        self._current = (self._current + step) % len(self._hits)
        self._scroll_to_hit()
        self.refresh()
        return self._current + 1, len(self._hits)

    def refresh_hits(self) -> None:
        """Look for the query again, after the rows have changed."""
        if not (self._matcher or self._marks or self._hits or self._mark_spans):
            return
        rows = [(self.row_text(row), self.row_ends_line(row)) for row in range(min(self.row_count, FIND_ROWS))]
        self._hits = find(rows, self._matcher) if self._matcher is not None else []
        self._current = min(self._current, max(0, len(self._hits) - 1))
        spans: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for number, hit in enumerate(self._hits):
            for row, start, end in hit:
                spans[row].append((start, end, number))
        self._hit_spans = spans
        painted: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        for matcher, words in self._marks:
            for hit in find(rows, matcher):
                for row, start, end in hit:
                    painted[row].append((start, end, words))
        self._mark_spans = painted
        self.refresh()

    def rows_changed(self, first: int = 0) -> None:
        """Fit scrollbar and position to the rows there are now; rows from `first` on have changed."""
        if not self.is_attached:
            return
        size = Size(self.size.width, self.row_count)
        if size != self.virtual_size:
            # A reactive assignment would lay out the whole screen again, thirty times a second. The size of what is
            # scrolled concerns this widget and its scrollbar only.
            self.set_reactive(Widget.virtual_size, size)  # pyright: ignore[reportArgumentType] - seen from the class
            self._scroll_update(size)
        if self.following:
            self.scroll_to(y=self.max_scroll_y, animate=False)
        top, height = self.scroll_offset.y, self.size.height
        dirty = max(first - top, 0)
        if dirty < height:
            self.refresh(Region(0, dirty, self.size.width, height - dirty))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.following = self.may_follow and new_value >= self.max_scroll_y

    @property
    def may_follow(self) -> bool:
        """Whether reaching the end means staying there."""
        return False

    def action_rows(self, count: int) -> None:
        self.scroll_to(y=self.scroll_y + count, animate=False)

    def action_pages(self, count: int) -> None:
        self.scroll_to(y=self.scroll_y + count * max(1, self.size.height - 1), animate=False)

    def action_top(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_bottom(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False)

    def _scroll_to_hit(self) -> None:
        if self._hits:
            row = self._hits[self._current][0][0]
            if not self.scroll_offset.y <= row < self.scroll_offset.y + self.size.height:
                self.scroll_to(y=row - self.size.height // 3, animate=False)
