"""What the Arena's first line says where there is no room for the second answer and for the gates."""

from typing import TYPE_CHECKING

from tiebreak_tui.widgets.gate_bar import GateBar

if TYPE_CHECKING:
    from tiebreak_tui.screens.arena import ArenaScreen


def in_short(arena: "ArenaScreen") -> list[str]:
    """Which answer is shown and what shows the other, how the gates stand, where the keys are; most needed first."""
    if not arena.has_class("-flat"):
        return []
    words = [arena.query_one(GateBar).counts, "? help"]
    if not arena.has_class("-wide"):
        shown = arena.focused_role
        seating = arena.seating
        other = seating.right if shown == seating.left else seating.left
        words.insert(0, f"{seating.label(shown)} ⇥ {seating.label(other)}")
    return [word for word in words if word]
