"""`r` in Triage: put cases once more, or several times, to the config as it is now, another model or an edited
prompt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from tiebreak.records import Config
from tiebreak.sanitise import clean, clean_line
from tiebreak_tui.dialogs.pager import PagerDialog
from tiebreak_tui.dialogs.trying import TryingDialog, bar
from tiebreak_tui.screens.triage_trial_text import again_row, answers_parts, prompt_change
from tiebreak_tui.trial_run import Errand, TrialRun
from tiebreak_tui.widgets.limits_row import LimitsRow
from tiebreak_tui.widgets.virtual_list import ListRow, VirtualList

if TYPE_CHECKING:
    from tiebreak_workbench.trials.rerunning import CaseAgain, ChosenCases, Rerun, RerunPlan
    from tiebreak_workbench.trials.trials import TrialLimits, TrialProgress, Trials

TIMES = 3
"""Answers of each case that are proposed."""
PAUSE = 0.2
"""Seconds without a key after which the name of a model is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Some cases that may be asked again."""

    key: str
    title: str
    about: str
    case_ids: Callable[[], Sequence[str]]
    """Reads them: not for the event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What came of it, and whether what it suggests is to be written down."""

    done: "Rerun"
    write_down: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunFor:
    """What the dialog needs to know of the two runs."""

    base: Callable[[], tuple[Config, str]]
    """The candidate's config as it is now, and what is to be known of that. Reads files."""
    read: "Callable[[Sequence[str]], ChosenCases]"
    """Reads cases from the database."""
    prepare: "Callable[[ChosenCases, Config, bool], RerunPlan]"
    """Of cases and config what asking takes; the last says whether nothing may be asked. Renders every case."""
    edit: Callable[[Config, Callable[[Config], None]], object]
    """Opens the prompt of a config, and hands over what it was made."""
    keep: "Callable[[Rerun], object]"


class RerunDialog(TryingDialog[Again]):
    """Dismissed with what came, also where it was stopped."""

    DEFAULT_CSS = """
    RerunDialog #scopes { height: auto; max-height: 4; }
    RerunDialog .label { color: $text-muted; }
    RerunDialog #model, RerunDialog #model:focus { border: none; height: 1; background: $panel; margin-bottom: 1; }
    RerunDialog #model:focus { background: $primary 25%; }
    RerunDialog #prompt { margin-bottom: 1; }
    RerunDialog #scopes { margin-bottom: 1; }
    RerunDialog.-flat #scopes, RerunDialog.-flat #model, RerunDialog.-flat #prompt { margin-bottom: 0; }
    RerunDialog #cases { height: 1fr; }
    """
    BINDINGS = [
        Binding("ctrl+e", "edit", "Edit prompt", priority=True),
        Binding("a", "write_down", "Write down", show=False),
        Binding("space", "read", "Read", show=False),
        Binding("enter", "close_done", "Close", show=False),
    ]
    heading = "Ask again"
    hint = "ctrl+s asks · ctrl+e edits the prompt · ctrl+o offline · esc leaves"

    def __init__(
        self,
        environ: Mapping[str, str],
        run: TrialRun,
        needs: RerunFor,
        scopes: Sequence[Scope],
        *,
        chosen: str | None = None,
        edited: Config | None = None,
        offline: bool = False,
    ) -> None:
        """`chosen` is the key of the scope that is proposed; `edited` is a config whose prompt was edited."""
        super().__init__(environ, run, offline=offline)
        self._needs = needs
        self._scopes = scopes
        self._scope = next((one for one in scopes if one.key == chosen), scopes[0])
        self._base: tuple[Config, str] | None = None
        self._edited = edited
        self._plan: RerunPlan | None = None
        self._read: dict[str, ChosenCases] = {}
        """By scope; the runs do not change while the dialog is open."""
        self._pause: Timer | None = None
        self._again: dict[str, CaseAgain] = {}
        self._result: Rerun | None = None

    # -- the form

    def form(self) -> ComposeResult:
        yield Static("Cases", classes="label", markup=False)
        yield VirtualList(id="scopes")
        yield Static("Model; empty for the config's own, ↓ lists all", classes="label", markup=False)
        yield Input(id="model", classes="model")
        yield Static(id="prompt", markup=False)
        yield LimitsRow(TIMES)

    def came(self) -> ComposeResult:
        yield VirtualList(empty="", id="cases")

    def on_mount(self) -> None:
        scopes = self.query_one("#scopes", VirtualList)
        rows = [ListRow(one.title, one.about) for one in self._scopes]
        scopes.set_rows(len(rows), rows.__getitem__, at=self._scopes.index(self._scope))
        scopes.focus()

    @on(VirtualList.Highlighted, "#scopes")
    def scope_chosen(self, event: VirtualList.Highlighted) -> None:
        if event.index is not None and self._scopes[event.index] is not self._scope:
            self._scope = self._scopes[event.index]
            self.work_out()

    @on(VirtualList.Picked, "#scopes")
    def scope_picked(self) -> None:
        self.focus_next()

    @on(Input.Changed, "#model")
    def model_typed(self) -> None:
        self._plan = None
        self.tell_plan()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self.work_out)

    def work_out(self) -> None:
        from tiebreak_workbench.trials.candidates import with_model

        self._plan = None
        scope, edited, offline, base = self._scope, self._edited, self._offline, self._base
        model = self.query_one("#model", Input).value.strip()

        known = self._read.get(scope.key)

        def work() -> "tuple[ChosenCases, RerunPlan]":
            found = self._base = base or self._needs.base()
            config = edited or found[0]
            config = with_model(config, model) if model else config
            chosen = known or self._needs.read(scope.case_ids())
            return chosen, self._needs.prepare(chosen, config, offline)

        def worked_out(found: "tuple[ChosenCases, RerunPlan]") -> None:
            self._read[scope.key] = found[0]
            if scope is self._scope and model == self.query_one("#model", Input).value.strip():
                self._worked_out(found[1])

        self.in_thread(work, worked_out)
        self.tell_plan()

    def _worked_out(self, plan: "RerunPlan") -> None:
        self._plan = plan
        self.doubt(plan.config)
        self._show_base()
        self.tell_plan()

    def refused(self) -> None:
        self._show_base()

    def _show_base(self) -> None:
        """Show what would be asked, or what may be changed so that it can be."""
        if self._base is None:
            return
        config, known = self._base
        model = self.query_one("#model", Input)
        model.placeholder = clean_line(config.model_label, 60)
        words = prompt_change(config, self._edited) if self._edited is not None else f"as in {config.name}, {known}"
        self.query_one("#prompt", Static).update(
            Content.assemble(("Prompt  ", "$text-muted"), clean(words), ("   ctrl+e edits it", "dim"))
        )

    def announced(self, limits: "TrialLimits") -> str:
        from tiebreak_workbench.trials.words import announcement, rerun_what

        plan = self._planned
        return announcement(rerun_what(plan), plan.calls, plan.usd_a_call, limits) if plan is not None else ""

    @property
    def _planned(self) -> "RerunPlan | None":
        return replace(self._plan, times=self.query_one(LimitsRow).times) if self._plan is not None else None

    def action_edit(self) -> None:
        if self._asked or self._base is None:
            return

        def edited(config: Config) -> None:
            self._edited = config
            self.work_out()

        self._needs.edit(self._edited or self._base[0], edited)

    # -- asking

    def begin(self, limits: "TrialLimits") -> None:
        from tiebreak_workbench.trials.rerunning import rerun

        plan = self._planned
        assert plan is not None
        self._again = {}
        order = [case.id for case in plan.cases]
        cases = self.query_one("#cases", VirtualList)
        cases.set_rows(len(order), lambda index: again_row(order[index], self._again.get(order[index])))

        async def work(trials: "Trials") -> "Rerun":
            return await rerun(plan, trials, self._heard)

        errand = Errand(
            policy=plan.policy,
            limits=limits,
            configs=(plan.config,),
            specs=[spec for specs in plan.specs.values() for spec in specs],
            sample=plan.cases[0],
            work=work,
            keep=self._needs.keep,
        )
        self.ask(errand, self._done)

    def _heard(self, case: "CaseAgain") -> None:
        self._again[case.case_id] = case

    def paint(self, at: "TrialProgress | None") -> None:
        from tiebreak_workbench.trials.words import used

        plan = self._planned
        if plan is None:
            return
        came = sum(len(case.trials) for case in self._again.values())
        told = f"{bar(came, plan.calls)} {came:,} of {plan.calls:,} answers"
        self.tell_how(Content(f"{told}{f' · {used(at)}' if at is not None else ''}"))
        self.query_one("#cases", VirtualList).refresh()

    def _done(self, found: "Rerun") -> None:
        from tiebreak_workbench.trials.rerunning import MARKS
        from tiebreak_workbench.trials.words import rerun_counts, rerun_worth, used

        self._result = found
        self._again = {case.case_id: case for case in found.cases}
        early = [Content.styled(f"Not finished. {clean(found.why)}", "$text-warning")] if found.why else []
        lines = [
            Content.styled(rerun_counts(found), "bold"),
            *early,
            Content.styled(f"{used(found.progress)}. {rerun_worth(found)}", "dim"),
        ]
        self.tell_how(Content("\n").join(lines))
        cases = self.query_one("#cases", VirtualList)
        cases.refresh()
        cases.focus()
        some = any(found.of(verdict) for verdict in MARKS)
        self.subtitle(f"space reads · {'a writes down fixed and flaky · ' if some else ''}⏎ or esc closes")

    def action_read(self) -> None:
        """Open what came of the case at hand, each answer with the checks that it fails; also while others come."""
        at, plan = self.query_one("#cases", VirtualList).highlighted, self._plan
        case = self._again.get(plan.cases[at].id) if plan is not None and at is not None and self._asked else None
        if case is not None:
            self.app.push_screen(PagerDialog(f"Asked again: {case.case_id}", answers_parts(case)))  # pyright: ignore[reportUnknownMemberType]  # App's open type

    def action_write_down(self) -> None:
        if self._result is not None:
            self.dismiss(Again(done=self._result, write_down=True))

    def action_close_done(self) -> None:
        if self._result is not None:
            self.leave()

    def leave(self) -> None:
        self.dismiss(Again(done=self._result, write_down=False) if self._result is not None else None)
