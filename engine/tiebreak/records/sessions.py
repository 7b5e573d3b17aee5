"""Runs, sessions, and the human acts inside them. All append-only: a correction is a new record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tiebreak.records.canonical import LATER, version_of
from tiebreak.records.policies import SessionRole

RunOrigin = Literal["live", "headless", "import", "replay"]
RunStatus = Literal["open", "done"]
SessionKind = Literal["arena", "spot", "panel", "redteam", "review", "import"]
BallotKind = Literal["vote", "score", "label", "note", "tag", "skip", "undo"]
Vote = Literal["A", "B", "tie", "both_bad"]
VOTES: tuple[Vote, ...] = ("A", "B", "tie", "both_bad")
BallotPhase = Literal["sealed", "post_reveal"]
Queue = Literal["random", "risk"]
"""Where a rater meets a case: in the order of the plan, which every figure is made from, or with the riskiest first,
where only a gate that allows no hit at all may be made to fail."""
EventKind = Literal[
    "plan",
    "peek",
    "reveal",
    "leak",
    "policy_edit",
    "config_edit",
    "fork",
    "drift_ack",
    "resume",
    "judge",
    "verdict_seen",
]
"""`judge` sets down which judge goes along from now on; `verdict_seen` that a rater saw what one said of a case."""
Tag = Literal["judge_wrong", "human_wrong", "both_defensible", "rubric_unclear"]
TAGS: tuple[Tag, ...] = ("judge_wrong", "human_wrong", "both_defensible", "rubric_unclear")
"""What a disagreement between a rater and a judge is put down to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One config answering one dataset version."""

    id: str
    config_hash: str
    dataset_hash: str | None
    seed: int
    samples: int = 1
    case_order_hash: str | None = None
    origin: RunOrigin = "live"
    concurrency: int = 4
    status: RunStatus = "open"
    created_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was set down before the first answer: which cases, in which order, under which policy.

    `case_ids` is the seeded order; its length is the planned n.
    """

    case_ids: tuple[str, ...]
    seed: int
    policy_hash: str
    segment: str | None = None
    strata: str | None = field(default=None, metadata=LATER)
    """What the cases were drawn by in proportion, such as `segment`; without it they are a plain random sample."""

    @property
    def version(self) -> str:
        return version_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How a planned case came into its plan."""

    stratum: str | None
    """The value it has of what the plan is drawn by."""
    inclusion_p: float
    """How likely it was, before the seed, to be one of the planned ones; 1 where all are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Two runs side by side: A is the baseline, B the candidate."""

    id: str
    kind: SessionKind
    plan: Plan
    dataset_hash: str | None
    policy_hash: str
    runs: Mapping[SessionRole, str] = field(default_factory=dict[SessionRole, str])
    blind: bool = False
    title: str = ""
    parent_id: str | None = None
    fork_reason: str | None = None
    created_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """One showing of a case to one rater: which response stood left, which right."""

    id: str
    session_id: str
    position: int
    case_id: str
    rater_id: str
    left_response: str
    right_response: str | None
    shown_at: str = ""
    repeat_of: str | None = None
    queue: Queue = "random"
    """Positions of the risk queue come behind those of the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One human act on a presentation.

    `value` holds a `Vote` for a vote, 1 to 5 for a score, the text of a note, a `Tag` for a tag, nothing for a skip or
    an undo. An undo names the ballot it takes back in `supersedes`; what that ballot had replaced is in force again. A
    tag names in `dimension` the version of the judge that it is about. Whatever is given once a judge's verdict on the
    case was seen is `post_reveal`.
    """

    id: str
    presentation_id: str
    kind: BallotKind
    value: str | int | None = None
    dimension: str | None = None
    response_id: str | None = None
    supersedes: str | None = None
    phase: BallotPhase = "sealed"
    identity_seen: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    id: str
    name: str
    key_fingerprint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a reader of the evidence should know happened."""

    id: str
    session_id: str
    kind: EventKind
    at: str
    detail: Mapping[str, object] = field(default_factory=dict[str, object])
