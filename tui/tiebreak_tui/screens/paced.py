"""Shows two answers at one pace: in a blind session nobody may tell a side by its speed."""

from collections.abc import Callable
from dataclasses import replace

from textual.timer import Timer

from tiebreak.records import SessionRole
from tiebreak.session.answering import Answering
from tiebreak.session.live import Exchange
from tiebreak_tui.widgets.pair import AnswerPane

TICKS = 20
"""A second."""
PACE = 600
"""Characters a second at most, which is faster than one reads."""


class PacedFeed:
    """As `Feed`, but both texts grow together, never further than the slower one has come, and end together.

    Reasoning stays hidden: often only one of two models shows any. An answer that is asked again beside a finished one
    is shown once it is whole.
    """

    def __init__(
        self, left: AnswerPane, right: AnswerPane, every: Callable[[float, Callable[[], None]], Timer]
    ) -> None:
        """`every(seconds, act)` starts a timer, as a screen's `set_interval` does."""
        self._places = left, right
        self._panes: dict[SessionRole, AnswerPane] = {}
        self._shown: dict[SessionRole, Answering] = {}
        self._whole: set[SessionRole] = set()
        """Sides whose answer stands on show as it will stay."""
        self._position = -1
        self._length = 0
        """Characters of each text that are on show."""
        self._timer = every(1 / TICKS, self.tick)
        self._timer.pause()

    def show(self, exchange: Exchange) -> None:
        """Put an exchange on show; an answer that is there already stays as it is, scrolled as it was."""
        self._panes = dict(zip(exchange.seating.roles, self._places, strict=True))
        fresh: list[SessionRole] = [
            role for role, answering in exchange.answers.items() if not _same(self._shown.get(role), answering)
        ]
        self._shown = dict(exchange.answers)
        if fresh:
            if exchange.position != self._position:
                self._position = exchange.position
                fresh = list(self._panes)
            self._whole.difference_update(fresh)
            self._length = 0
            for role in fresh:
                self._panes[role].wait(exploratory=self._shown[role].exploratory, message="Both are on their way")
        self.tick()
        if len(self._whole) < len(self._shown):
            self._timer.resume()

    def close(self) -> None:
        self._timer.stop()

    def tick(self) -> None:
        """Show what both sides have by now."""
        growing: list[SessionRole] = [role for role in self._panes if role not in self._whole]
        answers: dict[SessionRole, Answering] = {role: self._shown[role] for role in growing}
        if all(answering.response is not None or answering.held is not None for answering in answers.values()):
            for role, answering in answers.items():
                self._finish(self._panes[role], answering)
            self._whole.update(growing)
            self._timer.pause()
        elif len(growing) == len(self._panes):
            coming = [len(answering.text) for answering in answers.values() if answering.response is None]
            upto = min(*coming, self._length + PACE // TICKS) if coming else self._length
            for role, answering in answers.items():
                piece = answering.text[self._length : upto]
                if piece:
                    self._panes[role].push(piece)
            self._length = max(self._length, upto)

    @staticmethod
    def _finish(pane: AnswerPane, answering: Answering) -> None:
        if answering.response is not None:
            pane.finish(replace(answering.response, reasoning=""))
        else:
            pane.idle("Paused. The reason is kept back while the session is blind. r tries again.")


def _same(one: Answering | None, other: Answering) -> bool:
    """Whether two stand for the same attempt; one that is held back is made anew at every look."""
    if one is None or one is other:
        return one is other
    return one.held is not None and (one.held, one.case.id) == (other.held, other.case.id)
