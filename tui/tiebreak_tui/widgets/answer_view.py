"""One answer, as it streams and as it is read: raw, rendered or as JSON. Never more work at once than a frame
allows."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import perf_counter
from typing import Literal

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.worker import Worker

from tiebreak.sanitise import clean, slices
from tiebreak.worddiff import Run
from tiebreak_tui.rendering.palette import STYLES, Palette
from tiebreak_tui.rendering.rows import Kind, Rows
from tiebreak_tui.rendering.strips import to_strips
from tiebreak_tui.rendering.worddiff import styled
from tiebreak_tui.rendering.wrap import shown
from tiebreak_tui.widgets.line_view import LineView

Mode = Literal["raw", "rendered", "json"]
MODES: tuple[Mode, ...] = ("rendered", "raw", "json")

RENDER_LIMIT = 64 * 1024
"""Characters; longer answers are shown raw."""
VIEW_LIMIT = 2_000_000
"""Characters that one view keeps; the answer itself is kept whole by the session."""
_SLICE = 16 * 1024
_BUDGET = 0.008
"""Seconds of wrapping at a time."""
_PAUSE = 0.01
_PLACEHOLDER_LENGTH = 1_000

_Build = Callable[[], list[Strip]]


class AnswerView(LineView):
    """Append-only view of one answer.

    Text may be hostile and long: it is cleaned here, wrapped in slices, and laid out as Markdown or JSON in a thread.
    While an answer streams it is shown raw, whatever `mode` says.
    """

    DEFAULT_CSS = """
    AnswerView {
        background: $background;
        color: $foreground;
    }
    """

    mode: var[Mode] = var("rendered", init=False)
    placeholder: var[str] = var("", init=False)
    """Shown, dimmed, while there is no text."""

    class Painted(Message):
        """The view now shows its answer as `mode`; `reason` says why it is not the mode asked for."""

        def __init__(self, view: "AnswerView", mode: Mode, reason: str) -> None:
            super().__init__()
            self.view = view
            self.mode: Mode = mode
            self.reason = reason

        @property
        def control(self) -> "AnswerView":
            return self.view

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows = Rows(80)
        self._waiting: deque[tuple[str, Kind]] = deque()
        self._accepted = 0
        self._draining = False
        self._streaming = False
        self._built: list[Strip] | None = None
        self._builder: Worker[None] | None = None
        self._palette: Palette | None = None
        self._runs: Sequence[Run] | None = None
        self._anchor: int | None = None

    # -- what goes in

    def append(self, text: str, *, reasoning: bool = False) -> None:
        """Add streamed text; costs what the chunk costs. A long chunk is taken in over several frames."""
        if not self._streaming:
            self._streaming = True
            self.following = True
            self._show_built(None)
        self._accept(text, Kind.REASONING if reasoning else Kind.TEXT)

    def finish(self, notes: Iterable[str] = ()) -> None:
        """Say that the stream has ended: the answer is now laid out as `mode` asks. `notes` as for `show`."""
        self._streaming = False
        if self.scroll_offset.y == 0:
            # What fitted may be longer once laid out; its beginning stays in view.
            self.following = False
        for note in notes:
            self._accept(note + "\n", Kind.NOTE)
        self._settle()

    def show(self, text: str, *, reasoning: str = "", notes: Iterable[str] = ()) -> None:
        """Replace what is there by a finished answer, seen from its top. `notes` are ours; they are never copied."""
        self.clear()
        self.following = False
        self._accept(reasoning, Kind.REASONING)
        self._accept(text, Kind.TEXT)
        for note in notes:
            self._accept(note + "\n", Kind.NOTE)
        self._settle()

    def clear(self) -> None:
        """Forget the answer, its differences and what was being laid out."""
        self._stop_building()
        self._waiting.clear()
        self._rows = Rows(self._rows.width)
        self._accepted = 0
        self._streaming = False
        self._runs = None
        self._anchor = None
        self.following = True
        self._show_built(None)

    def compare(self, runs: Sequence[Run] | None) -> None:
        """Show the answer with its differences marked (`diff_words` gives the runs); None ends that."""
        self._runs = runs
        self._settle()

    @property
    def streaming(self) -> bool:
        return self._streaming

    @property
    def settled(self) -> bool:
        """Whether all text is taken in and laid out."""
        return not (self._waiting or self._streaming or (self._builder and not self._builder.is_finished))

    @property
    def text(self) -> str:
        """The answer as shown, clean and without reasoning."""
        pieces = (*self._rows.source(), *self._waiting)
        return "".join(clean(piece) for piece, kind in pieces if kind is Kind.TEXT)

    def _accept(self, text: str, kind: Kind) -> None:
        room = VIEW_LIMIT - self._accepted
        if room <= 0:
            return
        self._accepted += len(text)
        self._waiting.extend((piece, kind) for piece in slices(text[:room], _SLICE))
        if len(text) > room:
            self._waiting.append((f"… shown up to {VIEW_LIMIT:,} characters; the session keeps the rest.", Kind.NOTE))
        if not self._draining:
            self._drain()

    def _drain(self) -> None:
        """Wrap what waits, for one frame's share of time, and come back for the rest."""
        deadline = perf_counter() + _BUDGET
        first = len(self._rows)
        while self._waiting and perf_counter() < deadline:
            piece, kind = self._waiting.popleft()
            first = min(first, self._rows.append(clean(piece), kind))
            if self._anchor is not None and self._rows.length > self._anchor:
                break
        self._draining = bool(self._waiting) and self.is_attached
        if self._draining:
            self.set_timer(_PAUSE, self._drain)
        if self._built is None:
            self.rows_changed(max(0, first))
        if self._anchor is not None and (self._rows.length > self._anchor or not self._waiting):
            row, self._anchor = self._rows.row_at(self._anchor), None
            self.scroll_to(y=row, animate=False)
        if not self._waiting and not self._streaming:
            self.refresh_hits()

    # -- how it is laid out

    def watch_mode(self) -> None:
        self._settle()

    def watch_placeholder(self) -> None:
        if not len(self._rows):
            self.rows_changed()

    def on_mount(self) -> None:
        if self._accepted:
            self._drain()
            self._settle()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self._built is not None:
            self.call_after_refresh(self._repaint)

    def _repaint(self) -> None:
        """Lay out again if the theme has changed: colours are part of what was laid out."""
        if self._built is not None and self._palette != Palette.read(self._style_of):
            self._settle()

    def on_resize(self) -> None:
        width = max(2, self.scrollable_content_region.width)
        if width == self._rows.width:
            return
        # Wrapped anew in slices, like a long answer that arrives; meanwhile the place that was on top is remembered.
        following = self.following
        self._anchor = None if following or self._built else self._rows.position(self.scroll_offset.y)
        pieces = list(self._rows.source())
        self._rows = Rows(width)
        self._waiting.extendleft(reversed(pieces))
        self.following = following
        if self.text_selection is not None:
            self.screen.clear_selection()
        if not self._draining:
            self._drain()
        self._settle()

    @property
    def may_follow(self) -> bool:
        return self._streaming and self._anchor is None

    def _settle(self) -> None:
        """Show the answer as `mode` asks: at once where that is raw, else as soon as a thread has laid it out."""
        if not self.is_attached or self._streaming:
            return
        self._stop_building()
        build, reason = self._plan()
        if build is None:
            self._show_built(None)
            self.post_message(self.Painted(self, "raw", reason))
        else:
            self._builder = self.run_worker(partial(self._build, build))

    def _stop_building(self) -> None:
        if self._builder is not None:
            self._builder.cancel()
            self._builder = None

    def _plan(self) -> tuple[_Build | None, str]:
        """What is to be run in a thread, or none and the reason why the answer stays raw."""
        if self._runs is None and (self.mode == "raw" or not self._accepted):
            return None, ""
        if self._accepted > RENDER_LIMIT:
            return None, f"longer than {RENDER_LIMIT // 1024} kB, shown raw"
        palette = self._palette = Palette.read(self._style_of)
        width, runs, mode = self._rows.width, self._runs, self.mode
        parts = [*self._rows.source(), *self._waiting]
        whole = {kind: clean("".join(text for text, of in parts if of is kind)) for kind in Kind}

        def build() -> list[Strip]:
            if runs is not None:
                return to_strips(styled(runs, palette), width)
            strips: list[Strip] = []
            if whole[Kind.REASONING]:
                reasoning = Rows(width)
                reasoning.append(whole[Kind.REASONING].rstrip("\n"))
                strips += [Strip([Segment(shown(row), palette.reasoning)]) for row in reasoning]
                strips.append(Strip([]))
            if whole[Kind.TEXT]:
                render = _renderer(mode)
                strips += render(whole[Kind.TEXT], width, palette)
            if whole[Kind.NOTE]:
                notes = Rows(width)
                notes.append(whole[Kind.NOTE])
                strips += [Strip([Segment(shown(row), palette.note)]) for row in notes]
            return strips

        return build, ""

    async def _build(self, build: _Build) -> None:
        mode, reason = self.mode, ""
        try:
            self._show_built(await asyncio.to_thread(build))
        except (RuntimeError, LookupError, ValueError, AssertionError) as error:
            # The parsers are given anything at all; what one of them cannot take is still readable as it is.
            mode, reason = "raw", f"cannot be laid out ({type(error).__name__}), shown raw"
            self._show_built(None)
        self.post_message(self.Painted(self, mode, reason))

    def _show_built(self, strips: list[Strip] | None) -> None:
        if strips is not self._built and self.is_attached and self.text_selection is not None:
            self.screen.clear_selection()
        self._built = strips
        self.rows_changed()
        self.refresh_hits()

    # -- rows

    @property
    def row_count(self) -> int:
        return len(self._rows if self._built is None else self._built) or len(self._placeholder_rows)

    def row_text(self, row: int) -> str:
        if self._built:
            return self._built[row].text
        return shown((self._rows if len(self._rows) else self._placeholder_rows)[row])

    def row_ends_line(self, row: int) -> bool:
        return bool(self._built) or not len(self._rows) or self._rows.ends_line(row)

    @property
    def _placeholder_rows(self) -> Rows:
        rows = Rows(self._rows.width)
        rows.append(clean(self.placeholder[:_PLACEHOLDER_LENGTH]))
        return rows

    def row_strip(self, row: int, base: Style) -> Strip:
        if self._built:
            return self._built[row].apply_style(base)
        if not len(self._rows):
            return Strip([Segment(self.row_text(row), self._style_of(STYLES["note"]))])
        kind = self._rows.kind(row)
        style = base if kind is Kind.TEXT else self._style_of(STYLES[kind.name.lower()])
        return Strip([Segment(self.row_text(row), style)])

    def hit_style(self, *, current: bool) -> Style:
        return VisualStyle.parse(STYLES["hit_current" if current else "hit"]).rich_style

    def _style_of(self, words: str) -> Style:
        """The style of the view with more to it, in Textual's words such as `bold $text-primary`."""
        return (self.visual_style + VisualStyle.parse(words)).rich_style

    def extract(self, start: Offset, end: Offset) -> str:
        if self._built is not None or not len(self._rows):
            return super().extract(start, end)
        return self._rows.extract((start.y, self._source_offset(start)), (end.y, self._source_offset(end)))

    def _source_offset(self, place: Offset) -> int:
        """Offset in the source row of a painted offset: one tab is up to four painted spaces."""
        row = self._rows[min(place.y, len(self._rows) - 1)]
        if "\t" not in row:
            return place.x
        return next((index for index in range(len(row)) if len(shown(row[: index + 1])) > place.x), len(row))


def _renderer(mode: Mode) -> Callable[[str, int, Palette], list[Strip]]:
    """Imported by the thread that lays out: the parsers take longer to load than the first frame may."""
    if mode == "json":
        from tiebreak_tui.rendering.jsonview import render_json

        return render_json
    from tiebreak_tui.rendering.markdown import render_markdown

    return render_markdown
