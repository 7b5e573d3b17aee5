"""Asks for one line of text."""

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.dialog import Dialog


class LineDialog(Dialog[str]):
    """Dismissed with the line, stripped; an empty one is no answer."""

    DEFAULT_CSS = """
    LineDialog > .dialog { width: 70; }
    LineDialog Static { height: auto; color: $text-muted; }
    LineDialog Input { border: none; height: 1; background: $panel; }
    """
    hint = "⏎ takes it · esc leaves"

    def __init__(self, heading: str, ask: str, value: str = "") -> None:
        super().__init__()
        self.heading = heading
        self._ask = ask
        self._value = value

    def body(self) -> ComposeResult:
        yield Static(Content(clean(self._ask)))
        yield Input(clean(self._value), select_on_focus=True)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())
