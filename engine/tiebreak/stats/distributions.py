"""The distributions that the formulas need. scipy is loaded with the first figure, never at a start; whoever must not
wait for that then calls `load` before, off the event loop."""

from importlib import import_module
from typing import Any, cast


def load() -> None:
    """Load what the figures need: 0.15 to 0.5 s of CPU the first time."""
    _special()


def _special() -> Any:
    """scipy.special alone: `scipy.stats` takes more than twice as long to load."""
    return cast("Any", import_module("scipy.special"))


def t_quantile(share: float, df: float) -> float:
    """The value below which Student's t with `df` degrees of freedom lies with probability `share`."""
    return float(_special().stdtrit(df, share))


def t_below(value: float, df: float) -> float:
    """The probability that Student's t with `df` degrees of freedom lies at or below `value`."""
    return float(_special().stdtr(df, value))


def beta_quantile(share: float, a: float, b: float) -> float:
    """The value below which a Beta(a, b) lies with probability `share`."""
    return float(_special().betaincinv(a, b, share))


def fair_coin_below(heads: int, tosses: int) -> float:
    """The probability of at most so many heads in so many tosses of a fair coin."""
    return float(_special().bdtr(heads, tosses, 0.5))
