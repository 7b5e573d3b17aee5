import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.answers import QUESTION, builder_for
from tiebreak.errors import (
    AuthError,
    DeadlineError,
    IncompleteError,
    NetworkError,
    ProtocolError,
    RequestError,
    TargetError,
)
from tiebreak.records import Context, Cost, Timings, ToolCall, Usage
from tiebreak.records.codec import decode, encode
from tiebreak.records.responses import Response
from tiebreak.targets.chat import logprobs_in
from tiebreak.targets.chunks import Chunk, decode_chunks, decode_logprobs, encode_chunks
from tiebreak.targets.collect import AnswerBuilder
from tiebreak.targets.events import (
    ContextsEvent,
    Finish,
    FirstToken,
    ReasoningDelta,
    TargetEvent,
    TextDelta,
    ToolCallEvent,
    UsageEvent,
)


def fed(*events: TargetEvent) -> AnswerBuilder:
    builder = builder_for(QUESTION)
    for event in events:
        builder.add(event)
    return builder


def test_a_whole_answer_keeps_everything() -> None:
    context = Context(id="k1", text="passage")
    usage, cost = Usage(prompt_tokens=3, completion_tokens=4, source="provider"), Cost(usd=0.1, source="config")
    call = ToolCall(id="a", name="f", arguments="{}")
    builder = fed(
        ContextsEvent(0.05, (context,)),
        FirstToken(0.1, waited=2.0, tries=3),
        ReasoningDelta(0.1, "hm"),
        TextDelta(0.2, "Hel"),
        TextDelta(0.3, "lo"),
        ToolCallEvent(0.4, call),
        UsageEvent(0.5, usage, cost),
        Finish(0.5, "stop", served_model="m-1", waited=2.0, tries=3),
    )
    assert (builder.text, builder.reasoning, builder.ttft) == ("Hello", "hm", 0.1)
    response = builder.finish()
    assert (response.status, response.fault, response.error) == ("ok", None, None)
    assert (response.text, response.reasoning, response.finish) == ("Hello", "hm", "stop")
    assert (response.usage, response.cost, response.served_model) == (usage, cost, "m-1")
    assert (response.contexts, response.tool_calls) == ((context,), (call,))
    assert response.timings == Timings(ttft=0.1, total=0.5, waited=2.0, tries=3)
    assert decode(Response, encode(response)) == response
    assert decode_chunks(builder.chunks()) == [(0.1, "reasoning", "hm"), (0.2, "text", "Hel"), (0.3, "text", "lo")]


@pytest.mark.parametrize(
    ("events", "status", "fault"),
    [
        ((TextDelta(0.1, "a"), Finish(0.2, "stop")), "ok", None),
        ((TextDelta(0.1, "a"), Finish(0.2, "eos")), "ok", None),
        ((TextDelta(0.1, "no"), Finish(0.2, "stop", refusal=True)), "ok", None),
        ((ToolCallEvent(0.1, ToolCall(id="", name="f", arguments="")), Finish(0.2, "tool_calls")), "ok", None),
        ((Finish(0.2, "stop"),), "empty", "target"),
        ((ReasoningDelta(0.1, "hm"), Finish(0.2, "stop")), "empty", "target"),
        ((TextDelta(0.1, "a"), Finish(0.2, "length")), "truncated", "target"),
        ((ReasoningDelta(0.1, "hm"), Finish(0.2, "length")), "truncated", "target"),
        ((TextDelta(0.1, "a"), Finish(0.2, "content_filter")), "filtered", "target"),
        ((TextDelta(0.1, "a"),), "incomplete", "infra"),
    ],
)
def test_the_status_of_an_answer_that_ended(events: tuple[TargetEvent, ...], status: str, fault: str | None) -> None:
    response = fed(*events).finish()
    assert (response.status, response.fault) == (status, fault)
    assert response.broken is (fault == "target")
    assert response.excluded is (fault == "infra")


@pytest.mark.parametrize(
    ("begun", "error", "status", "fault"),
    [
        (False, NetworkError("x"), "error", "infra"),
        (True, NetworkError("x"), "incomplete", "infra"),
        (True, DeadlineError("x"), "incomplete", "infra"),
        (True, IncompleteError("x"), "incomplete", "infra"),
        (False, IncompleteError("x"), "incomplete", "infra"),
        (False, AuthError("x", status=401), "error", "infra"),
        (False, RequestError("x", status=400), "error", "target"),
        (True, RequestError("x"), "error", "target"),
        (True, ProtocolError("x"), "malformed", "target"),
        (False, ProtocolError("x"), "malformed", "target"),
    ],
)
def test_the_status_of_an_answer_that_failed(begun: bool, error: TargetError, status: str, fault: str) -> None:
    error.tries = 4
    builder = fed(FirstToken(0.1, tries=2), TextDelta(0.3, "so far")) if begun else fed()
    response = builder.fail(error)
    assert (response.status, response.fault) == (status, fault)
    assert response.error is not None
    assert (response.error.code, response.error.status, response.error.message) == (error.code, error.status, "x")
    assert response.text == ("so far" if begun else "")
    assert response.timings == Timings(
        ttft=0.1 if begun else None, total=0.3 if begun else None, tries=2 if begun else 4
    )
    assert response.finish is None


def test_an_interrupted_answer_keeps_its_text_and_never_counts() -> None:
    response = fed(FirstToken(0.1), TextDelta(0.2, "so far")).interrupt()
    assert (response.status, response.fault, response.text, response.excluded) == (
        "interrupted",
        "user",
        "so far",
        True,
    )


CHUNKS = st.lists(
    st.tuples(
        st.integers(0, 10**6).map(lambda n: n / 10_000),
        st.sampled_from(["text", "reasoning"]),
        st.text(st.characters(exclude_categories=["Cs"])),
    )
)


@given(CHUNKS)
def test_chunks_survive_their_encoding(chunks: list[Chunk]) -> None:
    assert decode_chunks(encode_chunks(chunks)) == chunks


def test_log_probabilities_are_kept_beside_the_chunks() -> None:
    chunks: list[Chunk] = [(0.1, "text", "a")]
    data = encode_chunks(chunks, (-0.1053606, 0.0, -12.5))
    assert decode_chunks(data) == chunks
    assert decode_logprobs(data) == (-0.105361, 0.0, -12.5)
    assert decode_logprobs(encode_chunks(chunks)) == ()


@pytest.mark.parametrize(
    "told",
    [None, 3, [], {"content": None}, {"content": [None, 3, {"logprob": None}, {"logprob": True}, {"logprob": "0"}]}],
)
def test_what_is_no_log_probability_is_none(told: object) -> None:
    assert logprobs_in(told) == []


def test_a_log_probability_is_at_most_0_and_finite() -> None:
    told = {"content": [{"logprob": 0.0000001}, {"logprob": -3}, {"logprob": float("-inf")}]}
    assert logprobs_in(told) == [0.0, -3.0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"junk",
        zlib.compress(b"{"),
        zlib.compress(b'[[1,"x","a"]]'),
        zlib.compress(b'[["1","t","a"]]'),
        encode_chunks([(0.1, "text", "a" * 100)])[:-6],
    ],
)
def test_what_is_no_stored_chunks_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of the parsers' own
        decode_chunks(data)
