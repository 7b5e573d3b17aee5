"""Asks for one line of text."""

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.dialog import Dialog


class LineDialog(Dialog[str]):
    """Dismissed with the line, stripped; an empty one is no answer, unless it may be."""

    DEFAULT_CSS = """
    LineDialog > .dialog { width: 70; }
    LineDialog Static { height: auto; color: $text-muted; }
    LineDialog Input { border: none; height: 1; background: $panel; }
    """
    hint = "⏎ takes it · esc leaves"

    def __init__(self, heading: str, ask: str, value: str = "", *, may_be_empty: bool = False) -> None:
        super().__init__()
        self.heading = heading
        self._ask = ask
        self._value = value
        self._may_be_empty = may_be_empty

    def body(self) -> ComposeResult:
        yield Static(Content(clean(self._ask)))
        yield Input(clean(self._value), select_on_focus=True)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        if event.value.strip() or self._may_be_empty:
            self.dismiss(event.value.strip())
