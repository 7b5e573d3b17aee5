"""From the promote dialog: make the question as small as still fails, and see what is left of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tiebreak_tui.dialogs.searching import SearchDialog
from tiebreak_tui.screens.triage_trial_text import case_pieces, shrunk_pieces
from tiebreak_tui.trial_run import Errand, TrialRun
from tiebreak_tui.widgets.styled_view import Piece

if TYPE_CHECKING:
    from tiebreak.records import Config
    from tiebreak_workbench.trials.shrinking import ShrinkPlan, ShrinkStep, Shrunk
    from tiebreak_workbench.trials.trials import TrialLimits, Trials


class ShrinkDialog(SearchDialog["ShrinkPlan", "ShrinkStep", "Shrunk"]):
    """Dismissed with the smaller case, by enter alone."""

    hint = "ctrl+s begins · ⇥ next field · ctrl+o offline · esc leaves"
    times = 1
    reading = "Reading the case …"
    compares = True

    def __init__(
        self,
        environ: Mapping[str, str],
        run: TrialRun,
        case_id: str,
        prepare: "Callable[[bool], ShrinkPlan]",
        *,
        offline: bool = False,
    ) -> None:
        super().__init__(environ, run, f"Shrink {case_id}", prepare, offline=offline)

    def asked_of(self, plan: "ShrinkPlan") -> "Sequence[Config]":
        return () if plan.offline else (plan.good, plan.bad)

    def before(self, plan: "ShrinkPlan") -> Sequence[Piece]:
        return case_pieces(plan.case)

    def told(self, plan: "ShrinkPlan", limits: "TrialLimits") -> str:
        from tiebreak_workbench.trials.words import announcement, shrink_what

        what = shrink_what(plan)
        return announcement(what, plan.most_calls, plan.usd_a_call, limits) if not plan.offline else what

    def errand(
        self, plan: "ShrinkPlan", limits: "TrialLimits", work: "Callable[[Trials], Awaitable[Shrunk]]"
    ) -> "Errand[Shrunk]":
        return Errand(
            policy=plan.policy,
            limits=replace(limits, offline=plan.offline),
            configs=(plan.good, plan.bad),
            specs=plan.specs,
            sample=plan.case,
            work=work,
        )

    def search(
        self, plan: "ShrinkPlan", trials: "Trials", tell: "Callable[[ShrinkStep], object]"
    ) -> "Awaitable[Shrunk]":
        from tiebreak_workbench.trials.shrinking import shrink

        return shrink(plan, trials, tell)

    def step_words(self, step: "ShrinkStep | None") -> Sequence[str]:
        from tiebreak.gates.wording import plural

        if step is None:
            return ("Beginning …",)
        return f"{step.words_before} → {plural(step.words, 'word')}", f"{plural(step.tried, 'cut')} looked at"

    def step_pieces(self, step: "ShrinkStep") -> Sequence[Piece]:
        return case_pieces(step.case)

    def moved(self, before: "ShrinkStep", now: "ShrinkStep") -> bool:
        return before.words != now.words

    def summary(self, found: "Shrunk") -> str:
        from tiebreak_workbench.trials.words import shrink_told

        return shrink_told(found)

    def found_pieces(self, plan: "ShrinkPlan", found: "Shrunk") -> Sequence[Piece]:
        return shrunk_pieces(plan.case, found.case)

    def ways_out(self, found: "Shrunk") -> str:
        return "⏎ takes the smaller case · esc leaves it whole" if found.smaller else "⏎ or esc closes"

    def action_close_done(self) -> None:
        if self.result is not None:
            self.dismiss(self.result if self.result.smaller else None)
