"""The app: wiring between the workbench, the places and the keys."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.content import Content
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Event, Key, Paste, Resize
from textual.screen import Screen
from textual.theme import Theme

import tiebreak
from tiebreak.errors import StoreError, TiebreakError, UsageError
from tiebreak.sanitise import clean, clean_line
from tiebreak_tui import themes
from tiebreak_tui.clipboard import OSC52_LIMIT, Copied, doubt_of, save_copy
from tiebreak_tui.collecting import keep_what_is_loaded, spare_the_frames
from tiebreak_tui.driver import HANGUP, TerminalDriver, TerminalGone
from tiebreak_tui.fit import fit
from tiebreak_tui.input_reader import KeyBurst
from tiebreak_tui.keyboard import Keyboard
from tiebreak_tui.keys import EVERYWHERE, bindings
from tiebreak_tui.own_keys import KEYS, OwnKeys, read_own_keys
from tiebreak_tui.screens.place import Place
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.settings import remember_theme, remembered_theme, settings_folder
from tiebreak_tui.signals import end_on_signals
from tiebreak_tui.to_triage import keep_for_triage, leave_triage, to_triage
from tiebreak_tui.wishes import Wishes

if TYPE_CHECKING:
    from tiebreak.records.sessions import Queue
    from tiebreak_tui.screens.arena import ArenaScreen
    from tiebreak_tui.screens.triage import TriageScreen
    from tiebreak_tui.widgets.status_bar import Severity
    from tiebreak_workbench.lease import Lease
    from tiebreak_workbench.workbench import Workbench

TOAST, TOAST_SECONDS = 300, 6
"""Characters of a toast; more goes into a dialog."""
ROWS_FOR_TOAST = 20
"""On fewer rows a toast would cover what is read: there a word is cut to the room of its line instead."""


class TiebreakApp(App[None]):
    """Tiebreak in a terminal: Setup at the bottom, the Arena and dialogs over it."""

    TITLE = "Tiebreak"
    CSS_PATH = "app.tcss"
    BINDINGS = [*bindings(EVERYWHERE), Binding("ctrl+q", "quit", "Quit", show=False, priority=True)]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (20, "-short"), (32, "-tall")]

    def __init__(self, folder: Path, wishes: Wishes, environ: Mapping[str, str]) -> None:
        # Textual chooses its colour filter here: only told now does it leave out every colour code under NO_COLOR.
        super().__init__(ansi_color=True if environ.get("NO_COLOR") else None)
        self.folder = folder
        self.wishes = wishes
        self.environ = environ
        self.bench: Workbench | None = None
        self.arena: ArenaScreen | None = None
        self.triage: TriageScreen | None = None
        self._lease: Lease | None = None
        """Keeps other processes off the session in the Arena."""
        self.own_keys = OwnKeys({})
        self.parting_words = ""
        """Said on stderr once the terminal is back, such as how to resume."""
        self.copy_doubt = ""
        """Why a copy likely does not reach the clipboard, once that is known."""
        self.saved = threading.Event()
        """Set once nothing is left to be written."""
        self._keyboard = Keyboard(self, super().on_event)
        self._forget_signals: Callable[[], None] | None = None
        self._ending = False
        self.register_theme(themes.DARK)
        self.register_theme(themes.LIGHT)
        wanted = environ.get("TIEBREAK_THEME") or remembered_theme(environ)
        if environ.get("NO_COLOR"):
            wanted = themes.ANSI
        self.theme = wanted if wanted in self.available_themes else themes.DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.SIDE_DEFAULTS

    # -- life

    def get_default_screen(self) -> Screen[None]:
        return SetupScreen()

    def on_mount(self) -> None:
        self._forget_signals = end_on_signals(lambda code: self.call_next(self.end, code))
        self.call_after_refresh(self._after_first_frame)

    def _after_first_frame(self) -> None:
        spare_the_frames()
        self._take_own_keys()
        self._look_at_clipboard()
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        self.open_folder()

    def on_resize(self, event: Resize) -> None:
        for screen in self.screen_stack:
            fit(screen, event.size)

    def _take_own_keys(self) -> None:
        self.own_keys = read_own_keys(settings_folder(self.environ) / KEYS)
        self.set_keymap(dict(self.own_keys.keys))
        problems = self.own_keys.problems
        if problems:
            from tiebreak.gates.wording import plural  # not needed for a first frame

            # At the edge, where it stays in sight whatever place is opened meanwhile.
            more = f"\n{plural(len(problems) - 1, 'more line')} of it cannot be used." if problems[1:] else ""
            text = clean(f"{problems[0]}{more}\nEverything else in it holds; ? lists what does not.")
            self.notify(text, title="Your keys", severity="warning", timeout=15, markup=False)

    def _remember_theme(self, theme: Theme) -> None:
        if self.environ.get("NO_COLOR"):
            return
        try:
            remember_theme(self.environ, theme.name)
        except OSError as error:
            self.flash(f"The theme holds until you leave; it cannot be kept: {error}.", severity="warning")

    @work(thread=True, group="clipboard")
    def _look_at_clipboard(self) -> None:
        self.copy_doubt = doubt_of(self.environ)

    @work(thread=True, exclusive=True, group="open")
    def open_folder(self) -> None:
        """Load the workspace and its database behind the first frame."""
        from tiebreak_workbench.workbench import Workbench

        try:
            bench = Workbench.open(self.folder, self.environ)
        except TiebreakError as error:
            self.call_from_thread(self.setup.show_problem, error)
        else:
            self.call_from_thread(self._opened, bench)
            # While one still chooses; imported as the Arena opens, it would hold up its first picture.
            import_module("tiebreak_tui.screens.blind")
            keep_what_is_loaded()

    def _opened(self, bench: "Workbench") -> None:
        self.bench = bench
        self.sub_title = clean_line(bench.workspace.name, 60)
        self.setup.opened(bench)

    async def end(self, code: int = 0) -> None:
        """Leave: end the calls in flight, write out what is queued, put the terminal back."""
        if self._ending:
            return
        self._ending = True
        if self.triage is not None:
            await self.triage.close()
        if self.arena is not None:
            await self.arena.live.close()
        bench, self.bench = self.bench, None  # what is still being read must begin nothing with it
        if bench is not None:
            await bench.let_helper_go()
            await asyncio.to_thread(bench.close)
        self.saved.set()
        if self.arena is not None:
            # Only now is it known of every ballot whether it was saved.
            self.parting_words = self.arena.parting_words()
        self._give_back()
        if self._forget_signals is not None:
            self._forget_signals()
            self._forget_signals = None
        self.exit(return_code=code)

    async def action_quit(self) -> None:
        await self.end()

    def get_driver_class(self) -> type[Driver]:
        driver = super().get_driver_class()
        return TerminalDriver if driver is LinuxDriver else driver

    async def on_event(self, event: Event) -> None:
        match event:
            case Key() if not event.is_forwarded:
                await self._keyboard.key(event)
            case KeyBurst():
                await self._keyboard.burst(event)
            case Paste() if not event.is_forwarded:
                await self._keyboard.paste(event)
            case TerminalGone():
                await self.end(HANGUP)
            case _:
                await super().on_event(event)

    def _fatal_error(self) -> None:
        """A fault of ours ends the app. Textual would tell it with the values of variables; some of those are keys."""
        import traceback

        from rich.text import Text

        from tiebreak.redaction import Redactor

        keys = [value for name, value in self.environ.items() if name.endswith(("KEY", "TOKEN", "SECRET"))]
        told = clean(Redactor(keys).redact(traceback.format_exc()))
        self._exit_renderables.append(Text(f"{told}\nThis is a fault of Tiebreak. Every vote given before is saved."))
        self._close_messages_no_wait()

    # -- places

    @property
    def setup(self) -> SetupScreen:
        screen = self.screen_stack[0]
        assert isinstance(screen, SetupScreen)
        return screen

    async def action_place(self, place: str) -> None:
        """Go to `setup`, `arena` or `triage`."""
        if place == "triage":
            await to_triage(self)
        elif place == "setup" and self.wishes.spot:
            self.flash("This spot check has no Setup: q leaves, and `tiebreak` opens a folder.")
        elif place == "setup":
            await leave_triage(self)
            self._uncover(self.setup)
        elif self.arena is None:
            self.flash("No session is open yet. Start one here, or resume an earlier one.")
        else:
            await leave_triage(self)
            if self.arena in self.screen_stack:
                self._uncover(self.arena)
            else:
                await self.push_screen(self.arena)

    def _uncover(self, place: Place) -> None:
        while self.screen is not place and len(self.screen_stack) > 1:
            self.pop_screen()

    async def open_scoreboard(self, session_id: str) -> None:
        """Show the figures of a session: as it goes on where it is the one in the Arena, else as it is stored."""
        from tiebreak_tui.screens.scoreboard import open_stored

        bench, arena = self.bench, self.arena
        if arena is not None and arena.session_id == session_id:
            await self.action_place("arena")
            arena.action_scoreboard()
        elif bench is not None:
            await open_stored(self, bench, session_id)

    async def leave_arena(self) -> None:
        """Back to where the user came from: to Setup, or out of a spot check that the command line began."""
        if self.wishes.spot:
            await self.end()
        else:
            self._uncover(self.setup)

    async def enter_arena(self, session_id: str, judge: str | None = None, queue: "Queue" = "random") -> None:
        """Open a session in the Arena; one that was open there is closed first. `judge` goes along from now on.

        Raises:
            TiebreakError: where the session cannot be taken up.
        """
        from tiebreak.targets.open import needs_helper
        from tiebreak_tui.screens.arena import ArenaScreen
        from tiebreak_tui.screens.blind import BlindArenaScreen
        from tiebreak_workbench.entering import entered

        if self.bench is None:
            raise UsageError("The workspace is still loading.", hint="Try again in a moment.")
        bench = self.bench
        session_id = await asyncio.to_thread(bench.store.session_id, session_id)
        if self.arena is not None and self.arena.session_id == session_id:
            await self.leave_session()  # or we would be in our own way
        with ExitStack() as held:
            lease = held.enter_context(await asyncio.to_thread(bench.lease, session_id))
            new = await asyncio.to_thread(entered, bench, session_id, queue, judge, self.wishes.judge_cost)
            asked = [arm.config for arm in new.arms] + ([new.seat.judge.config] if new.seat is not None else [])
            if await asyncio.to_thread(lambda: any(needs_helper(config, self.environ) for config in asked)):
                bench.hold_helper()
            await self.leave_session()
            arena = (BlindArenaScreen if new.stored.session.blind else ArenaScreen)(bench, new)
            held.pop_all()
        self.arena, self._lease = arena, lease
        # Installed, the Arena lives on under Setup while one looks there.
        self.install_screen(arena, arena.session_id)  # pyright: ignore[reportUnknownMemberType]  # Textual leaves Screen open
        await self.push_screen(arena)
        for warning in filter(None, (lease.warning, new.seat.notice if new.seat is not None else "")):
            self.notify(clean(warning), severity="warning", timeout=10, markup=False)

    async def move_to(self, folder: Path, wishes: Wishes) -> None:
        """Open another folder in the place of this one, at Setup."""
        await self.leave_session()
        bench, self.bench = self.bench, None
        if bench is not None:
            await bench.let_helper_go()
            await asyncio.to_thread(bench.close)
        self.folder, self.wishes = folder, wishes
        self._uncover(self.setup)
        self.setup.begin_anew()
        self.open_folder()

    async def leave_session(self) -> None:
        """Close the open session, if any; it stays resumable."""
        arena, self.arena = self.arena, None
        if arena is not None:
            await arena.live.close()
            with suppress(StoreError):  # told by the Arena itself
                await arena.live.saves.settled()
            self._give_back()
            if arena in self.screen_stack:
                self._uncover(self.setup)
            self.uninstall_screen(arena)  # pyright: ignore[reportUnknownMemberType]  # Textual leaves Screen open
            await keep_for_triage(self, arena.session_id)

    def _give_back(self) -> None:
        """Let other processes open the session. Only once all of it is written: whoever comes next reads the rows."""
        lease, self._lease = self._lease, None
        if lease is not None:
            lease.release()

    # -- telling

    def flash(self, text: str, *, severity: "Severity" = "information") -> None:
        """A short word: in the status line where the screen has one with room for all of it, else at the edge; made
        harmless here."""
        from tiebreak_tui.widgets.status_bar import StatusBar  # no part of a first frame

        bar = next(iter(self.screen.query(StatusBar)), None)
        if bar is not None and (bar.has_room_for(text) or self.size.height < ROWS_FOR_TOAST):
            bar.flash(text, severity)
        else:
            if bar is not None:
                bar.hush()  # one word at a time
            self.notify(clean(text)[:TOAST], severity=severity, timeout=TOAST_SECONDS, markup=False)

    def tell_error(self, error: TiebreakError) -> None:
        """An error in full, with what to do next."""
        from tiebreak_tui.dialogs.confirm import TellDialog

        where = getattr(error, "where", "")
        text = Content(clean(f"{where}\n\n{error.message}" if where else error.message))
        if error.hint:
            text += Content.styled(f"\n\n{clean(error.hint)}", "$warning")
        self.push_screen(TellDialog(error.title, text))

    def copy(self, text: str, name: str) -> Copied:
        """Copy a text: to the clipboard when it is short enough for terminals, to a file otherwise.

        Raises:
            OSError: where the file cannot be written.
        """
        safe = clean(text)
        if len(safe) <= OSC52_LIMIT:
            self.copy_to_clipboard(safe)
            return Copied(sent=True, saved=None, doubt=self.copy_doubt)
        return Copied(sent=False, saved=self.save(text, name))

    def save(self, text: str, name: str) -> Path:
        """Save a copy under `.tiebreak/copies` of the workspace."""
        return save_copy(text, self.folder / ".tiebreak" / "copies", name)

    # -- keys and palette

    def action_help(self) -> None:
        from tiebreak_tui.dialogs.help import HelpDialog

        place = self.screen
        keys = getattr(place, "KEYS", ())
        intro = getattr(place, "INTRO", "")
        if not isinstance(place, HelpDialog):
            self.push_screen(HelpDialog(getattr(place, "NAME", ""), intro, (*keys, *EVERYWHERE), self.own_keys))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: what applies on this screen now, then the app's own commands."""
        for key in getattr(screen, "KEYS", ()):
            name, _, rest = key.action.partition("(")
            applies = isinstance(screen, Place) and screen.applies(name)
            if applies and screen.check_action(name, ()) is not False and key.group != "Scores":
                yield SystemCommand(key.label, key.help, lambda action=key.action: self.run_palette(action, screen))
            del rest
        for key in EVERYWHERE[1:] if isinstance(screen, Place) else ():
            if key.label != getattr(screen, "NAME", ""):
                yield SystemCommand(key.label, key.help, lambda act=key.action: self.run_palette(f"app.{act}", screen))
        yield SystemCommand("Keys", "What every key does here", self.action_help)
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)
        yield SystemCommand(
            "Screenshot", "Save this screen as SVG", lambda: self.set_timer(0.1, self.deliver_screenshot)
        )
        yield SystemCommand("About", f"Tiebreak {tiebreak.__version__}", self.action_help)
        yield SystemCommand("Quit", "Leave Tiebreak; everything is saved", self.action_quit)

    async def run_palette(self, action: str, screen: Screen[object]) -> None:
        await self.run_action(action, default_namespace=screen)
