"""What a case says on one measure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

Label = Literal[
    "value", "win", "tie", "loss", "both_bad", "excluded", "skipped", "not_applicable", "unknown", "success", "open"
]


class Reading(NamedTuple):
    """What a case says on one measure: a value, or why there is none. No reading at all means: not yet, and so does
    `open`, which has something else to tell.

    `success` stands beside the cost of a case that succeeds.
    """

    label: Label
    value: Fraction | None = None
    reasked: bool = False
    """An answer behind it was asked again after one was stopped with text on show."""
    base: Fraction | None = None
    """Of a difference that is relative: the baseline's own value."""
    parts: tuple[object, ...] = ()
    """In place of a value: what its samples add to a figure of the whole set."""
    hit: bool = False
    """A harmful answer was found in the risk queue, whatever the case says by itself."""


class Scores(NamedTuple):
    """What there is to know of checks that score."""

    worst: Mapping[str, Fraction] = {}
    """What a broken answer scores, where that is not 0."""
    lower: frozenset[str] = frozenset()
    """Those of which lower is better."""
    measuring: frozenset[str] = frozenset()
    """Those that only measure: no answer is right or wrong by them."""


EXCLUDED = Reading("excluded")
SKIPPED = Reading("skipped")
NOT_APPLICABLE = Reading("not_applicable")
UNKNOWN = Reading("unknown")
NO_OR_YES = NO, YES = Fraction(0), Fraction(1)
"""What is false or true is worth; made once, for there are millions of them."""
ZERO = Reading("value", NO)
ONE = Reading("value", YES)
NO_SCORES = Scores()


def mean_of(values: Sequence[Fraction]) -> Reading:
    """The mean of at least one value."""
    mean = sum(values, NO) / len(values) if len(values) > 1 else values[0]
    if mean is YES or mean == 1:
        return ONE
    return ZERO if mean is NO or mean == 0 else Reading("value", mean)
