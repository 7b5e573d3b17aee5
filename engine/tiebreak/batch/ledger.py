"""Which answers of a plan are there, in three bytes an answer, however long the answers are."""

from array import array
from collections.abc import Iterator, Sequence

from tiebreak.records import Response


class Ledger:
    """Built from the responses that are recorded, and kept up with those that come. Their order does not matter.

    A position is one sample of one case; those of a case stand together, in the order of the plan. Arms go by any key.
    """

    def __init__(self, case_ids: Sequence[str], samples: int = 1) -> None:
        """`case_ids` are those of the plan, in its order; `samples` answers are wanted of each."""
        self._samples = samples
        self._first = {case_id: ordinal * samples for ordinal, case_id in enumerate(case_ids)}
        self._attempts: dict[str, array[int]] = {}
        self._counting: dict[str, bytearray] = {}

    def __len__(self) -> int:
        """Positions of an arm."""
        return len(self._first) * self._samples

    def knows(self, response: Response) -> bool:
        """Whether it is at a position of the plan."""
        return response.case_id in self._first and 0 <= response.sample < self._samples

    def note(self, arm: str, response: Response) -> None:
        """Take in an attempt; one outside the plan is passed over."""
        if self.knows(response):
            position = self._first[response.case_id] + response.sample
            attempts, counting = self._of(arm)
            attempts[position] = max(attempts[position], response.attempt)
            counting[position] |= not response.excluded

    def next_attempt(self, arm: str, position: int) -> int:
        """The number of the attempt to make next, from 1."""
        return self._of(arm)[0][position] + 1

    def answered(self, arm: str) -> int:
        """Positions that have their counting answer."""
        return sum(self._of(arm)[1])

    def open(self, arm: str) -> Iterator[int]:
        """The positions without a counting answer, in the order of the plan."""
        return (position for position, counts in enumerate(self._of(arm)[1]) if not counts)

    def failed(self, arm: str) -> Iterator[int]:
        """Of those the ones that were tried: infrastructure or the user ended every attempt."""
        attempts = self._of(arm)[0]
        return (position for position in self.open(arm) if attempts[position])

    def _of(self, arm: str) -> "tuple[array[int], bytearray]":
        if arm not in self._attempts:
            self._attempts[arm] = array("H", bytes(2 * len(self)))
            self._counting[arm] = bytearray(len(self))
        return self._attempts[arm], self._counting[arm]
