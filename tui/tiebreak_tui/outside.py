"""Gives the terminal to the user's editor for a while; answers go on coming meanwhile."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from textual.app import SuspendNotSupported

from tiebreak.errors import TiebreakError, UsageError
from tiebreak.sanitise import clean

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp

T = TypeVar("T")


async def with_terminal(app: "TiebreakApp", work: Callable[[], T]) -> T:
    """Do in a thread what needs the terminal to itself.

    Raises:
        UsageError: where this terminal cannot be given away, and what `work` raises.
    """
    try:
        with app.suspend(), _unmoved():
            thread = asyncio.ensure_future(asyncio.to_thread(work))
            # Textual takes the terminal back only where nothing is raised in here.
            await asyncio.wait([thread])
    except SuspendNotSupported:
        raise UsageError("The app cannot leave this terminal to another program.", hint="y copies, Y saves.") from None
    return thread.result()


async def read_outside(app: "TiebreakApp", text: str, name: str) -> None:
    """Show a text in the user's editor, in a file of a name; say so where there is none."""
    from tiebreak_workbench.editor import view_text

    try:
        await with_terminal(app, lambda: view_text(clean(text), name, app.environ))
    except TiebreakError as error:
        app.tell_error(error)


def _nothing(number: int, frame: object) -> None:
    """Not SIG_IGN, which the editor would inherit."""


@contextmanager
def _unmoved() -> Generator[None]:
    """ctrl+c ends the editor, and not the app with it. The editor itself begins with the default."""
    before = signal.signal(signal.SIGINT, _nothing)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
