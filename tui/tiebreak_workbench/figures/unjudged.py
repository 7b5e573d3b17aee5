"""Checks that could not judge: told wherever figures are, also where no gate asks for them."""

from tiebreak.gates.wording import plural
from tiebreak.records.policies import SIDES
from tiebreak_store import Store


def unjudged_words(store: Store, session_id: str) -> list[str]:
    """A sentence for each such check and side, with the first reason. Names and reasons are outside text."""
    session = store.load_session(session_id, facts=False).session
    sides = {run_id: SIDES[role] for role, run_id in session.runs.items()}
    return [
        f"The check “{one.check_id}” could not judge {one.errors:,} of {plural(f'{one.answers:,}', 'answer')} of "
        f"{sides[one.run_id]}: {one.reason} (case {one.case_id}). Mend it, then `tiebreak score {session_id}`."
        for one in store.unjudged(session_id)
    ]
