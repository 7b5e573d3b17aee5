"""What `tiebreak plan` works out, and how it says it."""

import math
from dataclasses import dataclass

from tiebreak.errors import UsageError
from tiebreak.stats.power import (
    Spread,
    cases_for_passes,
    cases_for_scores,
    cases_of_a_set,
    difference_of_passes,
    difference_of_scores,
)

USUAL = (50, 100, 200, 500, 1000)
"""Numbers of cases that are told where none is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    cases: int | None
    find: float | None
    disagreement: float
    variance: float | None
    within: float
    samples: int
    power: float
    alpha: float
    out_of: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """So many cases find so large a difference; None where even the largest possible one would be missed."""

    cases: int
    difference: float | None


def answer(wish: Wish) -> list[Found]:
    """
    Raises:
        UsageError: for a figure that cannot be.
    """
    try:
        if wish.find is not None:
            needed = _cases(wish, wish.find)
            number = cases_of_a_set(needed, wish.out_of) if wish.out_of is not None else math.ceil(needed - 1e-9)
            return [Found(cases=number, difference=wish.find)]
        return [Found(cases=n, difference=_difference(wish, n)) for n in ([wish.cases] if wish.cases else USUAL)]
    except ValueError as refused:
        raise UsageError(
            f"That cannot be planned: {refused}.", hint="`tiebreak plan --help` shows the figures."
        ) from None


def _spread(wish: Wish) -> Spread | None:
    if wish.variance is None:
        return None
    if wish.variance < 0 or wish.within < 0 or wish.variance + wish.within == 0:
        raise ValueError("a variance is not negative, and some of it there must be")
    k = wish.samples
    return Spread(between=wish.variance, within_a=wish.within, within_b=wish.within, samples_a=k, samples_b=k)


def _cases(wish: Wish, difference: float) -> float:
    spread = _spread(wish)
    if spread is None:
        return cases_for_passes(wish.disagreement, difference, alpha=wish.alpha, power=wish.power)
    return cases_for_scores(spread, difference, alpha=wish.alpha, power=wish.power)


def _difference(wish: Wish, cases: int) -> float | None:
    n = float(cases)
    if wish.out_of is not None:
        if cases > wish.out_of:
            raise ValueError(f"{cases} of {wish.out_of} cases cannot be")
        if cases == wish.out_of:
            return 0.0  # all of the set was seen
        n = 1 / (1 / cases - 1 / wish.out_of)
    spread = _spread(wish)
    if spread is None:
        return difference_of_passes(wish.disagreement, n, alpha=wish.alpha, power=wish.power)
    return difference_of_scores(spread, n, alpha=wish.alpha, power=wish.power)


def sentences(wish: Wish, rows: list[Found]) -> list[str]:
    """The same in words; differences are rounded up."""
    told = (
        f"{100 * wish.disagreement:.0f} % disagreement" if wish.variance is None else f"a variance of {wish.variance:g}"
    )
    about = f" for a claim about {wish.out_of} cases alone" if wish.out_of is not None else ""
    lines: list[str] = []
    for row in rows:
        if wish.find is not None:
            lines.append(f"It takes {row.cases} cases with {told} to detect {_amount(wish, wish.find)}{about}.")
        elif row.difference is None:
            lines.append(f"With {row.cases} cases and {told} no difference that is possible can be detected.")
        else:
            lines.append(f"With {row.cases} cases and {told} you can detect {_amount(wish, row.difference)}{about}.")
    power, alpha = (f"{100 * rate:.0f} %" for rate in (wish.power, wish.alpha))
    lines.append(f"Found in {power} of runs, and where there is no difference in {alpha} of them.")
    return lines


def _amount(wish: Wish, difference: float) -> str:
    if wish.variance is None:
        return f"{math.ceil(100 * difference - 1e-9)} pp"
    return f"a difference of {math.ceil(1000 * difference - 1e-9) / 1000:g}"
