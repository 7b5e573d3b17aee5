"""What the Arena opens over the answers: the case whole, what the judge says of it, and questions about drift."""

from abc import abstractmethod
from collections.abc import Callable

from tiebreak.scoreboard import Snapshot
from tiebreak.session.live import LiveSession
from tiebreak_tui.screens.judging import next_review, show_verdict
from tiebreak_tui.screens.two_answers import TwoAnswers


class Asides(TwoAnswers):
    """A place with a live session, whose asides change nothing but by the session's own acts."""

    live: LiveSession
    position: int

    def __init__(self) -> None:
        super().__init__()
        self._told_drift: set[str] = set()

    @abstractmethod
    def attempt(self, deed: Callable[[], object]) -> bool:
        """Do what the session may refuse; False, and a word why, when it does."""

    @abstractmethod
    def go(self, position: int) -> None:
        """Show the case at a position."""

    @abstractmethod
    def show(self) -> None:
        """Show the case anew."""

    @property
    @abstractmethod
    def session_id(self) -> str: ...

    def action_contexts(self) -> None:
        from tiebreak_tui.dialogs.case import CaseDialog

        sealed = self.live.blinding.veiled
        self.tiebreak.push_screen(
            CaseDialog(self.live.cases[self.position], self.live.check_results(self.position), sealed=sealed)
        )

    # -- the judge

    def action_verdict(self) -> None:
        show_verdict(self)

    def action_review(self) -> None:
        next_review(self)

    # -- another model than at the start

    def tell_drift(self, snapshot: Snapshot) -> None:
        """Ask once about each model that came to serve an arm in mid-session."""
        models = {model for drift in snapshot.drift.values() for model in drift.since}
        if models - self._told_drift:
            self._told_drift |= models
            self.action_drift()

    def action_drift(self) -> None:
        from tiebreak_tui.dialogs.drift import ask_about_drift

        def pool() -> None:
            if self.attempt(self.live.diary.acknowledge_drift):
                self.show()

        ask_about_drift(self.tiebreak, self.live, pool)
