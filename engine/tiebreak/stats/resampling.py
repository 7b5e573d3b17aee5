"""The bootstrap, for figures that are read from a sum over cases: κ and α. Means have better intervals than this.

Percentile intervals (Efron and Tibshirani 1993, chapter 13). At n = 50 and 100 they cover a κ as often as its
asymptotic SE does, and where nine in ten cases have one label somewhat more often: 88 % against 84 %.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS = 1000
FEWEST_UNITS = 6
"""Fewer units than this say nothing of their own spread."""
MOST_UNDEFINED = 0.05
"""An interval from the rest would be a wrong one if more draws than this have no figure."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """A percentile interval and what it was made of."""

    low: float
    high: float
    units: int
    draws: int
    undefined: int
    """Draws in which the figure is 0/0, which are left out."""


def bootstrap(
    parts: Floats,
    figure: Callable[[Floats], float | None],
    *,
    times: Sequence[int] | None = None,
    alpha: float = 0.05,
    draws: int = DRAWS,
    seed: int = 1,
) -> Bootstrap | None:
    """The interval of `figure(sum of the parts)`, by drawing the units that the parts belong to with replacement.

    `parts` has one array a unit along its first axis; `times` says how many units have the same one (1 each). Units are
    what is independent: cases, or the documents they were made from. None under `FEWEST_UNITS` units, and where more
    than `MOST_UNDEFINED` of the draws have no figure.

    Raises:
        ValueError: if `times` does not fit.
    """
    weights = np.ones(len(parts)) if times is None else np.array(times, dtype=np.float64)
    if len(weights) != len(parts):
        raise ValueError("each part needs its number of units")
    units = int(weights.sum())
    if units < FEWEST_UNITS:
        return None
    drawn = np.random.default_rng(seed).multinomial(units, weights / units, size=draws)
    sums: Floats = drawn.astype(np.float64) @ parts.reshape(len(parts), -1)
    found = [value for one in sums.reshape(draws, *parts.shape[1:]) if (value := figure(one)) is not None]
    undefined = draws - len(found)
    if undefined > MOST_UNDEFINED * draws:
        return None
    found.sort()
    return Bootstrap(_quantile(found, alpha / 2), _quantile(found, 1 - alpha / 2), units, draws, undefined)


def _quantile(values: Sequence[float], share: float) -> float:
    """Between the two nearest ranks, in proportion."""
    place = share * (len(values) - 1)
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])
