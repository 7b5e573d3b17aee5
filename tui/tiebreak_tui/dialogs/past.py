"""Everything recorded, searched as one types; what is found is opened, compared, or shown by a command."""

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker  # pyright: ignore[reportUnknownVariableType]  # Textual's open Worker

from tiebreak.errors import TiebreakError
from tiebreak.sanitise import clean, clean_line
from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_tui.dialogs.options import Offer, OptionsDialog
from tiebreak_tui.links import copy_link

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp
    from tiebreak_workbench.finding import Hit, Hits
    from tiebreak_workbench.workbench import Workbench

DEBOUNCE = 0.12
"""Seconds of quiet before a search begins."""
ABOUT = "Sessions, questions, what people said, and answers; every word must be in it, or nearly."


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

    def __init__(self, bench: "Workbench", heading: str = "Find in everything recorded") -> None:
        super().__init__()
        self.heading = heading
        self._bench = bench
        self._hits: tuple[Hit, ...] = ()

    def body(self) -> ComposeResult:
        yield Input(placeholder="a word of a question, an answer, a note …")
        with Vertical(classes="found"):
            yield OptionList(markup=False)
        yield Static(ABOUT, id="count", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._search("")

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        self._search(event.value)

    @on(Input.Submitted)
    def submitted(self) -> None:
        if self._hits:
            self.query_one(OptionList).focus()

    def key_down(self) -> None:
        if isinstance(self.focused, Input) and self._hits:
            self.query_one(OptionList).focus()

    @work(exclusive=True, group="find")
    async def _search(self, text: str) -> None:
        from tiebreak_workbench.finding import find

        await asyncio.sleep(DEBOUNCE)
        try:
            found = await asyncio.to_thread(find, self._bench, text)
        except TiebreakError as error:
            self.query_one("#count", Static).update(clean(str(error)))
            return
        if not get_current_worker().is_cancelled:
            self._show(found)

    def _show(self, found: "Hits") -> None:
        self._hits = found.hits
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(Option(_line(hit)) for hit in found.hits)
        if found.hits:
            listed.highlighted = 0
        part = "" if found.complete else " · only the newest was looked at; more letters narrow it"
        self.query_one("#count", Static).update(f"{len(found.hits)} found{part}" if found.hits else "Nothing found.")

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._hits[event.option_index])


def _line(hit: "Hit") -> Content:
    where = f"{hit.session_id}  " + (f"{clean_line(hit.case_id, 30)}  " if hit.case_id else "")
    return Content.assemble((f"{hit.what:<9} ", "$text-accent"), (where, "dim"), clean_line(hit.excerpt, 240))


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
    offers = [
        Offer(key="open", title="Open it", about="In the Arena, at its case; what was rated stands, go on from there."),
        Offer(key="compare", title="Compare it", about="With another session: what changed, and why quality moved."),
        Offer(key="link", title="Copy its command", about="`tiebreak show` with this session and case."),
    ]

    async def chosen(key: str | None) -> None:
        if key == "open":
            await _open(app, hit)
        elif key == "compare" and app.bench is not None:
            app.push_screen(FindDialog(app.bench, f"Compare {hit.session_id} with"), lambda o: compare(app, hit, o))
        elif key == "link":
            copy_link(app, hit.session_id, hit.case_id)

    app.push_screen(OptionsDialog(hit.session_id, hit.excerpt, offers), chosen)


async def _open(app: "TiebreakApp", hit: "Hit") -> None:
    try:
        await app.enter_arena(hit.session_id)
    except TiebreakError as error:
        app.tell_error(error)
        return
    arena = app.arena
    if arena is not None and hit.case_id is not None:
        at = next((i for i, case in enumerate(arena.live.cases) if case.id == hit.case_id), None)
        if at is not None:
            arena.call_later(arena.go, at)


def compare(app: "TiebreakApp", hit: "Hit", other: "Hit | None") -> None:
    """Hold two sessions against each other, and tell what changed and what moved."""
    if other is not None:
        app.run_worker(_compare(app, hit.session_id, other.session_id), exclusive=True, group="compare")


async def _compare(app: "TiebreakApp", one: str, other: str) -> None:
    from tiebreak_tui.dialogs.moved import MovedDialog
    from tiebreak_workbench.moving import what_moved

    bench = app.bench
    if bench is None:
        return
    try:
        moved = await asyncio.to_thread(what_moved, bench, one, other)
    except TiebreakError as error:
        app.tell_error(error)
        return
    app.push_screen(MovedDialog(moved))
