"""Everything recorded, searched as one types; what is found is opened, compared, or shown by a command."""

import asyncio
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tiebreak.errors import TiebreakError
from tiebreak.sanitise import clean, clean_line
from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_tui.dialogs.options import Offer, OptionsDialog
from tiebreak_tui.dialogs.versions import show_versions
from tiebreak_tui.lanes import Lanes
from tiebreak_tui.links import copy_command, history_command, show_command
from tiebreak_tui.to_triage import enter_triage

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp
    from tiebreak_workbench.past.finding import Finder, Hit, Hits
    from tiebreak_workbench.workbench import Workbench

DEBOUNCE = 0.03
"""Seconds of quiet before a search begins."""
ABOUT = "Sessions, prompts, questions, notes, votes and answers; every word must be in it, or nearly."
NAMES = {"decision": "triage"}
"""Kinds that are called otherwise here."""


class Place(Option):
    """A line of the list, with the place that it names."""

    def __init__(self, hit: "Hit") -> None:
        super().__init__(_line(hit))
        self.hit = hit


class FindDialog(Dialog["Hit"]):
    """Dismissed with the place that was chosen."""

    DEFAULT_CSS = """
    FindDialog > .dialog { width: 94%; max-width: 150; height: 80%; }
    FindDialog.-narrow > .dialog { width: 100%; height: 100%; }
    FindDialog Input { border: none; height: 1; padding: 0 1; background: $panel; }
    FindDialog Input:focus { border: none; background: $primary 25%; }
    FindDialog OptionList { border: none; height: 1fr; background: $surface; }
    FindDialog Vertical.found { height: 1fr; }
    FindDialog #count { height: 1; padding: 0 1; color: $text-muted; }
    """
    heading = "Find"
    hint = "type · ⏎ or ↓ to the list · ⏎ takes it · esc leaves"

    def __init__(
        self, bench: "Workbench", heading: str = "Find in everything recorded", without: str | None = None
    ) -> None:
        """Places in the session `without` are left out."""
        super().__init__()
        self.heading = heading
        self._bench = bench
        self._without = without
        self._finder: Finder | None = None
        self._hits: tuple[Hit, ...] = ()
        self._listed_for: str | None = None
        """What was typed where the list comes from."""
        self._to_list = False
        """Whether ⏎ came while the search was under way: it goes to what that finds."""
        self._lanes: Lanes | None = None
        self._quiet: Timer | None = None

    def body(self) -> ComposeResult:
        yield Input(placeholder="a word of a question, an answer, a note …")
        with Vertical(classes="found"):
            yield OptionList(markup=False)
        yield Static(ABOUT, id="count", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._lanes = lanes = Lanes(self, lambda _, error: self._tell(error))
        lanes.start("index", self._begin, self._begun)

    async def on_unmount(self) -> None:
        if self._lanes is not None:
            await self._lanes.close()
        if self._finder is not None:
            await asyncio.to_thread(self._finder.close)

    @on(Input.Changed)
    def typed(self) -> None:
        """What is looked for is another text: what the search under way finds is shown no more."""
        if self._lanes is not None:
            self._lanes.forget("find")
        if self._quiet is not None:
            self._quiet.stop()
        self._to_list = False
        self._quiet = self.set_timer(DEBOUNCE, self._search)

    def _begin(self) -> None:
        """In a thread."""
        self._finder = _opened(self._bench)

    def _begun(self, _: None) -> None:
        """Search what is indexed, and index the rest meanwhile."""
        finder, lanes = self._finder, self._lanes
        if finder is not None and lanes is not None:
            self._search()
            lanes.start("index", lambda: finder.catch_up(None, lambda: not lanes.closed), lambda _: self._search())

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Go to the list, once it is that of the text that stands there."""
        self._to_list = self._listed_for != self.query_one(Input).value
        if self._hits and not self._to_list:
            self.query_one(OptionList).focus()

    def key_down(self) -> None:
        if isinstance(self.focused, Input):
            self.submitted()

    def _search(self) -> None:
        """Look for what stands there now, once the search under way is done: that cannot be stopped."""
        self._quiet = None
        finder, lanes, text = self._finder, self._lanes, self.query_one(Input).value
        if finder is not None and lanes is not None:  # else it is searched once that is open
            lanes.start("find", lambda: finder.find(text), lambda found: self._show(found, text))

    def _tell(self, error: TiebreakError) -> None:
        self.query_one("#count", Static).update(clean(str(error)))

    def _show(self, found: "Hits", text: str) -> None:
        from tiebreak_workbench.past.words import read_as_words

        self._listed_for = text
        hits = tuple(hit for hit in found.hits if self._without is None or hit.session_id != self._without)
        if hits != self._hits:
            self._list(hits)
        if self._to_list and hits:
            self._to_list = False
            self.query_one(OptionList).focus()
        told = [f"{len(hits)} found" if hits else "Nothing found."]
        told += [clean_line(read_as_words(found), 200)] if found.read_as else []
        told += [] if found.complete else ["still indexing, the newest first"]
        self.query_one("#count", Static).update(" · ".join(told))

    def _list(self, hits: "tuple[Hit, ...]") -> None:
        """List them; who is in the list stays on the place that is marked, and on none where that is gone.

        Nothing that comes while one reads, such as what was indexed meanwhile, may slip under ⏎.
        """
        listed = self.query_one(OptionList)
        at = listed.highlighted
        marked = self._hits[at] if listed.has_focus and at is not None else None
        self._hits = hits
        listed.clear_options()
        listed.add_options(map(Place, hits))
        if marked is None:
            listed.highlighted = 0 if hits and not listed.has_focus else None
        else:
            listed.highlighted = hits.index(marked) if marked in hits else None

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        # By the line itself: its number may name another place by now.
        if isinstance(event.option, Place):
            self.dismiss(event.option.hit)


def _line(hit: "Hit") -> Content:
    place = hit.case_id or hit.config
    session = None if (hit.session_id or "") in hit.excerpt else hit.session_id  # the text of a session begins with it
    where = "  ".join([*filter(None, (session, place and clean_line(place, 30))), ""])
    what = NAMES.get(hit.kind, hit.what)
    text = Content(clean_line(hit.excerpt, 240))
    for start, end in hit.marks if len(text) == len(hit.excerpt) else ():
        text = text.stylize("bold $text-warning", start, end)
    return Content.assemble((f"{what:<9} ", "$text-accent"), (where, "dim"), text)


def _opened(bench: "Workbench") -> "Finder":
    """In a thread: also what takes a while to load."""
    from tiebreak_workbench.past.finding import Finder

    return Finder(bench)


def find_in_past(app: "TiebreakApp") -> None:
    """Search, and do with the place that was found what one likes."""
    bench = app.bench
    if bench is None:
        app.flash("The workspace is still loading.")
        return

    def found(hit: "Hit | None") -> None:
        if hit is not None:
            _offer(app, hit)

    app.push_screen(FindDialog(bench), found)


def _offer(app: "TiebreakApp", hit: "Hit") -> None:
    session = hit.session_id
    offers: list[Offer] = []
    if hit.kind == "prompt":
        about = "What was edited in each, and how each did; one is taken up again there."
        offers.append(Offer(key="versions", title="Its versions", about=about))
    if hit.kind == "decision":
        about = "The note stands there, at its case."
        offers.append(Offer(key="triage", title="Open it in Triage", about=about))
    if session is not None:
        about = "In the Arena, at its case; what was rated stands, go on from there."
        offers += [
            Offer(key="open", title="Open its newest session" if hit.kind == "prompt" else "Open it", about=about),
            Offer(key="compare", title="Compare it", about="With another session: what changed, why quality moved."),
        ]
    offers.append(Offer(key="link", title="Copy its command", about=f"`{_command(app, hit)}`"))

    async def chosen(key: str | None) -> None:
        if key == "versions":
            show_versions(app, hit.config or "", hit.version)
        elif key == "link":
            copy_command(app, _command(app, hit))
        elif key == "compare" and app.bench is not None:
            app.push_screen(FindDialog(app.bench, f"Compare {session} with", session), lambda o: compare(app, hit, o))
        elif key is not None:
            await _open(app, hit, key)

    app.push_screen(OptionsDialog(session or clean_line(hit.config or "", 60), hit.excerpt, offers), chosen)


async def _open(app: "TiebreakApp", hit: "Hit", key: str) -> None:
    session = hit.session_id or ""
    try:
        if key == "triage":
            await enter_triage(app, session, wanted=hit.case_id or "")
            return
        await app.enter_arena(session)
    except TiebreakError as error:
        app.tell_error(error)
        return
    arena = app.arena
    if arena is not None and hit.case_id is not None:
        at = next((i for i, case in enumerate(arena.live.cases) if case.id == hit.case_id), None)
        if at is not None:
            arena.call_later(arena.go, at)


def _command(app: "TiebreakApp", hit: "Hit") -> str:
    if hit.kind == "prompt":
        return history_command(app.folder, hit.config or "")
    return show_command(app.folder, hit.session_id or "", hit.case_id)


def compare(app: "TiebreakApp", hit: "Hit", other: "Hit | None") -> None:
    """Hold two sessions against each other, and tell what changed and what moved."""
    if other is None or hit.session_id is None:
        return
    if other.session_id is None:
        app.flash("No session has used that prompt yet.")
        return
    app.run_worker(_compare(app, hit.session_id, other.session_id), exclusive=True, group="compare")


async def _compare(app: "TiebreakApp", one: str, other: str) -> None:
    from tiebreak_tui.dialogs.moved import MovedDialog
    from tiebreak_workbench.past.moving import what_moved

    bench = app.bench
    if bench is None:
        return
    try:
        moved = await asyncio.to_thread(what_moved, bench, one, other)
    except TiebreakError as error:
        app.tell_error(error)
        return
    app.push_screen(MovedDialog(moved))
