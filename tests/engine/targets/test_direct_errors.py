"""How the direct lane fails: each way its own error, with what came before it kept."""

import asyncio
import logging
import socket
import traceback

import pytest

from support.answers import QUICK, ask, ask_once, open_model
from support.model_server import ModelServer
from tiebreak.errors import (
    AuthError,
    DeadlineError,
    IncompleteError,
    NetworkError,
    ProtocolError,
    QuotaError,
    RateLimitError,
    RequestError,
    ServerError,
    TargetError,
    UnknownModelError,
)
from tiebreak.records import Deadlines
from tiebreak.targets.base import Request

SENTINEL = "sentinel-0123456789-key"


@pytest.mark.parametrize(
    ("model", "kind", "status", "words"),
    [
        ("400", RequestError, 400, "context is 8192 tokens"),
        ("401", AuthError, 401, "Check the key in MY_KEY"),
        ("404", UnknownModelError, 404, "'404'"),
        ("429", RateLimitError, 429, "Rate limit reached"),
        ("quota", QuotaError, 429, "Waiting does not help"),
        ("500", ServerError, 500, "The model crashed"),
        ("redirect", UnknownModelError, 307, "/v1"),
        ("web_page", UnknownModelError, None, "web page"),
        ("cut_head", NetworkError, None, "closed the connection"),
        ("not_http", NetworkError, None, "does not speak HTTP"),
        ("error_in_stream", ServerError, None, "Overloaded"),
        ("error_in_stream?code=429", RateLimitError, 429, "Overloaded"),
        ("error_in_stream?code=insufficient_quota", QuotaError, None, "Overloaded"),
        ("error_in_stream?code=context_length_exceeded", RequestError, None, "Overloaded"),
    ],
)
async def test_refusals(
    server: ModelServer, model: str, kind: type[TargetError], status: int | None, words: str
) -> None:
    answer = await ask_once(server.base_url, model, environ={"MY_KEY": SENTINEL}, api_key_env="MY_KEY")
    assert type(answer.error) is kind
    assert answer.error is not None
    assert answer.error.status == status
    assert words in str(answer.error)
    assert answer.events == []
    assert answer.response is not None
    assert answer.response.status == "error"
    assert answer.response.fault == kind.fault


@pytest.mark.parametrize(
    ("model", "kind", "text", "status"),
    [
        ("cut", NetworkError, "half of an ", "incomplete"),
        ("reset", NetworkError, "half of an ", "incomplete"),
        ("no_finish", IncompleteError, "a seemingly whole answer", "incomplete"),
        ("no_finish?done=1", IncompleteError, "a seemingly whole answer", "incomplete"),
        ("half_event", IncompleteError, "so far ", "incomplete"),
        ("malformed", ProtocolError, "so far ", "malformed"),
        ("error_in_stream?late=1", ServerError, "so far ", "incomplete"),
        ("stall_after", DeadlineError, "So far ", "incomplete"),
    ],
)
async def test_streams_that_break_keep_their_text_and_are_never_tried_again(
    server: ModelServer, model: str, kind: type[TargetError], text: str, status: str
) -> None:
    answer = await ask_once(server.base_url, model, deadlines=QUICK, retries=3)
    assert type(answer.error) is kind
    assert (answer.text, len(server.calls)) == (text, 1)
    assert answer.response is not None
    assert (answer.response.status, answer.response.fault, answer.response.finish) == (status, kind.fault, None)


@pytest.mark.parametrize(
    ("model", "deadlines", "words"),
    [
        ("stall_head", QUICK, "deadlines.first_token"),
        ("stall_before", QUICK, "deadlines.first_token"),
        ("only_comments", QUICK, "deadlines.first_token"),
        ("stall_after", QUICK, "deadlines.idle"),
        ("endless", Deadlines(first_token=5, idle=5, total=0.2), "deadlines.total"),
        ("stall_head", Deadlines(first_token=5, idle=5, total=0.2), "deadlines."),
    ],
)
async def test_each_deadline_passes_by_itself(
    server: ModelServer, model: str, deadlines: Deadlines, words: str
) -> None:
    answer = await asyncio.wait_for(ask_once(server.base_url, model, deadlines=deadlines), 10)
    assert isinstance(answer.error, DeadlineError)
    assert words in str(answer.error)
    await asyncio.wait_for(server.hung_up.wait(), 5)


async def test_a_reader_who_takes_his_time_passes_no_deadline(server: ModelServer) -> None:
    target = open_model(server.base_url, "normal?words=3&tps=100", deadlines=Deadlines(first_token=0.4, idle=0.4))
    loop = asyncio.get_running_loop()
    seen = 0
    async for _ in target.answer(Request(case_id="c", messages=())):
        seen += 1
        if seen == 2:
            reading = loop.create_future()
            loop.call_later(0.8, reading.set_result, None)
            await reading
    await target.close()
    assert seen >= 4


async def test_a_whole_answer_is_not_lost_to_a_server_that_never_closes(server: ModelServer) -> None:
    answer = await asyncio.wait_for(ask_once(server.base_url, "stall_after_finish", deadlines=QUICK), 10)
    assert answer.error is None
    assert answer.response is not None
    assert (answer.response.status, answer.text, answer.response.usage.source) == ("ok", "whole", "estimated")


@pytest.mark.parametrize("model", ["429?retry_after=0", "500", "cut_head", "error_in_stream?code=503"])
async def test_what_passes_by_itself_is_tried_again(server: ModelServer, model: str) -> None:
    server.script(model, "normal")
    answer = await ask_once(server.base_url, "normal", retries=1)
    assert answer.error is None
    assert answer.response is not None
    assert answer.response.timings.tries == 2
    assert len(server.calls) == 2


@pytest.mark.parametrize("model", ["400", "401", "404", "quota", "web_page"])
async def test_what_will_not_pass_is_not_tried_again(server: ModelServer, model: str) -> None:
    assert (await ask_once(server.base_url, model, retries=3)).error is not None
    assert len(server.calls) == 1


async def test_zero_retries_are_zero(server: ModelServer) -> None:
    answer = await ask_once(server.base_url, "429?retry_after=0", retries=0)
    assert isinstance(answer.error, RateLimitError)
    assert len(server.calls) == 1


@pytest.mark.parametrize("model", ["429?retry_after=1", "429?retry_after=2&date=1"])
async def test_retry_after_is_waited_for_and_told(server: ModelServer, model: str) -> None:
    server.script(model, "normal")
    answer = await ask_once(server.base_url, "normal", retries=1)
    assert answer.response is not None
    assert answer.response.timings.waited >= 0.9
    assert answer.response.timings.ttft is not None
    assert answer.response.timings.ttft < 0.9


async def test_a_refused_connection_asks_whether_the_server_runs() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        answer = await ask_once(f"http://127.0.0.1:{port}/v1", "m")
    assert isinstance(answer.error, NetworkError)
    assert f"127.0.0.1:{port} takes no connection (Connection refused)." in str(answer.error)
    assert "Is the server running" in str(answer.error)


async def test_a_server_without_tls_is_told_from_one_that_is_down(server: ModelServer) -> None:
    answer = await ask_once(server.base_url.replace("http:", "https:"), "m")
    assert isinstance(answer.error, NetworkError)
    assert "plain http" in str(answer.error)


async def test_a_servers_words_are_quoted_shortly_and_harmlessly(server: ModelServer) -> None:
    answer = await ask_once(server.base_url, "400")
    text = str(answer.error)
    assert len(text) < 600
    assert not {"\x1b", "\x9b", "\u202e", "\n"} & set(text)


@pytest.mark.parametrize("model", ["401", "500", "cut_head", "cut", "malformed", "stall_head", "not_http", "echo"])
async def test_no_error_log_or_repr_holds_the_key(
    server: ModelServer, model: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    target = open_model(server.base_url, model, deadlines=QUICK, environ={"MY_KEY": SENTINEL}, api_key_env="MY_KEY")
    answer = await ask(target)
    await target.close()
    assert server.calls[0].headers["authorization"] == f"Bearer {SENTINEL}"
    told = [caplog.text, repr(target), repr(vars(target)), repr(target.identity)]
    if answer.error is not None:
        told += [str(answer.error), repr(answer.response), "".join(traceback.format_exception(answer.error))]
        assert answer.error.__context__ is None
    assert not [text for text in told if SENTINEL in text]
