"""What people decided about the cases of two runs, and what triage reads of them one by one."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tiebreak.records import CheckResult, Rater, Response
from tiebreak.records.triage import TriageDecision
from tiebreak_store.ballots import put_rater
from tiebreak_store.responses import case_responses
from tiebreak_store.rows import AppendOnly
from tiebreak_store.text import restored, restored_or_none, storable, storable_or_none

DECISION = AppendOnly(
    "triage_decision",
    (
        "id", "batch", "baseline_run", "candidate_run", "case_id", "candidate_response", "baseline_response", "field",
        "value", "act", "supersedes", "rater_id", "at",
    ),
)  # fmt: skip
_OF_CASE = "SELECT id FROM response WHERE run_id = ? AND case_id = ?"
_NAME = {
    "response": "id",
    "check_result": "response_id || ' ' || check_id || ' ' || check_hash",
    "check_mend": "response_id",
    "ballot": "id",
    "judgment": "id",
}
"""What a row of each table is called, in the order of `Marks`."""
RESULTS_FOR_AN_ANSWER = 3
"""So many results of checks are looked up as fast as those of one answer."""


class Marks(NamedTuple):
    """How far the tables had been filled when something was worked out from them."""

    response: int = 0
    check_result: int = 0
    check_mend: int = 0
    ballot: int = 0
    judgment: int = 0
    last: str = ""
    """What the last rows are called. A database that was put back to an older copy has others there, or none."""

    @property
    def filled(self) -> tuple[int, ...]:
        """The number of the last row of each table."""
        return self[:5]


def put_decisions(connection: sqlite3.Connection, decisions: Sequence[TriageDecision], rater: Rater) -> None:
    """Keep decisions, all of them or none."""
    put_rater(connection, rater)
    for d in decisions:
        DECISION.insert(
            connection,
            (
                d.id,
                d.batch,
                d.baseline_run,
                d.candidate_run,
                storable(d.case_id),
                d.candidate_response,
                d.baseline_response,
                d.field,
                storable_or_none(d.value),
                d.act,
                d.supersedes,
                storable(d.rater_id),
                d.at,
            ),
        )


def iter_decisions(
    connection: sqlite3.Connection, baseline_run: str, candidate_run: str, of_case: str | None = None
) -> Iterator[TriageDecision]:
    """All that was decided about two runs, or about one case of theirs, in the order of recording."""
    # A decision is about an answer of the candidate, by which there is an index; the plus keeps SQLite to it.
    only = "" if of_case is None else f"AND candidate_response IN ({_OF_CASE})"
    plus = "" if of_case is None else "+"
    cursor = connection.execute(
        f"SELECT {', '.join(DECISION.columns)} FROM triage_decision "  # noqa: S608  # names of ours
        f"WHERE {plus}candidate_run = ? AND {plus}baseline_run = ? {only} ORDER BY seq",
        (candidate_run, baseline_run, *(() if of_case is None else (candidate_run, storable(of_case)))),
    )
    for id_, batch, baseline, candidate, case_id, answer, other, field, value, act, supersedes, rater, at in cursor:
        yield TriageDecision(
            id=id_,
            batch=batch,
            baseline_run=baseline,
            candidate_run=candidate,
            case_id=restored(case_id),
            candidate_response=answer,
            baseline_response=other,
            field=field,
            value=restored_or_none(value),
            act=act,
            supersedes=supersedes,
            rater_id=restored(rater),
            at=at,
        )


def sessions_of(connection: sqlite3.Connection, baseline_run: str, candidate_run: str) -> list[str]:
    """The sessions that set these two runs side by side, the oldest first."""
    found = connection.execute(
        "SELECT s.id FROM session s JOIN session_run a ON a.session_id = s.id AND a.role = 'baseline' "
        "JOIN session_run b ON b.session_id = s.id AND b.role = 'candidate' "
        "WHERE a.run_id = ? AND b.run_id = ? ORDER BY s.created_at, s.id",
        (baseline_run, candidate_run),
    )
    return [str(id_) for (id_,) in found]


def marks(connection: sqlite3.Connection) -> Marks:
    """How far the tables are filled now."""
    filled = Marks(
        *(
            connection.execute(f"SELECT coalesce(max(seq), 0) FROM {table}").fetchone()[0]  # noqa: S608  # names of ours
            for table in _NAME
        )
    )
    return filled._replace(last=_last(connection, filled))


def follows(connection: sqlite3.Connection, since: Marks) -> bool:
    """Whether the tables are as they were then, with what was recorded since."""
    return _last(connection, since) == since.last


def _last(connection: sqlite3.Connection, at: Marks) -> str:
    names: list[str] = []
    for (table, name), seq in zip(_NAME.items(), at.filled, strict=True):
        found = connection.execute(f"SELECT {name} FROM {table} WHERE seq = ?", (seq,)).fetchone()  # noqa: S608  # as above
        names.append("" if found is None else str(found[0]))
    return "\n".join(names)


def touched(
    connection: sqlite3.Connection, run_ids: Sequence[str], session_ids: Sequence[str], since: Marks
) -> list[str]:
    """The cases of some runs about which anything was recorded since: answers, checks, votes, judgments."""
    runs, sessions = ", ".join("?" * len(run_ids)), ", ".join("?" * len(session_ids))
    # Whether results came to a few answers is asked of each answer, where much else was checked since.
    (answers,) = connection.execute(
        f"SELECT count(*) FROM response INDEXED BY response_run WHERE run_id IN ({runs})",  # noqa: S608  # question marks only
        tuple(run_ids),
    ).fetchone()
    fewer = answers * RESULTS_FOR_AN_ANSWER < marks(connection).check_result - since.check_result
    of_results = (
        "response r INDEXED BY response_run CROSS JOIN check_result c ON c.response_id = r.id"
        if fewer
        else "check_result c CROSS JOIN response r ON r.id = c.response_id"
    )
    of_answers = (
        f"SELECT case_id FROM response INDEXED BY response_run WHERE seq > ? AND run_id IN ({runs})",  # noqa: S608  # as above
        f"SELECT r.case_id FROM {of_results} WHERE c.seq > ? AND r.run_id IN ({runs})",  # noqa: S608  # as above
        "SELECT r.case_id FROM check_mend m CROSS JOIN response r ON r.id = m.response_id "  # noqa: S608  # as above
        f"WHERE m.seq > ? AND r.run_id IN ({runs})",
    )
    # The plus keeps SQLite from the index over sessions, which would read all that was there before as well.
    of_acts = (
        "SELECT p.case_id FROM ballot b CROSS JOIN presentation p ON p.id = b.presentation_id "  # noqa: S608  # as above
        f"WHERE b.seq > ? AND p.session_id IN ({sessions})",
        f"SELECT case_id FROM judgment WHERE seq > ? AND +session_id IN ({sessions})",  # noqa: S608  # question marks only
    )
    found: dict[str, None] = {}
    for sql, mark in zip((*of_answers, *of_acts), since.filled, strict=True):
        ids = run_ids if sql in of_answers else session_ids
        found |= {restored(case_id): None for (case_id,) in connection.execute(sql, (mark, *ids))}
    return list(found)


def case_at(connection: sqlite3.Connection, dataset_hash: str, ordinals: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Ordinal → id of the case and its canonical JSON."""
    found: dict[int, tuple[str, str]] = {}
    for ordinal in ordinals:
        row = connection.execute(
            "SELECT d.case_id, b.bytes FROM dataset_case d JOIN blob b ON b.hash = d.case_hash "
            "WHERE d.dataset_hash = ? AND d.ordinal = ?",
            (dataset_hash, ordinal),
        ).fetchone()
        if row is not None:
            found[ordinal] = restored(row[0]), bytes(row[1]).decode("utf-8", "surrogatepass")
    return found


def case_ids_at(connection: sqlite3.Connection, dataset_hash: str, ordinals: Iterable[int]) -> dict[int, str]:
    """Ordinal → id of the case."""
    sql = "SELECT case_id FROM dataset_case WHERE dataset_hash = ? AND ordinal = ?"
    found = ((ordinal, connection.execute(sql, (dataset_hash, ordinal)).fetchone()) for ordinal in ordinals)
    return {ordinal: restored(row[0]) for ordinal, row in found if row is not None}


def ordinals_of(connection: sqlite3.Connection, dataset_hash: str, case_ids: Iterable[str]) -> dict[str, int]:
    """Id of a case → its ordinal, of those that are in the dataset."""
    sql = "SELECT ordinal FROM dataset_case WHERE dataset_hash = ? AND case_id = ?"
    found = ((id_, connection.execute(sql, (dataset_hash, storable(id_))).fetchone()) for id_ in case_ids)
    return {id_: int(row[0]) for id_, row in found if row is not None}


def counting_text(connection: sqlite3.Connection, run_id: str, case_id: str, limit: int) -> tuple[str, str] | None:
    """Id and the first characters of the first counting answer of a run to a case; None where there is none."""
    row = connection.execute(
        "SELECT id, substr(text, 1, ?) FROM response WHERE run_id = ? AND case_id = ? "
        "AND (fault IS NULL OR fault = 'target') ORDER BY sample, attempt LIMIT 1",
        (limit, run_id, storable(case_id)),
    ).fetchone()
    return None if row is None else (str(row[0]), restored(row[1]))


def case_answers(
    connection: sqlite3.Connection, run_ids: Sequence[str], case_id: str
) -> tuple[list[Response], list[CheckResult]]:
    """Every attempt of some runs at a case, whole, by sample; and what the checks said of them, in order."""
    answers: list[Response] = []
    said: list[CheckResult] = []
    for run_id in run_ids:
        answers += case_responses(connection, run_id, case_id)
    for answer in answers:
        cursor = connection.execute(
            "SELECT check_id, check_hash, status, value, detail FROM check_result WHERE response_id = ? ORDER BY seq",
            (answer.id,),
        )
        said += [
            CheckResult(
                response_id=answer.id,
                check_id=restored(check_id),
                check_hash=check_hash,
                status=status,
                value=value,
                detail=restored(detail),
            )
            for check_id, check_hash, status, value, detail in cursor
        ]
    return answers, said


def blind_sessions(connection: sqlite3.Connection, session_ids: Sequence[str]) -> list[str]:
    """Those of some sessions that are blind."""
    marks = ", ".join("?" * len(session_ids))
    found = connection.execute(
        f"SELECT id FROM session WHERE blind AND id IN ({marks})",  # noqa: S608  # question marks only
        tuple(session_ids),
    )
    return [str(id_) for (id_,) in found]
