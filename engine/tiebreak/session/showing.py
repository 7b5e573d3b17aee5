"""Which pairs of answers one rater was shown, by case."""

from collections.abc import Iterable, Sequence

from tiebreak.records import Presentation


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
