"""Values of other tools in the shapes of our records. What does not fit is not told, never guessed at."""

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeGuard

from tiebreak.datasets.foreign import content_id
from tiebreak.imports.frame import BLANK, Said
from tiebreak.records import (
    Case,
    CheckSpec,
    Context,
    Cost,
    Message,
    Response,
    ResponseError,
    ResponseStatus,
    Timings,
    ToolCall,
    Usage,
)
from tiebreak.records.canonical import canonical_json
from tiebreak.records.cases import Role

MAX_ID = 200
LARGEST = sys.float_info.max
"""JSON may hold integers that no float comes up to."""
ROLES: Mapping[str, Role] = {
    "system": "system", "developer": "system", "user": "user", "human": "user", "assistant": "assistant",
    "ai": "assistant", "model": "assistant", "gpt": "assistant", "tool": "tool", "function": "tool",
}  # fmt: skip
CUT: Mapping[str, ResponseStatus] = {
    "length": "truncated",
    "max_tokens": "truncated",
    "content_filter": "filtered",
    "model_length": "truncated",
}
"""Finish reasons of an answer that is not whole."""


def is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def mapping(value: object) -> Mapping[str, object]:
    """A mapping as it is; anything else is an empty one."""
    return value if is_mapping(value) else {}


def items(value: object) -> Sequence[object]:
    return value if is_list(value) else ()


def mappings(value: object) -> list[Mapping[str, object]]:
    """The mappings in a list."""
    return [item for item in items(value) if is_mapping(item)]


def head(value: object) -> Mapping[str, object]:
    """The first mapping in a list; an empty one where there is none."""
    several = mappings(value)
    return several[0] if several else {}


def at(value: object, *path: str) -> object:
    """What stands under keys within keys; None where there is nothing."""
    for key in path:
        value = mapping(value).get(key)
    return value


def text(value: object) -> str | None:
    """Text that is not empty."""
    return value if isinstance(value, str) and value else None


def words(value: object) -> str:
    """Any value as text: text as it is, nothing as nothing, the rest as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else canonical_json(value)


def number(value: object) -> float | None:
    """A finite number from 0 up."""
    # A truth is an `int` too; and `isinstance` with a union takes four times as long.
    if isinstance(value, float) or (isinstance(value, int) and value is not True and value is not False):
        return float(value) if 0 <= value <= LARGEST else None
    return None


def whole(value: object) -> int | None:
    if isinstance(value, int):
        return value if 0 <= value < 2**53 and value is not True and value is not False else None
    found = number(value)
    return int(found) if found is not None and found.is_integer() and found < 2**53 else None


def seconds_between(start: object, end: object) -> float | None:
    """Between two moments in ISO 8601."""
    try:
        first, last = (datetime.fromisoformat(str(moment)) for moment in (start, end))
        return max(0.0, (last - first).total_seconds())
    except (ValueError, TypeError):
        return None


def content(value: object) -> str:
    """The text of a message's content: text, or the text parts of a list."""
    if is_list(value):
        parts = [text(part) or text(at(part, "text")) or text(at(part, "content")) for part in value]
        return "\n".join(part for part in parts if part)
    return words(value)


def messages(value: object) -> tuple[Message, ...]:
    """Messages with a role that we know and text; none where the value holds no list of such."""
    found: list[Message] = []
    for item in mappings(value):
        role = ROLES.get(str(item.get("role", item.get("type", item.get("from")))).lower())
        if role is None:
            return ()
        body = item.get("content", item.get("parts", item.get("value")))
        found.append(Message(role=role, content=content(body)))
    return tuple(found)


def asked(value: object) -> str | tuple[Message, ...]:
    """The input of a case: text, messages (one of a user is its text), or whatever it is as JSON."""
    if is_mapping(value) and (inner := value.get("messages")) is not None:
        value = inner
    if value in ([], {}):
        return ""
    if is_list(value) and (found := messages(value)):
        return found[0].content if len(found) == 1 and found[0].role == "user" else found
    if is_mapping(value):
        fields = mapping(value)
        for name in ("input", "question", "prompt", "query", "text"):
            if text(fields.get(name)):
                return words(fields[name])
        if len(fields) == 1:
            return words(next(iter(fields.values())))
    return words(value)


def case_of(
    input_: object,
    *,
    id_: object = None,
    reference: object = None,
    metadata: Mapping[str, object] | None = None,
    segment: object = None,
    checks: tuple[CheckSpec, ...] = (),
    contexts: tuple[Context, ...] = (),
    tags: object = None,
) -> Case | None:
    """A case, under the tool's id where that can be one, else under one made from its content; None without input."""
    said = asked(input_)
    if not said:
        return None
    name = words(id_) if isinstance(id_, str | int) and not isinstance(id_, bool) else ""
    if not name.strip() or len(name) > MAX_ID or not name.isprintable():
        plain = said if isinstance(said, str) else [[one.role, one.content] for one in said]
        name = content_id({"input": plain})
    return Case(
        id=name,
        input=said,
        reference=text(reference) or (words(reference) or None),
        segment=text(segment),
        metadata=metadata or {},
        checks=checks,
        contexts=contexts,
        tags=tuple(str(tag) for tag in items(tags)),
    )


def passages(value: object) -> tuple[Context, ...]:
    """Retrieved passages: texts, or mappings with their text."""
    found: list[Context] = []
    for place, item in enumerate(items(value), start=1):
        fields = mapping(item)
        names = ("text", "page_content", "content")
        body = text(item) or next((one for name in names if (one := text(fields.get(name)))), None)
        if body:
            found.append(Context(id=words(fields.get("id")) or str(place), text=body, title=text(fields.get("title"))))
    return tuple(found)


def calls(value: object) -> tuple[ToolCall, ...]:
    """Tool calls as the protocols write them, flat or under `function`."""
    found: list[ToolCall] = []
    for item in mappings(value):
        function = mapping(item.get("function")) or item
        name = text(function.get("name")) or text(item.get("function"))
        if name:
            arguments = function.get("arguments", function.get("args", function.get("input", {})))
            found.append(ToolCall(id=words(item.get("id")), name=name, arguments=words(arguments)))
    return tuple(found)


def answer(
    said: object,
    *,
    error: object = None,
    finish: object = None,
    total: float | None = None,
    ttft: float | None = None,
    prompt_tokens: object = None,
    completion_tokens: object = None,
    reasoning_tokens: object = None,
    cached_tokens: object = None,
    usd: object = None,
    requested: object = None,
    served: object = None,
    reasoning: object = None,
    tool_calls: tuple[ToolCall, ...] = (),
    contexts: tuple[Context, ...] = (),
    refusal: bool = False,
) -> Response:
    """A response as the tool recorded it. An error is one of the infrastructure: the other tool got no answer."""
    body = words(said)
    status: ResponseStatus = CUT.get(str(finish), "ok" if body or tool_calls else "empty")
    prompt, completion = whole(prompt_tokens), whole(completion_tokens)
    reasoned, cached = whole(reasoning_tokens), whole(cached_tokens)
    usage = BLANK.usage
    if not prompt is completion is reasoned is cached is None:
        usage = Usage(
            prompt_tokens=prompt,
            completion_tokens=completion,
            reasoning_tokens=reasoned,
            cached_tokens=cached,
            source="recorded",
        )
    cost = number(usd)
    failed = error not in (None, "", False)
    return Response(
        id="", run_id="", case_id="", case_hash="", fingerprint="", started_at="",
        status="error" if failed else status,
        fault="infra" if failed else None if status == "ok" else "target",
        error=ResponseError(code="imported", message=words(error)[:2000]) if failed else None,
        text=body,
        reasoning=words(reasoning),
        tool_calls=tool_calls,
        refusal=refusal,
        contexts=contexts,
        finish=text(finish),
        timings=BLANK.timings if total is None and ttft is None else Timings(ttft=ttft, total=total),
        usage=usage,
        cost=BLANK.cost if cost is None else Cost(usd=cost, source="recorded"),
        requested_model=text(requested),
        served_model=text(served),
    )  # fmt: skip


LETTERS = {"c": 1.0, "i": 0.0, "p": 0.5, "n": 0.0}
"""How Inspect writes correct, incorrect, partial and no answer."""


def said(name: str, value: object, detail: object = "", *, passed: bool | None = None) -> Said | None:
    """What a scorer says: a truth, a number, one of Inspect's letters, or a word, which is kept as the detail.

    A number is a pass or a fail only where it is 1 or 0 and nothing says otherwise.
    """
    about = words(detail)[:2000]
    if isinstance(value, str) and value.lower() in LETTERS:
        value = LETTERS[value.lower()]
    if isinstance(value, bool):
        return Said(name=name, passed=value if passed is None else passed, score=float(value), detail=about)
    if isinstance(value, float | int) and -LARGEST <= value <= LARGEST:
        mark = passed if passed is not None else {0.0: False, 1.0: True}.get(float(value))
        return Said(name=name, passed=mark, score=float(value), detail=about)
    if passed is not None:
        return Said(name=name, passed=passed, score=float(passed), detail=about)
    told = words(value)
    return (
        Said(name=name, passed=None, detail=f"{told}: {about}" if told and about else told or about) if told else None
    )


def all_said(scores: object) -> tuple[Said, ...]:
    """Scores in a mapping of name to value."""
    return tuple(one for name, value in mapping(scores).items() if (one := said(name, value)) is not None)


def slug(name: str) -> str:
    """A name for files: letters, digits, dots and dashes."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "config"
