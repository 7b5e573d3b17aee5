"""What judges said. Rows are only added: an error stays beside the judgment that took its place."""

import sqlite3
from collections.abc import Collection, Iterator
from typing import Any, cast

from tiebreak.records import Cost, Usage
from tiebreak.records.judges import Claim, Judge, Judgment, Verdict
from tiebreak_store.content import get_blob, get_record, put_blob
from tiebreak_store.rows import AppendOnly
from tiebreak_store.text import from_json, restored, restored_or_none, storable, storable_or_none, to_json

JUDGMENT = AppendOnly(
    "judgment",
    (
        "id", "judge_hash", "session_id", "case_id", "kind", "response_a", "response_b", "shown", "repeat", "dimension",
        "status", "verdict", "reasons", "problem", "reply", "prompt_fingerprint", "seal", "seal_nonce",
        "requested_model", "served_model", "cost_usd", "cost_source", "prompt_tokens", "completion_tokens",
        "usage_source", "seconds", "at", "system_fingerprint", "reused_from",
    ),
)  # fmt: skip
CHECK_JUDGMENT = AppendOnly("check_judgment", ("id", "prompt_fingerprint", "json"))


def put_judge(connection: sqlite3.Connection, judge: Judge) -> None:
    """Keep a version of a judge. What is no part of it, such as the budget, stays as it was first."""
    connection.execute(
        "INSERT OR IGNORE INTO judge_version (hash, name, kind, json) VALUES (?, ?, ?, ?)",
        (judge.version, storable(judge.name), judge.kind, to_json(judge)),
    )


def get_judge(connection: sqlite3.Connection, name: str) -> Judge:
    """
    Raises:
        CorruptStoreError: where it is missing.
    """
    return get_record(connection, Judge, "SELECT json FROM judge_version WHERE hash = ?", name)


def put_judgment(connection: sqlite3.Connection, judgment: Judgment) -> None:
    """Keep a judgment with its claims; the raw replies are one blob, a JSON list of texts."""
    reply = put_blob(connection, to_json(judgment.replies).encode()) if judgment.replies else None
    verdict = judgment.verdict
    JUDGMENT.insert(
        connection,
        (
            judgment.id,
            judgment.judge_hash,
            judgment.session_id,
            storable(judgment.case_id),
            judgment.kind,
            judgment.response_a,
            judgment.response_b,
            judgment.order,
            judgment.repeat,
            storable_or_none(judgment.dimension),
            judgment.status,
            storable(verdict) if isinstance(verdict, str) else verdict,
            storable(judgment.reasons),
            storable(judgment.problem),
            reply,
            judgment.prompt_fingerprint,
            judgment.seal,
            judgment.seal_nonce,
            storable_or_none(judgment.requested_model),
            storable_or_none(judgment.served_model),
            judgment.cost.usd,
            judgment.cost.source,
            judgment.usage.prompt_tokens,
            judgment.usage.completion_tokens,
            judgment.usage.source,
            judgment.seconds,
            judgment.at,
            storable_or_none(judgment.system_fingerprint),
            judgment.reused_from,
        ),
    )
    connection.executemany(
        "INSERT INTO claim (judgment_id, n, text, verdict, span_start, span_end) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (judgment_id, n) DO NOTHING",
        [(judgment.id, c.n, storable(c.text), c.verdict, c.start, c.end) for c in judgment.claims],
    )


def judges_of(connection: sqlite3.Connection, session_id: str) -> list[str]:
    found = connection.execute(
        "SELECT judge_hash FROM judgment WHERE session_id = ? GROUP BY judge_hash ORDER BY min(seq)", (session_id,)
    )
    return [str(judge_hash) for (judge_hash,) in found]


def sessions_of(connection: sqlite3.Connection, name: str) -> list[tuple[str, str]]:
    found = connection.execute(
        "SELECT judge_hash, session_id FROM judgment"
        " WHERE judge_hash IN (SELECT hash FROM judge_version WHERE name = ?)"
        " GROUP BY judge_hash, session_id ORDER BY min(seq)",
        (storable(name),),
    )
    return [(str(judge_hash), str(session_id)) for judge_hash, session_id in found]


def iter_said(connection: sqlite3.Connection, session_id: str, names: Collection[str]) -> Iterator[Judge | Judgment]:
    for version in judges_of(connection, session_id) if names else ():
        judge = get_judge(connection, version)
        if judge.name in names:
            yield judge
            yield from iter_judgments(connection, session_id, version, light=True)


def iter_judgments(
    connection: sqlite3.Connection, session_id: str, judge_hash: str, *, light: bool
) -> Iterator[Judgment]:
    """The judgments of a session by one version of a judge, in the order of recording."""
    cursor = connection.execute(
        f"SELECT {', '.join(JUDGMENT.columns)} FROM judgment WHERE session_id = ? AND judge_hash = ? ORDER BY seq",  # noqa: S608  # names of ours
        (session_id, judge_hash),
    )
    for row in cursor:
        yield _judgment(connection, row, light=light)


def has_answered(connection: sqlite3.Connection, judge_hash: str) -> bool:
    """Whether a version of a judge was answered anything, in any session."""
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM judgment WHERE judge_hash = ? AND status <> 'error')", (judge_hash,)
    )
    return bool(found.fetchone()[0])


def find_said(connection: sqlite3.Connection, judge_hash: str, prompt_fingerprint: str) -> Judgment | None:
    """What a version of a judge said last to a prompt, in any session: rather where it was asked than where that was
    taken over. No error is ever it."""
    row = connection.execute(
        f"SELECT {', '.join(JUDGMENT.columns)} FROM judgment"  # noqa: S608  # names of ours
        " WHERE judge_hash = ? AND prompt_fingerprint = ? AND status <> 'error'"
        " ORDER BY reused_from IS NOT NULL, seq DESC LIMIT 1",
        (judge_hash, prompt_fingerprint),
    ).fetchone()
    return None if row is None else _judgment(connection, row, light=False)


def put_check_judgment(connection: sqlite3.Connection, judgment: Judgment) -> None:
    """Keep what a judge said to a check, whole."""
    CHECK_JUDGMENT.insert(connection, (judgment.id, judgment.prompt_fingerprint, to_json(judgment)))


def find_check_judgment(connection: sqlite3.Connection, prompt_fingerprint: str) -> Judgment | None:
    """What a judge said last to this prompt of a check; its version is a part of the fingerprint.

    Raises:
        CorruptStoreError: where that is no judgment.
    """
    found = connection.execute(
        "SELECT id FROM check_judgment WHERE prompt_fingerprint = ? ORDER BY seq DESC LIMIT 1", (prompt_fingerprint,)
    ).fetchone()
    return found and get_record(connection, Judgment, "SELECT json FROM check_judgment WHERE id = ?", found[0])


def case_judgments(connection: sqlite3.Connection, session_id: str, case_id: str) -> Iterator[Judgment]:
    """The light judgments of one case of a session, judge after judge, each in the order of recording."""
    for version in judges_of(connection, session_id):
        cursor = connection.execute(
            f"SELECT {', '.join(JUDGMENT.columns)} FROM judgment "  # noqa: S608  # names of ours
            "WHERE session_id = ? AND judge_hash = ? AND case_id = ? ORDER BY seq",
            (session_id, version, storable(case_id)),
        )
        for row in cursor:
            yield _judgment(connection, row, light=True)


def _judgment(connection: sqlite3.Connection, row: tuple[Any, ...], *, light: bool) -> Judgment:
    (
        id_, judge_hash, session_id, case_id, kind, response_a, response_b, shown, repeat, dimension,
        status, verdict, reasons, problem, reply, prompt_fingerprint, seal, seal_nonce,
        requested_model, served_model, cost_usd, cost_source, prompt_tokens, completion_tokens,
        usage_source, seconds, at, system_fingerprint, reused_from,
    ) = row  # fmt: skip
    return Judgment(
        id=id_,
        judge_hash=judge_hash,
        session_id=session_id,
        case_id=restored(case_id),
        kind=kind,
        response_a=response_a,
        response_b=response_b,
        order=shown,
        repeat=repeat,
        dimension=restored_or_none(dimension),
        status=status,
        verdict=restored(verdict) if isinstance(verdict, str) else cast("Verdict | None", verdict),
        reasons=restored(reasons),
        problem=restored(problem),
        # A light one only says that there were replies.
        replies=() if reply is None else ("",) if light else _replies(connection, reply),
        prompt_fingerprint=prompt_fingerprint,
        seal=seal,
        seal_nonce=seal_nonce,
        requested_model=restored_or_none(requested_model),
        served_model=restored_or_none(served_model),
        system_fingerprint=restored_or_none(system_fingerprint),
        cost=Cost(usd=cost_usd, source=cost_source),
        usage=Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, source=usage_source),
        seconds=seconds,
        at=at,
        claims=_claims(connection, id_) if kind == "faithfulness" else (),
        reused_from=reused_from,
    )


def _replies(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", from_json(get_blob(connection, name).decode())))


def _claims(connection: sqlite3.Connection, judgment_id: str) -> tuple[Claim, ...]:
    cursor = connection.execute(
        "SELECT n, text, verdict, span_start, span_end FROM claim WHERE judgment_id = ? ORDER BY n", (judgment_id,)
    )
    return tuple(
        Claim(n=n, text=restored(text), verdict=verdict, start=start, end=end)
        for n, text, verdict, start, end in cursor
    )
