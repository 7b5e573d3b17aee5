"""Pours the answers of one exchange into the two panes, and lets go of them when the next case comes."""

from collections.abc import Callable, Mapping

from tiebreak.records import SessionRole
from tiebreak.session.answering import Answering, PieceKind
from tiebreak.session.live import Exchange
from tiebreak_tui.widgets.answer_facts import retry_words, start_words
from tiebreak_tui.widgets.pair import AnswerPane

PAUSED = "Paused: r tries again, R all that failed."


class Feed:
    """Connects answerings to panes, one exchange at a time."""

    def __init__(self, left: AnswerPane, right: AnswerPane, paused: Mapping[SessionRole, str]) -> None:
        """`paused` are the arms that fetch nothing further, at any time."""
        self._places = left, right
        self._panes: dict[SessionRole, AnswerPane] = {}
        self._paused = paused
        self._ends: dict[SessionRole, Callable[[], None]] = {}
        self._shown: dict[SessionRole, Answering] = {}

    def show(self, exchange: Exchange) -> None:
        """Put an exchange on show; an answer that is there already stays as it is, scrolled as it was."""
        self._panes = dict(zip(exchange.seating.roles, self._places, strict=True))
        for role, answering in exchange.answers.items():
            if self._shown.get(role) is not answering:
                self._let_go(role)
                self._shown[role] = answering
                self._take_up(role, answering)
            self._panes[role].remark(PAUSED if role in self._paused else "")

    def close(self) -> None:
        for role in tuple(self._shown):
            self._let_go(role)

    def _take_up(self, role: SessionRole, answering: Answering) -> None:
        pane = self._panes[role]
        if answering.response is not None:
            pane.show(answering.response, exploratory=answering.exploratory)
            return
        if answering.held is not None:
            pane.idle(f"{answering.held}\n{PAUSED}")
            return
        self._ends[role] = answering.watch(self._heard)
        if answering.progress == "queued":
            pane.idle("Its turn comes soon")
            return
        self._wait(pane, answering)
        if answering.reasoning:
            pane.push(answering.reasoning, reasoning=True)
        if answering.text:
            pane.push(answering.text)

    @staticmethod
    def _wait(pane: AnswerPane, answering: Answering) -> None:
        message = start_words(answering.starting, blind=pane.blind) or retry_words(answering.retrying)
        pane.wait(since=answering.started, exploratory=answering.exploratory, message=message)

    def _let_go(self, role: SessionRole) -> None:
        self._shown.pop(role, None)
        end = self._ends.pop(role, None)
        if end is not None:
            end()

    def _heard(self, answering: Answering, kind: PieceKind, text: str) -> None:
        pane = self._panes[answering.role]
        if text:
            pane.push(text, reasoning=kind == "reasoning")
        elif answering.progress == "waiting":
            self._wait(pane, answering)
        elif answering.progress == "done" and answering.response is not None:
            self._ends.pop(answering.role, None)
            pane.finish(answering.response)
