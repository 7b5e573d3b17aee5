"""A place with two answers side by side, and the ways to read them: differences, views, search, copies."""

from abc import abstractmethod
from typing import TYPE_CHECKING

from textual import on

from tiebreak.records import SessionRole
from tiebreak.session.exchange import Exchange
from tiebreak.session.seating import Seating
from tiebreak_tui.clipboard import Copied
from tiebreak_tui.screens.place import Place
from tiebreak_tui.widgets.find_bar import FindBar
from tiebreak_tui.widgets.pair import AnswerPane

if TYPE_CHECKING:
    from tiebreak_tui.screens.reading import Reading


class TwoAnswers(Place):
    """What it takes to read two answers; which ones they are is for the place itself to say."""

    left: AnswerPane
    right: AnswerPane
    reading: "Reading"
    _find_from: AnswerPane | None = None

    @property
    @abstractmethod
    def exchange(self) -> Exchange:
        """What is on show."""

    @property
    def seating(self) -> Seating:
        return self.exchange.seating

    @property
    def panes(self) -> dict[SessionRole, AnswerPane]:
        """The pane of each answer, left first."""
        return {self.seating.left: self.left, self.seating.right: self.right}

    @property
    def focused_role(self) -> SessionRole:
        """The side that keys without a side act on."""
        return self.seating.right if self.right.has_focus_within else self.seating.left

    def action_diff(self) -> None:
        if self.exchange.complete:
            self.reading.compare(not self.reading.comparing)
        else:
            self.tiebreak.flash("Both answers must be there to be compared.")

    def action_view_mode(self) -> None:
        self.tiebreak.flash(f"View: {self.reading.next_mode()}")

    def action_find(self) -> None:
        self._find_from = self.right if self.right.has_focus_within else self.left
        self.query_one(FindBar).open()

    @on(FindBar.Changed)
    def find(self, event: FindBar.Changed) -> None:
        labels = [self.seating.label(role) for role in self.seating.roles]
        event.bar.found(self.reading.find(event.text, event.step, labels))
        if not event.bar.is_open and self._find_from is not None:
            self._find_from.view.focus()

    def action_copy(self) -> None:
        self._keep_copy(save=False)

    def action_save_copy(self) -> None:
        self._keep_copy(save=True)

    def _keep_copy(self, *, save: bool) -> None:
        exchange, role = self.exchange, self.focused_role
        text = exchange.answers[role].text
        if not text:
            self.tiebreak.flash("There is nothing to copy yet.")
            return
        name = f"{exchange.position + 1:04d}-{self.seating.label(role)}.txt"
        try:
            done = Copied(False, self.tiebreak.save(text, name)) if save else self.tiebreak.copy(text, name)
        except OSError as error:
            self.tiebreak.flash(f"The copy cannot be saved: {error}.", severity="error")
        else:
            self.tiebreak.flash(str(done))
