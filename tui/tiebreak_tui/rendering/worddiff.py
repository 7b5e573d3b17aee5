"""The words that two answers do not share, in colour."""

from collections.abc import Sequence

from rich.text import Text

from tiebreak.worddiff import MARKS, Run
from tiebreak_tui.rendering.palette import Palette
from tiebreak_tui.rendering.wrap import shown


def styled(runs: Sequence[Run], palette: Palette) -> Text:
    """Return runs as text in which a difference shows by brackets and underline as well as by colour."""
    text = Text()
    for run in runs:
        before, after = MARKS[run.change]
        style = None if run.change == "same" else palette.removed if run.change == "removed" else palette.added
        text.append(before + shown(run.text) + after, style)
    return text
