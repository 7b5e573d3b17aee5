"""Text in several styles, to be scrolled and searched: what differs, what was found, titles and what stands under
them."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial

from rich.style import Style
from rich.text import Text
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.worker import get_current_worker  # pyright: ignore[reportUnknownVariableType]  # Textual's open Worker

from tiebreak.sanitise import clean
from tiebreak.worddiff import MARKS, Run
from tiebreak_tui.rendering.palette import STYLES
from tiebreak_tui.rendering.strips import to_strips
from tiebreak_tui.widgets.line_view import LineView

Piece = tuple[str, str]
"""A text, which may be anything, and the words of its style."""
AT_ONCE = 8_000
"""Characters that are laid out at once; more are in a thread."""
LIMIT = 400_000
"""Characters that are shown."""
DIFF: dict[str, str] = {"same": "", "removed": STYLES["removed"], "added": STYLES["added"]}


class StyledView(LineView):
    """Shows pieces one after the other, wrapped at words."""

    DEFAULT_CSS = """
    StyledView { background: $surface; color: $foreground; }
    """

    def __init__(self, pieces: Iterable[Piece] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._pieces = _cut(pieces)
        self._strips: list[Strip] = []
        self._width = 0

    def show(self, pieces: Iterable[Piece], *, top: bool = True) -> None:
        """Replace what is there; seen from its top, or from where one was."""
        self._pieces = _cut(pieces)
        self._lay_out()
        if top:
            self.scroll_to(y=0, animate=False)

    @property
    def text(self) -> str:
        """All of it, without styles."""
        return "".join(text for text, _ in self._pieces)

    def on_mount(self) -> None:
        self._lay_out()

    def on_resize(self) -> None:
        if self.scrollable_content_region.width != self._width:
            self._lay_out()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self._strips:
            self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if not self.is_attached or width < 2:
            return
        self._width = width
        told = Text()
        for text, words in self._pieces:
            told.append(text, self._style_of(words) if words else None)
        if len(told) <= AT_ONCE:
            self._laid_out(to_strips(told, width))
        else:
            self.run_worker(self._build(partial(to_strips, told, width)), exclusive=True, group="layout")

    async def _build(self, build: "partial[list[Strip]]") -> None:
        strips = await asyncio.to_thread(build)
        if not get_current_worker().is_cancelled:
            self._laid_out(strips)

    def _laid_out(self, strips: list[Strip]) -> None:
        self._strips = strips
        self.rows_changed()
        self.refresh_hits()

    def _style_of(self, words: str) -> Style:
        return (self.visual_style + VisualStyle.parse(words)).rich_style

    @property
    def row_count(self) -> int:
        return len(self._strips)

    def row_text(self, row: int) -> str:
        return self._strips[row].text

    def row_strip(self, row: int, base: Style) -> Strip:
        return self._strips[row].apply_style(base)

    def hit_style(self, *, current: bool) -> Style:
        return VisualStyle.parse(STYLES["hit_current" if current else "hit"]).rich_style


def diff_pieces(runs: Sequence[Run]) -> list[Piece]:
    """Runs of a comparison; a difference shows by brackets as well as by colour."""
    return [(f"{MARKS[run.change][0]}{run.text}{MARKS[run.change][1]}", DIFF[run.change]) for run in runs]


def titled(parts: Iterable[tuple[str, str | Sequence[Piece]]]) -> list[Piece]:
    """Titles and what stands under each."""
    told: list[Piece] = []
    for title, body in parts:
        told.append((f"{title}\n", "bold $primary"))
        told += [(body, "")] if isinstance(body, str) else body
        told.append(("\n\n", ""))
    return told[:-1]


def _cut(pieces: Iterable[Piece]) -> list[Piece]:
    """Clean, and of bounded length."""
    cut: list[Piece] = []
    room = LIMIT
    for text, words in pieces:
        if room <= 0:
            cut.append(("\n… the rest is not shown here.", "dim"))
            break
        cut.append((clean(text[:room]), words))
        room -= len(text)
    return cut
