"""Readings made of what a check keeps of each answer: figures of a whole set, and pass@k of a case."""

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import cast

from tiebreak.metrics.parts import read_part
from tiebreak.scoreboard.facts import Answer, CaseFacts
from tiebreak.scoreboard.reading import NOT_APPLICABLE, UNKNOWN, Reading, mean_of


def figure_parts(answers: Sequence[Answer], facts: CaseFacts, version: str) -> Reading | None:
    """What each sample adds to a figure of the whole set; of those that add something."""
    kept: list[object] = []
    for answer in answers:
        result = facts.results.get((answer.id, version))
        if result is None:
            return None
        if result.status == "error":
            return UNKNOWN
        part = read_part(result.detail)
        if part is not None:
            kept.append(part)
    return Reading("value", parts=tuple(kept)) if kept else NOT_APPLICABLE


def pass_at_k(answers: Sequence[Answer], facts: CaseFacts, version: str, deciding: Collection[str]) -> Reading | None:
    """The chance that one of k samples is right: passes the checks whose versions are `deciding`, or where none of
    them applies is the reference. 1 − C(n−c, k) / C(n, k), see `tiebreak.metrics.kinds.pass_at_k`."""
    right: list[bool] = []
    asked = 0
    for answer in answers:
        own = facts.results.get((answer.id, version))
        if own is None:
            return None
        part = read_part(own.detail)
        if not isinstance(part, tuple):
            return UNKNOWN if own.status == "error" else NOT_APPLICABLE
        asked, by_reference = cast("tuple[int, bool | None]", part)
        found = [facts.results.get((answer.id, other)) for other in deciding]
        if not answer.broken and any(result is None for result in found):
            return None
        statuses = [result.status for result in found if result is not None]
        if not answer.broken and "error" in statuses:
            return UNKNOWN
        decided = [status == "pass" for status in statuses if status != "not_applicable"]
        if not answer.broken and not decided and by_reference is None:
            return NOT_APPLICABLE
        right.append(not answer.broken and (all(decided) if decided else bool(by_reference)))
    n, c = len(right), sum(right)
    if n < asked:
        return NOT_APPLICABLE
    missed = Fraction(1)
    for drawn in range(asked):
        missed *= Fraction(max(n - c - drawn, 0), n - drawn)
    return mean_of([1 - missed])
