"""Checks that could not judge: told wherever figures are, also where no gate asks for them."""

from tiebreak.gates.wording import plural
from tiebreak.records.policies import SIDES
from tiebreak_workbench.shell import command
from tiebreak_workbench.workbench import Workbench


def unjudged_words(bench: Workbench, session_id: str) -> list[str]:
    """A sentence for each such check and side, with the first reason. Names and reasons are outside text."""
    session = bench.store.load_session(session_id, facts=False).session
    scores = command(("score", session_id), bench.workspace.folder)
    sides = {run_id: SIDES[role] for role, run_id in session.runs.items()}
    return [
        f"The check “{one.check_id}” could not judge {one.errors:,} of {plural(f'{one.answers:,}', 'answer')} of "
        f"{sides[one.run_id]}: {one.reason} (case {one.case_id}). Mend it, then `{scores}`."
        for one in bench.store.unjudged(session_id)
    ]
