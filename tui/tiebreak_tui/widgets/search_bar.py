"""`/` in Triage: words are looked for as they are typed."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class SearchBar(Horizontal):
    """An input at the lower edge: enter keeps the search and closes, esc ends it; ↑ ↓ move in the list. It lies over
    the footer, so that nothing else is laid out anew when it opens; the screen has a layer `search` for it."""

    DEFAULT_CSS = """
    SearchBar {
        display: none; height: 1; background: $panel; layer: search; dock: bottom;
        &.-open { display: block; }
        Static { width: auto; padding: 0 1; color: $text-muted; }
        Input, Input:focus { width: 1fr; border: none; height: 1; background: $panel; }
    }
    """
    BINDINGS = [
        Binding("escape", "end", "Close", show=False),
        Binding("down", "move(1)", "Next", show=False, priority=True),
        Binding("up", "move(-1)", "Previous", show=False, priority=True),
    ]

    class Changed(Message):
        """Look for `text`."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The list has the keyboard again."""

    class Moved(Message):
        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def compose(self) -> ComposeResult:
        yield Static("Search", markup=False)
        yield Input(placeholder="ids, questions, answers", select_on_focus=True)
        yield Static("⏎ keeps it · esc ends it", markup=False)

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def open(self, text: str) -> None:
        box = self.query_one(Input)
        with self.prevent(Input.Changed):
            box.value = text
        self.add_class("-open")
        box.focus()

    def close(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Closed())

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.close()

    def action_move(self, step: int) -> None:
        self.post_message(self.Moved(step))

    def action_end(self) -> None:
        self.post_message(self.Changed(""))
        self.close()
