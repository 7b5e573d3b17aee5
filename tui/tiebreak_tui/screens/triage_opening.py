"""While triage reads what was recorded: how far it is, and the rows that are known by then."""

from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError
from tiebreak.triage import Filter
from tiebreak_tui.screens.triage_panes import Panes
from tiebreak_tui.screens.triage_rows import Rows, find_rows

if TYPE_CHECKING:
    from tiebreak_workbench.triage.triage import Take


class Left(TiebreakError):
    """Reading the rows was given up."""


class Opening(Panes):
    """Mixed into the screen. Until all rows are read the list can be looked through, and nothing be decided."""

    _loop: AbstractEventLoop
    _lines: dict[int, tuple[str, str]]
    _progress: str

    def head(self) -> None: ...

    def _list(self, rows: Rows, at: int | None = None) -> None: ...

    def read(self) -> None:
        """In a thread: take in what was recorded."""
        self.triage.refresh(self.told_progress, self._told_rows)

    def told_progress(self, what: str, done: int, of: int | None) -> None:
        """From a thread: say how far it is."""
        if self.lanes.closed:
            raise Left("Triage was left.")
        share = f" {100 * done / of:.0f} %" if of else f" {done:,}"
        self._loop.call_soon_threadsafe(self._progressed, f"{what}{share}")

    def _progressed(self, words: str) -> None:
        if self.is_attached and not self.lanes.closed and self._progress:
            self._progress = words
            self.head()

    def _told_rows(self, take: "Take") -> None:
        """From a thread: there are more rows."""
        self._loop.call_soon_threadsafe(self._more, take)

    def _more(self, take: "Take") -> None:
        if self.is_attached and not self.lanes.closed and not self.ready:
            self.other_rows(take)
            self._list(find_rows(self.triage, Filter(self.wanted.terms, self.wanted.bounds)))

    def other_rows(self, take: Callable[[], object]) -> None:
        """Have other rows be those of triage: a place is another case then. Whoever has moved stays where they are."""
        chosen = self.detail.case.id if self.detail is not None and self.highlighted_row else None
        take()
        self._lines.clear()
        self.marked.clear()
        self.again.clear()
        self.at = None if chosen is None else self.triage.place_of(chosen)
