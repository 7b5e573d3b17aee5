"""The scoreboard of a stored session, from its rows alone."""

from tiebreak.scoreboard import Scoreboard
from tiebreak_store import StoredSession


def scoreboard_of(stored: StoredSession) -> Scoreboard:
    """Every fact of a session folded anew."""
    facts = (
        *stored.responses,
        *stored.check_results,
        *stored.presentations,
        *stored.ballots,
        *stored.events,
    )
    return Scoreboard.of(stored.session, stored.policy, stored.dataset.by_id, facts)
