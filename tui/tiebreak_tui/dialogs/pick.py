"""Pick one of many: type a part of it, see what it is, enter takes it."""

from collections.abc import Callable, Sequence

from textual import on, work
from textual.app import ComposeResult

from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_tui.widgets.fuzzy_list import FuzzyPicker, PickItem, Rank

TOAST = 300
"""Characters of a toast."""
Preview = Callable[[str], str]
"""Key to text; may read files, so it runs in a thread."""


class PickDialog(Dialog[str]):
    """Dismissed with the key of the picked item; one with a problem is refused, with a word why."""

    DEFAULT_CSS = """
    PickDialog > .dialog { width: 94%; max-width: 130; height: 80%; }
    PickDialog.-narrow > .dialog { height: 100%; }
    """
    hint = "type to narrow · ↑ ↓ · ⏎ takes it · esc leaves"

    def __init__(self, heading: str, items: Sequence[PickItem], rank: Rank, preview: Preview | None = None) -> None:
        super().__init__()
        self.heading = heading
        self._items = items
        self._rank = rank
        self._preview = preview

    def body(self) -> ComposeResult:
        yield FuzzyPicker(self._rank, preview=self._preview is not None)

    def on_mount(self) -> None:
        picker = self.query_one(FuzzyPicker)
        picker.set_items(self._items)
        picker.focus_input()

    @on(FuzzyPicker.Highlighted)
    def highlighted(self, event: FuzzyPicker.Highlighted) -> None:
        if self._preview is not None and event.item is not None:
            self._show(event.item, self._preview)

    @work(thread=True, exclusive=True, group="preview")
    def _show(self, item: PickItem, preview: Preview) -> None:
        text = item.problem or preview(item.key)
        self.app.call_from_thread(self._shown, item, text)  # pyright: ignore[reportUnknownMemberType]  # App's open type

    def _shown(self, item: PickItem, text: str) -> None:
        picker = self.query_one(FuzzyPicker)
        if picker.highlighted is item:
            picker.show_preview(text)

    @on(FuzzyPicker.Picked)
    def picked(self, event: FuzzyPicker.Picked) -> None:
        if event.item.problem:
            # Its preview says why, too; on a narrow screen there is none.
            self.notify(clean(event.item.problem)[:TOAST], severity="warning", markup=False)
        else:
            self.dismiss(event.item.key)
