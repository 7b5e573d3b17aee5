"""What one arm's answers cost."""

from fractions import Fraction

from tiebreak.gates.evidence import exact
from tiebreak.records import Response
from tiebreak.scoreboard.snapshot import Spend


class Purse:
    """Adds up an arm's responses, excluded and exploratory ones included: they were paid for too."""

    __slots__ = ("calls", "completion_tokens", "prompt_tokens", "unknown", "usd")

    def __init__(self) -> None:
        self.usd = Fraction(0)
        self.unknown = 0
        self.calls = 0
        self.prompt_tokens = 0
        self.completion_tokens = 0

    def add(self, response: Response) -> None:
        """An answer taken over from an earlier run was paid for there; a call that gave no token is taken for free."""
        if response.reused_from is not None:
            return
        self.calls += 1
        self.prompt_tokens += response.usage.prompt_tokens or 0
        self.completion_tokens += response.usage.completion_tokens or 0
        if response.cost.usd is not None:
            self.usd += exact(response.cost.usd)
        elif not response.excluded or response.timings.ttft is not None:
            self.unknown += 1

    @property
    def spend(self) -> Spend:
        return Spend(
            usd=float(self.usd),
            unknown=self.unknown,
            calls=self.calls,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
        )
