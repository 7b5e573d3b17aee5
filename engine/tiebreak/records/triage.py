"""What people decide about a changed case, and what two runs made of each case, as light as it can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from tiebreak.records.outcomes import Scored
from tiebreak.records.responses import ResponseStatus

TriageStatus = Literal["open", "confirmed", "fixed", "accepted", "wontfix"]
Cause = Literal["retrieval", "prompt", "model", "tool", "data", "judge", "flaky"]
DecisionField = Literal["status", "cause", "note", "assignee"]
DecisionAct = Literal["set", "undo"]

STATUSES: Mapping[TriageStatus, str] = {
    "open": "nobody has decided yet",
    "confirmed": "a real fault of the candidate",
    "fixed": "dealt with since",
    "accepted": "meant to be so, or good enough",
    "wontfix": "a fault, and left as it is",
}
CAUSES: Mapping[Cause, str] = {
    "retrieval": "the passages that were needed did not come",
    "prompt": "the prompt asks for the wrong thing, or not clearly",
    "model": "the model had all it needs, and is wrong all the same",
    "tool": "a tool was called wrongly, or failed",
    "data": "the case, its reference or its check is wrong",
    "judge": "the answer is fine, the judge is wrong",
    "flaky": "differs from one answer to the next",
}
"""In the order of the digits 1 to 7."""
FIELDS: tuple[DecisionField, ...] = get_args(DecisionField)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageDecision:
    """One field of one case, set or taken back. Rows are only added.

    A decision is about the answer of one run as held against another, so it names both runs and the answers. `set`
    takes the place of what was in force, which it names in `supersedes`; without a value it clears the field. `undo`
    takes back the `set` that it names; what that one had replaced is in force again.
    """

    id: str
    batch: str
    """What was decided at once has one, so that it is undone at once."""
    baseline_run: str
    candidate_run: str
    case_id: str
    candidate_response: str
    baseline_response: str | None = None
    field: DecisionField
    value: str | None = None
    act: DecisionAct = "set"
    supersedes: str | None = None
    rater_id: str
    at: str
    """UTC, ISO 8601."""


class Scores:
    """What the checks said of one answer, in the order of recording. Equal ones are one object, so that what follows
    from them is worked out once."""

    __slots__ = ("scored",)

    def __init__(self, scored: tuple[Scored, ...]) -> None:
        self.scored = scored


class AnswerFacts(NamedTuple):
    """A counting response."""

    response_id: str
    status: ResponseStatus
    usd: float | None
    seconds: float | None
    """To the last token; None where it was not timed in this run."""
    scores: Scores


class SideFacts(NamedTuple):
    """What one run made of a case. Without `answers`, `excluded` says how the last attempt ended."""

    case_hash: str
    answers: tuple[AnswerFacts, ...]
    """By sample."""
    excluded: str | None


class PairFacts(NamedTuple):
    """A case that at least one of two runs tried; None is a side that did not."""

    ordinal: int
    """Its place in the candidate's version of the dataset."""
    case_id: str
    kind: str
    segment: str | None
    tags: tuple[str, ...]
    a: SideFacts | None
    b: SideFacts | None


class SideBlock(NamedTuple):
    """What one run made of many cases, a counting answer each; columns of one length."""

    statuses: Sequence[ResponseStatus]
    usd: Sequence[float | None]
    seconds: Sequence[float | None]
    scores: Sequence[Scores]


class OddCase(NamedTuple):
    """A case that one run did not answer just once, at the first attempt."""

    ordinal: int
    version: str
    """Its hash in the dataset; `facts` has the hash of the case that was answered."""
    facts: SideFacts


class SideRows(NamedTuple):
    """What one run made of many cases of a dataset. Those that it answered once, at the first attempt, stand in columns
    of one length; `others` has the rest. Both by ordinal, ascending."""

    ordinals: Sequence[int]
    plain: SideBlock
    others: Sequence[OddCase]


class CaseRows(NamedTuple):
    """What cases of a dataset are listed by, in columns of one length, by ordinal."""

    ordinals: Sequence[int]
    kinds: Sequence[str]
    segments: Sequence[str | None]
    tags: Sequence[tuple[str, ...]]


class RunsBlock(NamedTuple):
    """The cases of a dataset from the ordinal `start` to `stop`, without this one."""

    start: int
    stop: int
    sides: Sequence[SideRows]
    """Of each run that was asked for."""
    cases: CaseRows | None
    """None where they were not asked for."""
