import itertools
import re
import warnings
from dataclasses import dataclass
from typing import ClassVar, Literal

from tiebreak.checks.base import Check, CheckUnavailable, Example, Verdict
from tiebreak.records import Case, Response

LONGEST_TEXT = 50_000
LONGEST_PATTERN = 2_000
PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?#[^)]*\))?|\)|\||[*+?]|\{\d*,?\d*\}|.", re.DOTALL)
"""A pattern in pieces: an escape, a class, a bracket, a repeat, or one other character."""
REPEAT = re.compile(r"[*+?]|\{\d*,?\d*\}")
"""Followed by a `+` it is possessive, and that `+` is no repeat of its own."""
UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex(Check):
    """A pattern (Python's `re`) is somewhere in the answer, or with `expect: absent` nowhere in it."""

    kind: ClassVar[str] = "regex"
    example: ClassVar[Example] = Example(
        params={"pattern": r"\b\d{4}-\d{4}\b", "expect": "absent"},
        passes="Your order ships today.",
        fails="Card 1234-5678.",
    )

    pattern: str
    expect: Literal["present", "absent"] = "present"

    def __post_init__(self) -> None:
        if len(self.pattern) > LONGEST_PATTERN:
            raise ValueError(f"A pattern has at most {LONGEST_PATTERN:,} characters.")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                re.compile(self.pattern)
        except (re.error, OverflowError, RecursionError, Warning) as error:
            raise ValueError(f"“{self.pattern}” is no pattern: {error}.") from None
        if nested_repeat(self.pattern):
            raise ValueError(
                "A repeat inside a repeat can take for ever on some answers; make the inner one possessive (`\\w++`)."
            )

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        if len(response.text) > LONGEST_TEXT:
            # A pattern can take time that grows with the square of the text; half a search would be half a truth.
            raise CheckUnavailable(f"the answer is longer than the {LONGEST_TEXT:,} characters that a pattern searches")
        found = re.search(self.pattern, response.text)
        if self.expect == "present":
            return Verdict.of(found is not None, "the pattern is nowhere in it")
        return Verdict.of(found is None, f"the pattern is in it: “{found.group()[:60] if found else ''}”")


def nested_repeat(pattern: str) -> bool:
    """Whether an unbounded repeat holds another, as in `(a+)+`: the shape whose time doubles with every character.

    Possessive repeats (`a++`) give nothing back and are harmless. Overlapping alternatives under a repeat are not seen.
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
