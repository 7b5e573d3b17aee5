"""Failures that are nearly the same: what flipped is the same, and the answers or the questions are alike.

Leader clustering (Hartigan 1975): a failure joins the group whose leader it is most like, else it leads one of its own.
Of each set of flips the `LEADERS` that were met last are compared with, so that n failures take 2 · n · LEADERS
comparisons at most and never n². One decision can serve a group, so nothing is ever put into one for want of a better
place: what is like none of them stands alone, and so does what comes after the first `MOST`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

ALIKE = 80.0
"""Normalised Indel similarity, 0 to 100, from which two answers, or two questions, are alike."""
LEADERS = 256
COMPARED = 300
"""Characters of a text that are compared."""
MOST = 5_000
"""Failures that are compared; those after them are the less severe."""


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
    question: str
    """Of the first of them."""

    def __len__(self) -> int:
        return len(self.ordinals)


@dataclass(slots=True)
class _Bucket:
    """Leaders of one set of flips, those met last at the end: their texts, and the numbers of their groups."""

    answers: list[str] = field(default_factory=list[str])
    questions: list[str] = field(default_factory=list[str])
    groups: list[int] = field(default_factory=list[int])
    blank: int | None = None
    """The group of those that say nothing at all."""

    def like(self, question: str, answer: str) -> int | None:
        """The place of the leader whose answer is most alike, or else of the one whose question is."""
        from rapidfuzz import fuzz, process

        for text, texts in ((answer, self.answers), (question, self.questions)):
            found = process.extractOne(text, texts, scorer=fuzz.ratio, score_cutoff=ALIKE) if text else None
            if found is not None:
                return found[2]
        return None

    def lead(self, question: str, answer: str, group: int) -> None:
        if len(self.groups) == LEADERS:
            self._drop(0)
        self.answers.append(answer)
        self.questions.append(question)
        self.groups.append(group)

    def met(self, place: int) -> int:
        """Have that leader stay for longest; returns its group."""
        answer, question, group = self._drop(place)
        self.lead(question, answer, group)
        return group

    def _drop(self, place: int) -> tuple[str, str, int]:
        return self.answers.pop(place), self.questions.pop(place), self.groups.pop(place)


def grouped(failures: Iterable[Failure]) -> list[FailureGroup]:
    """Groups, the largest first, then in the order of their first failures. Each failure is in exactly one."""
    from tiebreak.datasets.likeness import normal

    groups: list[tuple[Failure, list[int]]] = []
    buckets: dict[tuple[str, ...], _Bucket] = {}
    for number, failure in enumerate(failures):
        found: int | None = None
        if number < MOST:
            bucket = buckets.setdefault(failure.flips, _Bucket())
            question, answer = normal(failure.question[:COMPARED]), normal(failure.answer[:COMPARED])
            if not question and not answer:
                found, bucket.blank = bucket.blank, len(groups) if bucket.blank is None else bucket.blank
            elif (place := bucket.like(question, answer)) is not None:
                found = bucket.met(place)
            else:
                bucket.lead(question, answer, len(groups))
        if found is None:
            groups.append((failure, [failure.ordinal]))
        else:
            groups[found][1].append(failure.ordinal)
    made = [FailureGroup(first.flips, tuple(ordinals), first.question) for first, ordinals in groups]
    return sorted(made, key=lambda group: -len(group))
