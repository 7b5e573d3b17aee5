"""What one side of a session said so far, for the questions that go on from it."""

from collections.abc import Callable

from tiebreak.records import Response
from tiebreak_store import Store


def answers_of(store: Store, run_id: str) -> Callable[[str], str | None]:
    """Case id → the text of the counting answer of a run; None where there is none, or it says nothing."""

    def answer_of(case_id: str) -> str | None:
        for fact in store.iter_answers([run_id], [case_id]):
            if isinstance(fact, Response) and fact.sample == 0 and not fact.excluded:
                return store.response_text(fact.id) or None
        return None

    return answer_of
