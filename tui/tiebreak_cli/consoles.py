"""The console of the commands, in a module of its own because Rich is loaded only when there is something to print."""

import os
import sys

from rich.console import Console

PIPED_WIDTH = 200
"""Columns where nobody looks: ids and titles stay whole for whatever reads them. `COLUMNS` overrides it."""


class PlainConsole(Console):
    """Takes text as it is: no markup, no emoji codes, no guessing at highlights."""

    def __init__(self, *, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() or os.environ.get("COLUMNS") else PIPED_WIDTH
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False, width=width)

    def on_broken_pipe(self) -> None:
        """Leave it to the commands: Rich would exit with the code of a failed gate."""
        raise BrokenPipeError
