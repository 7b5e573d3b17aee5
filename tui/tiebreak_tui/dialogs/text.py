"""A dialog that asks for one line or a few lines of text."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static, TextArea

from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.dialog import Dialog


class TextDialog(Dialog[str]):
    """Dismissed with the text as it stands by ctrl+s; `changed` hears of every change, so that esc loses nothing."""

    DEFAULT_CSS = """
    TextDialog TextArea { height: 10; max-height: 60%; border: none; background: $panel; }
    TextDialog .ask { color: $text-muted; height: auto; }
    """
    BINDINGS = [Binding("ctrl+s", "save", "Save", priority=True)]
    hint = "ctrl+s saves · esc keeps it as a draft"

    def __init__(self, heading: str, ask: str, text: str, changed: Callable[[str], object]) -> None:
        super().__init__()
        self.heading = heading
        self._ask = ask
        self._start = text
        self._changed = changed

    def body(self) -> ComposeResult:
        yield Static(Content(clean(self._ask)), classes="ask")
        yield TextArea(clean(self._start), id="text", soft_wrap=True, show_line_numbers=False)

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)

    @on(TextArea.Changed)
    def changed(self, event: TextArea.Changed) -> None:
        self._changed(event.text_area.text)

    def action_save(self) -> None:
        self.dismiss(self.query_one(TextArea).text)
