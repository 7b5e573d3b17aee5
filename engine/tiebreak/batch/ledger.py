"""Which cases of a plan are answered, in three bytes a case and arm, however long the answers are."""

from array import array
from collections.abc import Iterator, Sequence

from tiebreak.records import ROLES, Response, SessionRole


class Ledger:
    """Built from the responses that are recorded, and kept up with those that come. Their order does not matter."""

    def __init__(self, case_ids: Sequence[str]) -> None:
        """`case_ids` are those of the plan, in its order."""
        self._positions = {case_id: position for position, case_id in enumerate(case_ids)}
        self._attempts = {role: array("H", bytes(2 * len(case_ids))) for role in ROLES}
        self._counting = {role: bytearray(len(case_ids)) for role in ROLES}

    def note(self, role: SessionRole, response: Response) -> None:
        """Take in an attempt; one at a case outside the plan is passed over."""
        position = self._positions.get(response.case_id)
        if position is not None:
            attempts = self._attempts[role]
            attempts[position] = max(attempts[position], response.attempt)
            self._counting[role][position] |= not response.excluded

    def next_attempt(self, role: SessionRole, position: int) -> int:
        """The number of the attempt to make next, from 1."""
        return self._attempts[role][position] + 1

    def answered(self, role: SessionRole) -> int:
        """Cases that have their counting answer."""
        return sum(self._counting[role])

    def open(self, role: SessionRole) -> Iterator[int]:
        """The positions without a counting answer, in the order of the plan."""
        return (position for position, counts in enumerate(self._counting[role]) if not counts)

    @property
    def complete(self) -> bool:
        return all(all(counting) for counting in self._counting.values())
