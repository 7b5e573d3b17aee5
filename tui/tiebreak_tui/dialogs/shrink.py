"""From the promote dialog: make the question as small as still fails, and see what is left of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.trying import TryingDialog
from tiebreak_tui.screens.triage_trial_text import case_pieces, shrunk_pieces
from tiebreak_tui.trial_run import Errand, TrialRun
from tiebreak_tui.widgets.limits_row import LimitsRow
from tiebreak_tui.widgets.styled_view import StyledView

if TYPE_CHECKING:
    from tiebreak_workbench.trials.shrinking import ShrinkPlan, ShrinkStep, Shrunk
    from tiebreak_workbench.trials.trials import TrialLimits, TrialProgress, Trials

TIMES = 1
MAX_CALLS = 200
"""As `tiebreak promote --shrink` has them."""

Prepare = Callable[[bool], "ShrinkPlan"]


class ShrinkDialog(TryingDialog["Shrunk"]):
    """Dismissed with the smaller case, by enter alone."""

    DEFAULT_CSS = """
    ShrinkDialog #whole, ShrinkDialog #left { height: 1fr; margin-bottom: 1; }
    """
    BINDINGS = [Binding("enter", "take", "Take it", show=False)]
    hint = "ctrl+s begins · ⇥ next field · ctrl+o offline · esc leaves"

    def __init__(
        self,
        environ: Mapping[str, str],
        run: TrialRun,
        case_id: str,
        prepare: Prepare,
        *,
        offline: bool = False,
    ) -> None:
        """`prepare` works out what would be asked, in a thread; nothing where it is told so."""
        super().__init__(environ, run, offline=offline)
        self.heading = f"Shrink {case_id}"
        self._prepare = prepare
        self._plan: ShrinkPlan | None = None
        self._step: ShrinkStep | None = None
        self._shown: ShrinkStep | None = None
        self._result: Shrunk | None = None

    def form(self) -> ComposeResult:
        yield StyledView([("Reading the case …", "dim")], id="whole")
        yield LimitsRow(TIMES, MAX_CALLS)

    def came(self) -> ComposeResult:
        yield StyledView(id="left")

    def on_mount(self) -> None:
        self.query_one("#times").focus()

    def work_out(self) -> None:
        self._plan = None
        offline = self._offline
        self.in_thread(lambda: self._prepare(offline), self._worked_out)

    def _worked_out(self, plan: "ShrinkPlan") -> None:
        self._plan = plan
        if not plan.offline:
            self.doubt(plan.good, plan.bad)
        self.query_one("#whole", StyledView).show(case_pieces(plan.case))
        self.tell_plan()

    @property
    def _planned(self) -> "ShrinkPlan | None":
        return replace(self._plan, times=self.query_one(LimitsRow).times) if self._plan is not None else None

    def announced(self, limits: "TrialLimits") -> str:
        from tiebreak_workbench.trials.words import announcement, shrink_what

        plan = self._planned
        if plan is None:
            return ""
        what = shrink_what(plan)
        return announcement(what, plan.most_calls, plan.usd_a_call, limits) if not plan.offline else what

    def begin(self, limits: "TrialLimits") -> None:
        from tiebreak_workbench.trials.shrinking import shrink

        plan = self._planned
        assert plan is not None

        async def work(trials: "Trials") -> "Shrunk":
            return await shrink(plan, trials, self._heard)

        errand = Errand(
            policy=plan.policy,
            limits=replace(limits, offline=plan.offline),
            configs=(plan.good, plan.bad),
            specs=plan.specs,
            sample=plan.case,
            work=work,
        )
        self.ask(errand, self._done)

    def _heard(self, step: "ShrinkStep") -> None:
        self._step = step

    def paint(self, at: "TrialProgress | None") -> None:
        from tiebreak.gates.wording import plural
        from tiebreak_workbench.trials.words import used

        step, plan = self._step, self._plan
        words = [
            f"{step.words_before} → {plural(step.words, 'word')}" if step is not None else "Beginning …",
            f"{plural(step.tried, 'cut')} looked at" if step is not None else "",
            used(at) if at is not None else "",
        ]
        self.query_one("#how", Static).update(Content(" · ".join(word for word in words if word)))
        if plan is not None and step is not None and (self._shown is None or step.words != self._shown.words):
            self._shown = step
            self.query_one("#left", StyledView).show(case_pieces(step.case), top=False)

    def _done(self, found: "Shrunk") -> None:
        from tiebreak_workbench.trials.words import shrink_told

        self._result = found
        self.query_one("#how", Static).update(Content(clean(shrink_told(found))))
        view = self.query_one("#left", StyledView)
        if self._plan is not None:
            # Comparing long texts takes a while.
            whole = self._plan.case
            self.in_thread(lambda: shrunk_pieces(whole, found.case), view.show)
        view.focus()
        smaller = found.words_after < found.words_before
        self.subtitle("⏎ takes the smaller case · esc leaves it whole" if smaller else "esc closes")

    def action_take(self) -> None:
        if self._result is not None:
            smaller = self._result.words_after < self._result.words_before
            self.dismiss(self._result if smaller else None)
