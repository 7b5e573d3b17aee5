"""Triage: what changed between two runs, the worst first, and one key to say why."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from tiebreak.errors import TiebreakError
from tiebreak.triage import Decided, Filter, Table
from tiebreak_tui.keys import TRIAGE, bindings
from tiebreak_tui.lanes import Lanes
from tiebreak_tui.screens.reading import Reading
from tiebreak_tui.screens.triage_acts import SAVING, Deciding
from tiebreak_tui.screens.triage_opening import Left, Opening
from tiebreak_tui.screens.triage_rows import Rows, find_groups, find_rows, first_rows
from tiebreak_tui.screens.triage_text import by_check, case_row, listed, remarks
from tiebreak_tui.screens.triage_trial_text import rerun_remark
from tiebreak_tui.to_triage import leave_triage
from tiebreak_tui.widgets.case_list import CaseList, CaseRow
from tiebreak_tui.widgets.flush import StreamPump
from tiebreak_tui.widgets.key_bar import KeyBar
from tiebreak_tui.widgets.pair import AnswerPane, Identity
from tiebreak_tui.widgets.search_bar import SearchBar
from tiebreak_tui.widgets.triage_bar import Heading, TriageBar, TriageStatus
from tiebreak_workbench.triage.case import CaseDetail

if TYPE_CHECKING:
    from tiebreak_workbench.triage.triage import Line, Triage

FIRST = 60
"""Cases that are shown before all that match are found."""
NO_CASE, NO_FAILURE = "No case is left.", "No failure to group. g lists the cases."
"""What an empty list says: of cases, and of groups."""
AROUND = 40
"""Lines that are read before and after those on the screen."""
REMEMBERED = 4_000
"""Lines that are kept."""


class TriageScreen(Opening):
    """Two runs side by side. `Triage` decides; this screen shows and passes on keys."""

    KEYS = TRIAGE
    NAME = "Triage"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide"), (150, "-broad")]
    INTRO = (
        "What got worse from A to B comes first. Read both answers, press a digit for the cause, w for the status, and "
        "→ for the next regression. What you decide is saved at once and can be taken back. No model is asked but by r "
        "and b, which say first what that costs."
    )
    BINDINGS = bindings(TRIAGE)

    def __init__(self, triage: "Triage", wanted: Filter) -> None:
        """`triage` was not refreshed yet; this screen closes it."""
        super().__init__()
        self.triage = triage
        self.wanted = Filter(wanted.terms, wanted.bounds)
        self.words = wanted.words
        self.grouped = False
        self.rows: Rows | None = None
        self.detail: CaseDetail | None = None
        """Of the case that the panes show."""
        self.marked: set[int] = set()
        self.again = {}
        self.rerun = None
        self.ready = False
        self._lines: dict[int, tuple[str, str]] = {}
        self._progress = "Opening …"
        self._finding = False
        self._lines_wanted = False
        self.indexed = False
        self._by_check = ""

    def compose(self) -> ComposeResult:
        self.pump = StreamPump(self)
        yield TriageStatus(id="status")
        yield TriageBar(id="bar")
        with Horizontal(id="desk"):
            yield CaseList(id="cases")
            with Vertical(id="sides"):
                with VerticalScroll(id="question", can_focus=False):
                    yield Static(id="question-text", markup=False)
                with Horizontal(id="panes"):
                    yield AnswerPane("left", self.pump, id="pane-a")
                    yield AnswerPane("right", self.pump, id="pane-b")
                yield Static(id="moved", markup=False)
                yield Static(id="decision", markup=False)
        yield SearchBar(id="search")
        yield KeyBar(self.KEYS)

    def on_mount(self) -> None:
        self.cases = self.query_one(CaseList)
        self.left = self.query_one("#pane-a", AnswerPane)
        self.right = self.query_one("#pane-b", AnswerPane)
        self.reading = Reading(self.left, self.right)
        for pane, side in ((self.left, self.triage.a), (self.right, self.triage.b)):
            letter = "A" if pane is self.left else "B"
            pane.identify(Identity(role=letter, config=side.config.name, model=side.config.model_label))
        self.lanes = Lanes(self, self._failed)
        self.deciding = Deciding(self.triage, self.lanes, self._changed, self.tiebreak.flash)
        self.cases.empty = ""
        self.cases.focus()
        self._loop = asyncio.get_running_loop()
        self.head()
        self.lanes.start("open", self.read, lambda _: self._opened())

    async def close(self) -> None:
        """Save what is decided, wait for the threads, and let go of the files."""
        await self.end_trials()
        if hasattr(self, "lanes"):
            await self.lanes.finish(SAVING)
            await self.lanes.close()
        await asyncio.to_thread(self.triage.close)

    # -- opening

    def _opened(self) -> None:
        """The rows are there."""
        self.ready = True
        self.indexed = False
        self.other_rows(lambda: None)
        self._by_check = by_check(self.triage.moves())
        self._progress = "Indexing …"
        self.look()
        for differs in self.triage.differs:
            self.tiebreak.flash(f"Compared all the same: {differs.sentence}", severity="warning")
        if self.triage.other_versions:
            names = ", ".join(self.triage.other_versions)
            text = f"Not compared, as the sides were put to other versions of it: {names}"
            self.tiebreak.flash(text, severity="warning")
        index = partial(self.triage.index_texts, self.told_progress, lambda: not self.lanes.closed)
        self.lanes.start("index", index, self._indexed)

    def reload(self) -> None:
        # The places are others afterwards: what is decided before is saved first, what is on its way with places of
        # now comes no more, and meanwhile there is no list.
        for kind in ("look", "lines", "case", "group", "again"):
            self.lanes.forget(kind)
        before, self.rows, self.detail = self.rows, None, None
        self.ready = self._finding = False
        self.cases.set_cases(0, self._row)
        self.head()

        def work() -> TiebreakError | None:
            try:
                self.triage.refresh()
            except TiebreakError as error:
                return error
            return None

        self.lanes.add(SAVING, work, lambda error: self._reloaded(error, before))

    def _reloaded(self, error: TiebreakError | None, before: Rows | None) -> None:
        if error is None:
            self._opened()
            self.tiebreak.flash("What was recorded since is taken in.")
            return
        self.ready = True
        if before is not None:
            self._list(before)
        self.look()  # what was being looked for may not have come
        self.tiebreak.tell_error(error)

    def _indexed(self, whole: bool) -> None:
        self.indexed = whole
        self._progress = ""
        if self.words:
            self.look()
        self.head()

    def _failed(self, kind: str, error: TiebreakError) -> None:
        if kind == "index":
            self._progress = ""
        if kind == "case":
            self.detail = None  # no key may act on the case that was there before
        self._finding = False
        self.head()
        if not isinstance(error, Left):
            self.tiebreak.tell_error(error)

    # -- the list

    def look(self) -> None:
        """Find what filter and search leave: its first page at once, then all of it."""
        if not self.ready:
            return
        wanted = Filter(self.wanted.terms, self.wanted.bounds, self.words)
        grouped, triage = self.grouped, self.triage
        self._finding = True
        self.head()

        def work() -> Rows:
            if grouped:
                return find_groups(triage, wanted)
            if wanted.words:
                page = first_rows(triage, wanted, FIRST)
                self._loop.call_soon_threadsafe(self._first_page, page)
            return find_rows(triage, wanted)

        self.lanes.start("look", work, self._found)

    def _first_page(self, rows: Rows) -> None:
        if (
            self.is_attached
            and self._finding
            and rows.wanted.words == self.words
            and len(rows)
            and not self.lanes.closed
        ):
            self._list(rows)

    def _found(self, rows: Rows) -> None:
        self._finding = False
        self._list(rows)

    def _list(self, rows: Rows, at: int | None = None) -> None:
        """Show rows; the case at hand stays so if it is among them."""
        index = at if at is not None else rows.index_of(self.at) if self.at is not None else 0
        self.rows = rows
        self.cases.empty = NO_CASE if rows.groups is None else NO_FAILURE
        self.mark_hits()
        self.cases.set_cases(len(rows), self._row, at=index)
        if not len(rows):
            self.show_nothing()
        self.head()

    def _row(self, index: int) -> CaseRow:
        """A line of the list: what the table knows at once, id and question as soon as they are read."""
        assert self.rows is not None
        row = self.rows.row(index)
        known = self._lines.get(row.place)
        if known is None:
            self._want_lines()
        marked = row.place in self.marked
        return case_row(
            self.triage.view.row(row.place),
            self.deciding.decided(row.place),
            known,
            marked=marked,
            folded=row.folded,
            indent=row.group is not None and not row.folded,
            again=None if row.folded else self.again.get(row.place),
        )

    def _want_lines(self) -> None:
        if not self._lines_wanted:
            self._lines_wanted = True
            self.call_after_refresh(self._read_lines)

    def on_screen_resume(self) -> None:
        # What is to be called after a refresh waits with whichever screen is on top, which may have closed since.
        if self._lines_wanted:
            self._read_lines()

    def _read_lines(self) -> None:
        self._lines_wanted = False
        rows, seen = self.rows, self.cases.on_screen
        if rows is None or not len(rows):
            return
        if len(self._lines) > REMEMBERED:
            self._lines.clear()
        near = range(max(0, seen.start - AROUND), min(len(rows), seen.stop + AROUND))
        places = [place for index in near if (place := rows.row(index).place) not in self._lines]
        if places:
            self.lanes.start("lines", partial(self.triage.lines, places), partial(self._take_lines, self.triage.table))

    def _take_lines(self, of: Table, lines: "Sequence[Line]") -> None:
        if of is not self.triage.table:
            return  # read again meanwhile: a place is another case
        self._lines.update((line.place, (line.case_id, line.question)) for line in lines)
        self.cases.refresh()
        rows = self.rows
        on_screen = [rows.row(i).place for i in self.cases.on_screen if i < len(rows)] if rows is not None else []
        if any(place not in self._lines for place in on_screen):
            self._want_lines()  # the list was scrolled meanwhile

    # -- the case at hand

    @on(CaseList.Highlighted)
    def highlighted(self, event: CaseList.Highlighted) -> None:
        if event.index is not None and self.rows is not None and event.index < len(self.rows):
            place = self.rows.row(event.index).place
            if place != self.at or self.detail is None:
                self.at = place
                self.show_case(place)

    @property
    def at_hand(self) -> Decided:
        """What stands of the highlighted case."""
        index = self.highlighted_row
        assert self.rows is not None
        assert index is not None
        return self.deciding.decided(self.rows.row(index).place)

    @property
    def highlighted_row(self) -> int | None:
        return self.cases.highlighted if self.rows is not None and len(self.rows) else None

    @property
    def served(self) -> list[int]:
        """The places that a decision is about: the marked ones, else the case or the group at hand."""
        if not self.ready:
            return []
        if self.marked:
            return sorted(self.marked)
        index = self.highlighted_row
        return self.rows.served(index) if self.rows is not None and index is not None else []

    def _changed(self) -> None:
        """Something was decided, saved or taken back."""
        if self.is_attached:
            self.cases.refresh()
            self.show_decision()
            self.head()

    # -- the head

    def head(self) -> None:
        """Show the counts, what the list is left of, and what goes on."""
        triage, marked = self.triage, len(self.marked)
        heading = Heading(
            a=triage.a.config.name,
            b=triage.b.config.name,
            dataset=triage.b.dataset,
            counts=triage.counts() if self.ready else {},
            listed=listed(self.rows, ready=self.ready, finding=self._finding),
            filter=str(self.wanted),
            words=self.words,
            remarks=(
                *remarks(self.rows, self.words, marked, finding=self._finding, indexed=self.indexed),
                *rerun_remark(self.rerun, written=self.written_down),
            ),
            by_check=self._by_check,
            working=self._progress,
            saves=str(self.deciding),
            halted=self.deciding.failure is not None,
        )
        self.query_one(TriageStatus).tell_heading(heading)
        self.query_one(TriageBar).show(heading)

    # -- moving

    def action_worse(self, step: int) -> None:
        index = self.highlighted_row
        if self.rows is None or index is None:
            return
        found = self.rows.next_worse(index, step, self.triage.counts()["regression"])
        if found is None:
            self.tiebreak.flash("No regression comes after this one." if step > 0 else "This is the first regression.")
        else:
            self.cases.highlight(found)

    def action_groups(self) -> None:
        self.grouped = not self.grouped
        self.look()

    def action_group(self, step: int) -> None:
        index = self.highlighted_row
        if self.rows is None or self.rows.groups is None:
            self.tiebreak.flash("g puts near-duplicate failures together; [ and ] then go from group to group.")
        elif index is not None and (found := self.rows.next_group(index, step)) is not None:
            self.cases.highlight(found)

    def action_unfold(self) -> None:
        index, rows = self.highlighted_row, self.rows
        if rows is None or rows.groups is None or index is None:
            self.tiebreak.flash("There are no groups; g makes them.")
            return
        group, folded = rows.row(index).group, rows.row(index).folded
        if folded == 1:
            self.tiebreak.flash("It stands alone: no other failure is nearly the same.")
        elif group is not None:
            after = rows.toggled(group)
            heads = (i for i in range(len(after)) if after.row(i).group == group)
            self._list(after, next(heads, 0))

    async def action_leave(self) -> None:
        await leave_triage(self.tiebreak)
