"""A prompt is edited in the Arena: written, tried, and asked again as the rater says."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError
from tiebreak.prompts import written_prompt
from tiebreak.records import Config, RecordingTarget, SessionRole
from tiebreak.spelling import spelled
from tiebreak_tui.dialogs.edit_prompt import EditPromptDialog
from tiebreak_tui.dialogs.options import Offer, OptionsDialog
from tiebreak_tui.outside import with_terminal

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp
    from tiebreak_tui.screens.workshop import Workshop
    from tiebreak_workbench.editing import Scope

RECORDED = "This side replays recorded answers; another prompt would change none of them."
CASE = Offer(
    key="case", title="This case only", about="An exploratory answer beside the one that counts; it never counts."
)
ALL = Offer(
    key="all",
    title="The whole set",
    about="A session of its own over every planned case, in the same order, without votes.",
)


def edit_prompt(arena: "Workshop", role: SessionRole) -> None:
    """Open the prompt of one side over the whole screen; a saved edit is a new version of its config."""
    from tiebreak_workbench.editing import edited

    app, config = arena.tiebreak, arena.stored.configs[role]
    if isinstance(config.target, RecordingTarget):
        app.flash(RECORDED, severity="warning")
        return
    drafts = arena.prompt_drafts

    def outside(text: str, take: Callable[[str], None]) -> None:
        app.run_worker(in_editor(app, text, take), exclusive=True, group="editor")

    def changed(text: str) -> None:
        drafts[role] = text

    def saved(new: Config | None) -> None:
        if new is not None:
            drafts.pop(role, None)
            ask_scope(arena, role, new)

    heading = f"Prompt of {arena.seating.name(role)}: {config.name}"
    app.push_screen(
        EditPromptDialog(
            heading,
            config,
            arena.exchange.case,
            lambda typed: edited(config, typed),
            outside,
            changed,
            draft=drafts.get(role),
        ),
        saved,
    )


async def in_editor(app: "TiebreakApp", text: str, take: Callable[[str], None]) -> None:
    """Hand a prompt to the user's editor, and take what was made of it."""
    from tiebreak_workbench.editor import edit_text

    try:
        take(await with_terminal(app, lambda: edit_text(text, "prompt.md", app.environ)))
    except TiebreakError as error:
        app.tell_error(error)


def ask_scope(arena: "Workshop", role: SessionRole, config: Config) -> None:
    """Ask what the edited prompt is put to, and do it."""
    app, rated = arena.tiebreak, arena.live.scoreboard.snapshot().settled
    offers = [CASE]
    if not arena.is_spot:
        if rated:
            about = "A session of its own over these cases, in the same order, without votes."
            offers.append(Offer(key="rated", title=f"The {rated} rated so far", about=about))
        offers.append(ALL)

    async def chosen(key: str | None) -> None:
        if key == "case":
            await _try_out(arena, role, config)
        elif key is not None:
            await _fork(arena, role, config, "rated" if key == "rated" else "all")
        else:
            arena.prompt_drafts[role] = spelled(written_prompt(config.prompt))
            app.flash("Nothing was run; the edit is kept as a draft: e goes on with it.")

    words = "The scoreboard never mixes versions. What is to be asked again with the edited prompt?"
    app.push_screen(OptionsDialog("Run it again", words, offers), chosen)


async def _try_out(arena: "Workshop", role: SessionRole, config: Config) -> None:
    from tiebreak_workbench.editing import keep_trial

    app, bench = arena.tiebreak, arena.tiebreak.bench
    if bench is None:
        return
    case_id = arena.exchange.case.id
    try:
        # First the answer: what may not be asked leaves no trace of an edit.
        arena.live.regenerate(arena.position, role, config)
        event = await asyncio.to_thread(keep_trial, bench, arena.stored, role, config, case_id)
    except TiebreakError as error:
        app.tell_error(error)
        return
    arena.live.scoreboard.add(event)
    if arena.is_attached:
        arena.show_again()
    app.flash("Asked with the edited prompt: exploratory, esc brings the counting answer back.")


async def _fork(arena: "Workshop", role: SessionRole, config: Config, scope: "Scope") -> None:
    from tiebreak_workbench.editing import fork

    app, bench = arena.tiebreak, arena.tiebreak.bench
    if bench is None:
        return
    try:
        await arena.live.saves.settled()
        made = await asyncio.to_thread(fork, bench, arena.stored.session.id, role, config, scope)
    except TiebreakError as error:
        arena.prompt_drafts[role] = spelled(written_prompt(config.prompt))
        app.tell_error(error)
        return
    reused = ", ".join(f"{count} of {'A' if one == 'baseline' else 'B'}" for one, count in made.reused.items())
    await arena.leave_for(made.session_id)
    app.flash(f"A session of its own, n = 0. Answers taken over: {reused}.")
