"""The next question of a spot check: a follow-up, or one of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static, TextArea

from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.dialog import Dialog

FOLLOW = "A follow-up is sent to each side with what that side said itself."


@dataclass(frozen=True, slots=True)
class NextQuestion:
    text: str
    follow: bool


class AskOnDialog(Dialog[NextQuestion]):
    """Dismissed with the question; what is typed is kept as a draft by `changed`."""

    DEFAULT_CSS = """
    AskOnDialog TextArea { height: 8; max-height: 60%; border: none; background: $panel; }
    AskOnDialog .ask { color: $text-muted; height: auto; }
    AskOnDialog #problem { color: $text-error; height: auto; }
    """
    BINDINGS = [
        Binding("ctrl+s", "ask(True)", "Follow up", priority=True),
        Binding("ctrl+n", "ask(False)", "On its own", priority=True),
    ]
    hint = "ctrl+s follows up · ctrl+n on its own · esc keeps a draft"

    def __init__(self, after: str, draft: str, changed: Callable[[str], object]) -> None:
        """`after` is the question that a follow-up goes on from."""
        super().__init__()
        self.heading = "Ask on"
        self._after = after
        self._draft = draft
        self._changed = changed

    def body(self) -> ComposeResult:
        yield Static(Content(f"After: {clean(self._after)[:200]}\n{FOLLOW}"), classes="ask")
        yield TextArea(clean(self._draft), soft_wrap=True, show_line_numbers=False)
        yield Static(id="problem", markup=False)

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)

    @on(TextArea.Changed)
    def changed(self, event: TextArea.Changed) -> None:
        self._changed(event.text_area.text)

    def action_ask(self, follow: bool) -> None:
        text = self.query_one(TextArea).text
        if text.strip():
            self.dismiss(NextQuestion(text.strip(), follow))
        else:
            self.query_one("#problem", Static).update("There is nothing to ask.")
