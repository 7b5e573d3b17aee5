"""The gates by phase: status, evidence, what is still needed, and whether that can still be reached."""

from collections.abc import Iterator

from textual.content import Content

from tiebreak.gates import GateStatus, PhaseState, standing
from tiebreak.gates.wording import plural, value_of
from tiebreak.scoreboard.wording import lead_words, turns_words
from tiebreak_tui.scoreboard.columns import Cell, columns, note, wrapped
from tiebreak_tui.scoreboard.looks import HEAD, LOOKS, URGENCY, title_of
from tiebreak_tui.widgets.panel import Room
from tiebreak_workbench.figures.figures import Figures, GateLine

ROOM_FOR_WORDS = 64
"""Cells of a panel from which every status has its word and what is asked a column of its own."""
FRAGILE = 2
"""So few cases that a reader should look at them one by one."""


def gates(figures: Figures, room: Room) -> list[Content]:
    """With all that is needed in full where the panel is opened whole, else on one line."""
    width, whole = room.width, room.whole
    if not figures.gates:
        return note("No gates: this policy asks for nothing.", width)
    lines: list[Content] = []
    given = _in_order(figures)
    states: list[PhaseState] = [standing(line.outcome, figures.snapshot.phases) for line in given]
    cells = [_cells(line, state, width) for line, state in zip(given, states, strict=True)]
    rows = columns(cells, width, flexible=1, right={2, 3, 4})
    phase = None
    for line, row in zip(given, rows, strict=True):
        if line.outcome.phase != phase:
            phase = line.outcome.phase
            opened, passed, of = figures.snapshot.phases[phase]
            told, style = LOOKS[opened]
            opens = " · waits for the phase before" if opened == "closed" else ""
            count = f"  {passed} of {plural(of, 'gate')} passed{opens}"
            head = Content.assemble((f"{phase:<9}", HEAD), (told, style), (count, "dim"))
            lines += [*([Content("")] if lines else []), head.truncate(width, ellipsis=True)]
        lines.append(row)
        for text in _why(line, worded=width >= ROOM_FOR_WORDS):
            lines += wrapped(text, width, "dim", first=3, indent=3, rows=None if whole else 1)
    return lines


def _in_order(figures: Figures) -> list[GateLine]:
    """By phase, those that failed first."""
    phases = list(figures.snapshot.phases)
    return sorted(
        figures.gates, key=lambda line: (phases.index(line.outcome.phase), URGENCY.index(line.outcome.status))
    )


def _cells(line: GateLine, state: PhaseState, width: int) -> list[Cell]:
    outcome = line.outcome
    told, style = LOOKS[state]
    return [
        Cell(told if width >= ROOM_FOR_WORDS else told.split()[0], style),
        Cell(title_of(outcome), "bold" if outcome.status == "fail" else ""),
        Cell(value_of(outcome), "dim" if state == "closed" else ""),
        Cell(line.asked if width >= ROOM_FOR_WORDS else "", "dim"),
        Cell(f"{outcome.n}/{outcome.planned}", "dim"),
    ]


def _why(line: GateLine, *, worded: bool) -> Iterator[str]:
    """What is still needed, and whether that can be reached; after the status where its sign stands alone."""
    outcome = line.outcome
    if not outcome.why:
        return
    reach = {True: "within reach", False: "cannot pass in this plan", None: ""}[line.can_pass]
    said = [outcome.status if not worded else "", reach if outcome.status == "pending" else ""]
    head = ", ".join(word for word in said if word)
    yield f"{head}: {outcome.why}" if head else outcome.why


def fragility(figures: Figures, room: Room) -> list[Content]:
    """How many votes or cases the other way change the lead and each gate; the most fragile first."""
    width, whole = room.width, room.whole
    if not figures.snapshot.settled and not any(line.fragility.counted for line in figures.gates):
        return note("Nothing is counted yet.", width)
    lines: list[Content] = []
    if figures.snapshot.settled:
        lead = wrapped(" ".join(lead_words(figures.lead)), width, "")
        lines = [*lead, Content("")]
    given = [line for line in figures.gates if line.fragility.turns]
    given.sort(key=lambda line: min(turn.cases for turn in line.fragility.turns))
    rows = [_turn_cells(line, standing(line.outcome, figures.snapshot.phases), width) for line in given]
    lines += columns(rows, width, flexible=1, right={2})
    rest = [line for line in figures.gates if not line.fragility.turns]
    if rest and whole:
        lines.append(Content(""))
        for line in rest:
            lines += wrapped(f"{title_of(line.outcome)}: {turns_words(line.fragility)}", width, "dim", indent=2)
    elif rest:
        lines += note(f"{plural(len(rest), 'gate')} without such a number; ⏎ says why.", width)
    return lines


def _turn_cells(line: GateLine, state: PhaseState, width: int) -> list[Cell]:
    found, (told, style) = line.fragility, LOOKS[state]
    first, *rest = found.turns
    warn = "$text-warning" if min(turn.cases for turn in found.turns) <= FRAGILE else ""

    def then(to: GateStatus) -> str:
        return f"→ {LOOKS[to][0] if width >= ROOM_FOR_WORDS else LOOKS[to][0].split()[0]}"

    return [
        Cell(told.split()[0], style),
        Cell(title_of(line.outcome)),
        Cell(plural(first.cases, "vote" if found.votes else "case"), warn),
        Cell(then(first.to), warn),
        Cell(" ".join(f"{turn.cases} {then(turn.to)}" for turn in rest), warn),
    ]
