"""Triage's keys that may ask a model: ask again, edit the prompt, find the change that did it, promote and shrink."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError
from tiebreak.gates.wording import plural
from tiebreak.records import Config, RecordingTarget
from tiebreak_tui.screens.triage_asking import Asking
from tiebreak_tui.to_triage import leave_triage
from tiebreak_tui.trial_run import TrialRun

if TYPE_CHECKING:
    from tiebreak.records import SessionRole
    from tiebreak_tui.dialogs.promote import Asked
    from tiebreak_tui.dialogs.rerun import Again, RerunFor, Scope
    from tiebreak_tui.dialogs.shrink import ShrinkDialog
    from tiebreak_workbench.triage.case import CaseDetail
    from tiebreak_workbench.triage.promoting import Promotion
    from tiebreak_workbench.triage.triage import Done
    from tiebreak_workbench.trials.bisecting import Bisection, BisectPlan
    from tiebreak_workbench.trials.rerunning import CaseAgain, Rerun, RerunPlan
    from tiebreak_workbench.trials.shrinking import ShrinkPlan

RECORDED = "B replays recorded answers: no other prompt and no repeat changes them."
TOGETHER = 5
"""Cases that are bisected as one failure at most."""


class Trying(Asking):
    """The acts of the Triage screen that may ask something. Each says first what that takes."""

    again: "dict[int, CaseAgain]"
    """By place, what came of asking again since the list was read."""
    rerun: "Rerun | None"
    """The last one."""
    written_down = False
    """Whether what it suggests was written down."""
    _trial_run: TrialRun | None = None
    _prompt_draft: str | None = None

    @property
    def trial_run(self) -> TrialRun:
        self._trial_run = self._trial_run or TrialRun(self.triage.bench)
        return self._trial_run

    async def end_trials(self) -> None:
        """Cut what is being asked; what came is kept."""
        if self._trial_run is not None:
            await self._trial_run.close()

    @property
    def runs(self) -> tuple[str, str]:
        return self.triage.a.run.id, self.triage.b.run.id

    # -- asking again

    async def action_rerun(self) -> None:
        await self.read_case()
        if self._nothing_to_ask():
            return
        self._ask_again()

    def _nothing_to_ask(self) -> bool:
        """Whether there is no case, or nobody who could be asked; it is told."""
        if not self.ready or self.detail is None or self.highlighted_row is None:
            self.tiebreak.flash("There is no case here to ask about.")
            return True
        return False

    def _ask_again(self, chosen: str | None = None, edited: Config | None = None) -> None:
        from tiebreak_tui.dialogs.rerun import RerunDialog

        app = self.tiebreak
        scopes = self._scopes()
        wanted = chosen or ("marked" if self.marked else None)
        dialog = RerunDialog(
            app.environ,
            self.trial_run,
            self._needs(edited),
            scopes,
            chosen=wanted,
            edited=edited,
            offline=app.wishes.offline,
        )
        app.push_screen(dialog, self._asked_again)

    def _scopes(self) -> "list[Scope]":
        """The cases that may be asked again, the nearest first."""
        from tiebreak_tui.dialogs.rerun import Scope

        triage, rows, detail, index = self.triage, self.rows, self.detail, self.highlighted_row
        assert rows is not None
        assert detail is not None
        assert index is not None
        served, marked, every = rows.served(index), sorted(self.marked), len(triage.table)
        listed = [int(place) for place in rows.places]

        def ids(places: Sequence[int]) -> Callable[[], Sequence[str]]:
            return lambda: triage.case_ids(places)

        one = detail.case.id
        found = [Scope(key="case", title="this case", about=one, case_ids=lambda: [one])]
        if len(served) > 1:
            about = plural(len(served), "case")
            found.insert(0, Scope(key="group", title="this group", about=about, case_ids=ids(served)))
        if marked:
            about = plural(len(marked), "case")
            found.append(Scope(key="marked", title="what is marked", about=about, case_ids=ids(marked)))
        if len(listed) > 1:
            about = plural(f"{len(listed):,}", "case")
            found.append(Scope(key="listed", title="what is listed", about=about, case_ids=ids(listed)))
        if every > len(listed):
            about = plural(f"{every:,}", "case")
            found.append(Scope(key="all", title="the whole set", about=about, case_ids=ids(range(every))))
        return found

    def _needs(self, edited: Config | None) -> "RerunFor":
        from tiebreak_tui.dialogs.rerun import RerunFor
        from tiebreak_workbench.editing import keep_edit
        from tiebreak_workbench.trials.candidates import candidate_now
        from tiebreak_workbench.trials.findings import keep_rerun
        from tiebreak_workbench.trials.rerunning import ChosenCases, plan_rerun, read_cases

        triage, bench = self.triage, self.triage.bench
        edits: dict[str, Config] = {} if edited is None else {edited.version: edited}

        def prepare(chosen: "ChosenCases", config: Config, offline: bool) -> "RerunPlan":
            return plan_rerun(triage, chosen, config, offline=offline)

        def edit(config: Config, take: Callable[[Config], None]) -> None:
            def taken(new: Config) -> None:
                edits[new.version] = new
                take(new)

            self._edit(config, taken)

        def keep(done: "Rerun") -> None:
            keep_rerun(bench, done)
            config = done.plan.config
            if config.version in edits and any(case.trials for case in done.cases):
                ids = [case.case_id for case in done.cases if case.trials]
                keep_edit(bench, triage.b, config, ids)

        return RerunFor(
            base=lambda: candidate_now(bench, triage),
            read=lambda ids: read_cases(triage, ids),
            prepare=prepare,
            edit=edit,
            keep=keep,
        )

    def _asked_again(self, again: "Again | None") -> None:
        if again is None:
            return
        self._prompt_draft = None
        self.rerun, self.written_down = again.done, False
        of = {case.case_id: case for case in again.done.cases if case.trials}
        triage = self.triage

        def places() -> "dict[int, CaseAgain]":
            return {triage.place_of(case_id): case for case_id, case in of.items()}

        def known(found: "dict[int, CaseAgain]") -> None:
            self.again.update(found)
            self.cases.refresh()
            self.show_again()
            self.head()

        self.lanes.start("again", places, known)
        if again.write_down:
            self.action_apply()

    def show_again(self) -> None:
        """Show the case at hand with what was found of it since."""

    def action_apply(self) -> None:
        """Write down what asking again suggests: what is fixed and what is flaky."""
        from tiebreak_workbench.trials.rerunning import MARKS, mark

        done, triage = self.rerun, self.triage
        if done is None:
            self.tiebreak.flash("Nothing was asked again; r does.")
            return
        if not any(done.of(verdict) for verdict in MARKS):
            self.tiebreak.flash("Nothing of what was asked again is fixed or flaky.")
            return

        def work() -> "Done":
            return mark(triage, done)

        words = ", ".join(f"{len(done.of(verdict))} {verdict}" for verdict in MARKS if done.of(verdict))
        self.written_down = True
        self.deciding.do(work, words)

    # -- editing the prompt

    async def action_edit_prompt(self) -> None:
        from tiebreak_workbench.trials.candidates import candidate_now

        await self.read_case()
        if self._nothing_to_ask():
            return
        bench, triage = self.triage.bench, self.triage
        self.lanes.start(
            "edit", lambda: candidate_now(bench, triage)[0], lambda config: self._edit(config, self._offer_scopes)
        )

    def _edit(self, config: Config, then: Callable[[Config], object]) -> None:
        """Open a prompt over the whole screen; an edit is handed over, and counts once something is asked with it."""
        from tiebreak_tui.dialogs.edit_prompt import EditPromptDialog
        from tiebreak_tui.screens.prompt_acts import in_editor
        from tiebreak_workbench.editing import edited

        app, detail = self.tiebreak, self.detail
        if detail is None:
            return
        if isinstance(config.target, RecordingTarget):
            app.flash(RECORDED, severity="warning")
            return

        def outside(text: str, take: Callable[[str], None]) -> None:
            app.run_worker(in_editor(app, text, take), exclusive=True, group="editor")

        def changed(text: str) -> None:
            self._prompt_draft = text

        def saved(new: Config | None) -> None:
            if new is not None:
                then(new)
            elif self._prompt_draft is not None:
                app.flash("The edit is kept as a draft: e goes on with it.")

        app.push_screen(
            EditPromptDialog(
                f"Prompt of B: {config.name}",
                config,
                detail.case,
                lambda typed: edited(config, typed),
                outside,
                changed,
                draft=self._prompt_draft,
            ),
            saved,
        )

    def _offer_scopes(self, config: Config) -> None:
        """Ask what an edited prompt is put to."""
        from tiebreak_tui.dialogs.options import Offer, OptionsDialog

        app = self.tiebreak
        beside = "Beside the session; counts nowhere."
        offers = [
            Offer(key=one.key, title=f"{one.title.capitalize()}: {one.about}", about=beside) for one in self._scopes()
        ]
        if self.triage.a.session_id == self.triage.b.session_id:
            about = "Every planned case in the Arena, in the same order, without votes."
            offers.append(Offer(key="fork", title="The whole set, as a session of its own", about=about))

        async def chosen(key: str | None) -> None:
            if key == "fork":
                await self._fork(config)
            elif key is not None:
                self._ask_again(key, config)
            else:
                app.flash("Nothing was asked; the edit is kept as a draft: e goes on with it.")

        words = "Nothing is asked yet. What is the edited prompt to be put to?"
        app.push_screen(OptionsDialog("Ask with the edited prompt", words, offers), chosen)

    async def _fork(self, config: Config) -> None:
        from tiebreak_workbench.editing import fork

        app, bench, b = self.tiebreak, self.triage.bench, self.triage.b
        try:
            made = await asyncio.to_thread(fork, bench, b.session_id, b.role, config, "all")
            self._prompt_draft = None
            await leave_triage(app)
            await app.enter_arena(made.session_id)
        except TiebreakError as error:
            app.tell_error(error)

    # -- bisecting

    async def action_bisect(self) -> None:
        from tiebreak_tui.dialogs.bisect import BisectDialog
        from tiebreak_workbench.trials.bisecting import prepare_bisect
        from tiebreak_workbench.trials.findings import keep_bisection

        await self.read_case()
        if self._nothing_to_ask() or self.detail is None:
            return
        app, bench, triage, names = self.tiebreak, self.triage.bench, self.triage, self.runs
        places, one = sorted(self.marked), self.detail.case.id
        if len(places) > TOGETHER:
            app.flash(f"At most {TOGETHER} cases are bisected together; {len(places)} are marked. esc unmarks them.")
            return

        def prepare(offline: bool) -> "BisectPlan":
            return prepare_bisect(bench, names, triage.case_ids(places) if places else [one], offline=offline)

        def keep(plan: "BisectPlan", found: "Bisection") -> None:
            keep_bisection(bench, plan, found)

        about = one if not places else plural(len(places), "marked case")
        dialog = BisectDialog(app.environ, self.trial_run, about, prepare, keep, offline=app.wishes.offline)
        app.push_screen(dialog, lambda found: self.show_again() if found is not None else None)

    # -- promoting

    async def action_promote(self) -> None:
        from tiebreak_tui.dialogs.promote import PromoteDialog
        from tiebreak_workbench.triage.promoting import prepare

        await self.read_case()
        detail = self.detail
        if detail is None:
            return
        bench, runs = self.triage.bench, self.runs

        def prepared(asked: "Asked") -> "Promotion":
            return prepare(
                bench,
                runs,
                detail.case.id,
                asked.dataset,
                checks=asked.checks or (),
                good=asked.good,
                allow_alike=asked.allow_alike,
            )

        dialog = PromoteDialog(detail.case.id, prepared, better(detail), lambda ready: self._shrinking(detail, ready))
        self.tiebreak.push_screen(dialog, self._write)

    def _shrinking(self, detail: "CaseDetail", promotion: "Promotion") -> "ShrinkDialog":
        from tiebreak_tui.dialogs.shrink import ShrinkDialog
        from tiebreak_workbench.trials.shrinking import prepare_shrink

        app, bench, runs, case_id = self.tiebreak, self.triage.bench, self.runs, detail.case.id

        def prepare(offline: bool) -> "ShrinkPlan":
            return prepare_shrink(bench, runs, case_id, promotion, offline=offline)

        return ShrinkDialog(app.environ, self.trial_run, case_id, prepare, offline=app.wishes.offline)

    def _write(self, promotion: "Promotion | None") -> None:
        from tiebreak_workbench.triage.promoting import runs_from_now_on, write

        if promotion is None:
            return
        folder, what = (
            self.triage.bench.workspace.folder.absolute(),
            "has the checks" if promotion.amends else "is kept",
        )

        def written(path: Path) -> None:
            near = path.absolute().relative_to(folder) if path.absolute().is_relative_to(folder) else path
            self.tiebreak.flash(f"{promotion.case.id} {what} in {near}. {runs_from_now_on(promotion)}")

        self.lanes.add("promote", lambda: write(promotion), written)


def better(detail: "CaseDetail") -> "SessionRole | None":
    """The side with the good answer, where checks or votes tell."""
    from tiebreak_workbench.triage.promoting import better_side

    try:
        return better_side(detail)
    except TiebreakError:
        return None
