"""How much may be asked: answers of each case, calls in all, US dollars."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from tiebreak.errors import UsageError

MOST_TIMES = 100


class LimitsRow(Horizontal):
    """Numbers that are typed; `times`, `calls` and `usd` give them, or say what is wrong with them."""

    DEFAULT_CSS = """
    LimitsRow { height: 1; }
    LimitsRow Static { width: auto; height: 1; color: $text-muted; padding: 0 1 0 0; }
    LimitsRow Input, LimitsRow Input:focus { width: 8; border: none; height: 1; background: $panel; margin: 0 1 0 0; }
    LimitsRow #usd, LimitsRow #usd:focus { width: 13; }
    LimitsRow Input:focus { background: $primary 25%; }
    """

    def __init__(self, times: int, calls: int | None = None) -> None:
        """`calls` is the limit that is proposed; without one there is no field for it."""
        super().__init__()
        self._times = times
        self._calls = calls

    def compose(self) -> ComposeResult:
        yield Static("Answers of each", markup=False)
        yield Input(str(self._times), type="integer", id="times", select_on_focus=True)
        if self._calls is not None:
            yield Static("Calls at most", markup=False)
            yield Input(str(self._calls), type="integer", id="calls", select_on_focus=True)
        yield Static("US$ at most", markup=False)
        yield Input("", placeholder="no limit", type="number", id="usd", select_on_focus=True)

    @property
    def times(self) -> int:
        """
        Raises:
            UsageError: for what is no number from 1 on.
        """
        text = self.query_one("#times", Input).value.strip()
        if text.isdecimal() and 1 <= int(text) <= MOST_TIMES:
            return int(text)
        raise UsageError(f"Answers of each: a whole number from 1 to {MOST_TIMES} is needed.")

    @property
    def calls(self) -> int | None:
        """
        Raises:
            UsageError: for what is no number from 1 on.
        """
        if self._calls is None:
            return None
        text = self.query_one("#calls", Input).value.strip()
        if text.isdecimal() and int(text) >= 1:
            return int(text)
        raise UsageError("Calls at most: a whole number from 1 on is needed.")

    @property
    def usd(self) -> float | None:
        """
        Raises:
            UsageError: for what is no amount.
        """
        text = self.query_one("#usd", Input).value.strip()
        if not text:
            return None
        try:
            amount = float(text)
        except ValueError:
            amount = 0.0
        if 0 < amount < float("inf"):
            return amount
        raise UsageError("US$ at most: an amount above 0 is needed, or nothing for no limit.")
