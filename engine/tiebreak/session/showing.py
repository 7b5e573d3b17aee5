"""Which pairs of answers one rater was shown, by case."""

from collections.abc import Iterable, Mapping, Sequence

from tiebreak.records import Case, Presentation, Response, SessionRole, stamp, utc_now
from tiebreak.records.sessions import Queue
from tiebreak.session.seating import Seating


class Showings:
    """The presentations of one rater in one session."""

    def __init__(self, presentations: Iterable[Presentation] = ()) -> None:
        self._by_id: dict[str, Presentation] = {}
        self._by_case: dict[str, list[Presentation]] = {}
        for presentation in presentations:
            self.add(presentation)

    def add(self, presentation: Presentation) -> None:
        self._by_id[presentation.id] = presentation
        self._by_case.setdefault(presentation.case_id, []).append(presentation)

    def __contains__(self, presentation_id: str) -> bool:
        return presentation_id in self._by_id

    def __getitem__(self, presentation_id: str) -> Presentation:
        return self._by_id[presentation_id]

    def of_case(self, case_id: str) -> Sequence[Presentation]:
        """Every presentation of a case, also of answers that do not count."""
        return self._by_case.get(case_id, ())

    def of_pair(self, case_id: str, responses: Sequence[str | None]) -> Presentation | None:
        """The presentation of exactly these two responses, whichever stood left."""
        for presentation in self.of_case(case_id):
            if {presentation.left_response, presentation.right_response} == set(responses):
                return presentation
        return None


class Items:
    """Where cases stand among the items of a session: those of the plan in its order, those of the risk queue behind
    it, in the order in which the first rater met them."""

    def __init__(self, queue: Queue, planned: int, presentations: Iterable[Presentation]) -> None:
        """`presentations` are those of the queue, to whichever rater."""
        self._queue = queue
        self._places = {presentation.case_id: presentation.position for presentation in presentations}
        self._next = max(planned, *(place + 1 for place in self._places.values()), 0)

    def of(self, case_id: str, position: int) -> int:
        """The place of a case; `position` is that in the order in which it is rated here."""
        if self._queue == "random":
            return position
        if case_id not in self._places:
            self._places[case_id] = self._next
            self._next += 1
        return self._places[case_id]


def shown_now(
    id_: str,
    session_id: str,
    position: int,
    case: Case,
    rater_id: str,
    seating: Seating,
    responses: Mapping[SessionRole, Response],
) -> Presentation:
    """Two answers as they stand before a rater at this moment."""
    return Presentation(
        id=id_,
        session_id=session_id,
        position=position,
        case_id=case.id,
        rater_id=rater_id,
        left_response=responses[seating.left].id,
        right_response=responses[seating.right].id,
        shown_at=stamp(utc_now()),
    )
