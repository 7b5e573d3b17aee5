"""A session's scoreboard from its rows, some cases at a time, so that memory holds numbers and never the answers."""

from collections.abc import Callable, Collection, Iterable, Sequence

from tiebreak.records.judges import Judge, Judgment
from tiebreak.scoreboard import Scoreboard
from tiebreak.scoreboard.board import Fact
from tiebreak_store import Store, StoredSession

AT_ONCE = 500
"""Cases whose answers are in memory."""

Passing = Callable[[Iterable[Fact]], Iterable[Fact]]
"""Facts on their way into a board: noted, or some of them held back."""


def paged_board(
    store: Store, stored: StoredSession, *, judges: Collection[str] = (), only: Judge | None = None
) -> Scoreboard:
    """The board of a session; its `case` knows nothing, as for every case that is settled.

    `judges` are followed beside those that gates name; with `only`, what other versions of judges said is left out.
    """

    def of_version(facts: Iterable[Fact]) -> Iterable[Fact]:
        for fact in facts:
            version = fact.version if isinstance(fact, Judge) else None
            version = fact.judge_hash if isinstance(fact, Judgment) else version
            if only is None or version is None or version == only.version:
                yield fact

    board = Scoreboard(
        stored.session,
        stored.policy,
        stored.dataset.by_id,
        timed_runs=stored.timed_runs,
        samples=stored.samples,
        judges=judges,
    )
    rows_into(board, store, stored, stored.policy.judges | frozenset(judges), of_version)
    return board


def rows_into(
    board: Scoreboard, store: Store, stored: StoredSession, judges: Collection[str], passing: Passing = iter
) -> None:
    """Count every row of a session, of judgments those by `judges`."""
    for fact in passing(store.iter_acts(stored.session.id)):
        board.add(fact)
    for fact in passing(store.iter_said(stored.session.id, judges)):
        board.add(fact)
    answers_into(board, store, stored, tuple(stored.session.runs.values()), passing)


def answers_into(
    board: Scoreboard, store: Store, stored: StoredSession, run_ids: Sequence[str], passing: Passing = iter
) -> None:
    """Count the answers of some runs and let go of their cases; everything else that is to count must be in."""
    for run_id, model, response_id in store.first_served(run_ids):
        board.foresee(run_id, model, response_id)
    case_ids = stored.session.plan.case_ids
    for start in range(0, len(case_ids), AT_ONCE):
        some = case_ids[start : start + AT_ONCE]
        for fact in passing(store.iter_answers(run_ids, some)):
            board.add(fact)
        board.settle(some)
