"""Links to a place in what was recorded: the command that shows it, copied."""

from pathlib import Path
from typing import TYPE_CHECKING

from tiebreak_workbench.shell import command

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp


def show_command(folder: Path, session_id: str, case_id: str | None = None) -> str:
    """`tiebreak show SESSION CASE`, quoted for a shell."""
    return command(("show", session_id, *((case_id,) if case_id is not None else ())), folder)


def history_command(folder: Path, config: str) -> str:
    """`tiebreak history CONFIG`, quoted for a shell."""
    return command(("history", config), folder)


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
        app.flash(f"{link}   {'' if done.sent and not done.doubt else done}".rstrip())
