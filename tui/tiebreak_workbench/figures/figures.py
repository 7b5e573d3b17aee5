"""Every figure of the Scoreboard, worked out once for the screen and for `tiebreak show`.

What it takes is gathered in one go (`Material`), cheaply and where the session lives; what is costly is then a pure
function of it (`work_out`), so that a thread may do it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiebreak.compare.wiring import Change, changes_between
from tiebreak.gates import Evidence, GateOutcome, Question
from tiebreak.gates.fragility import GateFragility, LeadFragility, fragility, lead_fragility
from tiebreak.gates.reach import can_pass
from tiebreak.gates.wording import asked_of
from tiebreak.records import ROLES, Event, Response
from tiebreak.reports import Tried
from tiebreak.scoreboard import Scoreboard, Snapshot, WinRate
from tiebreak.scoreboard.pace import Paces, paces_of
from tiebreak.scoreboard.path import Course
from tiebreak.scoreboard.sample import Sample, sample_of
from tiebreak.scoreboard.segments import SegmentLine, segment_lines
from tiebreak_store import StoredSession

if TYPE_CHECKING:
    from tiebreak.session.live import LiveSession

LOOKS = 120
"""Looks at the win rate over time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A session at one moment: what all figures follow from."""

    stored: StoredSession
    """What the session pins; its facts are not read."""
    snapshot: Snapshot
    course: Course
    questions: tuple[Question, ...]
    win: Evidence
    responses: Sequence[Response]
    events: Sequence[Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLine:
    """One gate with all that is told of it."""

    outcome: GateOutcome
    asked: str
    """What must hold, such as `≥ 95 %`."""
    can_pass: bool | None
    """Whether it passes if every case to come goes its way; None where that cannot be said."""
    fragility: GateFragility


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that the Scoreboard shows."""

    stored: StoredSession
    snapshot: Snapshot
    gates: tuple[GateLine, ...]
    lead: LeadFragility
    segments: tuple[SegmentLine, ...]
    sample: Sample | None
    """Stratum by stratum, where the planned cases were drawn in proportion."""
    path: tuple[WinRate, ...]
    """The win rate as cases settled, in the order of the plan."""
    paces: Paces
    headless: bool
    """Whether both sides were timed in headless runs, whose times gates may use."""
    changes: tuple[Change, ...] | None
    """What changed from A to B; None where the session has no two configs."""
    tried: Tried
    events: tuple[Event, ...]
    """Oldest first."""


def stored_material(stored: StoredSession, board: Scoreboard) -> Material:
    """Of a stored session and its board."""
    return _material(stored, board, stored.responses, stored.events)


def live_material(live: "LiveSession", stored: StoredSession) -> Material:
    """Of a session as it happens; to be called on its event loop. `stored` is as it was opened."""
    return _material(stored, live.scoreboard, live.responses, live.diary.events)


def _material(
    stored: StoredSession, board: Scoreboard, responses: Sequence[Response], events: Sequence[Event]
) -> Material:
    return Material(
        stored=stored,
        snapshot=board.snapshot(),
        course=board.course(),
        questions=board.questions(),
        win=board.win_evidence(),
        responses=responses,
        events=events,
    )


def work_out(material: Material, tried: Tried) -> Figures:
    """All figures; pure, and for a thread where the session is large."""
    stored, configs = material.stored, material.stored.configs
    both = all(role in configs for role in ROLES)
    return Figures(
        stored=stored,
        snapshot=material.snapshot,
        gates=tuple(
            GateLine(
                outcome=question.outcome,
                asked=asked_of(question.gate),
                can_pass=can_pass(question),
                fragility=fragility(question),
            )
            for question in material.questions
        ),
        lead=lead_fragility(material.win),
        segments=segment_lines(material.snapshot),
        sample=sample_of(stored.session.plan, stored.dataset.cases, material.snapshot),
        path=material.course.path(LOOKS),
        paces=paces_of(material.responses, {run_id: role for role, run_id in stored.session.runs.items()}),
        headless=bool(stored.runs) and all(run.origin == "headless" for run in stored.runs.values()),
        changes=changes_between(configs["baseline"], configs["candidate"]) if both else None,
        tried=tried,
        events=tuple(sorted(material.events, key=lambda event: event.id)),
    )
