"""A spot check goes on: its next question, and all of it as a full session."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError
from tiebreak.gates.wording import plural
from tiebreak_tui.dialogs.ask_on import AskOnDialog, NextQuestion
from tiebreak_tui.dialogs.line import LineDialog
from tiebreak_tui.wishes import Wishes

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp
    from tiebreak_tui.screens.workshop import Workshop
    from tiebreak_workbench.spot import Continued


def ask_on(arena: "Workshop") -> None:
    """Ask for the next question, and put it to both sides."""
    app = arena.tiebreak
    if not arena.is_spot:
        app.flash("Only a spot check takes further questions; the plan of a session stands.")
        return
    after = arena.exchange.case

    def draft(text: str) -> None:
        arena.question_draft = text

    async def ask(question: NextQuestion | None) -> None:
        from tiebreak_workbench.spot import ask_on as put

        bench = app.bench
        if question is None or bench is None:
            return
        try:
            await arena.live.saves.settled()
            id_, follow = arena.stored.session.id, after.id if question.follow else None
            await asyncio.to_thread(put, bench, id_, question.text, after=follow)
            arena.question_draft = ""
            await arena.come_back()
        except TiebreakError as error:
            app.tell_error(error)
        else:
            if app.arena is not None:
                app.arena.go(len(app.arena.live.cases) - 1)

    app.push_screen(AskOnDialog(after.question, arena.question_draft, draft), ask)


def full_session(arena: "Workshop") -> None:
    """Ask for a dataset, save questions and configs in the workspace, and open Setup with them chosen."""
    app = arena.tiebreak
    if not arena.is_spot:
        app.flash("This is a full session already.")
        return
    folder = (app.wishes.save_cases_to or app.folder).absolute()

    async def go_on(dataset: str | None) -> None:
        from tiebreak_workbench.spot import continue_spot

        bench = app.bench
        if dataset is None or bench is None:
            return
        try:
            await arena.live.saves.settled()
            id_ = arena.stored.session.id
            made = await asyncio.to_thread(continue_spot, bench, id_, folder, dataset)
            await choose(app, folder, made)
        except TiebreakError as error:
            app.tell_error(error)

    ask = f"Its questions become cases of which dataset of {folder}? Both configs are saved there too."
    app.push_screen(LineDialog("Go on as a full session", ask, "spot"), go_on)


async def choose(app: "TiebreakApp", folder: Path, made: "Continued") -> None:
    """Open Setup of a folder with what a spot check became."""
    from tiebreak_workbench.starting.choosing import Choices

    told = f"{plural(made.added, 'case')} added to “{made.dataset}”."
    if app.folder.absolute() == folder:
        await app.action_place("setup")
        choices = Choices(dataset=made.dataset, baseline=made.baseline, candidate=made.candidate)
        app.setup.load(choices)
    else:
        await app.move_to(folder, Wishes(dataset=made.dataset, baseline=made.baseline, candidate=made.candidate))
    app.flash(told)
