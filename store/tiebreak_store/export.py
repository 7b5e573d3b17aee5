"""A session as JSON-ready lines, in an order that never varies."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from tiebreak.records.canonical import plain
from tiebreak.records.judges import Judgment
from tiebreak_store.ballots import iter_ballots, iter_presentations, iter_raters
from tiebreak_store.content import get_config, get_dataset_card, get_policy, iter_cases
from tiebreak_store.draws import iter_draws
from tiebreak_store.events import iter_events, iter_gate_outcomes
from tiebreak_store.judgments import get_judge, iter_judgments, judges_of
from tiebreak_store.responses import iter_check_results, iter_checks, iter_responses
from tiebreak_store.sessions import get_runs, get_session

Line = dict[str, object]


def every(judgment: Judgment) -> bool:
    """Leaves nothing out."""
    del judgment
    return True


def export_lines(
    connection: sqlite3.Connection, session_id: str, told: Callable[[Judgment], bool] = every
) -> Iterator[Line]:
    """Every record of a session, as its fields and a `type`.

    In this order: `session`, `draw` (of each planned case, where it is known), `dataset`, `dataset_case` (as in the
    dataset's file), `config` and `run` (each with its `role`, baseline first), `policy`, `other_policy` (each that
    other gates were decided by), `check` (each that was put), `judge` (each version that was asked), `rater`;
    then, each as recorded: `response`, `check_result`, `presentation`, `ballot`, `judgment` (with its claims and raw
    replies, version by version), `gate_outcome`, `event`. No chunks for replay. Judgments that `told` refuses are left
    out. Memory stays flat.
    """
    session = get_session(connection, session_id)
    runs = get_runs(connection, session)
    run_ids = [run.id for run in runs.values()]
    dataset = session.dataset_hash or ""
    yield _line("session", session)
    for case_id, draw in iter_draws(connection, session_id):
        yield {**_line("draw", draw), "case_id": case_id}
    yield {**_line("dataset", get_dataset_card(connection, dataset)), "version": dataset}
    yield from _lines("dataset_case", iter_cases(connection, dataset))
    for role, run in runs.items():
        yield {**_line("config", get_config(connection, run.config_hash)), "role": role, "version": run.config_hash}
    for role, run in runs.items():
        yield {**_line("run", run), "role": role}
    yield {**_line("policy", get_policy(connection, session.policy_hash)), "version": session.policy_hash}
    for version in sorted({one.policy_hash for one in iter_gate_outcomes(connection, session_id)}):
        if version != session.policy_hash:
            yield {**_line("other_policy", get_policy(connection, version)), "version": version}
    yield from _lines("check", iter_checks(connection, run_ids))
    versions = judges_of(connection, session_id)
    for version in versions:
        yield {**_line("judge", get_judge(connection, version)), "version": version}
    yield from _lines("rater", iter_raters(connection, session_id))
    yield from _lines("response", iter_responses(connection, run_ids, light=False))
    yield from _lines("check_result", iter_check_results(connection, run_ids))
    yield from _lines("presentation", iter_presentations(connection, session_id))
    yield from _lines("ballot", iter_ballots(connection, session_id))
    for version in versions:
        said = iter_judgments(connection, session_id, version, light=False)
        yield from _lines("judgment", filter(told, said))
    yield from _lines("gate_outcome", iter_gate_outcomes(connection, session_id))
    yield from _lines("event", iter_events(connection, session_id))


def _lines(kind: str, records: Iterable[object]) -> Iterator[Line]:
    for record in records:
        yield _line(kind, record)


def _line(kind: str, record: object) -> Line:
    return {"type": kind, **cast("Line", plain(record))}
