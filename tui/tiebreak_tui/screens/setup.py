"""Setup: choose a dataset, two configs and a policy; see what the choice allows and costs; or resume a session."""

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static

import tiebreak
from tiebreak.errors import TiebreakError
from tiebreak.sanitise import clean, clean_line
from tiebreak_tui.keys import SETUP, Key, bindings

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp
    from tiebreak_workbench.choosing import Choosing
    from tiebreak_workbench.workbench import Workbench


class SetupScreen(Screen[None]):
    """The first place; everything else opens over it."""

    KEYS: ClassVar[tuple[Key, ...]] = SETUP
    INTRO = "Choose what to compare, then start. Everything you rate is saved at once; any session can be resumed."
    BINDINGS = bindings(key for key in SETUP if key.id != "setup.choose")

    def __init__(self) -> None:
        super().__init__()
        self.choosing: Choosing | None = None

    @property
    def tiebreak(self) -> "TiebreakApp":
        from tiebreak_tui.app import TiebreakApp

        assert isinstance(self.app, TiebreakApp)
        return self.app

    def compose(self) -> ComposeResult:
        yield Static(self._masthead(), id="masthead", markup=False)
        with Horizontal(id="desk"):
            with Vertical(id="left"):
                choices = OptionList(id="choices", markup=False)
                choices.border_title = "New session"
                yield choices
                sessions = OptionList(id="sessions", markup=False)
                sessions.border_title = "Earlier sessions"
                sessions.border_subtitle = "⏎ resumes"
                yield sessions
            with VerticalScroll(id="preview"):
                yield Static("Opening the workspace …", id="preview-text", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one("#preview").border_title = "Preview"

    def _masthead(self, name: str = "") -> Content:
        place = Content.styled(clean_line(name, 60), "bold") if name else Content("")
        return Content.assemble(
            (" ⚖ Tiebreak ", "bold $primary"),
            ("which of two configs should ship, with evidence  ", "$text-muted"),
            place,
            (f"  {tiebreak.__version__}", "$text-muted"),
        )

    # -- loading

    def opened(self, bench: "Workbench") -> None:
        """The workspace is there: fill the lists, or say what an empty folder offers."""
        self.query_one("#masthead", Static).update(self._masthead(bench.workspace.name))
        self.load_choices()

    def show_problem(self, error: TiebreakError) -> None:
        self.query_one("#preview-text", Static).update(Content.styled(clean(str(error)), "$error"))
        self.tiebreak.tell_error(error)

    @work(thread=True, exclusive=True, group="setup")
    def load_choices(self) -> None:
        from tiebreak_workbench.choosing import Choosing

        bench = self.tiebreak.bench
        if bench is None:
            return
        choosing = self.choosing or Choosing(bench.workspace, self.tiebreak.wishes.choices())
        try:
            choosing.reload()
            sessions = bench.store.sessions(200)
        except TiebreakError as error:
            self.tiebreak.call_from_thread(self.show_problem, error)
            return
        self.tiebreak.call_from_thread(self._loaded, choosing, sessions)
