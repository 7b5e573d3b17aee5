"""Writes down what a reader of the evidence should know happened."""

from collections.abc import Iterable

from tiebreak.records import Event, IdMaker, Rater, stamp, utc_now
from tiebreak.records.sessions import EventKind
from tiebreak.scoreboard import Scoreboard, Snapshot
from tiebreak.session.recorder import Recorder
from tiebreak.session.saving import Saves


def is_new_look(snapshot: Snapshot, events: Iterable[Event]) -> bool:
    """Whether a look at figures that name the sides is to be noted: cases of the plan are missing, and these figures
    were not looked at before."""
    looks = [event.detail.get("settled") for event in events if event.kind == "peek"]
    return 0 < snapshot.settled < snapshot.planned and looks[-1:] != [snapshot.settled]


class Diary:
    """The events of one session and one rater, recorded and counted as they happen."""

    def __init__(
        self,
        rater: Rater,
        recorder: Recorder,
        saves: Saves,
        new_id: IdMaker,
        scoreboard: Scoreboard,
        earlier: Iterable[Event] = (),
    ) -> None:
        """`earlier` are those that are recorded already."""
        self.rater = rater
        self._recorder = recorder
        self._saves = saves
        self._new_id = new_id
        self._scoreboard = scoreboard
        self._events = list(earlier)

    @property
    def events(self) -> tuple[Event, ...]:
        """All of them, oldest first."""
        return tuple(self._events)

    def of_kind(self, kind: EventKind) -> list[Event]:
        """Oldest first."""
        return [event for event in self._events if event.kind == kind]

    def note(self, kind: EventKind, **detail: object) -> None:
        """Record that something happened."""
        session_id = self._scoreboard.session_id
        told = {"rater": self.rater.id, **detail}
        event = Event(id=self._new_id(), session_id=session_id, kind=kind, at=stamp(utc_now()), detail=told)
        self._events.append(event)
        self._saves.follow(self._recorder.record_event(event))
        self._scoreboard.add(event)

    def resumed(self) -> None:
        """The session was taken up again."""
        self.note("resume")

    def revealed(self, why: str) -> None:
        """The rater asked which side is which.

        Raises:
            UsageError: once a write has failed: a reveal that leaves no trace must not be.
        """
        self._saves.refuse_if_halted()
        self.note("reveal", why=why, settled=self._scoreboard.snapshot().settled)

    def saw_verdict(self, case_id: str, judge_hash: str, seal: str) -> bool:
        """The rater is shown what a judge says of a case; False once a write has failed: then it must not be shown."""
        if self._saves.failure is not None:
            return False
        self.note("verdict_seen", case=case_id, judge=judge_hash, seal=seal)
        return True

    def peeked(self, at: str) -> None:
        """Figures that name the sides were looked at. Noted once per figure, while cases of the plan are missing."""
        snapshot = self._scoreboard.snapshot()
        if is_new_look(snapshot, self._events):
            self.note("peek", at=at, settled=snapshot.settled, planned=snapshot.planned)

    def acknowledge_drift(self) -> int:
        """Pool the answers of models that came to serve an arm in mid-session; returns how many models.

        Raises:
            UsageError: once a write has failed.
        """
        self._saves.refuse_if_halted()
        drift = self._scoreboard.snapshot().drift
        for role, arm in drift.items():
            for model in arm.since:
                self.note("drift_ack", role=role, served_model=model, began=arm.began)
        return sum(len(arm.since) for arm in drift.values())
