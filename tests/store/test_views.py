"""The views tell the same story as the engine's scoreboard."""

import random
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from support.stored import CHECKS, RATER, ballot_of, cases_of, new_session, presentation_of, response_of, results_of
from tiebreak.records import VOTES, Ballot, Rater
from tiebreak.scoreboard import Scoreboard
from tiebreak_store import NewSession, Store

CASES = 12


def play(store: Store, seed: int, *, blind: bool) -> NewSession:
    """Records a session of two raters who vote, skip, undo, undo the undo, and are shown regenerated answers too."""
    chance = random.Random(seed)
    new = new_session(cases=cases_of(CASES), blind=blind)
    store.create_session(new)
    other = Rater(id="other", name="Another")
    store.record_rater(other)
    number = 0
    for position in range(CASES - 1):
        for role in ("baseline", "candidate"):
            for attempt in range(1, chance.choice((1, 1, 2, 3)) + 1):
                status, fault = chance.choice((("ok", None),) * 4 + (("empty", "target"), ("error", "infra")))
                response = response_of(new, role, position, attempt=attempt, status=status, fault=fault)
                store.record_response(response, None)
                store.record_checks(results_of(response), CHECKS)
        for rater in (RATER, other):
            shown = presentation_of(new, position, id=f"{rater.id}-{position}", rater_id=rater.id)
            store.record_presentation(shown)
            given: list[Ballot] = []
            for _ in range(chance.randrange(6)):
                number += 1
                kind: Any = chance.choice(("vote", "vote", "skip", "undo", "note"))
                undoes = chance.choice(given).id if kind == "undo" and given else None
                if kind == "undo" and undoes is None:
                    continue
                ballot = ballot_of(
                    shown,
                    number,
                    kind,
                    chance.choice(VOTES) if kind == "vote" else None,
                    supersedes=undoes,
                    phase=chance.choice(("sealed",) * 4 + ("post_reveal",)),
                    identity_seen=chance.random() < 0.1,
                )
                store.record_ballot(ballot)
                # Undoing an undo is as deep as the views go.
                if undoes is None or not any(b.id == undoes and b.kind == "undo" for b in given):
                    given.append(ballot)
    store.writer.submit(lambda _: None).result()
    return new


@pytest.mark.parametrize("seed", range(6))
def test_case_outcomes_are_those_of_the_scoreboard(store: Store, seed: int) -> None:
    new = play(store, seed, blind=seed % 2 == 1)
    stored = store.load_session("s1")
    facts = [*stored.responses, *stored.check_results, *stored.presentations, *stored.ballots]
    board = Scoreboard.of(new.session, new.policy, new.dataset.by_id, facts)
    expected = {
        case_id: None if state.verdict is None or state.win is None else (state.verdict, float(state.win))
        for case_id in new.session.plan.case_ids
        for state in [board.case(case_id)]
    }
    as_seen = {"A": "loss", "B": "win", "tie": "tie", "both_bad": "both_bad"}
    with closing(sqlite3.connect(store.path)) as plain:
        rows = plain.execute("SELECT case_id, outcome, candidate_score FROM case_outcome ORDER BY position").fetchall()
    found = {case_id: None if outcome is None else (as_seen[outcome], score) for case_id, outcome, score in rows}
    assert found == expected
    assert 0 < sum(outcome is not None for outcome in found.values()) < CASES


def test_counting_responses_are_first_attempts_that_nobody_else_ended(store: Store) -> None:
    new = new_session()
    store.create_session(new)
    attempts = [("error", "infra"), ("interrupted", "user"), ("truncated", "target"), ("ok", None)]
    for n, (status, fault) in enumerate(attempts):
        store.record_response(response_of(new, "baseline", 0, attempt=n + 1, status=status, fault=fault), None).result()
    with closing(sqlite3.connect(store.path)) as plain:
        rows = plain.execute("SELECT case_id, attempt, status, broken FROM responses_counting").fetchall()
    assert rows == [(new.session.plan.case_ids[0], 3, "truncated", 1)]


def test_an_overview_names_what_was_compared(store: Store) -> None:
    new = play(store, 1, blind=False)
    with closing(sqlite3.connect(store.path)) as plain:
        plain.row_factory = sqlite3.Row
        (row,) = plain.execute("SELECT * FROM sessions_overview").fetchall()
    assert (row["dataset"], row["baseline"], row["candidate"], row["policy"], row["planned"]) == (
        "questions",
        "the baseline",
        "the candidate",
        "standard",
        len(new.session.plan.case_ids),
    )
