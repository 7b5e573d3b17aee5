"""A rater who works through a session by the store alone, always in the same way, from wherever it stands.

Run as a program it rates a position for every line it reads, and prints the id of each ballot once it is acknowledged,
so that a test can kill it; or it kills itself, in the midst of a transaction.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Iterable
from itertools import product
from pathlib import Path

# Run as a program, it has no conftest to put `tests/` on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from support.stored import CHECKS, ballot_of, cases_of, new_session, presentation_of, response_of, results_of
from tiebreak.records import ROLES, VOTES, Ballot
from tiebreak_store import NewSession, Store

AHEAD = 3
"""Positions whose answers are recorded before the rater gets there."""
ATTEMPTS = 8
"""Answers of each role to a case; the first one counts. They keep the writer at work."""


def long_session(positions: int) -> NewSession:
    return new_session("s1", cases_of(positions))


def ballots_at(new: NewSession, position: int) -> list[Ballot]:
    """Votes, second thoughts, scores, notes and skips, by the position."""
    shown = presentation_of(new, position)
    first, second = VOTES[position % 4], VOTES[position // 4 % 4]

    def ballot(k: int, kind: str, value: str | int | None = None, **fields: str) -> Ballot:
        return ballot_of(shown, position * 10 + k, kind, value, **fields)

    match position % 5:
        case 0:
            return [
                ballot(0, "vote", first),
                ballot(1, "undo", supersedes=ballot(0, "vote").id),
                ballot(2, "vote", second),
            ]
        case 1:
            return [ballot(0, "vote", first), ballot(1, "vote", second)]
        case 2:
            return [ballot(0, "score", 4, dimension="tone", response_id=shown.left_response), ballot(1, "vote", first)]
        case 3:
            return [ballot(0, "skip"), ballot(1, "undo", supersedes=ballot(0, "skip").id), ballot(2, "note", "later")]
        case _:
            return [ballot(0, "vote", first)]


def rate(store: Store, new: NewSession, steps: Iterable[object], *, aloud: bool = False) -> None:
    """Go on with the session, a position per step, and record what is missing only."""
    stored = store.load_session(new.session.id)
    answered = {response.id for response in stored.responses}
    checked = {result.response_id for result in stored.check_results}
    shown = {presentation.id for presentation in stored.presentations}
    given = {ballot.id for ballot in stored.ballots}

    def answer(position: int) -> None:
        for role, attempt in product(ROLES, range(1, ATTEMPTS + 1)):
            response = response_of(new, role, position, attempt=attempt)
            if response.id not in answered:
                store.record_response(response, f"chunks of {response.id}".encode())
                answered.add(response.id)
            if response.id not in checked:
                store.record_checks(results_of(response), CHECKS)
                checked.add(response.id)

    def rate_at(position: int) -> None:
        for near in range(position, min(position + AHEAD, len(new.session.plan.case_ids))):
            answer(near)
        if presentation_of(new, position).id not in shown:
            store.record_presentation(presentation_of(new, position))
        missing = [ballot for ballot in ballots_at(new, position) if ballot.id not in given]
        for ballot, saved in [(ballot, store.record_ballot(ballot)) for ballot in missing]:
            saved.result()
            if aloud:
                print(ballot.id, flush=True)

    begun = len(stored.presentations)
    for position, _ in zip(range(max(begun - 1, 0), len(new.session.plan.case_ids)), steps, strict=False):
        rate_at(position)


def die_within_a_statement(connection: sqlite3.Connection, ticks: int) -> None:
    """Kill this process after a number of SQLite's ticks, of 50 virtual machine instructions each."""
    left = iter(range(ticks))

    def tick() -> int:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    connection.set_progress_handler(tick, 50)


def main(path: Path, positions: int, ticks: int) -> None:
    new = long_session(positions)
    with Store.open(path) as store:
        if not store.sessions():
            store.create_session(new).result()
        print("ready", flush=True)
        if ticks:
            store.writer.submit(lambda connection: die_within_a_statement(connection, ticks))
        rate(store, new, sys.stdin, aloud=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
