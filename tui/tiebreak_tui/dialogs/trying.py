"""What the dialogs share that ask beside sessions: a form with its price, then how far it is, then what came of it."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tiebreak.errors import TiebreakError, UsageError
from tiebreak.records import Config
from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.dialog import Result
from tiebreak_tui.dialogs.models import ModelDialog
from tiebreak_tui.lanes import Lanes
from tiebreak_tui.trial_run import Errand, TrialRun
from tiebreak_tui.widgets.limits_row import LimitsRow

if TYPE_CHECKING:
    from tiebreak_workbench.trials.trials import TrialLimits, TrialProgress

T = TypeVar("T")
PERIOD = 0.2
"""Seconds between two pictures of how far it is."""
CONCURRENCY = 4


class TryingDialog(ModelDialog[Result]):
    """ctrl+s asks what the form says; esc stops that, and closes what is done. Nothing is asked before ctrl+s.

    CSS classes: `-asking` while it asks, `-done` afterwards; in both the form is gone.
    """

    DEFAULT_CSS = """
    TryingDialog > .dialog { width: 94%; max-width: 120; height: 90%; }
    TryingDialog.-narrow > .dialog { height: 100%; }
    TryingDialog .form { height: 1fr; }
    TryingDialog .form Static { height: auto; }
    TryingDialog .came { height: 1fr; display: none; }
    TryingDialog #told { height: auto; max-height: 6; margin-top: 1; }
    TryingDialog #how { height: auto; max-height: 6; }
    TryingDialog.-asking .form, TryingDialog.-done .form { display: none; }
    TryingDialog.-asking .came, TryingDialog.-done .came { display: block; }
    """
    BINDINGS = [
        Binding("ctrl+s", "ask", "Ask", priority=True),
        Binding("ctrl+o", "offline", "Offline", priority=True),
        Binding("tab", "app.focus_next", show=False),
    ]

    def __init__(self, environ: Mapping[str, str], run: TrialRun, *, offline: bool) -> None:
        """`offline` asks nothing, and looks at answers that are there; ctrl+o changes it."""
        super().__init__(environ)
        self.trial_run = run
        self._offline = offline
        self._lanes: Lanes | None = None
        self._problem: TiebreakError | None = None
        self._doubt = ""
        """Why nobody will answer, as far as that can be seen before."""

    # -- what a dialog is made of

    @abstractmethod
    def form(self) -> ComposeResult:
        """What is asked of the user."""

    @abstractmethod
    def came(self) -> ComposeResult:
        """Where what comes is shown."""

    @abstractmethod
    def work_out(self) -> None:
        """Begin to work out what the form would ask, then `tell_plan`."""

    @abstractmethod
    def announced(self, limits: "TrialLimits") -> str:
        """What would be asked, and what it costs at most; empty while that is worked out."""

    @abstractmethod
    def begin(self, limits: "TrialLimits") -> None:
        """Ask; called where `announced` had something to say."""

    @abstractmethod
    def paint(self, at: "TrialProgress | None") -> None:
        """Show how far it is."""

    def body(self) -> ComposeResult:
        with Vertical(classes="form"):
            yield from self.form()
            yield Static(id="told", markup=False)
        with Vertical(classes="came"):
            yield Static(id="how", markup=False)
            yield from self.came()

    def on_mount(self) -> None:
        self._lanes = Lanes(self, self._failed)
        self.set_interval(PERIOD, self._look)
        self.subtitle(self.hint)
        self.work_out()

    def _failed(self, kind: str, error: TiebreakError) -> None:
        if kind == "plan":
            self.refuse(error)

    def on_unmount(self) -> None:
        if self._lanes is not None:
            self._lanes.closed = True

    def subtitle(self, words: str) -> None:
        self.query_one(".dialog").border_subtitle = Content(words)

    # -- the form

    @property
    def limits(self) -> "TrialLimits":
        """
        Raises:
            UsageError: for a number that is none.
        """
        from tiebreak_workbench.trials.trials import TrialLimits

        row = self.query_one(LimitsRow)
        return TrialLimits(concurrency=CONCURRENCY, max_calls=row.calls, max_cost=row.usd, offline=self._offline)

    def in_thread(self, work: Callable[[], T], then: Callable[[T], object]) -> None:
        """Work something out behind the form; only the last one counts."""
        self._problem = None
        if self._lanes is not None:
            self._lanes.start("plan", work, then)

    def doubt(self, *configs: Config) -> None:
        """See whether those who would be asked can be reached; say so where they cannot."""
        from tiebreak.targets.reach import out_of_reach

        def look() -> str:
            told = (out_of_reach(config, self.environ) for config in configs)
            return next((words for words in told if words), "")

        def seen(words: str) -> None:
            self._doubt = words
            self.tell_plan()

        self._doubt = ""
        if self._lanes is not None and not self._offline:
            self._lanes.start("reach", look, seen)

    def refuse(self, error: TiebreakError) -> None:
        """Say in the form why it cannot be asked."""
        self._problem = error
        if self.is_attached:
            mended = self._offline or isinstance(error, UsageError)  # which looking only would not mend
            offline = "" if mended else " ctrl+o looks only at answers that are there."
            self._tell(Content.styled(clean(f"{error}{offline}"), "$text-warning"))
            self.refused()

    def refused(self) -> None:
        """Show in the form that it cannot be asked, besides the reason."""

    def tell_plan(self) -> None:
        """Say what would be asked."""
        if not self.is_attached or self._problem is not None:
            return
        try:
            text = self.announced(self.limits)
        except TiebreakError as error:
            self._tell(Content.styled(clean(str(error)), "$text-warning"))
            return
        told = Content(clean(text)) if text else Content.styled("Working out what that takes …", "dim")
        if self._doubt and not self._offline:
            doubt = f"{self._doubt} ctrl+o looks only at answers that are there.\n"
            told = Content.styled(clean(doubt), "$text-warning") + told
        self._tell(told)

    def _tell(self, text: Content) -> None:
        self.query_one("#told", Static).update(text)

    @on(Input.Changed, "LimitsRow Input")
    def limit_typed(self) -> None:
        self.tell_plan()

    @on(Input.Submitted)
    def submitted(self) -> None:
        self.focus_next()

    def action_offline(self) -> None:
        if not self._asked:
            self._offline = not self._offline
            self.work_out()

    @property
    def _asked(self) -> bool:
        return self.has_class("-asking") or self.has_class("-done")

    # -- asking

    def action_ask(self) -> None:
        if self._asked or self._problem is not None:
            return
        try:
            limits = self.limits
            ready = bool(self.announced(limits))
        except TiebreakError as error:
            self._tell(Content.styled(clean(str(error)), "$text-warning"))
            return
        if ready:
            self.begin(limits)

    def ask(self, errand: Errand[T], done: Callable[[T], object]) -> None:
        """Ask, and show how far it is; what cannot be asked is told in the form."""
        self.add_class("-asking")
        self.subtitle("esc stops; what came is kept")
        self.paint(None)

        def failed(error: TiebreakError) -> None:
            if self.is_attached:
                self.remove_class("-asking")
                self.subtitle(self.hint)
                self.refuse(error)

        def ended(found: T) -> None:
            if self.is_attached:
                self.remove_class("-asking")
                self.add_class("-done")
                done(found)

        self.trial_run.begin(self, errand, ended, failed)

    def tell_how(self, words: Content) -> None:
        """Say how far it is, or what came of it, above what came."""
        how = self.query_one("#how", Static)
        how.display = bool(words.plain)
        how.update(words)

    def _look(self) -> None:
        if self.has_class("-asking"):
            self.paint(self.trial_run.progress)

    def action_cancel(self) -> None:
        if self.trial_run.running and self.has_class("-asking"):
            self.trial_run.stop()
            self.subtitle("Stopping: calls in flight are let finish · esc again cuts them")
        else:
            self.leave()

    def leave(self) -> None:
        """Close; with what came, where anything did."""
        self.dismiss(None)


def bar(done: int, of: int, width: int = 24) -> str:
    """`▰▰▰▱▱▱` for three of six."""
    full = round(width * min(1.0, done / of)) if of else 0
    return "▰" * full + "▱" * (width - full)
