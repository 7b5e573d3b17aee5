"""Setup: choose a dataset, two configs and a policy; see what the choice allows and costs; or resume a session."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker, WorkerCancelled, get_current_worker  # pyright: ignore[reportUnknownVariableType]  # open Worker

import tiebreak
from tiebreak.errors import TiebreakError, UsageError
from tiebreak.sanitise import clean, clean_line
from tiebreak_tui.keys import SETUP, bindings
from tiebreak_tui.screens import setup_text
from tiebreak_tui.screens.place import Place
from tiebreak_tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from tiebreak.records.sessions import Queue
    from tiebreak_store import SessionSummary
    from tiebreak_workbench.starting.choosing import Choices, Choosing
    from tiebreak_workbench.workbench import Workbench

RECENT = 200
START = "start"


class ChoiceList(OptionList, inherit_bindings=False):
    """Keeps the marked line in view when there is more or less room.

    Enter is the screen's `setup.choose`, so that the footer shows it and it can be given another key.
    """

    BINDINGS = [
        Binding("up", "cursor_up", show=False),
        Binding("down", "cursor_down", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]

    def on_resize(self) -> None:
        self.call_after_refresh(self.scroll_to_highlight)


class SetupScreen(Place):
    """The first place; everything else opens over it."""

    KEYS = SETUP
    NAME = "Setup"
    INTRO = "Choose what to compare, then start. Everything you rate is saved at once; any session can be resumed."
    BINDINGS = bindings(SETUP)

    def __init__(self) -> None:
        super().__init__()
        self.choosing: Choosing | None = None
        self._wanted: Choices | None = None
        """What was chosen and is still being read."""
        self._reading: Worker[None] | None = None
        self._begun = False

    def compose(self) -> ComposeResult:
        yield Static(self._masthead(), id="masthead", markup=False)
        with Horizontal(id="desk"):
            with Vertical(id="left"):
                yield ChoiceList(id="choices", markup=False)
                yield ChoiceList(id="sessions", markup=False)
            with VerticalScroll(id="preview"):
                yield Static("Opening the workspace …", id="preview-text", markup=False)
        yield KeyBar(self.KEYS)

    def on_mount(self) -> None:
        self.query_one("#choices").border_title = "New session"
        self.query_one("#sessions").border_title = "Earlier sessions"
        self.query_one("#sessions").border_subtitle = "⏎ resumes · f4 figures · / finds"
        self.query_one("#preview").border_title = "Preview"

    def _masthead(self, name: str = "") -> Content:
        return Content.assemble(
            (" ⚖ Tiebreak ", "bold $primary"),
            (f" {clean_line(name, 40)} " if name else "", "bold"),
            (f" {tiebreak.__version__}", "dim"),
        )

    # -- loading

    def opened(self, bench: "Workbench") -> None:
        """The workspace is there: fill the lists."""
        self.query_one("#masthead", Static).update(self._masthead(bench.workspace.name), layout=False)
        self.load()

    def begin_anew(self) -> None:
        """Forget what was chosen: another folder is being opened."""
        self.choosing, self._wanted, self._reading, self._begun = None, None, None, False

    def show_problem(self, error: TiebreakError) -> None:
        """The workspace cannot be used: say why, in full."""
        self.query_one("#preview-text", Static).update(Content.styled(clean(str(error)), "$text-error"))
        self.tiebreak.tell_error(error)

    def on_screen_resume(self) -> None:
        if self.choosing is not None:
            self.load()

    def load(self, choices: "Choices | None" = None) -> None:
        """Read the workspace's files and the list of sessions, behind the screen; with other choices if given.

        A later call ends an earlier one, and takes over what that one was to choose.
        """
        self._wanted = choices or self._wanted
        self._reading = self._read(self._wanted)

    async def _read_out(self) -> bool:
        """Wait until what was chosen last is read: an act is on what was chosen, however fast the keys came.

        False where it could not be read, which the screen then says.
        """
        while (reading := self._reading) is not None and not reading.is_finished:
            with suppress(WorkerCancelled):  # by a later reading, which is waited for in turn
                await reading.wait()
        return self._wanted is None

    @work(thread=True, exclusive=True, group="setup")
    def _read(self, wanted: "Choices | None") -> None:
        from tiebreak_workbench.judges.standing import version_status
        from tiebreak_workbench.starting.choosing import Choosing
        from tiebreak_workbench.starting.naming import new_seed

        bench, before = self.tiebreak.bench, self.choosing
        if bench is None:
            return
        try:
            choosing = Choosing(
                bench.workspace,
                wanted or (before.choices if before else self.tiebreak.wishes.choices()),
                seed=before.seed if before else new_seed(),
                environ=bench.environ,
            )
            choosing.resolve()
            if choosing.judge is not None:
                choosing.judge_status = version_status(bench, choosing.judge)
            remarks = choosing.remarks()
            sessions = bench.store.sessions(RECENT)
            # Opening has made the database, so what tells an empty folder is that it offers nothing to choose.
            workspace = choosing.workspace
            empty = not (sessions or workspace.datasets or workspace.configs or workspace.policies)
        except TiebreakError as error:
            self.tiebreak.call_from_thread(self.show_problem, error)
            return
        if not get_current_worker().is_cancelled:
            lines = setup_text.lines(choosing, remarks)
            self.tiebreak.call_from_thread(self._loaded, choosing, lines, sessions, empty)

    def _loaded(
        self, choosing: "Choosing", lines: list[setup_text.Line], sessions: "list[SessionSummary]", empty: bool
    ) -> None:
        self.choosing = choosing
        self._wanted = None
        if choosing.needs_helper and self.tiebreak.bench is not None:
            self.tiebreak.bench.hold_helper()  # while one still chooses, so that the start is at once
        choices = self.query_one("#choices", OptionList)
        first = choices.option_count == 0
        chosen = choices.highlighted
        width = max(20, choices.scrollable_content_region.width)
        choices.clear_options()
        choices.add_options(Option(setup_text.line_content(line, width), id=line.key) for line in lines)
        choices.highlighted = choices.option_count - 1 if first else chosen
        listed = self.query_one("#sessions", OptionList)
        self.query_one("#left").set_class(bool(sessions), "-sessions")
        marked = listed.highlighted_option.id if listed.highlighted_option is not None else None
        listed.clear_options()
        listed.add_options(Option(setup_text.session_content(session, width), id=session.id) for session in sessions)
        listed.highlighted = next((n for n, session in enumerate(sessions) if session.id == marked), None)
        if first:
            choices.focus()
        self._preview()
        if not self._begun:
            self._begun = True
            self.call_next(self._carry_out_wishes)
            if empty and self.tiebreak.wishes.resume is None and self.tiebreak.wishes.spot is None:
                self._welcome(str(choosing.workspace.folder.resolve()))

    async def _carry_out_wishes(self) -> None:
        """What the command line asked for, once."""
        from tiebreak_workbench.figures.scoring import unfinished_session

        wishes, bench = self.tiebreak.wishes, self.tiebreak.bench
        wanted = wishes.resume
        if wanted is None and wishes.resume_unfinished and bench is not None:
            wanted = await asyncio.to_thread(unfinished_session, bench.store)
        if wanted is not None:
            await self._enter(wanted, wishes.judge if wishes.resume is not None else None, wishes.queue)
        elif wishes.triage is not None:
            from tiebreak_tui.to_triage import enter_triage

            try:
                await enter_triage(self.tiebreak, *wishes.triage, allow=wishes.allow, wanted=wishes.triage_filter)
            except TiebreakError as error:
                self.tiebreak.tell_error(error)
        elif wishes.spot is not None:
            self.action_spot()
        elif wishes.start:
            await self.action_start()

    # -- previews

    @on(OptionList.OptionHighlighted)
    def highlighted(self) -> None:
        self._preview()

    @property
    def _marked(self) -> str | None:
        """The key of the marked line."""
        option = self.query_one("#choices", OptionList).highlighted_option
        return option.id if option is not None else None

    @property
    def compared(self) -> tuple[str, str | None] | None:
        """The marked session; where the choices have the keyboard, the newest runs of both configs."""
        session = self.query_one("#sessions", OptionList)
        if session.has_focus and session.highlighted_option is not None and session.highlighted_option.id:
            return session.highlighted_option.id, None
        chosen = self.choosing
        if chosen is None or chosen.baseline is None or chosen.candidate is None:
            return None
        return f"config:{chosen.baseline.name}", f"config:{chosen.candidate.name}"

    def _preview(self) -> None:
        key = self._marked
        if self.choosing is None or key is None:
            return
        self.query_one("#preview-text", Static).update(setup_text.preview(self.choosing, key))
        self.query_one("#preview").scroll_home(animate=False)

    # -- acts

    @on(OptionList.OptionSelected, "#choices")
    async def chose(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == START:
            await self.action_start()
        elif event.option_id is not None and await self._read_out():
            self._pick(event.option_id)

    def action_choose(self) -> None:
        """Take what is marked in the list that has the keyboard."""
        if isinstance(self.focused, OptionList):
            self.focused.action_select()

    def _pick(self, key: str) -> None:
        from tiebreak_tui.dialogs.choose import choose

        choosing = self.choosing
        if choosing is None:
            return

        def chosen(choices: "Choices | None") -> None:
            if choices is not None:
                self.load(choices)

        choose(self.tiebreak, choosing, key, chosen)

    @on(OptionList.OptionSelected, "#sessions")
    async def resumed(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is not None:
            await self._enter(event.option_id)

    async def _enter(self, session_id: str, judge: str | None = None, queue: "Queue" = "random") -> None:
        try:
            await self.tiebreak.enter_arena(session_id, judge, queue)
        except TiebreakError as error:
            self.tiebreak.tell_error(error)

    async def action_start(self) -> None:
        """Set the session down and open it in the Arena."""
        bench = self.tiebreak.bench
        if bench is None or self.choosing is None:
            self.tiebreak.flash("The workspace is still loading.")
            return
        if not await self._read_out():
            return
        choosing = self.choosing
        # Anew, since trust may have been given meanwhile.
        remarks = await asyncio.to_thread(choosing.remarks)
        problems = [remark.text for remark in remarks if remark.level == "problem"]
        try:
            if problems:
                raise UsageError("\n".join(problems))
            session_id = bench.start(choosing.setup())
        except TiebreakError as error:
            self.tiebreak.tell_error(error)
            return
        await self._enter(session_id)

    async def action_swap(self) -> None:
        if await self._read_out() and self.choosing is not None:
            self.load(self.choosing.swapped())

    def action_sessions(self) -> None:
        sessions = self.query_one("#sessions", OptionList)
        if sessions.option_count:
            sessions.focus()
            sessions.highlighted = sessions.highlighted or 0
        else:
            self._no_session()

    async def action_scoreboard(self) -> None:
        """The figures of the earlier session that is marked, without taking it up."""
        sessions = self.query_one("#sessions", OptionList)
        marked = sessions.highlighted_option if sessions.has_focus else None
        if marked is not None and marked.id is not None:
            await self.tiebreak.open_scoreboard(marked.id)
        elif sessions.option_count:
            self.tiebreak.flash("Mark an earlier session first: r goes to them.")
        else:
            self._no_session()

    def _no_session(self) -> None:
        opening = self.tiebreak.bench is None or not self._begun
        self.tiebreak.flash("The workspace is still opening." if opening else "There is no earlier session yet.")

    def action_reload(self) -> None:
        self.load()

    def action_build(self) -> None:
        from tiebreak_tui.dialogs.begin import build_config

        build_config(self.tiebreak, self._built)

    def _built(self, name: str) -> None:
        """Choose a config that was just made: for the marked side, else as the candidate."""
        if self.choosing is not None:
            side = "baseline" if self._marked == "baseline" else "candidate"
            self.load(replace(self.choosing.choices, **{side: name}))

    def action_spot(self) -> None:
        from tiebreak_tui.dialogs.begin import spot_check

        spot_check(self.tiebreak, self._enter)

    def action_find(self) -> None:
        from tiebreak_tui.dialogs.past import find_in_past

        find_in_past(self.tiebreak)

    def action_versions(self) -> None:
        from tiebreak_tui.dialogs.versions import show_versions

        choices = self.choosing.choices if self.choosing is not None else None
        name = choices and (choices.baseline if self._marked == "baseline" else choices.candidate)
        if name:
            show_versions(self.tiebreak, name)
        else:
            self.tiebreak.flash("No config is chosen yet.")

    def _welcome(self, folder: str) -> None:
        from tiebreak_tui.dialogs.begin import welcome

        welcome(self.tiebreak, folder, self.action_spot)
