"""A random order in which every stretch holds each stratum in proportion, so that whoever stops early, or plans fewer
cases than there are, has seen a small picture of the whole.

A circle holds all cases: those of each stratum evenly spread, in a random order among themselves. The seed says where
on it to begin. Every start being as likely as any other, each case is among the first n of N with probability n / N
exactly, whatever its stratum: proportional sampling, without the rounding that would favour a stratum.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence

from tiebreak.errors import UsageError
from tiebreak.records import Case, DatasetCard, digest
from tiebreak.stats.order import seeded_order

FIELDS = ("segment", "kind", "expect", "tags")
METADATA = "metadata."
NONE = "none"
"""What asks for a plain random sample where a field is named."""
Strata = Mapping[str, str | None]
"""Case → what it is drawn by; None is a stratum as well."""


def strata_of(cases: Sequence[Case], field: str) -> Strata:
    """What each case has in a field: one of `FIELDS`, or `metadata.` and a key. Tags count as one text, sorted.

    Raises:
        UsageError: for another field, and for one that no case has.
    """
    if field not in FIELDS and not field.startswith(METADATA):
        raise UsageError(
            f"Cases cannot be drawn by “{field}”.", hint=f"By {', '.join(FIELDS)}, metadata.KEY, or {NONE}."
        )
    found = {case.id: stratum_of(case, field) for case in cases}
    if cases and all(value is None for value in found.values()):
        raise UsageError(f"No case has “{field}”, so nothing can be drawn by it.", hint=f"`{NONE}` draws plainly.")
    return found


def stratum_of(case: Case, field: str) -> str | None:
    """What one case has in a field that `strata_of` takes."""
    if field.startswith(METADATA):
        value = case.metadata.get(field.removeprefix(METADATA))
        return None if value is None else str(value)
    if field == "tags":
        return " ".join(sorted(case.tags)) or None
    value = getattr(case, field)
    return None if value is None else str(value)


def default_strata(card: DatasetCard, cases: Sequence[Case], *, rated: int | None) -> str | None:
    """What cases are drawn by where nobody says: as the dataset's card says, else by segment; None is plainly.

    Only where fewer cases are rated than there are in `cases`: of all of them there is nothing to draw.
    """
    if rated is None or rated >= len(cases):
        return None
    if card.strata is not None:
        return None if card.strata == NONE else card.strata
    return "segment" if len({case.segment for case in cases}) > 1 else None


def proportional_order(strata: Strata, seed: int) -> tuple[str, ...]:
    """All cases in a random order of which every stretch is nearly proportional; the file's order makes no difference.

    Among any n in a row, a stratum of share p has np cases, give or take fewer than two.
    """
    if not strata:
        return ()
    members: dict[str | None, list[str]] = {}
    for case_id in seeded_order(strata, seed):
        members.setdefault(strata[case_id], []).append(case_id)
    own = {stratum: iter(case_ids) for stratum, case_ids in members.items()}
    circle = [next(own[stratum]) for stratum in _turns({s: len(c) for s, c in members.items()}, seed)]
    start = int(digest(f"start\0{seed}".encode()), 16) % len(circle)
    return tuple(circle[start:] + circle[:start])


def _turns(sizes: Mapping[str | None, int], seed: int) -> Iterator[str | None]:
    """Whose turn it is: each stratum as often as it has cases, and among the first n within one of its share of them.

    The chairman assignment of Tijdeman (1980, doi 10.1016/0012-365X(80)90269-1): the turn r of a stratum (from 0) may
    be at n from (r + δ) / p on, and must be by (r + 1 − δ) / p, with δ = 1 / (2H − 2) for H strata; of those that may,
    the most urgent one has it. All in whole numbers.
    """
    cases, h = sum(sizes.values()), max(2, 2 * len(sizes) - 2)
    waiting = [(_from(0, size, cases, h), _tie(stratum, seed), stratum, 0) for stratum, size in sizes.items()]
    heapq.heapify(waiting)
    ready: list[tuple[int, str, str | None, int]] = []
    for n in range(1, cases + 1):
        while waiting and waiting[0][0] <= n:
            _, tie, stratum, turn = heapq.heappop(waiting)
            urgent = ((turn + 1) * h - 1) * cases // (h * sizes[stratum])
            heapq.heappush(ready, (urgent, tie, stratum, turn))
        _, tie, stratum, turn = heapq.heappop(ready)
        yield stratum
        if turn + 1 < sizes[stratum]:
            heapq.heappush(waiting, (_from(turn + 1, sizes[stratum], cases, h), tie, stratum, turn + 1))


def _from(turn: int, size: int, cases: int, h: int) -> int:
    """The first n at which a turn may be."""
    return -(-(turn * h + 1) * cases // (h * size))


def _tie(stratum: str | None, seed: int) -> str:
    """Strata of one size are equally urgent; which goes first is as random as the rest."""
    return digest(f"stratum\0{seed}\0{stratum!r}".encode("utf-8", "surrogatepass"))
