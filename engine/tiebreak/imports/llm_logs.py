"""The log of the command `llm` (`logs.db`), opened read-only: of 0.36 and later, or as it was before."""

import json
from collections.abc import Iterator
from contextlib import suppress

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, Refused, Row, Tool
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.values import answer, at, case_of, head, is_list, mapping, number, text, words
from tiebreak.records import Message, ToolCall
from tiebreak.records.canonical import canonical_json

NEW = {"turns", "messages", "parts"}
TURNS = """
WITH RECURSIVE chain (turn, hash, depth) AS (
    SELECT id, parent_message_hash, 0 FROM turns
    UNION ALL
    SELECT chain.turn, m.parent_hash, depth + 1 FROM chain JOIN messages m ON m.hash = chain.hash
    WHERE m.parent_hash IS NOT NULL AND depth < 200
), asked AS (
    SELECT turn, json_group_array(json_object('role', role, 'content', body)) AS messages FROM (
        SELECT chain.turn, m.role, (
            SELECT group_concat(text, char(10)) FROM (
                SELECT text FROM parts WHERE message_hash = m.hash AND type = 'text' ORDER BY position)
        ) AS body
        FROM chain JOIN messages m ON m.hash = chain.hash ORDER BY chain.turn, depth DESC
    ) GROUP BY turn
)
SELECT t.*, asked.messages,
    (SELECT group_concat(text, '') FROM (
        SELECT text FROM parts WHERE message_hash = t.tip_message_hash AND type = 'text' ORDER BY position)) AS said,
    (SELECT group_concat(text, '') FROM (
        SELECT text FROM parts WHERE message_hash = t.tip_message_hash AND type = 'reasoning'
        ORDER BY position)) AS reasoned,
    (SELECT json_group_array(json_object('name', tool_name, 'payload', payload)) FROM parts
        WHERE message_hash = t.tip_message_hash AND type = 'tool_call') AS calls
FROM turns t LEFT JOIN asked ON asked.turn = t.id ORDER BY t.id
"""


def suits(source: Source) -> bool:
    if source.kind != "sqlite":
        return False
    tables = _tables(source)
    return tables >= NEW or {"responses", "conversations"} <= tables


def _tables(source: Source) -> set[str]:
    return {words(row["name"]) for row in source.query("SELECT name FROM sqlite_master WHERE type = 'table'")}


def rows(source: Source) -> Iterator[Row]:
    tables = _tables(source)
    if not (tables >= NEW or "responses" in tables):
        raise source.refuse("The database is no log of `llm`: it has neither `turns` nor `responses`.")
    names: dict[str, str] = {}
    line = 0
    for query in (
        *(["SELECT * FROM responses ORDER BY id"] if "responses" in tables else []),
        *([TURNS] if tables >= NEW else []),
    ):
        for row in source.query(query):
            line += 1
            yield from _row(row, line, names)


def _row(row: Json, line: int, names: dict[str, str]) -> Iterator[Row]:
    asked = _messages(row)
    system = "\n".join(m.content for m in asked if m.role == "system") or text(row.get("system"))
    rest = [m for m in asked if m.role != "system"]
    input_: object = [{"role": m.role, "content": m.content} for m in rest] if rest else row.get("prompt")
    case = case_of(input_)
    if case is None:
        yield Refused(line=line, reason=f"The row {words(row.get('id'))} holds no prompt.")
        return
    options = mapping(_json(row.get("options_json")))
    model = text(row.get("model"))
    key = canonical_json([model, system, options])
    if key not in names:
        alike = sum(canonical_json(json.loads(known)[0]) == canonical_json(model) for known in names)
        names[key] = f"{model or 'model'}{f' #{alike + 1}' if alike else ''}"
        yield ConfigRow(name=names[key], model=model, system=system, parameters=options)
    yield CaseRow(line=line, case=case)
    details = mapping(_json(row.get("token_details")))
    milliseconds = number(row.get("duration_ms"))
    given = answer(
        row.get("said", row.get("response")),
        finish=head(at(_json(row.get("response_json")), "choices")).get("finish_reason"),
        total=None if milliseconds is None else milliseconds / 1000,
        prompt_tokens=row.get("input_tokens"),
        completion_tokens=row.get("output_tokens"),
        reasoning_tokens=at(details, "completion_tokens_details", "reasoning_tokens"),
        cached_tokens=at(details, "prompt_tokens_details", "cached_tokens"),
        requested=model,
        served=row.get("resolved_model") or at(_json(row.get("response_json")), "model"),
        reasoning=row.get("reasoned", row.get("reasoning")),
        tool_calls=_calls(row),
    )
    yield GivenAnswer(line=line, case=case.id, config=names[key], response=given)


def _messages(row: Json) -> list[Message]:
    """The conversation up to the answer, where the log has it."""
    found = _json(row.get("messages"))
    told: list[Message] = []
    for one in found if is_list(found) else []:
        role = text(at(one, "role"))
        if role in ("system", "user", "assistant", "tool"):
            told.append(Message(role=role, content=words(at(one, "content"))))
    return told


def _calls(row: Json) -> tuple[ToolCall, ...]:
    found = _json(row.get("calls"))
    return tuple(
        ToolCall(
            id=words(at(_json(at(one, "payload")), "tool_call_id")),
            name=words(at(one, "name")),
            arguments=words(at(_json(at(one, "payload")), "arguments") or {}),
        )
        for one in (found if is_list(found) else [])
        if text(at(one, "name"))
    )


def _json(value: object) -> object:
    """JSON in a column, where there is some."""
    if isinstance(value, str):
        with suppress(ValueError):
            return json.loads(value)
    return None


TOOL = Tool(
    name="llm",
    title="the log of the command `llm`, SQLite",
    suits=suits,
    rows=rows,
    comes="prompts with the conversation before them, models, system prompts, options, answers, thoughts, tool calls, "
    "tokens, durations; the same prompt to two models is one case",
    stays="attachments, schemas, fragments apart from their text; costs, times to the first token (there are none)",
)
