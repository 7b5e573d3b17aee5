"""Choose one of many by typing some of it: an input, a list that narrows, and room for a preview."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import Worker

from tiebreak_tui.widgets.answer_view import AnswerView
from tiebreak_tui.widgets.virtual_list import ListRow, VirtualList

Rank = Callable[[str, Sequence[str]], Sequence[int]]
"""Query and texts to the indexes of the texts that match, best first. Called in a thread when there are many."""
MANY = 2_000
"""Items above which ranking leaves the event loop."""
_DEBOUNCE = 0.08
"""Seconds of quiet before many items are ranked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickItem:
    """Something to choose. Texts may be anything; `key` is the caller's own."""

    key: str
    title: str
    detail: str = ""
    hint: str = ""
    problem: str = ""
    """Why choosing it would not work, as far as is known."""

    @property
    def row(self) -> ListRow:
        return ListRow(self.title, self.detail, self.hint, self.problem)


class FuzzyPicker(Vertical):
    """An input that has the keyboard, with arrows, page keys, home and end moving in the list all the while."""

    DEFAULT_CSS = """
    FuzzyPicker {
        height: 1fr;
        Input { border: none; height: 1; padding: 0 1; background: $panel; }
        Input:focus { border: none; background: $primary 25%; }
        Horizontal { height: 1fr; }
        VirtualList { width: 1fr; height: 1fr; }
        .count { height: 1; padding: 0 1; color: $text-muted; }
        .preview { width: 1fr; height: 1fr; padding: 0 0 0 1; border-left: solid $border-blurred; }
        &.-narrow .preview { display: none; }
    }
    """
    BINDINGS = [
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("pageup", "page(-1)", "Page up", show=False, priority=True),
        Binding("pagedown", "page(1)", "Page down", show=False, priority=True),
        Binding("home", "first", "First", show=False, priority=True),
        Binding("end", "last", "Last", show=False, priority=True),
    ]
    NARROW = 70

    class Highlighted(Message):
        """Another item is highlighted; None when nothing matches. The preview is the caller's to fill."""

        def __init__(self, picker: "FuzzyPicker", item: PickItem | None) -> None:
            super().__init__()
            self.picker = picker
            self.item = item

        @property
        def control(self) -> "FuzzyPicker":
            return self.picker

    class Picked(Message):
        """An item was chosen; whether one with a problem may be, is for the caller to say."""

        def __init__(self, picker: "FuzzyPicker", item: PickItem) -> None:
            super().__init__()
            self.picker = picker
            self.item = item

        @property
        def control(self) -> "FuzzyPicker":
            return self.picker

    def __init__(
        self,
        rank: Rank,
        *,
        placeholder: str = "Type to narrow",
        empty: str = "There is nothing to choose from.",
        preview: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._rank = rank
        self._empty = empty
        self._has_preview = preview
        self._items: Sequence[PickItem] = ()
        self._texts: Sequence[str] = ()
        self._matches: Sequence[int] = ()
        self._worker: Worker[None] | None = None
        self._input = Input(placeholder=placeholder)
        self._list = VirtualList(empty=empty)
        self._list.can_focus = False
        self._count = Static(classes="count", markup=False)
        self._preview = AnswerView(classes="preview")
        self._preview.can_focus = False
        self._preview.mode = "raw"

    def compose(self) -> ComposeResult:
        yield self._input
        with Horizontal():
            yield self._list
            if self._has_preview:
                yield self._preview
        yield self._count

    def on_mount(self) -> None:
        self._filter()

    def on_resize(self) -> None:
        self.set_class(self.size.width < self.NARROW, "-narrow")

    def focus_input(self) -> None:
        self._input.focus()

    @property
    def query_text(self) -> str:
        """What is typed."""
        return self._input.value

    @query_text.setter
    def query_text(self, text: str) -> None:
        self._input.value = text

    @property
    def highlighted(self) -> PickItem | None:
        index = self._list.highlighted
        return None if index is None or index >= len(self._matches) else self._items[self._matches[index]]

    def set_items(self, items: Sequence[PickItem]) -> None:
        """Offer these items, in this order while nothing is typed; what is typed stays."""
        self._items = items
        self._texts = [f"{item.title} {item.detail}" for item in items]
        if self.is_mounted:
            self._filter()

    def show_preview(self, text: str) -> None:
        """Fill the preview, from its top. The text may be anything, and long."""
        self._preview.show(text)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.action_pick()

    @on(VirtualList.Highlighted)
    def _moved(self, event: VirtualList.Highlighted) -> None:
        event.stop()
        self.post_message(self.Highlighted(self, self.highlighted))

    @on(VirtualList.Picked)
    def _chose(self, event: VirtualList.Picked) -> None:
        event.stop()
        if (item := self.highlighted) is not None:
            self.post_message(self.Picked(self, item))

    def action_move(self, step: int) -> None:
        self._list.action_move(step)

    def action_page(self, step: int) -> None:
        self._list.action_page(step)

    def action_first(self) -> None:
        self._list.action_first()

    def action_last(self) -> None:
        self._list.action_last()

    def _filter(self) -> None:
        query = self._input.value.strip()
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        if not query:
            self._show(range(len(self._items)))
        elif len(self._items) <= MANY:
            self._show(self._rank(query, self._texts))
        else:
            self._count.update(Content("searching …"), layout=False)
            self._worker = self.run_worker(partial(self._search, query))

    async def _search(self, query: str) -> None:
        await asyncio.sleep(_DEBOUNCE)
        self._show(await asyncio.to_thread(self._rank, query, self._texts))

    def _show(self, matches: Sequence[int]) -> None:
        self._matches = matches
        items = self._items
        self._list.empty = "Nothing matches; backspace widens." if items else self._empty
        self._list.set_rows(len(matches), lambda index: items[matches[index]].row)
        self._count.update(Content(f"{len(matches):,} of {len(items):,}"), layout=False)
