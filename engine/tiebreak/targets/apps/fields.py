"""The parts of an app's answer, read from JSON that others wrote."""

import json
import math
from typing import Final, cast

from tiebreak.errors import ProtocolError
from tiebreak.records import AppFields, Context, ToolCall, Usage
from tiebreak.targets.chunkjson import Json, as_map, as_text, whole
from tiebreak.targets.usage import usage_from

NOTHING: Final = object()
"""Stands where a path leads nowhere; null is a value."""
DIGITS: Final = 9
"""Longer numbers in a path count no list."""
TOTALS: Final = ("total", "usd")
"""Names in a mapping of costs that are the whole, not a part."""
_OTHER_NAMES: Final = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens"}


def value_at(body: Json, path: str) -> object:
    """What a dotted path leads to, numbers counting in lists; `NOTHING` where it leads nowhere."""
    value: object = body
    for name in path.split("."):
        if (fields := as_map(value)) is not None:
            value = fields.get(name, NOTHING)
        elif name.isdecimal() and len(name) < DIGITS:
            value = next(iter((list_or_none(value) or [])[int(name) :]), NOTHING)
        else:
            return NOTHING
    return value


def list_or_none(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def read_contexts(value: object, fields: AppFields, before: int) -> tuple[Context, ...]:
    """Passages: mappings, or plain texts. One without an id gets its number, counted on from `before`.

    Raises:
        ProtocolError: for anything else.
    """
    passages = list_or_none(value)
    if passages is None:
        raise ProtocolError("The contexts that the app sent are not a list.")
    return tuple(_context(item, fields, number) for number, item in enumerate(passages, start=before + 1))


def _context(item: object, fields: AppFields, number: int) -> Context:
    if isinstance(item, str):
        return Context(id=str(number), text=whole(item))
    passage = as_map(item)
    text = as_text(value_at(passage, fields.context_text)) if passage is not None else None
    if passage is None or text is None:
        raise ProtocolError(
            f"Context {number} that the app sent has no text under `{fields.context_text}`.",
            hint="Say where it stands in target.fields.context_text.",
        )
    name = value_at(passage, fields.context_id)
    title = as_text(value_at(passage, fields.context_title))
    return Context(
        id=whole(str(name)) if isinstance(name, str | int) else str(number),
        text=whole(text),
        title=None if title is None else whole(title),
    )


def read_tool_call(value: object, number: int) -> ToolCall:
    """A call `{"name", "arguments", "id"?}`, also in the wrapping of OpenAI's `{"id", "function": {…}}`.

    Raises:
        ProtocolError: for anything else.
    """
    call = as_map(value) or {}
    function = as_map(call.get("function")) or call
    name = as_text(function.get("name"))
    if not name:
        raise ProtocolError("A tool call that the app sent has no name.")
    arguments = function.get("arguments", {})
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(id=whole(as_text(call.get("id")) or f"call-{number}"), name=whole(name), arguments=whole(text))


def read_usage(value: object) -> Usage:
    """Tokens, by the names of OpenAI or by `input_tokens` and `output_tokens`.

    Raises:
        ProtocolError: for what is no mapping.
    """
    told = as_map(value)
    if told is None:
        raise ProtocolError("The usage that the app sent is not a JSON object.")
    return usage_from({**told, **{ours: told[theirs] for theirs, ours in _OTHER_NAMES.items() if theirs in told}})


def read_cost(value: object) -> tuple[float | None, dict[str, float]]:
    """US dollars, as one number or by component; `total` or `usd` among the components is the whole.

    Returns:
        The whole, None where only components are told, and the components.

    Raises:
        ProtocolError: for what is no amount.
    """
    told = as_map(value)
    if told is None:
        return _dollars(value), {}
    total = next((told[name] for name in TOTALS if told.get(name) is not None), None)
    parts = {whole(name): _dollars(part) for name, part in told.items() if name not in TOTALS and part is not None}
    return None if total is None else _dollars(total), parts


def _dollars(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ProtocolError(
            "A cost that the app sent is no amount of US dollars.", hint="Send a number of 0 or more, or leave it out."
        )
    return float(value)
