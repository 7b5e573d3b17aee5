"""How both answers are looked at: view mode, differences, search."""

from collections.abc import Sequence

from tiebreak.worddiff import diff_words
from tiebreak_tui.widgets.answer_view import MODES, Mode
from tiebreak_tui.widgets.pair import AnswerPane


class Reading:
    """Keeps both panes, left and right, in the same view."""

    def __init__(self, left: AnswerPane, right: AnswerPane) -> None:
        self._panes = left, right
        self.mode: Mode = "rendered"
        self.comparing = False

    def next_mode(self) -> Mode:
        """Show the answers in the next mode; the marks of a comparison would cover it, so they go."""
        self.forget()
        self.mode = MODES[(MODES.index(self.mode) + 1) % len(MODES)]
        for pane in self._panes:
            pane.view.mode = self.mode
        return self.mode

    def compare(self, on: bool) -> None:
        """Mark the words in which the answers differ, or stop marking them."""
        self.comparing = on
        a, b = (pane.view for pane in self._panes)
        runs = diff_words(a.text, b.text) if on else (None, None)
        a.compare(runs[0])
        b.compare(runs[1])

    def forget(self) -> None:
        """Mark no differences any more; the mode stays."""
        if self.comparing:
            self.compare(False)

    def find(self, text: str, step: int, labels: Sequence[str]) -> str:
        """Mark a text in both answers, or move to its next place in each; returns what was found, in words.

        `labels` are what the sides are called, left first.
        """
        words: list[str] = []
        for side, pane in zip(labels, self._panes, strict=True):
            if step:
                at, count = pane.view.find_next(step)
                words.append(f"{side} {at}/{count}" if count else f"{side} none")
            else:
                count = pane.view.find(text)
                words.append(f"{side} {count}" if count else f"{side} none")
        return " · ".join(words) if text else ""
