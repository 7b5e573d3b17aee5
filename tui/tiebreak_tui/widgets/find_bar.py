"""`/`: find in both answers while they stay in view."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static


class FindBar(Horizontal):
    """An input at the lower edge: typing finds, enter goes on, shift+enter back, esc closes."""

    DEFAULT_CSS = """
    FindBar {
        display: none; height: 1; background: $panel;
        &.-open { display: block; }
        Static { width: auto; padding: 0 1; color: $text-muted; }
        Input, Input:focus { width: 1fr; border: none; height: 1; background: $panel; }
    }
    """
    BINDINGS = [
        Binding("escape", "close", "Close", show=False),
        Binding("down,enter", "step(1)", "Next", show=False, priority=True),
        Binding("up", "step(-1)", "Previous", show=False, priority=True),
    ]

    class Changed(Message):
        """Find `text`, or with a `step` other than 0 its next or previous place; empty text ends the search."""

        def __init__(self, bar: "FindBar", text: str, step: int) -> None:
            super().__init__()
            self.bar = bar
            self.text = text
            self.step = step

        @property
        def control(self) -> "FindBar":
            return self.bar

    def compose(self) -> ComposeResult:
        yield Static("Find", markup=False)
        yield Input(placeholder="in both answers", select_on_focus=True)
        yield Static("", id="found", markup=False)

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def open(self) -> None:
        self.add_class("-open")
        self.query_one(Input).focus()

    def close(self) -> None:
        self.remove_class("-open")
        self.found("")
        self.post_message(self.Changed(self, "", 0))

    def found(self, words: str) -> None:
        """Say what was found, beside the input."""
        self.query_one("#found", Static).update(Content(words))

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value, 0))

    def action_step(self, step: int) -> None:
        self.post_message(self.Changed(self, self.query_one(Input).value, step))

    def action_close(self) -> None:
        self.close()
