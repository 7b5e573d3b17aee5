"""What calls in flight may still cost, held back from a budget."""

from fractions import Fraction

from tiebreak.gates.evidence import exact
from tiebreak.records import Response


class HoldBack:
    """Whether a budget, in US dollars, has room for one more call, were it and all in flight as dear as the dearest
    answer so far. Before the first such answer calls go one at a time: what one costs is known once it is there."""

    def __init__(self, limit: float | None, *, unknown_cost: bool = False) -> None:
        """With `unknown_cost` an answer of unknown cost is one that costs nothing, as it is in what was spent."""
        self._limit = None if limit is None else exact(limit)
        self._unknown_cost = unknown_cost
        self._dearest: Fraction | None = None

    def note(self, response: Response) -> None:
        """Learn from an answer what one may cost. One that infrastructure ended, or another run paid for, does
        not tell."""
        usd = 0.0 if response.cost.usd is None and self._unknown_cost else response.cost.usd
        if usd is not None and not response.excluded and response.reused_from is None:
            self._dearest = max(self._dearest or Fraction(0), exact(usd))

    def affords(self, spent: Fraction, in_flight: int) -> bool:
        """`spent` holds everything that the budget is for; alone a call may always go."""
        if self._limit is None or not in_flight:
            return True
        return self._dearest is not None and spent + (in_flight + 1) * self._dearest <= self._limit
