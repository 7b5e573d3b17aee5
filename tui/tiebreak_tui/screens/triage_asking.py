"""Triage's keys that ask, mark and read. What they need of the screen stands at the top."""

from abc import abstractmethod
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from textual import on

from tiebreak.gates.wording import plural
from tiebreak_tui.screens.keeping import Drafts
from tiebreak_tui.screens.triage_copies import Copying
from tiebreak_tui.screens.triage_rows import find_groups
from tiebreak_tui.screens.triage_text import context_parts, detail_parts, verdict_parts
from tiebreak_tui.screens.triage_trial_text import findings_parts
from tiebreak_tui.widgets.search_bar import SearchBar

if TYPE_CHECKING:
    from tiebreak.triage import Decided, Filter
    from tiebreak_tui.dialogs.pager import Titled
    from tiebreak_tui.lanes import Lanes
    from tiebreak_tui.rendering.find import Matcher
    from tiebreak_tui.screens.reading import Reading
    from tiebreak_tui.screens.triage_acts import Deciding, Values
    from tiebreak_tui.screens.triage_rows import Rows
    from tiebreak_tui.widgets.case_list import CaseList
    from tiebreak_tui.widgets.pair import AnswerPane
    from tiebreak_workbench.triage.case import CaseDetail
    from tiebreak_workbench.triage.triage import Triage
    from tiebreak_workbench.trials.findings import Findings


class Asking(Copying):
    """The acts of the Triage screen that open something."""

    triage: "Triage"
    wanted: "Filter"
    words: str
    rows: "Rows | None"
    detail: "CaseDetail | None"
    findings: "Findings | None" = None
    """What bisecting and asking again found of that case."""
    marked: set[int]
    ready: bool
    cases: "CaseList"
    lanes: "Lanes"
    deciding: "Deciding"
    reading: "Reading"
    left: "AnswerPane"
    right: "AnswerPane"
    _drafts: Drafts | None = None

    @property
    @abstractmethod
    def at_hand(self) -> "Decided": ...

    @property
    @abstractmethod
    def highlighted_row(self) -> int | None: ...

    @property
    @abstractmethod
    def served(self) -> list[int]: ...

    @property
    @abstractmethod
    def seeking(self) -> "Matcher | None": ...

    @abstractmethod
    def look(self) -> None: ...

    @abstractmethod
    def head(self) -> None: ...

    # -- deciding

    def _decide(self, values: "Values", words: str, places: Collection[int] | None = None) -> None:
        about = self.served if places is None else places
        if about:
            self.deciding.set(about, values, words)
        else:
            self.tiebreak.flash("There is no case here to decide about.")

    @property
    def _about(self) -> str:
        """What is decided about, in words."""
        about = self.served
        if len(about) == 1 and self.detail is not None and not self.marked and not self.lanes.busy("case"):
            return self.detail.case.id
        return plural(len(about), "marked case" if self.marked else "case")

    def action_cause(self, cause: str) -> None:
        self._decide({"cause": cause or None}, f"cause {cause}" if cause else "no cause")

    def action_status(self) -> None:
        from tiebreak_tui.dialogs.status import StatusDialog

        places = self.served
        if not places or self.highlighted_row is None:
            self._decide({}, "")
            return

        def chosen(status: str | None) -> None:
            if status is not None:
                self._decide({"status": status}, status, places)

        self.tiebreak.push_screen(StatusDialog(self._about, self.at_hand.status), chosen)

    def action_assignee(self) -> None:
        from tiebreak_tui.dialogs.line import LineDialog

        places = self.served
        if not places or self.highlighted_row is None:
            self._decide({}, "")
            return

        def given(name: str | None) -> None:
            if name is not None:
                self._decide(
                    {"assignee": name or None}, f"assigned to {name}" if name else "assigned to nobody", places
                )

        ask = "Who looks after it? Left empty, nobody does."
        self.tiebreak.push_screen(
            LineDialog(f"Assignee of {self._about}", ask, self.at_hand.assignee or "", may_be_empty=True), given
        )

    def action_note(self) -> None:
        from tiebreak_tui.dialogs.text import TextDialog

        places = self.served
        if not places or self.highlighted_row is None:
            self._decide({}, "")
            return
        drafts = self._drafts = self._drafts or Drafts()
        key = self.triage.view.row(places[0]).ordinal

        def keep(text: str | None) -> None:
            if text is None:
                if key in drafts:
                    self.tiebreak.flash("The draft is kept, not saved: n goes on with it.")
                return
            drafts.pop(key, None)
            self._decide({"note": text.strip() or None}, "note kept" if text.strip() else "no note", places)

        before = drafts.get(key, self.at_hand.note or "")
        ask = "What should be remembered? It takes the place of an earlier note."
        self.tiebreak.push_screen(
            TextDialog(f"Note on {self._about}", ask, before, lambda text: drafts.of(key, text)), keep
        )

    def action_undo(self) -> None:
        if self.ready:
            self.deciding.undo()

    # -- marking

    def action_mark(self) -> None:
        """Mark the row at hand, or no more; then on to the next one, so that a series is marked by one key."""
        index, rows = self.highlighted_row, self.rows
        if index is None or rows is None:
            return
        self._toggle(rows.served(index))
        self.cases.highlight(index + 1)

    def action_mark_group(self) -> None:
        index, rows = self.highlighted_row, self.rows
        if index is None or rows is None:
            return
        place = rows.row(index).place
        if rows.groups is not None:
            group = rows.group_of(place)
            self._toggle(rows.members(group) if group is not None else [place])
            return
        triage, wanted = self.triage, rows.wanted

        def members() -> list[int]:
            found = find_groups(triage, wanted)
            group = found.group_of(place)
            return [] if group is None else found.members(group)

        self.tiebreak.flash("Looking for those that are nearly the same …")
        self.lanes.start("group", members, self._mark_found)

    def _mark_found(self, places: list[int]) -> None:
        if places:
            self._toggle(places)
            self.tiebreak.flash(f"{plural(len(places), 'case')} of one group.")
        else:
            self.tiebreak.flash("Only failures are grouped.")

    def _toggle(self, places: list[int]) -> None:
        if self.marked.issuperset(places):
            self.marked.difference_update(places)
        else:
            self.marked.update(places)
        self.cases.refresh()
        self.head()

    # -- finding

    def action_search(self) -> None:
        self.query_one(SearchBar).open(self.words)

    @on(SearchBar.Changed)
    def search(self, event: SearchBar.Changed) -> None:
        self.words = " ".join(event.text.split())
        self.look()

    @on(SearchBar.Moved)
    def move_in_list(self, event: SearchBar.Moved) -> None:
        self.cases.action_move(event.step)

    @on(SearchBar.Closed)
    def back_to_list(self) -> None:
        self.cases.focus()

    def action_filter(self) -> None:
        from tiebreak_tui.dialogs.triage_filter import FilterDialog

        if not self.ready:
            self.tiebreak.flash("What was recorded is still being read.")
            return

        def chosen(wanted: "Filter | None") -> None:
            if wanted is not None:
                self.wanted = wanted
                self.look()

        self.tiebreak.push_screen(FilterDialog(self.triage, self.wanted), chosen)

    def action_reload(self) -> None:
        if self.ready:
            self.reload()

    @abstractmethod
    def reload(self) -> None:
        """Take in what was recorded since."""

    def action_escape(self) -> None:
        """Close what is open, else take back a group looked for, marks, search and filter, one after the other."""
        from tiebreak.triage import Filter

        bar = self.query_one(SearchBar)
        if bar.is_open:
            bar.action_end()
        elif self.reading.comparing:
            self.reading.compare(False)
        elif self.lanes.busy("group"):
            self.lanes.forget("group")
            self.tiebreak.flash("The group is not looked for any more.")
        elif self.marked:
            self.marked.clear()
            self.cases.refresh()
            self.head()
        elif self.words:
            self.words = ""
            self.look()
        elif not self.wanted.empty:
            self.wanted = Filter()
            self.look()
        self.cases.focus()

    # -- reading

    def action_pane(self, step: int) -> None:
        ring = [self.cases, self.left.view, self.right.view]
        at = next((i for i, view in enumerate(ring) if view.has_focus), 0)
        ring[(at + step) % len(ring)].focus()

    def on_descendant_focus(self) -> None:
        if hasattr(self, "right"):
            self.right.set_class(not self.left.has_focus_within, "-current")
            self.left.set_class(self.left.has_focus_within, "-current")

    def action_diff(self) -> None:
        if self.detail is None or any(side.answer is None for side in self.detail.sides):
            self.tiebreak.flash("Both answers must be there to be compared.")
        else:
            self.reading.compare(not self.reading.comparing)

    def action_view_mode(self) -> None:
        self.tiebreak.flash(f"View: {self.reading.next_mode()}")

    def _page(self, heading: str, parts: "Callable[[CaseDetail], list[Titled]]", none: str = "") -> None:
        from tiebreak_tui.dialogs.pager import PagerDialog

        if self.detail is None:
            return
        found = parts(self.detail)
        if found or not none:
            self.tiebreak.push_screen(PagerDialog(f"{heading} {self.detail.case.id}", found, self.seeking))
        else:
            self.tiebreak.flash(none)

    async def action_open(self) -> None:
        await self.read_case()
        found = findings_parts(self.findings) if self.findings is not None else []
        self._page("Case", lambda detail: [*found, *detail_parts(detail)])

    async def action_contexts(self) -> None:
        await self.read_case()
        self._page("Passages of", context_parts)

    async def action_verdict(self) -> None:
        """Open what was said of the case. What judges say is written down as seen before it is shown."""
        await self.read_case()
        triage, detail, arena = self.triage, self.detail, self.tiebreak.arena
        if detail is None:
            return
        here = arena.session_id if arena is not None else ""
        seals = {session_id: own for session_id, own in triage.seals.items() if session_id != here}
        own = [one for one in detail.judgments if one.session_id == here]
        if arena is not None and own and not arena.live.verdicts.shown(detail.case.id, {j.judge_hash for j in own}):
            self.tiebreak.flash("A write has failed, so what judges say cannot be shown.", severity="error")
            return

        def read() -> "list[Titled]":
            from tiebreak_workbench.judges.seen import note_shown

            note_shown(triage.bench, seals, detail.judgments, at="triage")
            versions = dict.fromkeys(one.judge_hash for one in detail.judgments)
            return verdict_parts(detail, {version: triage.bench.store.judge(version).name for version in versions})

        def show(found: "list[Titled]") -> None:
            if self.detail is detail:
                none = "Neither a judge nor a person has said anything about this case."
                self._page("Verdicts on", lambda _: found, none)

        self.lanes.start("verdict", read, show)
