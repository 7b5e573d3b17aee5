"""The Scoreboard: every figure of a session in panels, following the session while it goes on."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tiebreak.errors import TiebreakError
from tiebreak.records import ROLES
from tiebreak.reports import Tried
from tiebreak.sanitise import clean_line
from tiebreak.scoreboard import Snapshot
from tiebreak_tui.keys import SCOREBOARD, bindings
from tiebreak_tui.scoreboard import changed, gates, judges, over_time, record, sample, sealed, segments, sides
from tiebreak_tui.scoreboard.plot import Look, looks_of
from tiebreak_tui.scoreboard.source import Source, StoredSource
from tiebreak_tui.scoreboard.verdict import verdict
from tiebreak_tui.screens.place import Place
from tiebreak_tui.widgets.key_bar import KeyBar
from tiebreak_tui.widgets.panel import Panel, Room
from tiebreak_workbench.figures.figures import Figures, Material, work_out

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp
    from tiebreak_workbench.judges.calibration_record import JudgeCalibration
    from tiebreak_workbench.workbench import Workbench

FOLLOW = 0.25
"""Seconds between two looks whether the session has gone on."""
REST = 4
"""How many times as long as the figures took they are left alone."""


class ScoreboardScreen(Place):
    """Figures are worked out in a thread; what is drawn is kept until they change."""

    KEYS = SCOREBOARD
    NAME = "Scoreboard"
    INTRO = (
        "What the votes, checks and gates come to, and how firm that is. Opening it before every planned case is in is "
        "written down; the interval stays valid however often you look."
    )
    BINDINGS = [
        *bindings(SCOREBOARD),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
    ]
    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-one"), (100, "-two"), (180, "-three")]

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self._sealed = source.sealed
        """It stays so while it is on show: sides are revealed in the Arena alone."""
        self.figures: Figures | None = None
        self._judges: Sequence[JudgeCalibration | str] = ()
        self._news = ""
        self._looks: list[Look] = []
        self._tried: Tried | None = None
        self._told: Snapshot | None = None
        """What the figures on show, or on their way, are of."""
        self._working = False
        self._rest_until = 0.0

    # -- panels

    def compose(self) -> ComposeResult:
        yield Static(id="where", markup=False)
        with VerticalScroll(id="page", can_focus=False):
            yield from self._sealed_panels() if self._sealed else self._open_panels()
        yield KeyBar(self.KEYS)

    def _sealed_panels(self) -> ComposeResult:
        """What a blind session shows before its last case is done."""
        source = self.source
        yield Panel("So far", lambda room: sealed.progress(source, room))
        yield Panel("Gates", lambda room: sealed.gates(source.snapshot(), room.width))
        yield Panel("On record", lambda room: sealed.happened(source.events, room.width))

    def _open_panels(self) -> ComposeResult:
        yield self._panel("Verdict", "verdict", lambda f, room: verdict(f, self.source.resume, room.width))
        sampled = self.source.stored.session.plan.strata is not None
        with Grid(id="panels", classes="-sampled" if sampled else None):
            yield from self._grid_panels()
        yield self._panel("What changed from A to B", "changed", lambda f, room: changed.changed(f.changes, room))

    def _grid_panels(self) -> ComposeResult:
        yield self._panel("Gates", "gates", gates.gates)
        yield self._panel("Win rate over time", "over-time", self._over_time)
        yield self._panel("Segments", "segments", lambda f, room: segments.segments(f, room.width))
        yield self._panel("How firm it is", "fragility", gates.fragility)
        yield self._panel("Answers", "answers", lambda f, room: sides.answers(f, room.width))
        yield self._panel("Speed and cost", "pace", lambda f, room: sides.pace(f, room.width))
        yield self._panel("Judges", "judges", lambda _, room: self._judged(room))
        if self.source.stored.session.plan.strata is not None:
            yield self._panel("Sample", "sample", lambda f, room: sample.sample(f, room.width))
        yield self._panel("On record", "record", lambda f, room: record.record(f, room.width))

    def _panel(self, title: str, id: str, tell: Callable[[Figures, Room], list[Content]]) -> Panel:  # noqa: A002
        def lines(room: Room) -> list[Content]:
            if self.figures is None:
                return [Content.styled("Working it out …", "dim")]
            return tell(self.figures, room)

        return Panel(title, lines, id=id)

    def _over_time(self, _figures: Figures, room: Room) -> list[Content]:
        return over_time.over_time(self._looks, room, drawn=not self.tiebreak.environ.get("NO_COLOR"))

    def _judged(self, room: Room) -> list[Content]:
        # What a judge says of cases that are not rated yet stays sealed, also in a mean.
        estimates = self._told is not None and (self.source.at_rest or self._told.done == self._told.planned)
        return judges.judges(self._judges, self._news, room, estimates=estimates)

    def on_mount(self) -> None:
        self._follow()
        self.call_after_refresh(self._focus_first)
        self.set_interval(FOLLOW, self._follow)

    def _focus_first(self) -> None:
        if self.focused is None:  # no key was faster
            self._in_turn[0].focus()

    # -- following

    def _follow(self) -> None:
        """Work the figures out anew where the session has gone on; a sealed one is told at once."""
        snapshot, news = self.source.snapshot(), self.source.judging()
        if news != self._news and not self._sealed:
            self._news = news
            self.query_one("#judges", Panel).repaint()
        if snapshot is self._told or self._working or time.monotonic() < self._rest_until:
            return
        self._told = snapshot
        self.query_one("#where", Static).update(self._where(snapshot), layout=False)
        if self._sealed:
            for panel in self.query(Panel):
                panel.repaint()
        else:
            self._working = True
            self._work_out(self.source.material(), self.source.along)

    @work(thread=True)
    def _work_out(self, material: Material, along: str | None) -> None:
        from tiebreak_workbench.judges.calibrating import calibrations
        from tiebreak_workbench.judges.to_judge import words_to_judge
        from tiebreak_workbench.past.versions import tried_on

        began, bench = time.monotonic(), self.tiebreak.bench
        if bench is None:
            return
        if self._tried is None:
            self._tried = tried_on(bench.store, material.stored)
        figures = work_out(material, self._tried)
        open_ = words_to_judge(bench, material.stored, figures.snapshot.gates, along=along)
        judged = [*calibrations(bench, material.stored), *open_]
        looks = looks_of(figures.path)
        changed.prepare(figures.changes)
        self.tiebreak.call_from_thread(self._show, figures, looks, judged, time.monotonic() - began)

    def _show(
        self, figures: Figures, looks: list[Look], judged: Sequence["JudgeCalibration | str"], took: float
    ) -> None:
        self._working = False
        self._rest_until = time.monotonic() + REST * took
        if not self.is_attached:
            return
        before, self.figures, self._looks, self._judges = self.figures, figures, looks, judged
        for panel in self.query(Panel):
            if before is None or panel.id != "changed":
                panel.repaint()

    def _where(self, snapshot: Snapshot) -> Content:
        stored = self.source.stored
        done = f"{snapshot.done} of {snapshot.planned} done "
        names = ""
        if not self._sealed:
            a, b = (clean_line(stored.configs[r].name, 24) if r in stored.configs else "?" for r in ROLES)
            names = f"  A {a} against B {b}"
        place = f" Scoreboard  {clean_line(stored.dataset.card.name, 30)}{names}"
        room = max(0, self.tiebreak.size.width - len(done) - 1)
        told = clean_line(place, room)
        head, rest = told[:11], told[11:]
        gap = " " * max(1, self.tiebreak.size.width - len(told) - len(done))
        return Content.assemble((head, "bold $primary"), rest, gap, (done, "dim"))

    def on_resize(self) -> None:
        self.query_one("#where", Static).update(self._where(self.source.snapshot()), layout=False)

    # -- moving

    @property
    def _page(self) -> VerticalScroll:
        return self.query_one("#page", VerticalScroll)

    def action_panel(self, step: int) -> None:
        """To another panel, round and round; where one is opened, the other is opened in its place."""
        panels, focused = self._in_turn, self.focused
        if not panels:
            return
        place = panels.index(focused) + step if focused in panels else 0
        chosen = panels[place % len(panels)]
        if self.has_class("-whole"):
            self._open(chosen)
        else:
            chosen.focus()

    @property
    def _in_turn(self) -> list[Widget]:
        return list(self.query(".panel"))

    def action_open(self) -> None:
        if self.has_class("-whole"):
            self._close()
        elif self.focused is not None and self.focused.has_class("panel"):
            self._open(self.focused)

    def _open(self, chosen: Widget) -> None:
        self.add_class("-whole")
        for panel in self._in_turn:
            self._make_whole(panel, panel is chosen)
        chosen.focus(scroll_visible=False)
        self._page.scroll_home(animate=False, immediate=True)

    def _close(self) -> None:
        focused = self.focused
        self.remove_class("-whole")
        for panel in self._in_turn:
            self._make_whole(panel, False)
        if focused is not None:
            self.call_after_refresh(focused.scroll_visible, animate=False, immediate=True)

    @staticmethod
    def _make_whole(panel: Widget, whole: bool) -> None:
        panel.set_class(whole, "-opened")
        if isinstance(panel, Panel):
            panel.whole = whole
            panel.repaint()

    def action_back(self) -> None:
        if self.has_class("-whole"):
            self._close()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        if self.is_current:
            self.tiebreak.pop_screen()

    def action_scroll(self, step: int) -> None:
        self._page.scroll_relative(y=step, animate=False, immediate=True)

    def action_page(self, step: int) -> None:
        self._page.scroll_relative(y=step * max(1, self._page.size.height - 2), animate=False, immediate=True)

    def action_edge(self, step: int) -> None:
        if step < 0:
            self._page.scroll_home(animate=False, immediate=True)
        else:
            self._page.scroll_end(animate=False, immediate=True)


async def open_stored(app: "TiebreakApp", bench: "Workbench", session_id: str) -> None:
    """Show a stored session as it stands; reading it is no reason to hold the screen up."""
    from tiebreak_tui.links import resume_command
    from tiebreak_workbench.figures.looking import look_at

    try:
        look = await asyncio.to_thread(look_at, bench, session_id, "scoreboard")
    except TiebreakError as error:
        app.tell_error(error)
        return
    resume = resume_command(app, session_id) if look.stored.session.kind != "import" else ""
    await app.push_screen(ScoreboardScreen(StoredSource(look, resume)))
