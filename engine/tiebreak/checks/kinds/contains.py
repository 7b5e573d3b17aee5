from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.words import composed
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Contains(Check):
    """The answer holds one of `any`, each of `all`, and none of `none`."""

    kind: ClassVar[str] = "contains"
    example: ClassVar[Example] = Example(
        params={"any": ["refund", "money back"], "none": ["guarantee"]},
        passes="You get your money back within 5 days.",
        fails="A refund is guaranteed.",
    )

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    ignore_case: bool = True

    def __post_init__(self) -> None:
        sought = (*self.any, *self.all, *self.none)
        if not sought:
            raise ValueError("Give at least one of `any`, `all` and `none`.")
        if "" in sought:
            raise ValueError("An empty text is in every answer; take it out.")

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        text = self._folded(response.text)
        missing = [word for word in self.all if self._folded(word) not in text]
        if missing:
            return Verdict.of(False, f"“{missing[0]}” is missing")
        unwanted = [word for word in self.none if self._folded(word) in text]
        if unwanted:
            return Verdict.of(False, f"“{unwanted[0]}” is in it")
        found = not self.any or [word for word in self.any if self._folded(word) in text]
        return Verdict.of(bool(found), f"none of {', '.join(f'“{word}”' for word in self.any)} is in it")

    def _folded(self, text: str) -> str:
        return composed(text.casefold() if self.ignore_case else text)
