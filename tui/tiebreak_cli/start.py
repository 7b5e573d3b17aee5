"""Opening the app. Imports no argument parser, so that the plain `tiebreak` paints its first frame sooner."""

import gc
import sys
from pathlib import Path

from tiebreak.errors import UsageError

HERE = Path()


def has_terminal() -> bool:
    """Whether the app can read keys and draw; it draws on standard error, as Textual does."""
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


def need_terminal(instead: str) -> None:
    """
    Raises:
        UsageError: where the app could neither draw nor read keys.
    """
    if not has_terminal():
        raise UsageError("This needs a terminal.", hint=instead)


def open_app(folder: Path = HERE) -> None:
    """Open a folder in the app, at Setup; an empty folder is offered the ways to begin."""
    need_terminal("In scripts use `tiebreak run`, `sessions`, `show`, `export` or `demo --headless`.")
    # Collecting garbage among modules that are still being imported costs a tenth of the start; the app takes the
    # collector up again after its first frame.
    gc.disable()
    from tiebreak_tui.launch import launch

    raise SystemExit(launch(folder))
