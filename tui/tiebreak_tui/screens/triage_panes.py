"""The case at hand in Triage: question, both answers, what moved, what was decided; with what was searched and what is
cited marked in the texts."""

from functools import partial
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tiebreak.metrics.kinds.citations import citation_spans
from tiebreak_tui.rendering.find import Matcher, words_from
from tiebreak_tui.rendering.palette import STYLES
from tiebreak_tui.screens.figures import case_text
from tiebreak_tui.screens.triage_rows import read_case
from tiebreak_tui.screens.triage_text import decision_line, in_rows, moved_lines, why_no_answer
from tiebreak_tui.screens.triage_trial_text import found_line
from tiebreak_tui.screens.triage_trials import Trying

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiebreak.records import Context
    from tiebreak_tui.screens.triage_rows import CaseRead

CITED, MADE_UP = "underline $text-success", "underline $text-warning"
"""A citation of a passage that came, and one of none."""


class Panes(Trying):
    """The right half of the Triage screen."""

    at: int | None = None
    """The place of the highlighted row."""
    _terms: tuple[str, ...] = ()

    def show_case(self, place: int) -> None:
        """Read the case at a place, and show it unless another one is wanted by then."""
        self.lanes.start("case", partial(read_case, self.triage, place), self._show)

    async def read_case(self) -> None:
        index = self.highlighted_row
        if self.rows is not None and index is not None and (place := self.rows.row(index).place) != self.at:
            self.at = place
            self.show_case(place)
        await self.lanes.finish("case")

    def show_again(self) -> None:
        if self.at is not None:
            self.show_case(self.at)

    def _show(self, read: "CaseRead") -> None:
        detail, self.findings = read
        if self.detail is not None and self.detail.case.id == detail.case.id:
            self.detail = detail
            self.show_decision()
            return
        self.detail = detail
        self.reading.forget()
        self._show_question()
        self.query_one("#question", VerticalScroll).scroll_home(animate=False)
        for pane, side in ((self.left, detail.a), (self.right, detail.b)):
            if side.answer is not None:
                known = side.answer.contexts or detail.case.contexts
                marks = ((_citing(known, named=True), CITED), (_citing(known, named=False), MADE_UP))
                pane.view.mark(marks if known else ())
                pane.show(side.answer)
            else:
                pane.view.mark(())
                pane.idle(why_no_answer(side))
        self.show_decision()

    def show_nothing(self) -> None:
        self.detail = self.at = None
        self.findings = None
        self.query_one("#question-text", Static).update("")
        self.left.idle()
        self.right.idle()
        for name in ("#moved", "#decision"):
            self.query_one(name, Static).update("")

    def show_decision(self) -> None:
        """What moved, what was found since and what was decided, under the answers."""
        if self.detail is None or self.at is None:
            return
        width = max(20, self.query_one("#sides").size.width - 2)
        moved = self.query_one("#moved", Static)
        found = self.findings.found if self.findings is not None else ()
        lines = [found_line(found, width), *moved_lines(self.triage.view.row(self.at), self.detail, width)]
        most = moved.styles.max_height
        rows = int(most.value) if most is not None else len(lines)
        moved.update(in_rows([line for line in lines if line.plain], rows, width))
        self.query_one("#decision", Static).update(decision_line(self.deciding.decided(self.at), self.detail, width))

    def on_resize(self) -> None:
        if self.is_mounted:
            self.call_after_refresh(self.show_decision)

    # -- what was searched

    @property
    def seeking(self) -> Matcher | None:
        """What finds the words that were searched, also those that they were taken for."""
        return words_from(self._terms) if self._terms else None

    def mark_hits(self) -> None:
        """Mark in all texts of the case what the list was searched for."""
        from tiebreak_workbench.triage.search import wanted_words

        rows = self.rows
        asked = wanted_words(rows.wanted.words) if rows is not None and self.words else []
        read_as = [term for _, terms in rows.read_as for term in terms] if rows is not None and self.words else []
        terms = tuple(dict.fromkeys((*asked, *read_as)))
        if terms != self._terms:
            self._terms = terms
            for pane in (self.left, self.right):
                pane.view.seek(self.seeking, scroll=False)
            self._show_question()

    def _show_question(self) -> None:
        text = case_text(self.detail.case) if self.detail is not None else Content("")
        for start, end in self.seeking(text.plain) if self.seeking is not None else ():
            text = text.stylize(STYLES["hit"], start, end)
        self.query_one("#question-text", Static).update(text)

    def action_hit(self, step: int) -> None:
        if not self._terms:
            self.tiebreak.flash("Nothing is searched; / does.")
            return
        told: list[str] = []
        for letter, pane in (("A", self.left), ("B", self.right)):
            at, count = pane.view.find_next(step)
            told.append(f"{letter} {at}/{count}" if count else f"{letter} none")
        self.tiebreak.flash(f"Hits: {' · '.join(told)}")


def _citing(known: "Sequence[Context]", *, named: bool) -> Matcher:
    """Finds citations of passages that came, or of none."""

    def matches(text: str) -> "Iterable[tuple[int, int]]":
        return ((start, end) for start, end, whole in citation_spans(text, known) if whole is named)

    return matches
