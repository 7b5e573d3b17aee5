"""Quantiles of what was seen, without any value in between."""

from collections.abc import Sequence


def nearest_rank(ordered: Sequence[float], hundredths: int) -> float:
    """The smallest value that so many of 100 values do not exceed: the nearest rank (Hyndman and Fan, 1996,
    definition 1), in whole numbers. `ordered` is sorted and not empty."""
    return ordered[max(0, -(-hundredths * len(ordered) // 100) - 1)]
