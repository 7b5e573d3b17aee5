"""Means and spreads of values that are kept with how often each came: a hundred thousand verdicts take few values."""

import math
from collections.abc import Mapping

Pairs = Mapping[tuple[float, float], int]
"""A label and a verdict of the same case, and how many cases have both."""


def mean_of(values: Mapping[float, int]) -> float:
    """The mean of at least one value."""
    return math.fsum(value * count for value, count in values.items()) / sum(values.values())


def squares_of(values: Mapping[float, int], centre: float) -> float:
    """The sum of squared distances from `centre`."""
    return math.fsum(count * (value - centre) ** 2 for value, count in values.items())
