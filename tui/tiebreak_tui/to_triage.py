"""The way into Triage, from wherever one is."""

import asyncio
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError, UsageError
from tiebreak_tui.screens.place import Place

if TYPE_CHECKING:
    from tiebreak.triage import Filter
    from tiebreak_tui.app import TiebreakApp
    from tiebreak_tui.screens.triage import TriageScreen
    from tiebreak_workbench.triage.triage import Triage
    from tiebreak_workbench.workbench import Workbench


async def to_triage(app: "TiebreakApp") -> None:
    """Open what the place that one is in names; say so where it names nothing, or nothing that can be opened."""
    # The palette may still be over the place from which it was opened.
    place = next((screen for screen in reversed(app.screen_stack) if isinstance(screen, Place)), None)
    names = place.compared if place is not None else None
    if names is not None:
        try:
            await enter_triage(app, *names)
        except TiebreakError as error:
            app.tell_error(error)
    elif app.triage is None:
        app.flash("Triage holds two runs against each other: choose a session, or configs that have run.")


async def enter_triage(
    app: "TiebreakApp", a: str, b: str | None = None, *, allow: Sequence[str] = (), wanted: str = ""
) -> None:
    """Open a session, or two runs, in Triage; `wanted` is a filter in its text form.

    Raises:
        TiebreakError: where they cannot be held against each other, such as a blind session that is not done.
    """
    from tiebreak_tui.dialogs.help import HelpDialog

    triage = await _prepared(app.bench, a, b, allow, wanted)
    await leave_triage(app)
    if isinstance(app.screen, HelpDialog):
        app.pop_screen()  # opened while this was read; it would turn up again on the way back
    app.triage = triage
    await app.push_screen(triage)


async def leave_triage(app: "TiebreakApp") -> None:
    """Close what is open in Triage, once all that was decided there is saved."""
    triage, app.triage = app.triage, None
    if triage is not None:
        await triage.close()
    while triage in app.screen_stack:
        app.pop_screen()


async def _prepared(
    bench: "Workbench | None", a: str, b: str | None, allow: Sequence[str], wanted: str
) -> "TriageScreen":
    """The screen for a session, or two runs.

    Raises:
        TiebreakError: where they cannot be held against each other.
    """
    if bench is None:
        raise UsageError("The workspace is still loading.", hint="Try again in a moment.")
    triage, found = await asyncio.to_thread(_opened, bench, a, b, allow, wanted)
    from tiebreak_tui.screens.triage import TriageScreen  # loaded by the thread

    return TriageScreen(triage, found)


def _opened(bench: "Workbench", a: str, b: str | None, allow: Sequence[str], wanted: str) -> "tuple[Triage, Filter]":
    """In a thread: also what takes a while to load."""
    from tiebreak.triage import parse_filter
    from tiebreak_workbench.triage.triage import Triage

    found = parse_filter(wanted)
    bench.require_record()
    import_module("tiebreak_tui.screens.triage")
    return Triage.named(bench, a, b, allow=allow), found


async def keep_for_triage(app: "TiebreakApp", session_id: str) -> None:
    """Behind a session that was left: let triage open it at once, where it is large."""
    from tiebreak_workbench.triage.keeping import keep_sides

    if app.bench is not None:
        problem = await asyncio.to_thread(keep_sides, app.bench, [session_id])
        if problem is not None:  # triage takes longer to open then, and nothing else
            app.log.warning(problem.message)
