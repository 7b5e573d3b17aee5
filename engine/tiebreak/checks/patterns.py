"""Patterns of users: held to what is a pattern and need not take for ever; `tiebreak.checks.matching` runs them."""

import itertools
import re
import warnings
from collections.abc import Iterable

from tiebreak.checks.base import CheckUnavailable

LONGEST_TEXT = 50_000
LONGEST_PATTERN = 2_000
PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?#[^)]*\))?|\)|\||[*+?]|\{\d*,?\d*\}|.", re.DOTALL)
"""A pattern in pieces: an escape, a class, a bracket, a repeat, or one other character."""
REPEAT = re.compile(r"[*+?]|\{\d*,?\d*\}")
"""Followed by a `+` it is possessive, and that `+` is no repeat of its own."""
UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")


def usable(patterns: Iterable[str]) -> None:
    """
    Raises:
        ValueError: for what is no pattern of Python's `re`, or may take for ever on some answers.
    """
    for pattern in patterns:
        if len(pattern) > LONGEST_PATTERN:
            raise ValueError(f"A pattern has at most {LONGEST_PATTERN:,} characters.")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                re.compile(pattern)
        except (re.error, OverflowError, RecursionError, Warning) as error:
            raise ValueError(f"“{pattern}” is no pattern: {error}.") from None
        if nested_repeat(pattern):
            raise ValueError(
                "A repeat inside a repeat can take for ever on some answers; make the inner one possessive (`\\w++`)."
            )


def searchable(text: str) -> str:
    """The text.

    Raises:
        CheckUnavailable: for one that is too long: a pattern can take time that grows with the square of the text, and
            half a search would be half a truth.
    """
    if len(text) > LONGEST_TEXT:
        raise CheckUnavailable(f"the answer is longer than the {LONGEST_TEXT:,} characters that a pattern searches")
    return text


def nested_repeat(pattern: str) -> bool:
    """Whether an unbounded repeat holds another, as in `(a+)+`: the shape whose time doubles with every character.

    Possessive repeats (`a++`) give nothing back and are harmless. Overlapping alternatives under a repeat are
    not seen here: they meet the time limit of `tiebreak.checks.matching`.
    """
    open_groups = [False]
    closed = False
    before = ""
    pieces = [*PIECE.findall(pattern), ""]
    for piece, after in itertools.pairwise(pieces):
        if piece == "(":
            open_groups.append(False)
        elif piece == ")" and len(open_groups) > 1:
            closed = open_groups.pop()
            open_groups[-1] |= closed
        elif UNBOUNDED.fullmatch(piece) and not REPEAT.fullmatch(before) and after != "+":
            if before == ")" and closed:
                return True
            open_groups[-1] = True
        before = piece
    return False
