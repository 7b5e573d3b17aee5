"""Items in a few words, for the examples of the metrics."""

from dataclasses import replace
from typing import Any

from tiebreak.metrics.base import Item
from tiebreak.records import Case, Context, Response, ToolCall

NO_RESPONSE = Response(
    id="r", run_id="run", case_id="c", case_hash="h", fingerprint="f", status="ok", started_at="1970-01-01T00:00:00Z"
)


def item(
    text: str = "", *, calls: tuple[tuple[str, str], ...] = (), retrieved: tuple[str, ...] = (), **rest: Any
) -> Item:
    """An answer with its text, its calls (name, arguments) and the passages it retrieved (`id` or `id: text`).

    What else is given goes to the item where it has such a field, or else to the case.
    """
    own = {name: rest.pop(name) for name in ("refuses", "passed", "claims", "logprobs") if name in rest}
    tool_calls = tuple(ToolCall(id=str(n), name=name, arguments=given) for n, (name, given) in enumerate(calls))
    parts = (passage.partition(": ") for passage in retrieved)
    contexts = tuple(Context(id=name, text=told) for name, _, told in parts)
    response = replace(NO_RESPONSE, text=text, tool_calls=tool_calls, contexts=contexts)
    return Item(case=Case(id="c", input="q", **rest), response=response, **own)
