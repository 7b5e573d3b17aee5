"""`b` in Triage: which part of the change from A to B makes the case fail."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from tiebreak.errors import TiebreakError
from tiebreak_tui.dialogs.trying import TryingDialog
from tiebreak_tui.screens.triage_trial_text import bisection_pieces, hunk_pieces, step_pieces
from tiebreak_tui.trial_run import Errand, TrialRun
from tiebreak_tui.widgets.limits_row import LimitsRow
from tiebreak_tui.widgets.styled_view import StyledView

if TYPE_CHECKING:
    from tiebreak_workbench.trials.bisecting import Bisection, BisectPlan, BisectStep
    from tiebreak_workbench.trials.trials import TrialLimits, TrialProgress, Trials

TIMES = 3
MAX_CALLS = 200
"""As `tiebreak bisect` has them."""

Prepare = Callable[[bool], "BisectPlan"]


class BisectDialog(TryingDialog["Bisection"]):
    """Dismissed with what came, also where it was stopped."""

    DEFAULT_CSS = """
    BisectDialog #changes { height: 1fr; margin-bottom: 1; }
    BisectDialog #found { height: 1fr; }
    """
    BINDINGS = [Binding("enter", "close_done", "Close", show=False)]
    hint = "ctrl+s asks · ⇥ next field · ctrl+o offline · esc leaves"

    def __init__(
        self,
        environ: Mapping[str, str],
        run: TrialRun,
        about: str,
        prepare: Prepare,
        keep: "Callable[[BisectPlan, Bisection], object]",
        *,
        offline: bool = False,
    ) -> None:
        """`prepare` works out what would be asked, in a thread; nothing where it is told so."""
        super().__init__(environ, run, offline=offline)
        self.heading = f"Which change broke {about}?"
        self._prepare = prepare
        self._keep = keep
        self._plan: BisectPlan | None = None
        self._step: BisectStep | None = None
        self._shown: BisectStep | None = None
        self._result: Bisection | None = None

    def form(self) -> ComposeResult:
        yield StyledView([("Reading both configs …", "dim")], id="changes")
        yield LimitsRow(TIMES, MAX_CALLS)

    def came(self) -> ComposeResult:
        yield StyledView(id="found")

    def on_mount(self) -> None:
        self.query_one("#times").focus()

    def work_out(self) -> None:
        self._plan = None
        offline = self._offline
        self.in_thread(lambda: self._prepare(offline), self._worked_out)

    def _worked_out(self, plan: "BisectPlan") -> None:
        self._plan = plan
        self.doubt(plan.difference.a, plan.difference.b)
        self.query_one("#changes", StyledView).show(hunk_pieces(plan.difference.hunks))
        self.tell_plan()

    def refuse(self, error: TiebreakError) -> None:
        super().refuse(error)
        if self._plan is None and self.is_attached:
            self.query_one("#changes", StyledView).show([("There is nothing to bisect; why stands below.", "dim")])

    @property
    def _planned(self) -> "BisectPlan | None":
        return replace(self._plan, times=self.query_one(LimitsRow).times) if self._plan is not None else None

    def announced(self, limits: "TrialLimits") -> str:
        from tiebreak_workbench.trials.words import announcement, bisect_what

        plan = self._planned
        if plan is None:
            return ""
        return announcement(bisect_what(plan), plan.most_calls, plan.usd_a_call, limits, plan.likely_calls)

    def begin(self, limits: "TrialLimits") -> None:
        from tiebreak_workbench.trials.bisecting import bisect

        plan = self._planned
        assert plan is not None

        async def work(trials: "Trials") -> "Bisection":
            return await bisect(plan, trials, self._heard)

        errand = Errand(
            policy=plan.policy,
            limits=limits,
            configs=(plan.difference.a, plan.difference.b),
            specs=[spec for specs in plan.specs.values() for spec in specs],
            sample=plan.cases[0],
            work=work,
            keep=lambda found: self._keep(plan, found),
        )
        self.ask(errand, self._done)

    def _heard(self, step: "BisectStep") -> None:
        self._step = step

    def paint(self, at: "TrialProgress | None") -> None:
        from tiebreak.gates.wording import plural
        from tiebreak_workbench.trials.words import used

        step = self._step
        words = [
            f"Asking: {step.doing}" if step is not None else "Asking …",
            f"{plural(step.tried, 'prompt')} tried" if step is not None and step.tried else "",
            used(at) if at is not None else "",
        ]
        self.query_one("#how", Static).update(Content(" · ".join(word for word in words if word)))
        if step is not None and step is not self._shown:
            self._shown = step
            self.query_one("#found", StyledView).show(step_pieces(step), top=False)

    def _done(self, found: "Bisection") -> None:
        self._result = found
        plan = self._planned
        self.query_one("#how", Static).update("")
        view = self.query_one("#found", StyledView)
        view.show(bisection_pieces(found, plan.times if plan is not None else TIMES))
        view.focus()
        self.subtitle("It is kept with the case · ↑ ↓ scroll · ⏎ or esc closes")

    def action_close_done(self) -> None:
        if self._result is not None:
            self.leave()

    def leave(self) -> None:
        self.dismiss(self._result)
