"""Responses and what the checks said of them."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from sys import intern
from typing import Any, NamedTuple, TypeVar, cast

from tiebreak.errors import StoreError
from tiebreak.records import (
    CheckResult,
    CheckSpec,
    Context,
    Cost,
    Response,
    ResponseError,
    ResponseStatus,
    Timings,
    ToolCall,
    Usage,
)
from tiebreak.records.responses import PART
from tiebreak_store.content import get_blob, put_blob, put_checks
from tiebreak_store.rows import AppendOnly, Row
from tiebreak_store.text import from_json, restored, storable, storable_or_none, to_json

T = TypeVar("T")

_LIGHT_COLUMNS = (
    "id", "run_id", "case_id", "case_hash", "sample", "attempt", "fingerprint", "status", "fault",
    "error_code", "error_message", "error_status", "refusal", "finish", "started_at",
    "ttft", "total", "waited", "tries",
    "prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens", "usage_source",
    "cost_usd", "cost_source",
    "requested_model", "served_model", "reused_from", "chunks", "tool_calls", "cost_components",
    "system_fingerprint",
)  # fmt: skip
_HEAVY_COLUMNS = ("contexts", "text", "reasoning")
RESPONSE = AppendOnly("response", (*_LIGHT_COLUMNS, *_HEAVY_COLUMNS))

_LIGHT = ", ".join(_LIGHT_COLUMNS) + ", NULL, '', ''"
_WHOLE = ", ".join(RESPONSE.columns)

REUSABLE: tuple[ResponseStatus, ...] = ("ok", "empty", "truncated", "filtered")
"""Answers that came to their end. Errors, cut streams and stopped ones are asked again."""


_PUT = (
    "INSERT INTO check_result (response_id, check_id, check_hash, status, value, detail) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT "
)
_ADD = f"{_PUT} DO NOTHING"
_MEND = (
    f"{_PUT} (response_id, check_id, check_hash) DO UPDATE "
    "SET status = excluded.status, value = excluded.value, detail = excluded.detail "
    "WHERE check_result.status = 'error'"
)


def put_response(connection: sqlite3.Connection, response: Response, chunks: bytes | None) -> None:
    """Keep a response and, if there are any, its chunks; their hash is filled in where the record lacks it."""
    RESPONSE.insert(connection, _row_of(response, None if chunks is None else put_blob(connection, chunks)))


def put_new_responses(connection: sqlite3.Connection, responses: Iterable[Response]) -> None:
    """Keep many responses, none of which is there."""
    marks = ", ".join("?" * len(RESPONSE.columns))
    connection.executemany(
        f"INSERT INTO response ({_WHOLE}) VALUES ({marks})",  # noqa: S608  # names of ours
        (_row_of(response) for response in responses),
    )


def recorded_among(connection: sqlite3.Connection, ids: Sequence[str]) -> set[str]:
    """Those of some ids of responses (hundreds, not thousands) that are there."""
    marks = ", ".join("?" * len(ids))
    return {id_ for (id_,) in connection.execute(f"SELECT id FROM response WHERE id IN ({marks})", ids)}  # noqa: S608  # question marks only


def _row_of(response: Response, chunks: str | None = None) -> Row:
    """A response as the columns of its table; `chunks` is their hash where the record lacks it."""
    error, timings, usage = response.error, response.timings, response.usage
    return (
        response.id,
        response.run_id,
        storable(response.case_id),
        response.case_hash,
        response.sample,
        response.attempt,
        response.fingerprint,
        response.status,
        response.fault,
        error.code if error else None,
        storable(error.message) if error else None,
        error.status if error else None,
        int(response.refusal),
        storable_or_none(response.finish),
        response.started_at,
        timings.ttft,
        timings.total,
        timings.waited,
        timings.tries,
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.reasoning_tokens,
        usage.cached_tokens,
        usage.source,
        response.cost.usd,
        response.cost.source,
        storable_or_none(response.requested_model),
        storable_or_none(response.served_model),
        response.reused_from,
        chunks or response.chunks,
        to_json(response.tool_calls) if response.tool_calls else None,
        to_json(response.cost.components) if response.cost.components else None,
        storable_or_none(response.system_fingerprint),
        to_json(response.contexts) if response.contexts else None,
        storable(response.text),
        storable(response.reasoning),
    )


def put_check_results(
    connection: sqlite3.Connection, results: Sequence[CheckResult], specs: Sequence[CheckSpec], *, mend: bool = False
) -> None:
    """Keep results, and the specs they refer to. A check that was already put to a response is not recorded again;
    with `mend` it is, where it was `error`, which says nothing of the answer."""
    put_checks(connection, specs, (result.check_hash for result in results))
    rows = [(r.response_id, storable(r.check_id), r.check_hash, r.status, r.value, storable(r.detail)) for r in results]
    connection.executemany(_MEND if mend else _ADD, rows)


def get_response(connection: sqlite3.Connection, response_id: str) -> Response:
    """
    Raises:
        StoreError: where there is none of this id.
    """
    found = connection.execute(f"SELECT {_WHOLE} FROM response WHERE id = ?", (response_id,)).fetchone()  # noqa: S608  # names of ours
    if found is None:
        raise StoreError(f"The database holds no response with the id {response_id}.")
    return _response(found)


def find_reusable(connection: sqlite3.Connection, fingerprint: str) -> Response | None:
    """The first whole answer to the very same request, if there is one."""
    if not fingerprint:  # a request that could not be made has none
        return None
    found = connection.execute(
        f"SELECT {_WHOLE} FROM response WHERE fingerprint = ? AND error_code IS NULL AND status IN {REUSABLE} "  # noqa: S608  # names of ours
        "ORDER BY seq LIMIT 1",
        (fingerprint,),
    ).fetchone()
    return None if found is None else _response(found)


def get_chunks(connection: sqlite3.Connection, response_id: str) -> bytes | None:
    found = connection.execute("SELECT chunks FROM response WHERE id = ?", (response_id,)).fetchone()
    return None if found is None or found[0] is None else get_blob(connection, found[0])


def iter_responses(connection: sqlite3.Connection, run_ids: Sequence[str], *, light: bool) -> Iterator[Response]:
    """The responses of some runs in the order of recording; light ones without text, reasoning and contexts."""
    if not run_ids:
        return
    columns = _LIGHT if light else _WHOLE
    # One ordered branch per run lets SQLite merge them along the index; `run_id IN (…)` would sort all the texts.
    each = f"SELECT {columns}, seq FROM response WHERE run_id = ?"  # noqa: S608  # names of ours
    for row in connection.execute(f"{' UNION ALL '.join([each] * len(run_ids))} ORDER BY seq", run_ids):
        yield _response(row)


def iter_check_results(connection: sqlite3.Connection, run_ids: Sequence[str]) -> Iterator[CheckResult]:
    """What the checks said of the responses of some runs, in the order of recording."""
    marks = ", ".join("?" * len(run_ids))
    cursor = connection.execute(
        "SELECT c.response_id, c.check_id, c.check_hash, c.status, c.value, c.detail "  # noqa: S608  # question marks only
        f"FROM response r JOIN check_result c ON c.response_id = r.id WHERE r.run_id IN ({marks}) ORDER BY c.seq",
        run_ids,
    )
    for response_id, check_id, check_hash, status, value, detail in cursor:
        yield CheckResult(
            response_id=response_id,
            check_id=_recurring(check_id),
            check_hash=_recurring(check_hash),
            status=_recurring(status),
            value=value,
            detail=restored(detail),
        )


class Unjudged(NamedTuple):
    """A check that could not judge some answers of a run."""

    run_id: str
    check_id: str
    answers: int
    """That it was put to."""
    errors: int
    """Of these it could not judge."""
    case_id: str
    """The first of them."""
    reason: str


def unjudged(connection: sqlite3.Connection, run_ids: Sequence[str]) -> list[Unjudged]:
    """The checks with errors, by id and run."""
    marks = ", ".join("?" * len(run_ids))
    faulty = connection.execute(
        "SELECT r.run_id, c.check_id, COUNT(*), MIN(c.seq) "  # noqa: S608  # question marks only
        "FROM response r JOIN check_result c ON c.response_id = r.id "
        f"WHERE r.run_id IN ({marks}) AND c.status = 'error' "
        "GROUP BY r.run_id, c.check_id ORDER BY c.check_id, r.run_id",
        run_ids,
    ).fetchall()
    found: list[Unjudged] = []
    for run_id, check_id, errors, first in faulty:
        (answers,) = connection.execute(
            "SELECT COUNT(*) FROM response r JOIN check_result c ON c.response_id = r.id "
            "WHERE r.run_id = ? AND c.check_id = ?",
            (run_id, check_id),
        ).fetchone()
        case_id, reason = connection.execute(
            "SELECT r.case_id, c.detail FROM response r JOIN check_result c ON c.response_id = r.id WHERE c.seq = ?",
            (first,),
        ).fetchone()
        found.append(Unjudged(run_id, restored(check_id), answers, errors, restored(case_id), restored(reason)))
    return found


def iter_checks(connection: sqlite3.Connection, run_ids: Sequence[str]) -> Iterator[CheckSpec]:
    """Every version of a check that was put to the responses of some runs, by its id and version."""
    marks = ", ".join("?" * len(run_ids))
    cursor = connection.execute(
        "SELECT DISTINCT c.check_id, v.hash, v.kind, v.params "  # noqa: S608  # question marks only
        "FROM response r JOIN check_result c ON c.response_id = r.id JOIN check_version v ON v.hash = c.check_hash "
        f"WHERE r.run_id IN ({marks}) ORDER BY c.check_id, v.hash",
        run_ids,
    )
    for check_id, _, kind, params in cursor:
        spec = cast("dict[str, object]", from_json(params))
        yield CheckSpec(id=restored(check_id), kind=restored(kind), params=spec)


def iter_answers(
    connection: sqlite3.Connection, run_ids: Sequence[str], case_ids: Sequence[str]
) -> Iterator[Response | CheckResult]:
    """The light responses of some runs to some cases, then what the checks said of them, of the details only those that
    figures are made of; along an index."""
    cases = [storable(case_id) for case_id in case_ids]
    marks = ", ".join("?" * len(cases))
    for run_id in run_ids:
        cursor = connection.execute(
            f"SELECT {_LIGHT} FROM response WHERE run_id = ? AND case_id IN ({marks}) "  # noqa: S608  # names of ours
            "ORDER BY case_id, sample, attempt",
            (run_id, *cases),
        )
        for row in cursor:
            yield _response(row)
        cursor = connection.execute(
            "SELECT c.response_id, c.check_id, c.check_hash, c.status, c.value, "  # noqa: S608  # question marks only
            "CASE WHEN substr(c.detail, 1, ?) = ? THEN c.detail ELSE '' END "
            "FROM response r JOIN check_result c ON c.response_id = r.id "
            f"WHERE r.run_id = ? AND r.case_id IN ({marks}) ORDER BY r.case_id, r.sample, r.attempt, c.seq",
            (len(PART), PART, run_id, *cases),
        )
        for response_id, check_id, check_hash, status, value, part in cursor:
            yield CheckResult(
                response_id=response_id,
                check_id=_recurring(check_id),
                check_hash=_recurring(check_hash),
                status=_recurring(status),
                value=value,
                detail=restored(part),
            )


def case_responses(connection: sqlite3.Connection, run_id: str, case_id: str) -> Iterator[Response]:
    """Every attempt of a run at a case, whole, by sample."""
    cursor = connection.execute(
        f"SELECT {_WHOLE} FROM response WHERE run_id = ? AND case_id = ? ORDER BY sample, attempt",  # noqa: S608  # names of ours
        (run_id, storable(case_id)),
    )
    for row in cursor:
        yield _response(row)


def first_served(connection: sqlite3.Connection, run_ids: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Run, model and the id of its first whole answer, of every model that named itself."""
    marks = ", ".join("?" * len(run_ids))
    cursor = connection.execute(
        "SELECT run_id, served_model, min(id) FROM response "  # noqa: S608  # question marks only
        f"WHERE run_id IN ({marks}) AND served_model IS NOT NULL AND requested_model IS NOT NULL "
        "AND (fault IS NULL OR fault NOT IN ('infra', 'user')) GROUP BY run_id, served_model",
        list(run_ids),
    )
    for run_id, model, response_id in cursor:
        yield run_id, restored(model), response_id


def _response(row: tuple[Any, ...]) -> Response:
    (
        id_, run_id, case_id, case_hash, sample, attempt, fingerprint, status, fault,
        error_code, error_message, error_status, refusal, finish, started_at,
        ttft, total, waited, tries,
        prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens, usage_source,
        cost_usd, cost_source,
        requested_model, served_model, reused_from, chunks, tool_calls, cost_components,
        system_fingerprint, contexts, text, reasoning,
    ) = row[: len(RESPONSE.columns)]  # fmt: skip
    error = None
    if error_code is not None:
        error = ResponseError(code=error_code, message=restored(error_message), status=error_status)
    return Response(
        id=id_,
        run_id=_recurring(run_id),
        case_id=restored(case_id),
        case_hash=case_hash,
        fingerprint=fingerprint,
        status=_recurring(status),
        started_at=started_at,
        sample=sample,
        attempt=attempt,
        fault=fault,
        error=error,
        text=restored(text),
        reasoning=restored(reasoning),
        tool_calls=_many(ToolCall, tool_calls),
        refusal=bool(refusal),
        contexts=_many(Context, contexts),
        finish=_recurring(finish),
        timings=Timings(ttft=ttft, total=total, waited=waited, tries=tries),
        usage=Usage(
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            reasoning_tokens=reasoning_tokens,
            cached_tokens=cached_tokens,
            source=_recurring(usage_source),
        ),
        cost=Cost(usd=cost_usd, source=_recurring(cost_source), components=_amounts(cost_components)),
        requested_model=_recurring(requested_model),
        served_model=_recurring(served_model),
        system_fingerprint=_recurring(system_fingerprint),
        chunks=chunks,
        reused_from=reused_from,
    )


def _recurring(text: Any) -> Any:
    """One object for all that say the same: words like `stop` are a third of the memory of a large session."""
    return None if text is None else intern(restored(text))


def _amounts(text: str | None) -> dict[str, float]:
    return {} if text is None else cast("dict[str, float]", from_json(text))


def _many(record_type: type[T], text: str | None) -> tuple[T, ...]:
    if text is None:
        return ()
    return tuple(record_type(**fields) for fields in cast("list[dict[str, Any]]", from_json(text)))
