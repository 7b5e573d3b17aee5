"""A dialog that tells something and may ask yes or no."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tiebreak_tui.dialogs.dialog import Dialog


class TellDialog(Dialog[bool]):
    """Shows a text that is too long for a toast; enter closes it as well as esc."""

    DEFAULT_CSS = """
    TellDialog VerticalScroll { height: auto; max-height: 100%; padding: 1 0; }
    TellDialog Static { height: auto; }
    """
    BINDINGS = [Binding("enter", "yes", "OK")]
    hint = "⏎ or esc closes"

    def __init__(self, heading: str, text: Content) -> None:
        super().__init__()
        self.heading = heading
        self._text = text

    def body(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(self._text, markup=False)

    def action_yes(self) -> None:
        self.dismiss(True)


class ConfirmDialog(TellDialog):
    """Dismissed with True by y or enter, with None by n or esc."""

    BINDINGS = [Binding("y", "yes", "Yes"), Binding("n", "cancel", "No")]
    hint = "y or ⏎ yes · n or esc no"
