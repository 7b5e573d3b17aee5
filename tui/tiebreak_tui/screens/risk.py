"""What the Arena shows of the risk queue, and the way there and back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError
from tiebreak.session.live import LiveSession
from tiebreak.session.risk import feeds_a_gate
from tiebreak_tui.widgets.risk_bar import RiskNews

if TYPE_CHECKING:
    from tiebreak_tui.screens.arena import ArenaScreen
    from tiebreak_workbench.risk_queue import AtRisk

RISK_END = "That was the last case of the risk queue. Q goes back to the plan."


def risk_news(live: LiveSession, queue: "Sequence[AtRisk] | None", position: int) -> RiskNews | None:
    """What the band says; None in the plan's order."""
    if queue is None:
        return None
    why = "; ".join(queue[position].words) or "shown here before; no reason is left"
    return RiskNews(position=position, cases=len(queue), why=why, feeds=feeds_a_gate(live.policy))


async def change_queue(arena: "ArenaScreen") -> None:
    """From the plan to the risk queue of the same session, or back."""
    app = arena.tiebreak
    if arena.is_spot:
        app.flash("A spot check has no risk queue: its questions are no sample of anything.")
        return
    try:
        await app.enter_arena(arena.session_id, queue="random" if arena.at_risk is not None else "risk")
    except TiebreakError as error:
        if app.arena is None:  # it was closed already: what cannot be opened is left for where one was
            await app.enter_arena(arena.session_id)
        app.tell_error(error)
