import json
from functools import partial

import pytest

from tiebreak.errors import IncompleteError, ProtocolError, ServerError
from tiebreak.records import Cost, Message, Usage
from tiebreak.targets.chat import ChatStream
from tiebreak.targets.chunkjson import Json, parse, whole
from tiebreak.targets.events import (
    Finish,
    FirstToken,
    ReasoningDelta,
    TargetEvent,
    TextDelta,
    ToolCallEvent,
    UsageEvent,
)
from tiebreak.targets.usage import estimate, usage_from

MESSAGES = (Message(role="user", content="12345678"),)


def stream(*, trust_cost: bool = False) -> ChatStream:
    return ChatStream(
        estimate=partial(estimate, MESSAGES),
        price=lambda usage: Cost(usd=1.0, source="price_list"),
        refused=lambda body: ServerError("refused"),
        trust_cost=trust_cost,
    )


def delta(finish: str | None = None, **fields: object) -> Json:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


def events_of(*chunks: Json) -> list[TargetEvent]:
    chat = stream()
    return [event for at, chunk in enumerate(chunks) for event in chat.feed([chunk], float(at))] + chat.end()


def text_of(events: list[TargetEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def reasoning_of(events: list[TargetEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def test_a_plain_answer_with_its_times() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    chunks: list[Json] = [
        delta(role="assistant", content=""),
        delta(content="Hel"),
        delta(content="lo"),
        {**delta("stop"), "model": "m-1"},
        {"choices": [], "usage": usage},
    ]
    assert events_of(*chunks) == [
        FirstToken(1.0),
        TextDelta(1.0, "Hel"),
        TextDelta(2.0, "lo"),
        UsageEvent(
            3.0, Usage(prompt_tokens=3, completion_tokens=2, source="provider"), Cost(usd=1.0, source="price_list")
        ),
        Finish(3.0, "stop", served_model="m-1"),
    ]


def test_what_comes_in_one_read_is_one_delta_of_each_kind_in_order() -> None:
    chat = stream()
    chunks = [delta(reasoning="a"), delta(reasoning="b"), delta(content="c"), delta(content="d"), delta(reasoning="e")]
    assert chat.feed(chunks, 0.5) == [
        FirstToken(0.5),
        ReasoningDelta(0.5, "ab"),
        TextDelta(0.5, "cd"),
        ReasoningDelta(0.5, "e"),
    ]


def test_content_as_parts() -> None:
    events = events_of(
        delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]),
        delta(content=[{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, "c"]),
        delta("stop", content=[{"type": "refusal", "refusal": " no"}]),
    )
    assert (text_of(events), reasoning_of(events)) == ("abc no", "hm")
    assert isinstance(events[-1], Finish)
    assert events[-1].refusal


def test_whole_tool_calls_that_share_an_index_stay_apart() -> None:
    events = events_of(
        delta(tool_calls=[{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]),
        delta(tool_calls=[{"index": 0, "id": "b", "function": {"name": "g", "arguments": "{}"}}]),
        delta("tool_calls"),
    )
    calls = [event.call for event in events if isinstance(event, ToolCallEvent)]
    assert [(call.id, call.name, call.arguments) for call in calls] == [("a", "f", "{}"), ("b", "g", "{}")]


def test_an_escaped_emoji_cut_in_two_is_joined_and_a_lone_half_replaced() -> None:
    chunks = [rb'{"choices":[{"delta":{"content":"%s"}}]}' % piece for piece in (rb"a\ud83e", rb"\udd8ab", rb"\ud83e")]
    chat = stream()
    events = [event for chunk in chunks for event in chat.feed([parse(chunk)], 0.0)]
    events += chat.feed([delta("stop")], 1.0) + chat.end()
    assert text_of(events) == "a🦊b\ufffd"


def test_no_lone_surrogate_leaves_in_names_and_arguments() -> None:
    call = parse(rb'{"index":0,"id":"\ud800","function":{"name":"f\udc00","arguments":"\"\ud83e\udd8a\ud800\""}}')
    events = events_of({**delta("stop", tool_calls=[call]), "model": "m\ud800"})
    assert json.dumps([repr(event) for event in events]).encode("utf-8")
    assert all(whole(repr(event)) == repr(event) for event in events)


def test_without_usage_it_is_estimated_from_the_bytes() -> None:
    events = events_of(delta(content="123456789"), delta("stop"))
    usage = next(event.usage for event in events if isinstance(event, UsageEvent))
    assert usage == Usage(prompt_tokens=2 + 4, completion_tokens=3, source="estimated")


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": 3}},
            Usage(prompt_tokens=10, completion_tokens=5, reasoning_tokens=3, source="provider"),
        ),
        (  # xAI counts reasoning apart
            {
                "prompt_tokens": 10,
                "completion_tokens": 5,
                "total_tokens": 18,
                "completion_tokens_details": {"reasoning_tokens": 3},
            },
            Usage(prompt_tokens=10, completion_tokens=8, reasoning_tokens=3, source="provider"),
        ),
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_hit_tokens": 4},
            Usage(prompt_tokens=10, completion_tokens=5, cached_tokens=4, source="provider"),
        ),
        ({"prompt_tokens": "10", "completion_tokens": -1}, Usage(source="unknown")),
        ({"prompt_tokens": True, "prompt_tokens_details": None}, Usage(source="unknown")),
    ],
)
def test_usage_as_providers_tell_it(told: Json, usage: Usage) -> None:
    assert usage_from(told) == usage


def test_the_last_running_total_stands_and_is_given_once() -> None:
    events = events_of(
        {**delta(content="a"), "usage": {"prompt_tokens": 1, "completion_tokens": 1}},
        {**delta("stop"), "x_groq": {"usage": {"prompt_tokens": 1, "completion_tokens": 9}}},
    )
    assert [event.usage.completion_tokens for event in events if isinstance(event, UsageEvent)] == [9]


@pytest.mark.parametrize(
    ("trust", "cost"), [(True, Cost(usd=0.25, source="provider")), (False, Cost(usd=1.0, source="price_list"))]
)
def test_a_cost_that_the_provider_tells_counts_where_it_means_dollars(trust: bool, cost: Cost) -> None:
    chat = stream(trust_cost=trust)
    chat.feed([{**delta("stop"), "usage": {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.25}}], 0.0)
    assert [event.cost for event in chat.end() if isinstance(event, UsageEvent)] == [cost]


@pytest.mark.parametrize("chunk", [[], "text", 5, None, {"choices": "x"}, {"choices": [5]}, {"choices": {"a": 1}}])
def test_what_is_no_chunk_is_a_broken_protocol(chunk: object) -> None:
    with pytest.raises(ProtocolError):
        stream().feed([chunk], 0.0)


def test_chunks_that_say_nothing_are_passed_over() -> None:
    silent: list[Json] = [
        {},
        {"choices": None},
        {"object": "ping"},
        delta(content=None),
        delta(content=5, reasoning=[]),
    ]
    assert stream().feed(silent, 0.0) == []


def test_events_before_an_error_are_kept() -> None:
    chat = stream()
    with pytest.raises(ServerError, match="refused"):
        chat.feed([delta(content="so far"), {"error": {"message": "x"}}], 0.0)
    assert chat.take_events() == [FirstToken(0.0), TextDelta(0.0, "so far")]


def test_no_finish_reason_is_no_answer() -> None:
    chat = stream()
    chat.feed([delta(content="so far")], 0.0)
    with pytest.raises(IncompleteError):
        chat.end()


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"nonsense", b"[" * 100_000])
def test_what_is_not_json_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of the parsers' own
        parse(data)
