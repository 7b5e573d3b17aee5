"""Runs the app in this terminal, and leaves the terminal as it was found."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from tiebreak_tui.wishes import Wishes


def launch(folder: Path, wishes: Wishes | None = None) -> int:
    """Open a folder in the app; returns the exit code once it closes."""
    from tiebreak.sanitise import clean
    from tiebreak_tui.app import TiebreakApp

    app = TiebreakApp(folder, wishes or Wishes(), environ=os.environ)
    app.run()
    if app.parting_words:
        with suppress(OSError):  # the terminal has gone, and with it who would read this
            sys.stderr.write(clean(app.parting_words) + "\n")
    return app.return_code or 0
