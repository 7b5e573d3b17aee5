"""Every attempt at the cases of a session, side by side."""

from tiebreak.records import Response, SessionRole
from tiebreak.session.history import light


class Attempts:
    """Keeps attempts without their texts, in the order in which they ended."""

    def __init__(self) -> None:
        self._by_slot: dict[tuple[SessionRole, str], list[Response]] = {}

    def add(self, role: SessionRole, response: Response) -> None:
        self._by_slot.setdefault((role, response.case_id), []).append(light(response))

    @property
    def every(self) -> list[Response]:
        return [response for attempts in self._by_slot.values() for response in attempts]

    def counting(self, role: SessionRole, case_id: str) -> Response | None:
        """The first attempt that was not ended by infrastructure or by the user."""
        attempts = self._by_slot.get((role, case_id), ())
        return next((response for response in attempts if not response.excluded), None)

    def last(self, role: SessionRole, case_id: str) -> Response | None:
        return next(reversed(self._by_slot.get((role, case_id), [])), None)

    def next_number(self, role: SessionRole, case_id: str) -> int:
        """Of the attempt that would come next; the first one is 1."""
        return len(self._by_slot.get((role, case_id), ())) + 1

    def failed(self, role: SessionRole, case_id: str) -> bool:
        """Whether the case was tried, and no attempt counts."""
        return (role, case_id) in self._by_slot and self.counting(role, case_id) is None
