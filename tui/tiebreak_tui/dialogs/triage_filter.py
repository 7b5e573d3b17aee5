"""`l` in Triage: the filter as text, and everything there is to filter by."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from tiebreak.errors import TiebreakError, UsageError
from tiebreak.gates.wording import plural
from tiebreak.sanitise import clean
from tiebreak.triage import Filter, parse_filter
from tiebreak.triage.filtering import FIELDS, FIGURES, Term
from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_tui.lanes import Lanes
from tiebreak_tui.widgets.virtual_list import ListRow, VirtualList

if TYPE_CHECKING:
    from tiebreak_workbench.triage.triage import Triage

MOST = 60
"""Values of one field that are offered."""


class FilterDialog(Dialog[Filter]):
    """Dismissed with the filter, without words. ↑ ↓ and tab put a term of the list into the text, or take it out."""

    DEFAULT_CSS = """
    FilterDialog > .dialog { width: 90%; max-width: 110; height: 80%; }
    FilterDialog.-narrow > .dialog { height: 100%; }
    FilterDialog Input, FilterDialog Input:focus { border: none; height: 1; background: $panel; }
    FilterDialog Static { height: auto; max-height: 3; }
    FilterDialog VirtualList { height: 1fr; }
    """
    BINDINGS = [
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("tab", "take", "Put in", show=False, priority=True),
    ]
    heading = "Filter"
    hint = "type · ↑ ↓ and ⇥ put a term in or out · ⏎ applies · esc leaves"

    def __init__(self, triage: "Triage", now: Filter) -> None:
        super().__init__()
        self._triage = triage
        self._start = str(now)
        self._offers: Sequence[tuple[Term, int]] = ()
        self._shown: Sequence[tuple[Term, int]] = ()
        self._lanes: Lanes | None = None

    def body(self) -> ComposeResult:
        yield Input(clean(self._start), placeholder="class:regression status:open latency>2")
        yield Static(id="told", markup=False)
        yield VirtualList(empty="Counting …")

    def on_mount(self) -> None:
        self._lanes = Lanes(self, lambda _, error: self._tell(str(error), wrong=True))
        self.query_one(Input).focus()
        self._lanes.start("offers", lambda: offers(self._triage), self._offered)
        self._look()

    def on_unmount(self) -> None:
        if self._lanes is not None:
            self._lanes.closed = True

    def _offered(self, found: Sequence[tuple[Term, int]]) -> None:
        self._offers = found
        self._list()

    def _list(self) -> None:
        text = self.query_one(Input).value
        last = text.rpartition(" ")[2].casefold()
        terms = set(_terms(text))
        part = [one for one in self._offers if last and last in str(one[0]).casefold()]
        self._shown = part if part and not any(str(term).casefold() == last for term in terms) else self._offers
        rows = [
            ListRow(f"{'●' if term in terms else ' '} {term.field:<9} {', '.join(term.values)}", hint=f"{count:,}")
            for term, count in self._shown
        ]
        offers_list = self.query_one(VirtualList)
        at = offers_list.highlighted or 0
        offers_list.empty = "There is nothing to filter by." if self._offers else "Counting …"
        offers_list.set_rows(len(rows), rows.__getitem__, at=at)

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        event.stop()
        self._list()
        self._look()

    def _look(self) -> None:
        """Say how many cases match, or what is wrong."""
        text = self.query_one(Input).value
        try:
            wanted = parse_filter(text)
        except UsageError as error:
            self._tell(str(error), wrong=True)
            return
        if wanted.words:
            self._tell(f"“{wanted.words}” is no term; / searches for words.", wrong=True)
        elif self._lanes is not None:
            self._lanes.start("count", lambda: count(self._triage, wanted), self._counted)

    def _counted(self, found: tuple[int, str]) -> None:
        matches, slip = found
        self._tell(f"{plural(matches, 'case')}. {slip}", wrong=bool(slip))

    def _tell(self, text: str, *, wrong: bool) -> None:
        style = "$text-warning" if wrong else "dim"
        known = f"\nFigures: {', '.join(FIGURES)}, as latency>2 or cost:0.01..0.02" if not wrong else ""
        self.query_one("#told", Static).update(Content.styled(clean(text) + known, style))

    def action_move(self, step: int) -> None:
        self.query_one(VirtualList).action_move(step)

    @on(VirtualList.Picked)
    def action_take(self) -> None:
        at = self.query_one(VirtualList).highlighted
        if at is None or at >= len(self._shown):
            return
        box, term = self.query_one(Input), self._shown[at][0]
        head, _, last = box.value.rpartition(" ")
        if last and not _terms(last) and last.casefold() in str(term).casefold():
            box.value = f"{head} {term} ".lstrip()  # the word was being typed to find the term
        elif term in _terms(box.value):
            wanted = parse_filter(box.value)
            box.value = str(replace(wanted, terms=tuple(one for one in wanted.terms if one != term)))
        else:
            box.value = f"{box.value.rstrip()} {term} ".lstrip()
        box.cursor_position = len(box.value)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        try:
            wanted = parse_filter(event.value)
        except UsageError as error:
            self._tell(str(error), wrong=True)
            return
        if not wanted.words:
            self.dismiss(wanted)


def _terms(text: str) -> tuple[Term, ...]:
    try:
        return parse_filter(text).terms
    except TiebreakError:
        return ()


def offers(triage: "Triage") -> list[tuple[Term, int]]:
    """All that occurs, field by field, with how many cases have it; most first within a field."""
    view, found = triage.view, list[tuple[Term, int]]()
    for field in FIELDS:
        terms = (Term(field, (value,)) for value in view.values(field)[: 10 * MOST])
        counted = [(term, len(view.places(Filter((term,))))) for term in terms]
        found += sorted((one for one in counted if one[1]), key=lambda one: -one[1])[:MOST]
    return found


def count(triage: "Triage", wanted: Filter) -> tuple[int, str]:
    """How many cases match, and which of the values no case has."""
    slips = [f"No case has {field}:{value}." for field, value in triage.unknown_values(wanted)]
    return len(triage.view.places(wanted)), " ".join(slips)
