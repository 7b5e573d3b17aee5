"""`b` in Triage: which part of the change from A to B makes the case fail."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tiebreak_tui.dialogs.searching import SearchDialog
from tiebreak_tui.screens.triage_trial_text import bisection_pieces, hunk_pieces, step_pieces
from tiebreak_tui.trial_run import Errand, TrialRun
from tiebreak_tui.widgets.styled_view import Piece

if TYPE_CHECKING:
    from tiebreak.records import Config
    from tiebreak_workbench.trials.bisecting import Bisection, BisectPlan, BisectStep
    from tiebreak_workbench.trials.trials import TrialLimits, Trials


class BisectDialog(SearchDialog["BisectPlan", "BisectStep", "Bisection"]):
    """Dismissed with what came, also where it was stopped."""

    hint = "ctrl+s asks · ⇥ next field · ctrl+o offline · esc leaves"
    times = 3
    reading = "Reading both configs …"
    nothing = "There is nothing to bisect; why stands below."

    def __init__(
        self,
        environ: Mapping[str, str],
        run: TrialRun,
        about: str,
        prepare: "Callable[[bool], BisectPlan]",
        keep: "Callable[[BisectPlan, Bisection], object]",
        *,
        offline: bool = False,
    ) -> None:
        super().__init__(environ, run, f"Which change broke {about}?", prepare, offline=offline)
        self._keep = keep

    def asked_of(self, plan: "BisectPlan") -> "Sequence[Config]":
        return plan.difference.a, plan.difference.b

    def before(self, plan: "BisectPlan") -> Sequence[Piece]:
        return hunk_pieces(plan.difference.hunks)

    def told(self, plan: "BisectPlan", limits: "TrialLimits") -> str:
        from tiebreak_workbench.trials.words import announcement, bisect_what

        return announcement(bisect_what(plan), plan.most_calls, plan.usd_a_call, limits, plan.likely_calls)

    def errand(
        self, plan: "BisectPlan", limits: "TrialLimits", work: "Callable[[Trials], Awaitable[Bisection]]"
    ) -> "Errand[Bisection]":
        return Errand(
            policy=plan.policy,
            limits=limits,
            configs=self.asked_of(plan),
            specs=[spec for specs in plan.specs.values() for spec in specs],
            sample=plan.cases[0],
            work=work,
            keep=lambda found: self._keep(plan, found),
        )

    def search(
        self, plan: "BisectPlan", trials: "Trials", tell: "Callable[[BisectStep], object]"
    ) -> "Awaitable[Bisection]":
        from tiebreak_workbench.trials.bisecting import bisect

        return bisect(plan, trials, tell)

    def step_words(self, step: "BisectStep | None") -> Sequence[str]:
        from tiebreak.gates.wording import plural

        if step is None:
            return ("Asking …",)
        return f"Asking: {step.doing}", f"{plural(step.tried, 'prompt')} tried" if step.tried else ""

    def step_pieces(self, step: "BisectStep") -> Sequence[Piece]:
        return step_pieces(step)

    def summary(self, found: "Bisection") -> str:
        return ""

    def found_pieces(self, plan: "BisectPlan", found: "Bisection") -> Sequence[Piece]:
        return bisection_pieces(found, plan.times)

    def ways_out(self, found: "Bisection") -> str:
        return "It is kept with the case · ↑ ↓ scroll · ⏎ or esc closes"

    def leave(self) -> None:
        self.dismiss(self.result)
