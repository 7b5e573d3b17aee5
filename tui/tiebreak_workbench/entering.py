"""What it takes to open a session in the Arena, in its plan or in its risk queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from tiebreak.errors import UsageError
from tiebreak.gates.loading import load_for
from tiebreak.records.sessions import Queue
from tiebreak.session.answering import Arm
from tiebreak.session.judged import JudgeSeat
from tiebreak_store import StoredSession
from tiebreak_workbench.judges.seat import seat_for
from tiebreak_workbench.risk_queue import AtRisk, risk_queue
from tiebreak_workbench.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    stored: StoredSession
    arms: tuple[Arm, ...]
    seat: JudgeSeat | None
    """The judge that goes along; none does in the risk queue, so that its verdicts stay sealed."""
    at_risk: Sequence[AtRisk] | None
    """The risk queue, where that is opened."""


def entered(bench: Workbench, session_id: str, queue: Queue, judge: str | None, max_cost: float | None) -> Entered:
    """A session with all that the Arena needs. Reads files and the database: not for the event loop.

    Raises:
        UsageError: where nothing is in the risk queue that is asked for.
        TiebreakError: where the session cannot be taken up.
    """
    stored = bench.store.load_session(session_id, light=True)
    arms = bench.arms(stored)
    load_for(stored.policy)
    if queue == "risk":
        at_risk = risk_queue(bench, stored)
        if not at_risk:
            raise UsageError(
                "Nothing is in the risk queue: no case with both answers gives a reason, or you rated them all.",
                hint="Checks and judges give reasons; `tiebreak queue` lists them.",
            )
        return Entered(stored=stored, arms=arms, seat=None, at_risk=at_risk)
    stored, seat = seat_for(bench, stored, judge, max_cost)
    return Entered(stored=stored, arms=arms, seat=seat, at_risk=None)
