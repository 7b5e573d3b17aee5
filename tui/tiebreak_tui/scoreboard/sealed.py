"""What a blind session shows of itself before its last case is done: as `docs/blinding.md` says."""

from collections.abc import Sequence

from textual.content import Content

from tiebreak.gates.wording import plural
from tiebreak.records import Event
from tiebreak.scoreboard import Snapshot
from tiebreak.scoreboard.served_words import veiled_words
from tiebreak.scoreboard.wording import looked
from tiebreak_tui.scoreboard.columns import Cell, columns, note
from tiebreak_tui.scoreboard.looks import title_of
from tiebreak_tui.scoreboard.record import events
from tiebreak_tui.scoreboard.source import Source
from tiebreak_tui.screens.veil import EARLY, leader_words
from tiebreak_tui.widgets.gate_bar import SIGNS
from tiebreak_tui.widgets.panel import Room


def progress(source: Source, room: Room) -> list[Content]:
    snapshot, width = source.snapshot(), room.width
    lines = [
        Content.styled("▪ Session so far, sealed", "bold"),
        Content(""),
        *columns([[leader_words(source.tally())]], width),
        *note(
            f"{snapshot.done} of {plural(snapshot.planned, 'case')} done, {snapshot.skipped} skipped, "
            f"{snapshot.excluded_cases} excluded.",
            width,
        ),
        *(line for told in filter(None, (veiled_words(snapshot), looked(snapshot))) for line in note(told, width)),
        *note("Names, gates, speed and cost stay sealed until the last case is done.", width),
        *note(EARLY, width),
    ]
    return [*lines, *note(f"Resume at any time: {source.resume}", width)] if source.resume else lines


def gates(snapshot: Snapshot, width: int) -> list[Content]:
    """Every gate by its name alone: each says something of one side."""
    rows = [[Cell(f"{SIGNS['sealed']} sealed", "dim"), title_of(outcome)] for outcome in snapshot.gates]
    return columns(rows, width, flexible=1) or note("No gates: this policy asks for nothing.", width)


def happened(found: Sequence[Event], width: int) -> list[Content]:
    return events(found, width, sealed=True)[1:] or note("Nothing yet.", width)
