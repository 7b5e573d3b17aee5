from dataclasses import dataclass
from typing import ClassVar

from tiebreak.amounts import dollars, money
from tiebreak.checks.base import Answer, Check, CheckUnavailable, Example, Verdict
from tiebreak.records import Case, Cost, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling(Check):
    """The answer cost at most `usd` US dollars, and `tokens` tokens, question and answer together.

    An unknown price is no free answer: such an answer cannot be judged.
    """

    kind: ClassVar[str] = "cost"
    example: ClassVar[Example] = Example(
        params={"usd": 0.01},
        passes=Answer(text="It ships today.", cost=Cost(usd=0.0021, source="provider")),
        fails=Answer(text="It ships today.", cost=Cost(usd=0.034, source="provider")),
    )

    usd: float | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        limits = [limit for limit in (self.usd, self.tokens) if limit is not None]
        if not limits:
            raise ValueError("Give `usd` or `tokens`.")
        if min(limits) < 0:
            raise ValueError("A limit is 0 or more.")

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        if self.usd is not None:
            usd = response.cost.usd
            if usd is None:
                raise CheckUnavailable("its cost is not known")
            if usd > self.usd:
                return Verdict.of(False, f"{money(usd)}, {dollars(self.usd)} allowed")
        if self.tokens is not None:
            usage = response.usage
            if usage.prompt_tokens is None or usage.completion_tokens is None:
                raise CheckUnavailable("its tokens are not known")
            used = usage.prompt_tokens + usage.completion_tokens
            if used > self.tokens:
                return Verdict.of(False, f"{used:,} tokens, {self.tokens:,} allowed")
        return Verdict.of(True)
