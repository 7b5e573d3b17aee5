"""Texts under titles, however long, to be read."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding

from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_tui.widgets.answer_view import AnswerView


class PagerDialog(Dialog[None]):
    DEFAULT_CSS = """
    PagerDialog > .dialog { width: 94%; max-width: 140; height: 90%; }
    PagerDialog.-narrow > .dialog { height: 100%; }
    PagerDialog AnswerView { height: 1fr; background: $surface; }
    """
    BINDINGS = [Binding("enter", "cancel", "Close", show=False), Binding("q", "cancel", "Close", show=False)]
    hint = "↑ ↓ scroll · esc closes"

    def __init__(self, heading: str, parts: Sequence[tuple[str, str]]) -> None:
        """`parts` are titles and texts; both may be anything."""
        super().__init__()
        self.heading = heading
        self._parts = parts

    def body(self) -> ComposeResult:
        view = AnswerView()
        view.set_reactive(AnswerView.mode, "raw")
        yield view

    def on_mount(self) -> None:
        view = self.query_one(AnswerView)
        view.show_titled(self._parts)
        view.focus()
