"""An app behind an address: what it is sent, and every form in which it may answer."""

import asyncio
import json
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.answers import QUESTION, QUICK, Answer, ask
from support.apps import AppServer, HttpCall, ask_app, open_app, passages, replying, texts, usage_of
from tiebreak.errors import (
    AppError,
    AuthError,
    DeadlineError,
    IncompleteError,
    NetworkError,
    ProtocolError,
    RateLimitError,
    RequestError,
    ServerError,
    TargetError,
    UnknownModelError,
    UsageError,
)
from tiebreak.records import AppFields, Cost, HttpTarget, Price, ToolCall, Usage
from tiebreak.targets.apps.pieces import EventPieces
from tiebreak.targets.base import fingerprint
from tiebreak.targets.events import ToolCallEvent
from tiebreak.targets.sse import MAX_EVENT

HERE = Path()
SECRET = "sentinel-0123456789-key"


def as_json(**body: Any) -> bytes:
    return json.dumps(body).encode()


def as_events(*pieces: Any) -> bytes:
    return b"".join(b"data: " + (p if isinstance(p, bytes) else json.dumps(p).encode()) + b"\n\n" for p in pieces)


async def answered(content_type: str, body: bytes, **target: Any) -> Answer:
    async with AppServer(replying(content_type, body)) as server:
        return await ask_app(HERE, HttpTarget(url=server.url, **target))


WHOLE = {
    "text": "It is noon.",
    "contexts": [{"id": "c1", "text": "Noon is 12.", "title": "Times", "score": 0.9}, "a bare passage"],
    "tool_calls": [{"name": "clock", "arguments": {"zone": "UTC"}}],
    "usage": {"input_tokens": 40, "output_tokens": 5},
    "cost": {"retrieval": 0.001, "model": 0.02},
    "model": "inner-1",
}


async def test_one_json_answer_with_everything_in_it() -> None:
    answer = await answered("application/json", as_json(**WHOLE))
    assert answer.error is None
    response = answer.response
    assert response is not None
    assert (response.status, response.text, response.finish, response.served_model) == (
        "ok", "It is noon.", "stop", "inner-1",
    )  # fmt: skip
    assert passages(answer) == [("c1", "Noon is 12."), ("2", "a bare passage")]
    assert response.contexts[0].title == "Times"
    assert response.tool_calls == (ToolCall(id="call-1", name="clock", arguments='{"zone": "UTC"}'),)
    assert response.usage == Usage(prompt_tokens=40, completion_tokens=5, source="provider")
    assert response.cost == Cost(usd=0.021, source="provider", components={"retrieval": 0.001, "model": 0.02})


async def test_fields_say_where_the_parts_are() -> None:
    body = {
        "result": {"choices": [{"said": "Noon."}], "why": "length"},
        "docs": [{"ref": 7, "body": "Noon is 12."}],
        "bill": {"total": 0.5, "search": 0.1},
    }
    fields = AppFields(
        text="result.choices.0.said",
        finish="result.why",
        contexts="docs",
        context_id="ref",
        context_text="body",
        cost="bill",
    )
    answer = await answered("application/json", as_json(**body), fields=fields)
    assert (texts(answer), passages(answer)) == (["Noon."], [("7", "Noon is 12.")])
    assert answer.response is not None
    assert (answer.response.status, answer.response.finish) == ("truncated", "length")
    assert answer.response.cost == Cost(usd=0.5, source="provider", components={"search": 0.1})


async def test_an_event_stream() -> None:
    stream = as_events(
        {"type": "ping"}, {"contexts": [{"id": "a", "text": "A"}]}, {"contexts": [{"id": "b", "text": "B"}]},
        {"text": "It is \ud83d"}, {"text": "\ude00 noon."}, {"tool_call": {"name": "clock", "arguments": "{}"}},
        {"cost": {"retrieval": 0.1}}, {"cost": {"model": 0.2}}, {"finish": "stop"}, b"[DONE]", {"text": "never read"},
    )  # fmt: skip
    answer = await answered("text/event-stream; charset=utf-8", stream)
    assert "".join(texts(answer)) == "It is 😀 noon."
    assert passages(answer) == [("a", "A"), ("b", "B")]
    assert [event.call.name for event in answer.events if isinstance(event, ToolCallEvent)] == ["clock"]
    assert usage_of(answer).cost.components == {"retrieval": 0.1, "model": 0.2}
    assert usage_of(answer).usage == Usage(completion_tokens=4, source="estimated")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/event-stream", as_events({"text": "cut in the"})),
        ("application/x-ndjson", b'{"text": "cut in the"}\n'),
        ("text/plain", b"cut in the"),
    ],
)
async def test_a_stream_without_an_end_is_no_answer_unless_the_config_says_so(content_type: str, body: bytes) -> None:
    answer = await answered(content_type, body)
    assert type(answer.error) is IncompleteError
    assert answer.response is not None
    assert (answer.response.status, answer.text) == ("incomplete", "cut in the")
    answer = await answered(content_type, body, whole_at_close=True)
    assert (answer.error, answer.text) == (None, "cut in the")


async def test_a_sequence_with_record_separators_is_refused_by_name() -> None:
    answer = await answered("application/json-seq", b'\x1e{"text": "Noon."}\n\x1e{"finish": "stop"}\n')
    assert type(answer.error) is ProtocolError
    assert "answered with application/json-seq." in answer.error.message
    assert "application/x-ndjson" in (answer.error.hint or "")


@pytest.mark.parametrize(
    "bad", [b"data: {oops\n\n", b"data: 5\n\n", b'event: error\ndata: "out of tea"\n\n', b"data: [\n\n"]
)
async def test_events_before_a_bad_one_are_delivered_though_they_came_in_one_piece(bad: bytes) -> None:
    answer = await answered("text/event-stream", as_events({"text": "It is"}, {"text": " noon."}) + bad)
    assert isinstance(answer.error, TargetError)
    assert "".join(texts(answer)) == "It is noon."


def test_event_pieces_raise_only_once_they_are_reached() -> None:
    pieces = EventPieces("It", lambda data: data.decode())
    begun = iter(pieces.feed(as_events({"text": "Noon."}, b"{oops")))
    assert next(begun) == {"text": "Noon."}
    with pytest.raises(ProtocolError, match=r"not JSON: \{oops"):
        next(begun)


def test_an_event_that_is_too_long_comes_after_those_before_it() -> None:
    pieces = EventPieces("It", lambda data: data.decode())
    given = list(pieces.feed(as_events({"text": "Noon."}) + b"data: " + bytes(MAX_EVENT)))
    assert given == [{"text": "Noon."}]
    with pytest.raises(ProtocolError, match="one event of more than"):
        list(pieces.feed(b"."))
    with pytest.raises(ProtocolError, match="one event of more than"):
        list(pieces.close())


@pytest.mark.parametrize("end", [b"data: [DONE]\n\n", b"event: end\ndata: null\n\n", b"event: done\ndata: {}\n\n"])
async def test_ends_of_a_stream(end: bytes) -> None:
    answer = await answered("text/event-stream", as_events({"text": "Noon."}) + end)
    assert (answer.error, texts(answer)) == (None, ["Noon."])


@pytest.mark.parametrize(
    ("content_type", "body", "kind", "words"),
    [
        ("application/json", b"{not json", ProtocolError, "not JSON: {not json"),
        ("application/json", b'["a"]', ProtocolError, "neither text nor a JSON object"),
        ("application/json", as_json(answer="x"), ProtocolError, "nothing we know: answer"),
        ("application/json", as_json(text=5), ProtocolError, "`text` that is not text"),
        ("application/json", as_json(text="a", contexts="b"), ProtocolError, "not a list"),
        ("application/json", as_json(text="a", contexts=[{"id": "b"}]), ProtocolError, "no text under `text`"),
        ("application/json", as_json(text="a", cost=-1), ProtocolError, "no amount of US dollars"),
        ("application/json", b'{"text": "a", "cost": NaN}', ProtocolError, "no amount of US dollars"),
        ("application/json", as_json(text="a", tool_calls=[{}]), ProtocolError, "has no name"),
        ("application/json", as_json(error="out of \x1b[31mcoffee"), AppError, "out of ␛[31mcoffee"),
        ("application/json", as_json(error={"message": "slow down", "status": 429}), RateLimitError, "slow down"),
        ("application/json", as_json(error={"message": "try later", "temporary": True}), ServerError, "try later"),
        ("text/event-stream", b"data: plain\n\n", ProtocolError, "an event that is not JSON: plain"),
        ("text/event-stream", b'event: error\ndata: {"message": "gone"}\n\n', AppError, "gone"),
        ("image/png", b"\x89PNG", ProtocolError, "answered with image/png"),
        ("text/html", b"<p>hello", UnknownModelError, "web page"),
    ],
)
async def test_what_is_no_answer(content_type: str, body: bytes, kind: type[TargetError], words: str) -> None:
    answer = await answered(content_type, body)
    assert type(answer.error) is kind
    assert words in str(answer.error)
    assert "\x1b" not in str(answer.error)
    assert answer.error is not None
    assert answer.error.__context__ is None


async def test_what_came_before_a_fault_is_kept() -> None:
    stream = as_events({"contexts": [{"id": "a", "text": "A"}]}, {"text": "Noon"}, b"{broken")
    answer = await answered("text/event-stream", stream)
    assert type(answer.error) is ProtocolError
    assert answer.response is not None
    assert (answer.response.status, answer.text, len(answer.response.contexts)) == ("malformed", "Noon", 1)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, RequestError, "refused the request (400): no"),
        (401, AuthError, "Check APP_KEY"),
        (404, UnknownModelError, "has nothing at /answer"),
        (429, RateLimitError, "limits the rate"),
        (500, ServerError, "failed (500)"),
        (307, UnknownModelError, "target.url"),
    ],
)
async def test_refusals(status: int, kind: type[TargetError], words: str) -> None:
    handler = replying("application/json", as_json(error=f"no {SECRET}"), status=status, Location="/x")
    async with AppServer(handler) as server:
        target = HttpTarget(url=server.url, headers={"Authorization": "Bearer $APP_KEY"})
        answer = await ask_app(HERE, target, environ={"APP_KEY": SECRET})
        assert server.calls[0].headers["authorization"] == f"Bearer {SECRET}"
    assert type(answer.error) is kind
    assert answer.error is not None
    assert words in str(answer.error)
    told = [str(answer.error), repr(answer.response), "".join(traceback.format_exception(answer.error))]
    assert not [text for text in told if SECRET in text]


async def test_nobody_there() -> None:
    async with AppServer(replying("text/plain", b"")) as server:
        url = server.url
    answer = await ask_app(HERE, HttpTarget(url=url))
    assert type(answer.error) is NetworkError


async def test_an_answer_shorter_than_its_length_is_a_cut_one() -> None:
    body = as_json(text="Noon.")
    async with AppServer(replying("application/json", body[:-3], length=len(body))) as server:
        answer = await ask_app(HERE, HttpTarget(url=server.url))
    assert type(answer.error) is NetworkError


async def test_tries_again_before_the_first_token_only() -> None:
    replies = [
        replying("application/json", b"", status=503),
        replying("application/json", as_json(text="Noon.")),
        replying("text/event-stream", as_events({"text": "No"}, {"error": {"message": "x", "status": 503}})),
    ]

    async def one_after_the_other(call: HttpCall, writer: asyncio.StreamWriter) -> None:
        await replies.pop(0)(call, writer)

    async with AppServer(one_after_the_other) as server:
        answer = await ask_app(HERE, HttpTarget(url=server.url), retries=3)
        assert answer.response is not None
        assert (answer.text, answer.response.timings.tries) == ("Noon.", 2)
        answer = await ask_app(HERE, HttpTarget(url=server.url), retries=3)
        assert (type(answer.error), answer.text) == (ServerError, "No")


@pytest.mark.parametrize(("begins", "phase"), [(b"", "first_token"), (as_events({"text": "No"}), "idle")])
async def test_deadlines(begins: bytes, phase: str) -> None:
    gone = asyncio.Event()

    async def stalls(call: HttpCall, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + begins)
            await asyncio.Event().wait()
        finally:
            gone.set()

    async with AppServer(stalls) as server:
        answer = await ask_app(HERE, HttpTarget(url=server.url), deadlines=QUICK)
    await gone.wait()
    assert type(answer.error) is DeadlineError
    assert f"deadlines.{phase}" in str(answer.error)


async def test_an_endless_event_ends() -> None:
    async def endless(call: HttpCall, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 1_000_000)
            await writer.drain()

    async with AppServer(endless) as server:
        answer = await ask_app(HERE, HttpTarget(url=server.url))
    assert type(answer.error) is ProtocolError
    assert "one line of more than 16 MB" in str(answer.error)


# -- what is sent


async def sent_by(target: Mapping[str, Any], body: Mapping[str, object] | None = None) -> HttpCall:
    async with AppServer(replying("application/json", as_json(text="Noon."))) as server:
        answer = await ask_app(HERE, HttpTarget(url=server.url, **target), replace(QUESTION, body=body))
        assert answer.error is None
        return server.calls[0]


async def test_our_own_form_is_sent_where_the_config_gives_none() -> None:
    call = await sent_by({"headers": {"X-Variant": "top-3"}})
    assert json.loads(call.body) == {
        "id": "c1",
        "sample": 0,
        "input": "What is the time?",
        "messages": [{"role": "user", "content": "What is the time?"}],
        "parameters": {},
    }
    assert (call.line, call.headers["x-variant"]) == ("POST /answer HTTP/1.1", "top-3")


async def test_a_get_request_carries_it_in_the_address() -> None:
    call = await sent_by({"method": "GET"}, {"q": "a & b=ü", "k": 3, "empty": "", "tags": ["x"], "on": True})
    assert call.line == "GET /answer?q=a+%26+b%3D%C3%BC&k=3&empty=&tags=%5B%22x%22%5D&on=true HTTP/1.1"


async def test_half_a_character_cannot_be_sent() -> None:
    for target in (HttpTarget(url="http://127.0.0.1:9/", method="GET"), HttpTarget(url="http://127.0.0.1:9/")):
        answer = await ask_app(HERE, target, replace(QUESTION, body={"q": "\ud800"}))
        assert type(answer.error) is RequestError


def test_a_missing_variable_is_told_before_anything_is_sent() -> None:
    target = HttpTarget(url="http://127.0.0.1:9/", headers={"X-Key": "$APP_KEY"})
    with pytest.raises(AuthError, match="sends APP_KEY in a header, which is not set"):
        open_app(HERE, target)
    with pytest.raises(AuthError, match="APP_KEY holds a line end"):
        open_app(HERE, target, environ={"APP_KEY": "a\r\nX-Evil: b"})


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"url": "ftp://x/"}, "not an address"),
        ({"url": "http://user:pass@x/"}, "holds a user or a password"),
        ({"url": "http://x/ y"}, "not an address"),
        ({"url": "http://x/", "headers": {"Authorization": "Bearer abc"}}, "looks like a key"),
        ({"url": "http://x/", "headers": {"X:Y": "a"}}, "not the name of a header"),
        ({"url": "http://x/", "headers": {"X": "a\r\nb"}}, "control character"),
    ],
)
def test_targets_that_cannot_be_used(target: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        open_app(HERE, HttpTarget(**target))
    assert "abc" not in str(caught.value)
    assert "pass@" not in str(caught.value)


async def test_the_fingerprint_tells_variants_apart() -> None:
    target = HttpTarget(url="http://127.0.0.1:9/")
    first = open_app(HERE, target)
    other = open_app(HERE, replace(target, headers={"X-Variant": "b"}))
    prints = {
        fingerprint(first, QUESTION),
        fingerprint(other, QUESTION),
        fingerprint(first, replace(QUESTION, body={"q": 1})),
        fingerprint(first, replace(QUESTION, body={"q": 2})),
    }
    assert len(prints) == 4


async def test_told_tokens_are_priced_by_the_config() -> None:
    body = as_json(text="Noon.", usage={"prompt_tokens": 1_000_000, "completion_tokens": 500_000})
    async with AppServer(replying("application/json", body)) as server:
        target = open_app(HERE, HttpTarget(url=server.url), price=Price(input=1.0, output=2.0))
        answer = await ask(target)
        await target.close()
    assert usage_of(answer).cost == Cost(usd=2.0, source="config")
