"""The labelled cases of a session put to its judge once more, to see how steady it is."""

from tiebreak.errors import UsageError
from tiebreak_workbench.figures.sealed import refuse_sealed
from tiebreak_workbench.judges.calibrating import unheard, version_in_force
from tiebreak_workbench.judges.calibration_lines import labelled_cases
from tiebreak_workbench.judges.judging import Again, JudgeLimits, Judging, open_judging
from tiebreak_workbench.judges.standing import board_of_judges
from tiebreak_workbench.workbench import Workbench


def open_redo(bench: Workbench, name: str, session: str, limits: JudgeLimits) -> Judging:
    """The labelled cases of a session, put to the judge once more as a new round: the version that counts here, not
    what its file says by now. What it said before stays. Not for the event loop.

    Raises:
        UsageError: where nothing is labelled, or the verdicts were imported.
        TiebreakError: where the judge's model cannot be asked, such as for a missing key.
    """
    session_id = bench.store.session_id(session)
    refuse_sealed(bench, session_id)
    judge, _ = version_in_force(bench, name, (session_id,))
    if judge is None:
        raise unheard(bench, name, (session_id,))
    stored = bench.store.load_session(session_id, facts=False)
    book = board_of_judges(bench, stored, (name,), judge).judges
    labelled = labelled_cases(book, name, judge) if book is not None else ()
    if not labelled:
        raise UsageError(f"No case that “{name}” judged in session {session_id} has a label of people's.")
    rounds = [one.repeat for one in bench.store.iter_judgments(session_id, judge.version, light=True)]
    return open_judging(bench, session_id, judge, limits, again=Again(labelled, max(rounds) + 1))
