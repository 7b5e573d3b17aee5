"""JSONL as Hugging Face `datasets` and TRL take it: `prompt` and `completion` as messages, one set of columns.

Values that differ in shape from row to row (`input` as written, `checks`, `metadata`) stand in `tiebreak` as JSON text,
because a column has one type there.
"""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from tiebreak.datasets.exchange.rows import Written, as_mapping, rest_of
from tiebreak.datasets.foreign import mapped_row
from tiebreak.datasets.reading import Located
from tiebreak.datasets.reading.jsontext import read_json
from tiebreak.records import Case
from tiebreak.records.canonical import plain


def write(cases: Sequence[Case]) -> Written:
    """A row a case; what a case has not is null, so that all rows have the same columns."""
    lines: list[str] = []
    for case in cases:
        reply = [] if case.reference is None else [{"role": "assistant", "content": case.reference}]
        rest = rest_of(case, "id", "input", "reference", "kind", "segment", "expect", "tags")
        row = {
            "id": case.id,
            "prompt": plain(case.messages),
            "completion": reply,
            "kind": case.kind,
            "segment": case.segment,
            "expect": case.expect,
            "tags": list(case.tags),
            "tiebreak": json.dumps({"text": isinstance(case.input, str), **rest}, ensure_ascii=False),
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    return Written(text="".join(lines), cases=len(cases))


def take_row(row: Located) -> Mapping[str, object]:
    """A row with `prompt` and `completion`, with `messages` whose last is the answer, or with `prompt` and `chosen`."""
    values = {name: value for name, value in (row.mapping or {}).items() if value is not None}
    ours = _ours(row, values.pop("tiebreak", None))
    case: dict[str, object] = {}
    if "prompt" in values:
        case["input"] = values.pop("prompt")
        reply = values.pop("completion", None) or values.pop("chosen", None)
    elif "messages" in values:
        messages = values.pop("messages")
        if not isinstance(messages, list) or not messages:
            raise row.refuse("Messages are a list that is not empty.", ("messages",))
        said = cast("list[object]", messages)
        answered = as_mapping(said[-1]).get("role") == "assistant"
        case["input"], reply = (said[:-1], said[-1:]) if answered else (said, None)
    else:
        raise row.refuse("There is neither `prompt` nor `messages`.", hint="Name the field with `--field input=…`.")
    if reply:
        case["reference"] = _reply(row, reply)
    if not case["input"]:
        raise row.refuse("Nothing is asked before the answer.", ("messages",))
    if ours is None:
        return {**mapped_row(row.holding({**values, "input": case["input"]}), None), **case}
    if ours.pop("text", False):
        case["input"] = as_mapping(cast("list[object]", case["input"])[0]).get("content")
    return {**values, **ours, **case}


def _ours(row: Located, text: object) -> dict[str, object] | None:
    if not isinstance(text, str):
        return None
    try:
        return dict(as_mapping(read_json(text)))
    except ValueError as problem:
        raise row.refuse(f"This is not JSON: {problem}.", ("tiebreak",)) from None


def _reply(row: Located, reply: object) -> object:
    """The words of an answer: text, or the last of some messages."""
    if isinstance(reply, list):
        items = cast("list[object]", reply)
        content = as_mapping(items[-1]).get("content")
        if not isinstance(content, str):
            raise row.refuse("The answer has no text.", ("completion",))
        return content
    return reply
