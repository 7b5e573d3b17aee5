"""Failures that are nearly the same: what flipped is the same, and the answers or the questions are alike.

Leader clustering (Hartigan 1975): a failure joins the first group whose leader it is like, else it leads one of its
own. Of each set of flips at most `LEADERS` are kept to compare with, the ones found last first, so that n failures
take n · LEADERS comparisons at most and never n². What comes after the last leader and is like none of them is put
together with what has only its flips in common.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

ALIKE = 80.0
"""Normalised Indel similarity, 0 to 100, from which two answers, or two questions, are alike."""
LEADERS = 48
COMPARED = 300
"""Characters of a text that are compared."""
MOST = 5_000
"""Failures that are compared; those after them, which are the less severe, are grouped by their flips alone."""


class Failure(NamedTuple):
    """A case as it is grouped."""

    ordinal: int
    flips: tuple[str, ...]
    question: str
    answer: str
    """The candidate's."""


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Cases that are likely to have one cause; the severest first, as they were given."""

    flips: tuple[str, ...]
    ordinals: tuple[int, ...]
    alike: bool
    """Whether their texts are alike; else only the flips are the same."""
    question: str
    """Of the first of them."""

    def __len__(self) -> int:
        return len(self.ordinals)


@dataclass(slots=True)
class _Bucket:
    leaders: list[int] = field(default_factory=list[int])
    """Numbers of groups, those found last first."""
    rest: int | None = None


@dataclass(slots=True)
class _Group:
    first: Failure
    question: str
    answer: str
    ordinals: list[int]
    alike: bool = True


def grouped(failures: Iterable[Failure]) -> list[FailureGroup]:
    """Groups, the largest first, then in the order of their first failures. Each failure is in exactly one."""
    from tiebreak.datasets.likeness import normal

    groups: list[_Group] = []
    buckets: dict[tuple[str, ...], _Bucket] = {}
    for number, failure in enumerate(failures):
        bucket = buckets.setdefault(failure.flips, _Bucket())
        compared = number < MOST
        question = normal(failure.question[:COMPARED]) if compared else ""
        answer = normal(failure.answer[:COMPARED]) if compared else ""
        found = _like(groups, bucket, question, answer) if compared else None
        if found is not None:
            bucket.leaders.insert(0, bucket.leaders.pop(found))
            groups[bucket.leaders[0]].ordinals.append(failure.ordinal)
        elif compared and len(bucket.leaders) < LEADERS:
            bucket.leaders.insert(0, len(groups))
            groups.append(_Group(failure, question, answer, [failure.ordinal]))
        elif bucket.rest is None:
            bucket.rest = len(groups)
            groups.append(_Group(failure, "", "", [failure.ordinal], alike=False))
        else:
            groups[bucket.rest].ordinals.append(failure.ordinal)
    made = [FailureGroup(one.first.flips, tuple(one.ordinals), one.alike, one.first.question) for one in groups]
    return sorted(made, key=lambda group: -len(group))


def _like(groups: list[_Group], bucket: _Bucket, question: str, answer: str) -> int | None:
    """Which of the leaders a failure is like, by its place among them."""
    from rapidfuzz import fuzz

    for place, number in enumerate(bucket.leaders):
        leader = groups[number]
        if answer and leader.answer and fuzz.ratio(answer, leader.answer, score_cutoff=ALIKE) >= ALIKE:
            return place
        if question and leader.question and fuzz.ratio(question, leader.question, score_cutoff=ALIKE) >= ALIKE:
            return place
        if not answer and not leader.answer and not question:
            return place
    return None
