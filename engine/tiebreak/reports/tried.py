"""How many versions were tried on the same cases, and what that does to a pass."""

from collections.abc import Sequence
from typing import NamedTuple


class Tried(NamedTuple):
    """The candidate is the `number`-th of `of` configs that were put to this version of the dataset as a candidate."""

    number: int
    of: int


ALONE = Tried(1, 1)


def versions_tried(candidates: Sequence[str], own: str | None) -> Tried:
    """Which of the candidates one is, by version; `candidates` come in the order of their first sessions. One that
    has not answered yet is the next to come."""
    number = candidates.index(own) + 1 if own in candidates else len(candidates) + 1
    return Tried(number, max(number, len(candidates)))


def tried_briefly(tried: Tried) -> str:
    """`version 3 of 4 tried on this set`; nothing for the only one."""
    return f"version {tried.number} of {tried.of} tried on this set" if tried.of > 1 else ""
