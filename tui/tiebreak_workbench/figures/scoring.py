"""The scoreboard of a stored session, from its rows alone."""

from tiebreak.scoreboard import Scoreboard
from tiebreak_store import Store, StoredSession

LOOKED_AT = 5
"""Newest sessions in which an unfinished one is looked for."""


def scoreboard_of(stored: StoredSession) -> Scoreboard:
    """Every fact of a session folded anew."""
    facts = (
        *stored.responses,
        *stored.check_results,
        *stored.presentations,
        *stored.ballots,
        *stored.events,
        *stored.said,
    )
    return Scoreboard.of(
        stored.session,
        stored.policy,
        stored.dataset.by_id,
        facts,
        timed_runs=stored.timed_runs,
        samples=stored.samples,
    )


def unfinished_session(store: Store) -> str | None:
    """The newest session that still asks something of its rater, if there is one among the latest."""
    for summary in store.sessions(LOOKED_AT):
        # A vote for every case tells a finished session at once; broken answers finish theirs without one.
        if summary.kind == "arena" and summary.voted < summary.planned:
            snapshot = scoreboard_of(store.load_session(summary.id, light=True)).snapshot()
            if snapshot.done < snapshot.planned:
                return summary.id
    return None
