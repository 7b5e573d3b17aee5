"""The sample, stratum by stratum, where the planned cases were drawn in proportion."""

from textual.content import Content

from tiebreak.scoreboard.wording import SAMPLE_HEADS, drawn_words, sample_rows
from tiebreak_tui.scoreboard.columns import Cell, columns
from tiebreak_workbench.figures.figures import Figures


def sample(figures: Figures, width: int) -> list[Content]:
    """Nothing where the sample is a plain one."""
    if figures.sample is None:
        return []
    head = [Cell(word, "dim") for word in (drawn_words(figures.sample), *SAMPLE_HEADS)]
    return columns([head, *sample_rows(figures.sample)], width, right={1, 2, 3, 4}, fill=False)
