from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.records import Case, Response

Formula = Literal["automated_readability", "coleman_liau", "lix", "rix"]
LEAST = 10
"""Words that a formula needs to mean anything."""
LONGEST = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Readability(Check):
    """The answer is as easy to read as `at_most` says, and no easier than `at_least`; higher figures are harder.

    Of the figures that `formula` names, `automated_readability` and `coleman_liau` are years of schooling in English;
    `lix` (below 40: easy, above 60: hard) and `rix` fit other languages too. Formulas that count syllables are left
    out: they would need a dictionary fetched from the network. An answer of fewer than 10 words is left out. Needs the
    extra `text`.
    """

    kind: ClassVar[str] = "readability"
    library: ClassVar[str | None] = "textstat"
    extra: ClassVar[str | None] = "text"
    example: ClassVar[Example] = Example(
        params={"at_most": 8},
        passes="Your order is on its way. It left our shop today. You can track it with the link in the mail we sent.",
        fails="Notwithstanding considerable infrastructural difficulties, international transportation arrangements "
        "necessitate comprehensive documentation requirements.",
    )

    formula: Formula = "automated_readability"
    at_most: float | None = None
    at_least: float | None = None

    def __post_init__(self) -> None:
        if self.at_most is None and self.at_least is None:
            raise ValueError("Give `at_most` or `at_least`.")
        if self.at_most is not None and self.at_least is not None and self.at_least > self.at_most:
            raise ValueError("`at_least` is more than `at_most`.")

    def load(self) -> None:
        _measure(self.formula)

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        text = response.text[:LONGEST]
        if len(text.split()) < LEAST:
            return Verdict("not_applicable", f"fewer than {LEAST} words")
        figure = float(_measure(self.formula)(text))
        if self.at_most is not None and figure > self.at_most:
            return Verdict.of(False, f"{figure:.1f}, {self.at_most:g} allowed")
        if self.at_least is not None and figure < self.at_least:
            return Verdict.of(False, f"{figure:.1f}, at least {self.at_least:g} asked for")
        return Verdict.of(True)


def _measure(formula: Formula) -> Callable[[str], Any]:
    # Its import takes seconds of work; see `load`.
    from textstat import textstat  # pyright: ignore[reportMissingTypeStubs]

    match formula:
        case "automated_readability":
            return textstat.automated_readability_index
        case "coleman_liau":
            return textstat.coleman_liau_index
        case "lix":
            return textstat.lix
        case "rix":
            return textstat.rix
