"""Asks for a whole number within limits."""

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tiebreak_tui.dialogs.dialog import Dialog


class NumberDialog(Dialog[int]):
    """Dismissed with a number from `low` to `high`; anything else is refused in place."""

    DEFAULT_CSS = """
    NumberDialog > .dialog { width: 60; }
    NumberDialog Static { height: auto; color: $text-muted; }
    NumberDialog Input { border: none; height: 1; background: $panel; }
    NumberDialog #problem { color: $text-error; }
    """
    hint = "⏎ takes it · esc leaves"

    def __init__(self, heading: str, ask: str, value: int, low: int, high: int) -> None:
        super().__init__()
        self.heading = heading
        self._ask = ask
        self._value = value
        self._low = low
        self._high = high

    def body(self) -> ComposeResult:
        yield Static(Content(self._ask))
        yield Input(str(self._value), type="integer", select_on_focus=True)
        yield Static(id="problem", markup=False)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text.isdecimal() and self._low <= int(text) <= self._high:
            self.dismiss(int(text))
        else:
            self.query_one("#problem", Static).update(f"A whole number from {self._low:,} to {self._high:,} is needed.")
