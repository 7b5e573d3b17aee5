"""What bisecting and shrinking have in common: a search that is worked out, told with its price, begun by ctrl+s,
followed step by step, and shown with what it found."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content

from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.trying import TryingDialog
from tiebreak_tui.trial_run import Errand, TrialRun
from tiebreak_tui.widgets.limits_row import LimitsRow
from tiebreak_tui.widgets.styled_view import Piece, StyledView

if TYPE_CHECKING:
    from tiebreak.records import Config
    from tiebreak_workbench.trials.bisecting import BisectPlan
    from tiebreak_workbench.trials.shrinking import ShrinkPlan
    from tiebreak_workbench.trials.trials import TrialLimits, TrialProgress, Trials

Plan = TypeVar("Plan", bound="BisectPlan | ShrinkPlan")
Step = TypeVar("Step")
Found = TypeVar("Found")

MAX_CALLS = 200
"""As the commands have it."""


class SearchDialog(TryingDialog[Found], Generic[Plan, Step, Found]):
    """A plan, its steps, and what was found: a kind of search says what each of them is."""

    DEFAULT_CSS = """
    SearchDialog #before { height: 1fr; margin-bottom: 1; }
    SearchDialog #found { height: 1fr; }
    """
    BINDINGS = [Binding("enter", "close_done", "Close", show=False)]

    times: ClassVar[int]
    """Answers of each that are proposed, as the command has it."""
    reading: ClassVar[str]
    """What is said while the plan is worked out."""
    nothing: ClassVar[str] = ""
    """What stands in its place where there is none."""
    compares: ClassVar[bool] = False
    """Whether `found_pieces` compares texts, which takes a while where they are long: it is done in a thread."""

    def __init__(
        self,
        environ: Mapping[str, str],
        run: TrialRun,
        heading: str,
        prepare: Callable[[bool], Plan],
        *,
        offline: bool = False,
    ) -> None:
        """`prepare` works out what would be asked, in a thread; nothing where it is told so."""
        super().__init__(environ, run, offline=offline)
        self.heading = heading
        self._prepare = prepare
        self._plan: Plan | None = None
        self._step: Step | None = None
        self._shown: Step | None = None
        self.result: Found | None = None

    # -- what a kind of search is made of

    @abstractmethod
    def asked_of(self, plan: Plan) -> "Sequence[Config]":
        """Those who would be asked."""

    @abstractmethod
    def before(self, plan: Plan) -> Iterable[Piece]:
        """What is searched."""

    @abstractmethod
    def told(self, plan: Plan, limits: "TrialLimits") -> str:
        """What would be asked, and what it costs at most."""

    @abstractmethod
    def errand(self, plan: Plan, limits: "TrialLimits", work: "Callable[[Trials], Awaitable[Found]]") -> Errand[Found]:
        """All that asking takes."""

    @abstractmethod
    def search(self, plan: Plan, trials: "Trials", tell: Callable[[Step], object]) -> Awaitable[Found]:
        """Ask; `tell` hears of each step before it is asked about."""

    @abstractmethod
    def step_words(self, step: Step | None) -> Sequence[str]:
        """How far it is; None before the first step."""

    @abstractmethod
    def step_pieces(self, step: Step) -> Iterable[Piece]:
        """What is left by now."""

    def moved(self, before: Step, now: Step) -> bool:
        """Whether a step shows anything else than the one before."""
        return before is not now

    @abstractmethod
    def summary(self, found: Found) -> str:
        """What came of it in a line, where its pieces do not say so."""

    @abstractmethod
    def found_pieces(self, plan: Plan, found: Found) -> Sequence[Piece]:
        """What came of it."""

    @abstractmethod
    def ways_out(self, found: Found) -> str:
        """What the keys do then."""

    # -- the form

    def form(self) -> ComposeResult:
        yield StyledView([(self.reading, "dim")], id="before")
        yield LimitsRow(self.times, MAX_CALLS)

    def came(self) -> ComposeResult:
        yield StyledView(id="found")

    def on_mount(self) -> None:
        self.query_one("#times").focus()

    def work_out(self) -> None:
        self._plan = None
        offline = self._offline
        self.in_thread(lambda: self._prepare(offline), self._worked_out)

    def _worked_out(self, plan: Plan) -> None:
        self._plan = plan
        self.doubt(*self.asked_of(plan))
        self.query_one("#before", StyledView).show(self.before(plan))
        self.tell_plan()

    def refused(self) -> None:
        if self._plan is None and self.nothing:
            self.query_one("#before", StyledView).show([(self.nothing, "dim")])

    @property
    def planned(self) -> Plan | None:
        return replace(self._plan, times=self.query_one(LimitsRow).times) if self._plan is not None else None

    def announced(self, limits: "TrialLimits") -> str:
        plan = self.planned
        return self.told(plan, limits) if plan is not None else ""

    # -- asking

    def begin(self, limits: "TrialLimits") -> None:
        plan = self.planned
        assert plan is not None

        def work(trials: "Trials") -> Awaitable[Found]:
            return self.search(plan, trials, self._heard)

        self._step = self._shown = None
        self.ask(self.errand(plan, limits, work), lambda found: self._done(plan, found))

    def _heard(self, step: Step) -> None:
        self._step = step

    def paint(self, at: "TrialProgress | None") -> None:
        from tiebreak_workbench.trials.words import used

        step = self._step
        words = [*self.step_words(step), used(at) if at is not None else ""]
        self.tell_how(Content(" · ".join(word for word in words if word)))
        if step is not None and (self._shown is None or self.moved(self._shown, step)):
            self._shown = step
            self.query_one("#found", StyledView).show(self.step_pieces(step), top=False)

    def _done(self, plan: Plan, found: Found) -> None:
        self.result = found
        self.tell_how(Content(clean(self.summary(found))))
        view = self.query_one("#found", StyledView)
        if self.compares:
            self.in_thread(lambda: self.found_pieces(plan, found), view.show)
        else:
            view.show(self.found_pieces(plan, found))
        view.focus()
        self.subtitle(self.ways_out(found))

    def action_close_done(self) -> None:
        if self.result is not None:
            self.leave()
