"""A blind session seen from outside the app: sealed to its rater until the last case is done, or a reveal on record."""

from collections.abc import Mapping

from tiebreak.errors import UsageError
from tiebreak.gates.wording import plural
from tiebreak.records import Event, Rater, stamp, utc_now
from tiebreak.records.sessions import EventKind
from tiebreak.scoreboard import Snapshot
from tiebreak.scoreboard.served_words import veiled_words
from tiebreak.scoreboard.wording import looked
from tiebreak.session.diary import is_new_look
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.shell import command
from tiebreak_workbench.workbench import Workbench

SEALED = (
    "Names, gates, speed and cost stay sealed until the last case is done. "
    "With --reveal they are shown; that is written down, and votes you give after it count in no human gate."
)


def is_sealed(stored: StoredSession, snapshot: Snapshot, rater: Rater) -> bool:
    """Whether a rater must not yet see which side is which."""
    if not stored.session.blind or not snapshot.open:
        return False
    return all(event.kind != "reveal" or event.detail.get("rater") != rater.id for event in stored.events)


def refuse_sealed(bench: Workbench, *session_ids: str) -> None:
    """Keep figures that tell the sides apart from the rater of a blind session that is not done.

    Raises:
        UsageError: where one of the sessions is sealed.
    """
    for session_id in bench.store.blind_sessions(list(dict.fromkeys(session_ids))):
        stored = bench.store.load_session(session_id, light=True)
        snapshot = scoreboard_of(stored).snapshot()
        if is_sealed(stored, snapshot, bench.rater()):
            opens = command(("show", session_id, "--reveal"), bench.workspace.folder)
            raise UsageError(
                f"Session {session_id} is blind, with {snapshot.done} of {plural(snapshot.planned, 'case')} done; "
                "these figures would tell its sides apart.",
                hint=f"Rate it to the end, or open it with `{opens}`, on record.",
            )


def note_look(bench: Workbench, stored: StoredSession, snapshot: Snapshot, at: str) -> Event | None:
    """Leave a trace that figures which name the sides were looked at: a reveal where they were sealed, else a peek.

    A peek is noted while cases of the plan are missing, once per figure. Returns what was noted.

    Raises:
        StoreError: where it cannot be recorded.
    """
    rater = bench.rater()
    if is_sealed(stored, snapshot, rater):
        return _note(bench, stored, "reveal", {"rater": rater.id, "why": at, "settled": snapshot.settled})
    if is_new_look(snapshot, stored.events):
        detail = {"rater": rater.id, "at": at, "settled": snapshot.settled, "planned": snapshot.planned}
        return _note(bench, stored, "peek", detail)
    return None


def _note(bench: Workbench, stored: StoredSession, kind: EventKind, detail: Mapping[str, object]) -> Event:
    event = Event(id=bench.new_id(), session_id=stored.session.id, kind=kind, at=stamp(utc_now()), detail=detail)
    bench.store.record_event(event).result()
    return event


def sealed_words(snapshot: Snapshot) -> str:
    """How far a sealed session is."""
    told = [
        f"A blind session: {snapshot.done} of {plural(snapshot.planned, 'case')} done, {snapshot.skipped} skipped, "
        f"{snapshot.excluded_cases} excluded.",
        *filter(None, (veiled_words(snapshot), looked(snapshot))),
        SEALED,
    ]
    return "\n".join(told)
