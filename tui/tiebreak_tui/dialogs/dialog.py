"""The frame that every dialog shares: a titled box in the middle, closed by esc."""

from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from tiebreak.sanitise import clean_line
from tiebreak_tui.fit import fit
from tiebreak_tui.stepwise import Stepwise

Result = TypeVar("Result")


class Dialog(Stepwise[Result | None], ModalScreen[Result | None], Generic[Result]):
    """Dismissed with its result, or with None by esc."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > .dialog {
        width: 94%; max-width: 100; height: auto; max-height: 90%;
        background: $surface; border: round $primary; border-title-color: $primary; border-title-style: bold;
        border-subtitle-color: $text-muted; padding: 0 1;
    }
    Dialog.-narrow > .dialog { width: 100%; max-height: 100%; }
    Dialog Input:focus, Dialog TextArea:focus, Dialog OptionList:focus { border: none; }
    """
    BINDINGS = [Binding("escape", "cancel", "Close", show=True)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide")]

    heading = "Dialog"
    """May hold text from outside; it is cleaned when it is shown."""
    hint = "esc closes"

    def compose(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = Content(clean_line(self.heading, 100))
        box.border_subtitle = Content(self.hint)
        with box:
            yield from self.body()

    def body(self) -> ComposeResult:
        """The widgets inside the box."""
        raise NotImplementedError

    def on_screen_resume(self) -> None:
        fit(self, self.app.size)  # pyright: ignore[reportUnknownMemberType]  # Textual leaves its App open

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close, once: Textual takes the screen on top away whoever asks, and two keys may be on their way at a time.

        A second ⏎ would take away what the first one opened, such as the next dialog while it is made up.
        """
        return super().dismiss(result) if self.is_current else AwaitComplete()

    def action_cancel(self) -> None:
        self.dismiss(None)
