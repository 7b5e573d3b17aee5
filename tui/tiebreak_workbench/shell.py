"""Commands that we suggest, as they can be typed into a shell verbatim."""

import shlex
from collections.abc import Iterable
from pathlib import Path

HERE = Path()


def in_folder(folder: Path) -> str:
    """How a command names the workspace, unless it is the current folder."""
    return "" if folder == HERE else f" -w {shlex.quote(str(folder))}"


def command(words: Iterable[str], folder: Path = HERE) -> str:
    """`tiebreak WORDS…`, quoted, in the workspace of a folder."""
    return " ".join(map(shlex.quote, ("tiebreak", *words))) + in_folder(folder)
