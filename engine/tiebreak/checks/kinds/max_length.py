from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxLength(Check):
    """The answer is at most so many `chars` or `words` long; words are what spaces part."""

    kind: ClassVar[str] = "max_length"
    example: ClassVar[Example] = Example(
        params={"words": 5}, passes="Up to five words here.", fails="This one has six words here."
    )

    chars: int | None = None
    words: int | None = None

    def __post_init__(self) -> None:
        limits = [limit for limit in (self.chars, self.words) if limit is not None]
        if not limits:
            raise ValueError("Give `chars` or `words`.")
        if min(limits) < 1:
            raise ValueError("A length is at least 1.")

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        chars, words = len(response.text), len(response.text.split())
        if self.chars is not None and chars > self.chars:
            return Verdict.of(False, f"{chars:,} characters, {self.chars:,} allowed")
        if self.words is not None and words > self.words:
            return Verdict.of(False, f"{words:,} words, {self.words:,} allowed")
        return Verdict.of(True)
