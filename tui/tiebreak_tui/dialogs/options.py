"""Asks which of a few acts to do, each with a line on what it does."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.dialog import Dialog


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    key: str
    title: str
    about: str


class OptionsDialog(Dialog[str]):
    """Dismissed with the key of an offer."""

    DEFAULT_CSS = """
    OptionsDialog Static { height: auto; color: $text-muted; margin-bottom: 1; }
    OptionsDialog OptionList { border: none; height: auto; max-height: 100%; background: $surface; }
    """
    hint = "↑ ↓ · ⏎ takes it · esc leaves"

    def __init__(self, heading: str, ask: str, offers: Sequence[Offer]) -> None:
        super().__init__()
        self.heading = heading
        self._ask = ask
        self._offers = offers

    def body(self) -> ComposeResult:
        yield Static(Content(clean(self._ask)))
        yield OptionList(
            *(
                Option(Content.assemble((clean(o.title), "bold"), f"\n{clean(o.about)}"), id=o.key)
                for o in self._offers
            ),
            markup=False,
        )

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)
