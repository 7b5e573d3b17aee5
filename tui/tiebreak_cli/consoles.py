"""The console of the commands, in a module of its own because Rich is loaded only when there is something to print."""

import os
import sys

from rich.console import Console

PIPED_WIDTH = 20_000
"""Columns where nobody looks: a row of a table is a line, and ids, names and reasons stay whole for whatever reads
them. `COLUMNS` overrides it."""


class PlainConsole(Console):
    """Takes text as it is: no markup, no emoji codes, no guessing at highlights."""

    def __init__(self, *, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() or os.environ.get("COLUMNS") else PIPED_WIDTH
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False, width=width)

    def on_broken_pipe(self) -> None:
        """Leave it to the commands: Rich would exit with the code of a failed gate."""
        raise BrokenPipeError
