"""Tool calls against the expected ones."""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.texts import f1
from tiebreak.records import ExpectedCall, ToolCall

UNREADABLE = object()


def same_value(one: object, other: object) -> bool:
    """Equal as JSON: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        ours, theirs = cast("Mapping[str, object]", one), cast("Mapping[str, object]", other)
        return ours.keys() == theirs.keys() and all(same_value(ours[key], theirs[key]) for key in ours)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        items, others = cast("list[object]", one), cast("list[object]", other)
        return len(items) == len(others) and all(map(same_value, items, others))
    return one == other


def fits(call: ToolCall, expected: ExpectedCall) -> bool:
    """Whether a call is the expected one: its name, and its arguments where they are given."""
    if call.name != expected.name:
        return False
    return expected.arguments is None or same_value(_arguments(call), expected.arguments)


def _arguments(call: ToolCall) -> object:
    try:
        return json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return UNREADABLE


def matched(calls: Sequence[ToolCall], expected: Sequence[ExpectedCall]) -> int:
    """How many expected calls were made, in any order, each call counted once."""
    free = list(calls)
    found = 0
    for wanted in sorted(expected, key=lambda call: call.arguments is None):  # those that any arguments fit come last
        place = next((n for n, call in enumerate(free) if fits(call, wanted)), None)
        if place is not None:
            del free[place]
            found += 1
    return found


def in_order(calls: Sequence[ToolCall], expected: Sequence[ExpectedCall]) -> int:
    """The longest run of expected calls that were made one after the other, with others between them or not."""
    longest = [0] * (len(expected) + 1)
    for call in calls:
        before = 0
        for n, wanted in enumerate(expected, start=1):
            above = longest[n]
            longest[n] = before + 1 if fits(call, wanted) else max(above, longest[n - 1])
            before = above
    return longest[-1]


def tool_call_correctness(item: Item, _k: int) -> Score:
    calls, expected = item.response.tool_calls, item.case.tool_calls
    right = len(calls) == len(expected) and all(map(fits, calls, expected))
    return Score(float(right), _told(item))


def tool_call_f1(item: Item, _k: int) -> Score:
    calls, expected = item.response.tool_calls, item.case.tool_calls
    found = matched(calls, expected)
    return Score(f1(found / max(len(calls), 1), found / len(expected)), _told(item))


def step_success(item: Item, _k: int) -> Score:
    expected = item.case.tool_calls
    return Score(in_order(item.response.tool_calls, expected) / len(expected), _told(item))


def _told(item: Item) -> str:
    calls, expected = item.response.tool_calls, item.case.tool_calls
    return f"{matched(calls, expected)} of {len(expected)} expected calls among {len(calls)}"


_EXPECTED = (ExpectedCall(name="find", arguments={"id": 7}), ExpectedCall(name="refund"))
_ITEM = item(calls=(("find", '{"id": 7}'), ("refund", "{}"), ("mail", "{}")), tool_calls=_EXPECTED)
_SHOWN = "find(id=7), refund(), mail() where find(id=7) and refund are expected"

METRICS = (
    AnswerMetric(
        name="tool_call_correctness",
        says="Whether the calls are exactly the expected ones, in their order, with the given arguments.",
        source="exact match of calls, as in the Berkeley Function Calling Leaderboard",
        needs=("tool_calls",),
        score=tool_call_correctness,
        example=Example(says=_SHOWN, items=(_ITEM,), value=0.0),
    ),
    AnswerMetric(
        name="tool_call_f1",
        says="F1 of the calls made against the expected ones, in any order.",
        source="F1 over matched calls",
        needs=("tool_calls",),
        score=tool_call_f1,
        example=Example(says=_SHOWN, items=(_ITEM,), value=0.8),
    ),
    AnswerMetric(
        name="step_success",
        says="The share of the expected calls that were made in their order, whatever came between.",
        source="longest common subsequence over the expected steps",
        needs=("tool_calls",),
        score=step_success,
        example=Example(says=_SHOWN, items=(_ITEM,), value=1.0),
    ),
)
