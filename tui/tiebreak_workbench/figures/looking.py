"""A look at a session's figures from outside the Arena: sealed where it must be, and on record where it is not."""

from dataclasses import dataclass, replace

from tiebreak.scoreboard import Scoreboard
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.figures.sealed import is_sealed, note_look
from tiebreak_workbench.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    stored: StoredSession
    board: Scoreboard
    sealed: bool
    """Whether its rater must not yet see which side is which; then nothing was noted."""


def look_at(bench: Workbench, wanted: str, at: str, *, reveal: bool = False) -> Look:
    """Read a session (see `Store.session_id`) and leave the trace that `note_look` leaves, unless it stays sealed.

    Raises:
        UsageError: where `wanted` names no session, or more than one.
        StoreError: where the database cannot be used.
    """
    session_id = bench.store.session_id(wanted)
    stored = bench.store.load_session(session_id, light=True)
    board = scoreboard_of(stored)
    snapshot = board.snapshot()
    sealed = is_sealed(stored, snapshot, bench.rater()) and not reveal
    noted = None if sealed else note_look(bench, stored, snapshot, at)
    if noted is not None:
        board.add(noted)
        stored = replace(stored, events=(*stored.events, noted))
    return Look(stored=stored, board=board, sealed=sealed)
