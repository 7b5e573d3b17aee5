"""`w` in Triage: what has become of a case."""

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tiebreak.records.triage import STATUSES
from tiebreak_tui.dialogs.dialog import Dialog


class StatusDialog(Dialog[str]):
    """Dismissed with a status."""

    DEFAULT_CSS = """
    StatusDialog > .dialog { width: 64; }
    StatusDialog OptionList { height: auto; max-height: 100%; border: none; background: $surface; }
    """
    hint = "↑ ↓ choose · ⏎ takes it · esc leaves"

    def __init__(self, about: str, now: str) -> None:
        """`about` says what gets the status; `now` is the one in force."""
        super().__init__()
        self.heading = f"Status of {about}"
        self._now = now

    def body(self) -> ComposeResult:
        yield OptionList(
            *(
                Option(Content.assemble((f"{status:<11}", "bold"), (words, "dim")), id=status)
                for status, words in STATUSES.items()
            ),
            markup=False,
        )

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = [str(status) for status in STATUSES].index(self._now)
        options.focus()

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)
