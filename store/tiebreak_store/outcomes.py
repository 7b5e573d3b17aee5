"""Runs as they are compared: found by whatever a person calls them, and read case by case without their texts."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

from tiebreak.errors import CorruptStoreError, UsageError
from tiebreak.records import BROKEN, Config, Policy, Run
from tiebreak.records.outcomes import CaseOutcome, Counted, Scored
from tiebreak.records.policies import SessionRole
from tiebreak_store.baselines import get_baseline
from tiebreak_store.content import get_config, get_policy
from tiebreak_store.sessions import find_session, get_run
from tiebreak_store.text import from_json, restored, restored_or_none, storable

ROLE_WORDS: Mapping[str, SessionRole] = {
    "a": "baseline",
    "baseline": "baseline",
    "b": "candidate",
    "candidate": "candidate",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run with what it pins. `session_id` is the first session that it is part of."""

    run: Run
    config: Config
    dataset: str
    """The dataset's name."""
    session_id: str
    role: SessionRole
    policy: Policy
    planned: int
    cases: int
    """Cases of the dataset, planned or not."""


def find_run(connection: sqlite3.Connection, wanted: str) -> str:
    """The id of a run: given whole or by its start, as `SESSION:A` or `SESSION:candidate`, as the name of a baseline,
    or as `config:NAME`, which is the newest run of that config.

    Raises:
        UsageError: where there is none, or more than one.
    """
    named = get_baseline(connection, wanted)
    if named is not None and named.run_id is not None:
        return named.run_id
    head, colon, tail = wanted.rpartition(":")
    if colon and head == "config":
        return _newest_of(connection, tail)
    if colon:
        return _of_session(connection, head, tail)
    found = connection.execute(
        "SELECT id FROM run WHERE substr(id, 1, length(:wanted)) = :wanted ORDER BY id = :wanted DESC LIMIT 5",
        {"wanted": storable(wanted)},
    ).fetchall()
    ids = [str(id_) for (id_,) in found]
    if not wanted or not ids:
        hint = "Name it by a baseline (`tiebreak baseline list`), as SESSION:A or SESSION:B, or as config:NAME."
        raise UsageError(f"There is no run “{wanted}” here.", hint=hint)
    if len(ids) > 1 and ids[0] != wanted:
        raise UsageError(f"Several runs begin with “{wanted}”: {', '.join(ids)}.", hint="Give more of the id.")
    return ids[0]


def _newest_of(connection: sqlite3.Connection, config: str) -> str:
    found = connection.execute(
        "SELECT run.id FROM run JOIN config_version c ON c.hash = run.config_hash WHERE c.name = ? "
        "AND EXISTS (SELECT 1 FROM response WHERE response.run_id = run.id) "
        "ORDER BY run.created_at DESC, run.id DESC LIMIT 1",
        (storable(config),),
    ).fetchone()
    if found is None:
        raise UsageError(f"No config “{config}” has answered anything here.", hint="`tiebreak sessions` lists them.")
    return str(found[0])


def _of_session(connection: sqlite3.Connection, session: str, role: str) -> str:
    known = ROLE_WORDS.get(role.lower())
    if known is None:
        raise UsageError(
            f"“{role}” is no side of a session.", hint="Write A, B, baseline or candidate after the colon."
        )
    session_id = find_session(connection, session)
    found = connection.execute(
        "SELECT run_id FROM session_run WHERE session_id = ? AND role = ?", (session_id, known)
    ).fetchone()
    if found is None:
        raise UsageError(f"Session {session_id} has no {known}.")
    return str(found[0])


def candidates_tried(connection: sqlite3.Connection, dataset_hash: str) -> list[str]:
    """Hashes of the configs that answered cases of a dataset version as a candidate, the one tried first first."""
    found = connection.execute(
        "SELECT run.config_hash FROM session s JOIN session_run sr ON sr.session_id = s.id AND sr.role = 'candidate' "
        "JOIN run ON run.id = sr.run_id WHERE s.dataset_hash = ? "
        "AND EXISTS (SELECT 1 FROM response WHERE response.run_id = run.id) "
        "GROUP BY run.config_hash ORDER BY min(s.created_at), min(s.id)",
        (dataset_hash,),
    )
    return [str(config_hash) for (config_hash,) in found]


def load_run(connection: sqlite3.Connection, run_id: str) -> StoredRun:
    """
    Raises:
        CorruptStoreError: where no session has the run, as none of ours is.
    """
    run = get_run(connection, run_id)
    found = connection.execute(
        "SELECT s.id, sr.role, s.policy_hash, d.name, "
        # Both are numbered from 0 without gaps, and the last number is found at once; a risk queue is behind the plan.
        "(SELECT coalesce(max(i.position) + 1, 0) FROM session_item i "
        "WHERE i.session_id = s.id AND i.queue = 'random'), "
        "(SELECT coalesce(max(c.ordinal) + 1, 0) FROM dataset_case c WHERE c.dataset_hash = s.dataset_hash) "
        "FROM session_run sr JOIN session s ON s.id = sr.session_id JOIN dataset_version d ON d.hash = s.dataset_hash "
        "WHERE sr.run_id = ? ORDER BY s.created_at, s.id LIMIT 1",
        (run_id,),
    ).fetchone()
    if found is None:
        raise CorruptStoreError(f"The run {run_id} belongs to no session.")
    session_id, role, policy_hash, dataset, planned, cases = found
    return StoredRun(
        run=run,
        config=get_config(connection, run.config_hash),
        dataset=restored(dataset),
        session_id=session_id,
        role=role,
        policy=get_policy(connection, policy_hash),
        planned=planned,
        cases=cases,
    )


def iter_places(connection: sqlite3.Connection, session_id: str) -> Iterator[tuple[str, str | None, str | None]]:
    """Id, segment and group of each planned case of a session."""
    cursor = connection.execute(
        "SELECT i.case_id, c.segment, json_extract(CAST(b.bytes AS TEXT), '$.group') "
        "FROM session_item i JOIN session s ON s.id = i.session_id "
        "JOIN dataset_case c ON c.dataset_hash = s.dataset_hash AND c.case_id = i.case_id "
        "JOIN blob b ON b.hash = c.case_hash WHERE i.session_id = ? AND i.queue = 'random'",
        (session_id,),
    )
    for case_id, segment, group in cursor:
        yield restored(case_id), restored_or_none(segment), None if group is None else str(group)


def iter_outcomes(connection: sqlite3.Connection, run: Run) -> Iterator[CaseOutcome]:
    """Every case that a run tried, by id; read along an index, so that memory stays flat.

    Times are those of headless runs alone: others fetch ahead, and an answer that was taken over was not timed here.
    """
    timed = run.origin == "headless"
    cursor = connection.execute(
        "SELECT r.case_id, r.sample, r.attempt, r.id, r.case_hash, r.status, r.fault, r.error_code, r.cost_usd, "
        "r.ttft, r.total, r.completion_tokens, r.reused_from, r.cost_components, "
        "c.check_id, c.check_hash, c.status, c.value, c.seq "
        "FROM response r LEFT JOIN check_result c ON c.response_id = r.id WHERE r.run_id = ? "
        "ORDER BY r.case_id, r.sample, r.attempt",
        (run.id,),
    )
    for case_id, rows in groupby(cursor, key=itemgetter(0)):
        yield _outcome(restored(case_id), rows, timed)


def _outcome(case_id: str, rows: Iterator[tuple[Any, ...]], timed: bool) -> CaseOutcome:
    answers: dict[int, Counted] = {}
    case_hash, excluded = "", None
    for (sample, _), of_attempt in groupby(rows, key=itemgetter(1, 2)):
        attempt = list(of_attempt)
        _, _, _, id_, case_hash, status, fault, error, usd, ttft, total, tokens, reused, parts, *_ = attempt[0]
        if fault in ("infra", "user"):
            excluded = str(error or status)
        elif sample not in answers:
            fresh = timed and reused is None
            scores = sorted((row[14:] for row in attempt if row[14] is not None), key=itemgetter(4))
            answers[sample] = Counted(
                response_id=id_,
                sample=sample,
                status=status,
                broken=status in BROKEN,
                usd=usd,
                components={} if parts is None else cast("dict[str, float]", from_json(parts)),
                ttft=ttft if fresh else None,
                total=total if fresh else None,
                completion_tokens=tokens,
                scores=tuple(
                    Scored(check_id=restored(check_id), check_hash=check_hash, status=status, value=value)
                    for check_id, check_hash, status, value, _ in scores
                ),
            )
    return CaseOutcome(
        case_id=case_id,
        case_hash=case_hash,
        answers=tuple(answers.values()),
        excluded=None if answers else excluded,
    )
