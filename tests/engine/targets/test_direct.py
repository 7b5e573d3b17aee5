"""The direct lane against a real server over a real socket."""

import asyncio
import json
from contextlib import aclosing

import pytest

from support.answers import QUESTION, ask, ask_once, open_model
from support.model_server import ModelServer
from tiebreak.errors import RequestError, UsageError
from tiebreak.records import Message, Price, Usage
from tiebreak.targets.base import Request
from tiebreak.targets.events import Finish, FirstToken, TextDelta, UsageEvent

TOLD = Usage(prompt_tokens=11, completion_tokens=7, reasoning_tokens=2, cached_tokens=3, source="provider")


async def test_a_paced_answer_streams_with_its_times(server: ModelServer) -> None:
    answer = await ask_once(server.base_url, "normal?words=8&ttft=0.05&tps=20")
    deltas = [event for event in answer.events if isinstance(event, TextDelta)]
    first = answer.events[0]
    assert isinstance(first, FirstToken)
    assert 0.05 <= first.at < 1
    assert len(deltas) >= 3
    assert [delta.at for delta in deltas] == sorted(delta.at for delta in deltas)
    assert deltas[-1].at - first.at >= 0.1
    assert answer.text == "The quick brown fox jumps over the lazy "
    assert isinstance(answer.events[-1], Finish)
    assert answer.response is not None
    assert (answer.response.status, answer.response.finish, answer.response.usage) == ("ok", "stop", TOLD)
    assert (answer.response.requested_model, answer.response.served_model) == (
        "normal?words=8&ttft=0.05&tps=20",
        "served-normal?words=8&ttft=0.05&tps=20",
    )


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("normal?words=2&newline=crlf", "The quick "),
        ("normal?words=2&newline=cr", "The quick "),
        ("split_utf8", "naïve 東京 🦊"),
        ("split_surrogates", "fox 🦊!\ufffd"),
        ("comments", "between comments"),
        ("multi_line", "many lines"),
        ("no_final_blank", "bare"),
        ("plain_json", "not streamed"),
        ("usage_early", "early"),
        ("refusal", "I cannot help with that."),
        ("reasoning", "Done."),
        ("reasoning?field=reasoning", "Done."),
        ("big", "0123456789" * 1024 * 103),
        ("one_big_chunk", "x" * 1_048_576),
    ],
)
async def test_whole_answers_in_every_framing(server: ModelServer, model: str, text: str) -> None:
    answer = await ask_once(server.base_url, model)
    assert answer.error is None
    assert answer.text == text
    assert answer.response is not None
    assert answer.response.status == "ok"
    assert [type(event) for event in answer.events[-2:]] == [UsageEvent, Finish]
    assert sum(isinstance(event, UsageEvent) for event in answer.events) == 1
    assert sum(isinstance(event, FirstToken) for event in answer.events) == 1
    assert answer.response.refusal is (model == "refusal")
    assert answer.response.reasoning == ("Let me think." if model.startswith("reasoning") else "")


@pytest.mark.parametrize(
    ("model", "source"),
    [("normal", "provider"), ("usage_early", "provider"), ("plain_json", "provider"), ("usage_none", "estimated")],
)
async def test_usage_and_cost_tell_their_source(server: ModelServer, model: str, source: str) -> None:
    price = Price(input=2.0, output=10.0, cached_input=1.0)
    answer = await ask_once(server.base_url, model, price=price)
    assert answer.response is not None
    usage, cost = answer.response.usage, answer.response.cost
    assert usage.source == source
    assert cost.source == "config"
    if source == "provider":
        assert usage == TOLD
        assert cost.usd == pytest.approx((8 * 2.0 + 3 * 1.0 + 7 * 10.0) / 1e6)


async def test_a_price_nobody_knows_is_unknown_not_zero(server: ModelServer) -> None:
    answer = await ask_once(server.base_url, "normal")
    assert answer.response is not None
    assert (answer.response.cost.usd, answer.response.cost.source) == (None, "unknown")


async def test_tool_calls_are_joined(server: ModelServer) -> None:
    answer = await ask_once(server.base_url, "tool_calls")
    assert answer.response is not None
    assert [(c.id, c.name, c.arguments) for c in answer.response.tool_calls] == [
        ("call_a", "look_up", '{"order": 7}'),
        ("call_b", "refund", "{}"),
    ]
    assert (answer.response.status, answer.response.finish) == ("ok", "tool_calls")
    assert isinstance(answer.events[0], FirstToken)


@pytest.mark.parametrize(
    ("model", "status"),
    [("normal?finish=length", "truncated"), ("normal?finish=content_filter", "filtered"), ("empty", "empty")],
)
async def test_answers_that_are_less_than_whole_are_the_candidates_own(
    server: ModelServer, model: str, status: str
) -> None:
    response = (await ask_once(server.base_url, model)).response
    assert response is not None
    assert (response.status, response.fault, response.broken) == (status, "target", True)


async def test_the_request_is_what_was_asked_for(server: ModelServer) -> None:
    messages = (Message(role="system", content="Be brief."), Message(role="user", content="東京?"))
    target = open_model(
        server.base_url,
        "echo",
        parameters={"temperature": 0.5, "max_tokens": 9},
        environ={"MY_KEY": "sesame-1"},
        api_key_env="MY_KEY",
    )
    answer = await ask(
        target, Request(case_id="c", messages=messages, parameters={"temperature": 0.5, "max_tokens": 9})
    )
    await target.close()
    sent = json.loads(answer.text)
    assert sent["body"] == {
        "model": "echo",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "東京?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "max_tokens": 9,
    }
    assert sent["headers"]["authorization"] == "Bearer sesame-1"
    assert sent["headers"]["content-type"] == "application/json"
    assert sent["headers"]["user-agent"].startswith("tiebreak/")
    assert server.calls[0].path == "/v1/chat/completions"


async def test_without_a_key_none_is_sent(server: ModelServer) -> None:
    answer = await ask_once(server.base_url, "echo", environ={"OPENAI_API_KEY": "sk-not-for-this-server"})
    assert "authorization" not in json.loads(answer.text)["headers"]


async def test_a_server_that_refuses_stream_options_is_asked_without(server: ModelServer) -> None:
    target = open_model(server.base_url, "refuses_stream_options")
    answers = [await ask(target), await ask(target)]
    await target.close()
    assert [answer.error for answer in answers] == [None, None]
    assert ["stream_options" in call.body for call in server.calls] == [True, False, False]


async def test_connections_are_kept_and_shared_by_targets(server: ModelServer) -> None:
    first, second = open_model(server.base_url, "normal"), open_model(server.base_url, "burst")
    for target in (first, second, first):
        assert (await ask(target)).error is None
    await first.close()
    assert (await ask(second)).error is None
    await second.close()
    assert server.connections == 1


@pytest.mark.parametrize("model", ["stall_after", "endless"])
async def test_closing_the_iterator_frees_the_socket_at_once(server: ModelServer, model: str) -> None:
    target = open_model(server.base_url, model)
    async with aclosing(target.answer(QUESTION)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    await asyncio.wait_for(server.hung_up.wait(), 5)
    await target.close()


@pytest.mark.parametrize("model", ["stall_head", "stall_before", "stall_after"])
async def test_cancelling_the_task_frees_the_socket_and_the_slot(server: ModelServer, model: str) -> None:
    target = open_model(server.base_url, model)
    task = asyncio.create_task(ask(target))
    await server.called.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.hung_up.wait(), 5)
    server.script("normal")
    assert (await ask(target)).error is None
    await target.close()


async def test_many_at_once(server: ModelServer) -> None:
    target = open_model(server.base_url, "normal?tps=200&words=5")
    answers = await asyncio.gather(*(ask(target) for _ in range(20)))
    await target.close()
    assert {answer.text for answer in answers} == {"The quick brown fox jumps "}
    assert 2 <= server.peak <= 8


@pytest.mark.parametrize("content", ["half a character: \ud83e", "\udc00"])
async def test_what_json_cannot_hold_is_refused_before_it_is_sent(server: ModelServer, content: str) -> None:
    target = open_model(server.base_url, "normal")
    answer = await ask(target, Request(case_id="c", messages=(Message(role="user", content=content),)))
    await target.close()
    assert isinstance(answer.error, RequestError)
    assert "surrogates" in str(answer.error)
    assert server.calls == []


async def test_parameters_that_are_ours_are_refused(server: ModelServer) -> None:
    with pytest.raises(UsageError, match="'tested' sets the parameter messages, stream"):
        open_model(server.base_url, "normal", parameters={"stream": False, "messages": []})
