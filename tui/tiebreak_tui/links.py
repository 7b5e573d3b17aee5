"""Links to a place in what was recorded: the command that shows it, copied."""

from pathlib import Path
from typing import TYPE_CHECKING

from tiebreak_workbench.shell import HERE, command

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp


def show_command(folder: Path, session_id: str, case_id: str | None = None) -> str:
    """`tiebreak show SESSION CASE`, quoted for a shell."""
    return command(("show", session_id, *((case_id,) if case_id is not None else ())), folder)


def history_command(folder: Path, config: str) -> str:
    """`tiebreak history CONFIG`, quoted for a shell."""
    return command(("history", config), folder)


def resume_command(app: "TiebreakApp", session_id: str) -> str:
    """What to type to come back to a session; a spot check that was begun without a workspace finds its own."""
    if app.wishes.spot:
        return command(("spot", "--session", session_id), app.wishes.save_cases_to or HERE)
    return command(("arena", "-r", session_id), app.folder)


def copy_link(app: "TiebreakApp", session_id: str, case_id: str | None = None) -> None:
    """Copy the command that shows a session or a case."""
    copy_command(app, show_command(app.folder, session_id, case_id))


def copy_command(app: "TiebreakApp", link: str) -> None:
    """Copy a command; it is shown as well, for where copies do not arrive."""
    try:
        done = app.copy(link, "link.txt")
    except OSError as error:
        app.flash(f"The copy cannot be saved: {error}.", severity="error")
    else:
        # Y saves an answer, and no link: here it is to be read, and typed.
        told = f"   Likely not copied: {done.doubt}." if done.sent and done.doubt else "" if done.sent else f"   {done}"
        app.flash(f"{link}{told}")
