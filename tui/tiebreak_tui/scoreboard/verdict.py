"""What it comes to: the decision, the win rate and where the cases stand."""

from textual.content import Content

from tiebreak.scoreboard.served_words import changed_fingerprints
from tiebreak.scoreboard.wording import looked, places, reasked
from tiebreak_tui.scoreboard.columns import note, wrapped
from tiebreak_tui.scoreboard.looks import DECISIONS, LOOKS
from tiebreak_tui.screens.figures import tally_of
from tiebreak_tui.widgets.win_rate import line as win_rate_line
from tiebreak_workbench.figures.figures import Figures
from tiebreak_workbench.figures.report import remarks


def verdict(figures: Figures, resume: str, width: int) -> list[Content]:
    snapshot = figures.snapshot
    decision = snapshot.decision
    sign = LOOKS[decision][0].split()[0]
    said = f"{sign} {DECISIONS[decision]}"
    state = "Session finished" if snapshot.done >= snapshot.planned else "Session so far"
    gap = max(2, width - len(said) - len(state))
    lines = [
        Content.assemble((said, f"bold {LOOKS[decision][1].split()[-1]}"), " " * gap, (state, "dim")).truncate(width),
        Content(""),
        win_rate_line(tally_of(snapshot.win_rate), width),
        *note(f"{snapshot.planned} cases: {places(snapshot)}", width),
    ]
    for text in [*remarks(snapshot), reasked(snapshot)]:
        if text:
            lines += wrapped(f"! {text}", width, "$text-warning", indent=2)
    for text in (looked(snapshot), *changed_fingerprints(snapshot)):
        lines += note(text, width) if text else []
    if figures.stored.dataset.card.notice:
        lines += note(figures.stored.dataset.card.notice, width, rows=2)
    if resume:
        lines += note(f"Resume at any time: {resume}", width)
    return lines
