"""The list of triage: a case in a line, or a group of cases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.strip import Strip
from textual.style import Style as VisualStyle

from tiebreak.sanitise import clean_line
from tiebreak_tui.widgets.virtual_list import ListRow, VirtualList

Part = tuple[str, str]
"""A text, which may be anything, and the words of its style."""
WIDEST_ID = 18
ROOMY = 64
"""Cells from which on every line has the question, in a column of its own."""
QUESTION = 16
"""Cells that a question needs on a narrower line."""
DECIDED = 20
"""Cells of what was decided that a roomy line always has."""
ROOMY_QUESTION = 24
"""Cells that it keeps on a roomy one before what moved gets more than its third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A line: texts and the words of their styles."""

    marked: bool
    glyph: Part
    name: str
    moved: tuple[Part, ...]
    decided: Part
    question: str
    indent: bool = False


class CaseList(VirtualList, inherit_bindings=False):
    """Enter, space and the arrows to the sides are the screen's, so that they can be given other keys."""

    BINDINGS = [
        binding for binding in VirtualList.BINDINGS if isinstance(binding, Binding) and binding.id != "list.pick"
    ]
    DEFAULT_CSS = """
    CaseList { background: $background; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(empty="No case is left.", id=id)
        self._case: Callable[[int], CaseRow] | None = None
        self._styles: dict[str, Style] = {}
        self._widest = 0
        """Cells that what moved takes in the widest row that was painted: one column for all of them."""

    def set_cases(self, count: int, case: Callable[[int], CaseRow], *, at: int = 0) -> None:
        """Show `count` lines; `case(index)` is asked only for those on the screen."""
        self._case = case
        self._widest = 0
        self.set_rows(count, lambda _: ListRow(""), at=at)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = {}

    @property
    def on_screen(self) -> range:
        """The rows that are on the screen."""
        top = self.scroll_offset.y
        return range(top, min(self._count, top + max(1, self.size.height)))

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        if self._case is None or index >= self._count:
            return super().render_line(y)
        width, chosen = self.scrollable_content_region.width, index == self.highlighted
        row = self._case(index)
        if (cells := sum(cell_len(text) for text, _ in row.moved)) > self._widest:
            self._widest = cells
            self.call_later(self.refresh)
        parts = fitted(row, width, chosen=chosen, wanted=self._widest)
        base = self._style("$block-cursor-foreground on $block-cursor-background bold" if chosen else "")
        segments = [Segment(text, base if chosen else self._style(style)) for text, style in parts]
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, words: str) -> Style:
        style = self._styles.get(words)
        if style is None:
            style = self._styles[words] = (self.visual_style + VisualStyle.parse(words)).rich_style
        return style


def fitted(row: CaseRow, width: int, *, chosen: bool, wanted: int | None = None) -> list[Part]:
    """A line in at most `width` cells: marks and name, what moved, the question, what was decided. On a roomy line what
    moved has a third of it, or the cells that are `wanted`, as far as the question keeps its room; the same for every
    line, so that the questions stand under one another."""
    lead = f"{'▶' if chosen else ' '}{'●' if row.marked else ' '}"
    parts: list[Part] = [(lead, "$text-accent"), (f"{'  ' if row.indent else ''}{row.glyph[0]} ", row.glyph[1])]
    room = width - sum(cell_len(text) for text, _ in parts)
    column = min(WIDEST_ID, max(8, width // 4))
    parts.append((_padded(row.name, min(column, room)), ""))
    room -= column + 1
    own_room = max(room // 3, DECIDED if width >= ROOMY else 0)
    decided = clean_line(row.decided[0], own_room) if row.decided[0] else ""
    own = cell_len(decided) + 1 if decided else 0
    share = max(12, width // 3)
    if wanted is not None:
        share = max(12, min(wanted, max(share, room - ROOMY_QUESTION)))
    moved_room = min(room - own, share) if width >= ROOMY else room - own
    parts.append((" ", ""))
    moved = words_in(row.moved, max(0, moved_room))
    parts += moved
    used = sum(cell_len(text) for text, _ in moved)
    if width >= ROOMY:
        parts.append((" " * max(0, moved_room - used), ""))
        used = moved_room
    if room - used - own > (0 if width >= ROOMY else QUESTION):
        question = clean_line(row.question, max(0, room - used - own - 1))
        parts.append((f" {question}", "dim"))
        used += cell_len(question) + 1
    parts.append((" " * max(0, room - used - cell_len(decided)), ""))
    parts.append((decided, row.decided[1]))
    return parts


def words_in(words: Sequence[Part], room: int) -> list[Part]:
    """As many words as there is room for, whole; of the others their number. A first word that is too long is cut."""
    known = [(clean_line(text, max(1, 2 * cell_len(text))), style) for text, style in words]
    for count in range(len(known), 0, -1):
        more = len(known) - count
        told = [*known[:count], (f"+{more} more", "dim")] if more else known
        line = "".join(text for text, _ in told)
        if cell_len(line) <= room:
            return told
        if cell_len(line.rstrip()) <= room:  # all but the space after the last word
            return [*told[:-1], (told[-1][0].rstrip(), told[-1][1])]
    if not known:
        return []
    more = f" +{len(known) - 1} more" if known[1:] else ""
    more = more if room >= 4 + len(more) else ""
    first, style = known[0]
    return [(clean_line(first.rstrip(), room - len(more)), style), (more, "dim")]


def _padded(text: str, width: int) -> str:
    shown = clean_line(text, max(0, width))
    return shown + " " * (width - cell_len(shown))
