"""Does the judge favour the answer that it reads first? Every pair is judged in both orders.

Values are those of one side, the candidate: 0 lost, ½ tie, 1 won; None where a verdict is not valid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tiebreak.stats.flips import mcnemar
from tiebreak.stats.intervals import wilson

TIE = 0.5


class BothOrders(NamedTuple):
    """What the judge gave the candidate in one case."""

    shown_first: float | None
    shown_second: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionBias:
    """Over the cases with two valid verdicts."""

    n: int
    excluded: int
    """Cases in which a verdict is missing."""
    consistent: int
    """The same verdict in both orders."""
    first_favoured: int
    """The answer shown first did better than the same one shown second."""
    second_favoured: int
    p: float
    """Exact sign test, two-sided, of the flips: how often a judge that favours neither place would lean this far."""
    first_picked: float | None
    """The share of the verdicts for an answer that went to the one shown first; None where all are ties."""
    alpha: float = 0.05

    @property
    def consistency(self) -> float | None:
        return self.consistent / self.n if self.n else None

    @property
    def consistency_interval(self) -> tuple[float, float]:
        """Wilson's, for an n that was fixed before."""
        return wilson(self.consistent, self.n, self.alpha)

    @property
    def biased(self) -> bool:
        """Whether the lean to one place is more than chance. With 50 pairs one of 15 points is found half the time."""
        return self.p < self.alpha

    @property
    def favours(self) -> str | None:
        """`first` or `second`, where more flips went that way, significant or not."""
        if self.first_favoured == self.second_favoured:
            return None
        return "first" if self.first_favoured > self.second_favoured else "second"


def swap_averaged(case: BothOrders) -> float | None:
    """One value for the case: what both orders say, and a tie where they differ. None without two valid verdicts.

    Averaging takes out the lean to a place, but draws the win rate towards one half: it still needs calibrating.

    Raises:
        ValueError: for a value that is not 0, ½ or 1.
    """
    _checked(case)
    if case.shown_first is None or case.shown_second is None:
        return None
    return case.shown_first if case.shown_first == case.shown_second else TIE


def position_bias(cases: Iterable[BothOrders], alpha: float = 0.05) -> PositionBias:
    """Consistency over the two orders, and the sign test of the flips. A tie in one order alone is half a flip in size
    and counts as one, to the side it leans to.

    Raises:
        ValueError: for a value that is not 0, ½ or 1.
    """
    n = excluded = consistent = first = second = picked = decided = 0
    for case in cases:
        _checked(case)
        one, other = case
        if one is None or other is None:
            excluded += 1
            continue
        n += 1
        consistent += one == other
        first += one > other
        second += one < other
        picked += (one == 1) + (other == 0)
        decided += (one != TIE) + (other != TIE)
    return PositionBias(
        n=n,
        excluded=excluded,
        consistent=consistent,
        first_favoured=first,
        second_favoured=second,
        p=mcnemar(first, second).exact,
        first_picked=picked / decided if decided else None,
        alpha=alpha,
    )


def _checked(case: BothOrders) -> None:
    if not {case.shown_first, case.shown_second} <= {0, TIE, 1, None}:
        raise ValueError(f"a verdict is worth 0, ½ or 1, not {case.shown_first} and {case.shown_second}")
