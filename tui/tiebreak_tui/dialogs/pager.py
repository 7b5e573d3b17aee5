"""Texts under titles, however long, to be read; what was searched for is marked in them."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_tui.rendering.find import Matcher
from tiebreak_tui.widgets.styled_view import Piece, StyledView, titled

Titled = tuple[str, str | Sequence[Piece]]
"""A title, and the text under it: as it is, or in pieces with a style each."""


class PagerDialog(Dialog[None]):
    DEFAULT_CSS = """
    PagerDialog > .dialog { width: 94%; max-width: 140; height: 90%; }
    PagerDialog.-narrow > .dialog { height: 100%; }
    PagerDialog StyledView { height: 1fr; }
    PagerDialog #hits { height: 1; color: $text-muted; display: none; }
    PagerDialog.-found #hits { display: block; }
    """
    BINDINGS = [
        Binding("enter", "cancel", "Close", show=False),
        Binding("q", "cancel", "Close", show=False),
        Binding("n,full_stop", "hit(1)", "Next hit", show=False),
        Binding("N,comma", "hit(-1)", "Hit before", show=False),
    ]
    hint = "↑ ↓ scroll · esc closes"

    def __init__(self, heading: str, parts: Sequence[Titled], seek: Matcher | None = None) -> None:
        """`parts` are titles and texts, which may be anything; `seek` is what is marked."""
        super().__init__()
        self.heading = heading
        self._parts = parts
        self._seek = seek
        if seek is not None:
            self.hint = "↑ ↓ scroll · n N next and previous hit · esc closes"

    def body(self) -> ComposeResult:
        yield StyledView(titled(self._parts))
        yield Static(id="hits", markup=False)

    def on_mount(self) -> None:
        view = self.query_one(StyledView)
        view.focus()
        if self._seek is not None:
            view.seek(self._seek, scroll=False)

    def action_hit(self, step: int) -> None:
        if self._seek is None:
            return
        at, count = self.query_one(StyledView).find_next(step)
        self.add_class("-found")
        self.query_one("#hits", Static).update(f"Hit {at} of {count}" if count else "Nothing of what was searched.")
