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
BLOCK = 2_000_000
"""Numbers drawn at once: 32 MB."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """A percentile interval and what it was made of."""

    low: float
    high: float
    units: int
    draws: int
    undefined: int
    """Draws in which the figure is 0/0, which are left out."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The figures of all draws."""

    figures: tuple[float, ...]
    """Sorted."""
    units: int
    undefined: int
    """Draws in which the figure is 0/0, which are left out."""

    def at(self, share: float) -> float:
        """The quantile."""
        return _quantile(self.figures, share)


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
    drawn = drawn_figures(parts, figure, times=times, draws=draws, seed=seed)
    if drawn is None:
        return None
    return Bootstrap(drawn.at(alpha / 2), drawn.at(1 - alpha / 2), drawn.units, draws, drawn.undefined)


def drawn_figures(
    parts: Floats,
    figure: Callable[[Floats], float | None],
    *,
    times: Sequence[int] | None = None,
    draws: int = DRAWS,
    seed: int = 1,
) -> Drawn | None:
    """The figures of all draws, as `bootstrap` takes its interval from; None where there is none.

    Raises:
        ValueError: if `times` does not fit.
    """
    weights = np.ones(len(parts)) if times is None else np.array(times, dtype=np.float64)
    if len(weights) != len(parts):
        raise ValueError("each part needs its number of units")
    units = int(weights.sum())
    if units < FEWEST_UNITS:
        return None
    random = np.random.default_rng(seed)
    rows = parts.reshape(len(parts), -1)
    found: list[float] = []
    # In blocks, which give the very same draws: all at once, 50,000 units would take 800 MB.
    block = max(1, BLOCK // len(parts))
    for start in range(0, draws, block):
        drawn = random.multinomial(units, weights / units, size=min(block, draws - start))
        sums: Floats = drawn.astype(np.float64) @ rows
        values = (figure(one) for one in sums.reshape(-1, *parts.shape[1:]))
        found += [value for value in values if value is not None]
    undefined = draws - len(found)
    if undefined > MOST_UNDEFINED * draws:
        return None
    return Drawn(tuple(sorted(found)), units, undefined)


def _quantile(values: Sequence[float], share: float) -> float:
    """Between the two nearest ranks, in proportion."""
    place = share * (len(values) - 1)
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])
