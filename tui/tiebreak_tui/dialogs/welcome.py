"""What an empty folder offers."""

from typing import Literal

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tiebreak.sanitise import clean_line
from tiebreak_tui.dialogs.dialog import Dialog

Beginning = Literal["sample", "spot", "init"]
OFFERS: tuple[tuple[Beginning, str, str], ...] = (
    ("sample", "Try the sample", "A support desk with 80-odd cases and recorded answers. No key, no network."),
    ("spot", "Spot check", "One question to two models, side by side. Needs a key or a local server."),
    ("init", "Start a workspace here", "Writes a first dataset, two configs and a policy for you to edit."),
)


class WelcomeDialog(Dialog[Beginning]):
    """Dismissed with what the user wants to begin with."""

    DEFAULT_CSS = """
    WelcomeDialog Static { height: auto; padding: 1 1; }
    WelcomeDialog.-flat Static { display: none; }
    WelcomeDialog OptionList { height: auto; max-height: 100%; border: none; background: $surface; padding: 0 0 1 0; }
    """
    heading = "Welcome to Tiebreak"
    hint = "↑ ↓ choose · ⏎ begin · ctrl+q quits"

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder

    def body(self) -> ComposeResult:
        yield Static(
            Content(
                "Tiebreak settles, with evidence, which of two LLM configurations should ship.\n\n"
                f"{clean_line(self._folder, 200)} holds no workspace yet. How would you like to begin?"
            )
        )
        yield OptionList(
            *(
                Option(Content.assemble((f"{title}\n", "bold"), (f"{words}\n", "dim")), id=key)
                for key, title, words in OFFERS
            ),
            markup=False,
        )

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(next(key for key, _, _ in OFFERS if key == event.option_id))
