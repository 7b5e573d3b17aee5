"""Both lanes against the same server: what they make of it is the same, but for what is said here."""

from dataclasses import dataclass

import pytest

from support.answers import QUICK, Answer, ask_once
from support.lane import ENVIRON, Ask
from support.model_server import ModelServer
from tiebreak.records import Deadlines
from tiebreak.targets.events import Finish

pytestmark = pytest.mark.asyncio(loop_scope="session")

BRIEF = Deadlines(first_token=5, idle=5, total=0.4)


@dataclass(frozen=True)
class Outcome:
    """What an answer comes to, in the terms in which the lanes must agree."""

    status: str
    fault: str | None
    error: str | None
    text: str
    reasoning: str
    finish: str | None
    refusal: bool
    tools: tuple[tuple[str, str, str], ...]
    usage: tuple[str, int | None, int | None, int | None, int | None]
    served: str | None
    fingerprint: str | None


def outcome(answer: Answer) -> Outcome:
    response = answer.response
    assert response is not None
    usage = response.usage
    return Outcome(
        status=response.status,
        fault=response.fault,
        error=None if answer.error is None else type(answer.error).__name__,
        text=response.text,
        reasoning=response.reasoning,
        finish=response.finish,
        refusal=response.refusal,
        tools=tuple((call.id, call.name, call.arguments) for call in response.tool_calls),
        usage=(
            usage.source,
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.reasoning_tokens,
            usage.cached_tokens,
        ),
        served=response.served_model,
        fingerprint=response.system_fingerprint,
    )


WHOLE = (
    "normal",
    "normal?words=2&newline=crlf",
    "normal?words=2&newline=cr",
    "normal?words=3&ttft=0.05&tps=50",
    "burst",
    "empty",
    "split_utf8",
    "split_surrogates",
    "multi_line",
    "one_big_chunk",
    "tool_calls",
    "refusal",
    "reasoning",
    "reasoning?field=reasoning",
    "usage_early",
    "usage_none",
    "refuses_stream_options",
    "normal?finish=length",
    "normal?finish=content_filter",
    "stall_after_finish",
    "normal?fingerprint=fp_1",
    "burst?fingerprint=fp_1",
    "tool_calls?fingerprint=fp_1",
    "normal?last_fingerprint=fp_late",
    "normal?fingerprint=fp_1&last_fingerprint=fp_late",
)
REFUSED = ("429", "quota", "500", "400", "401", "404", "cut_head", "not_http")
IN_STREAM = (
    "error_in_stream",
    "error_in_stream?late=1",
    "error_in_stream?code=429",
    "error_in_stream?code=503",
    "error_in_stream?code=insufficient_quota",
    "error_in_stream?code=context_length_exceeded",
)
BROKEN = ("cut", "reset", "no_finish", "no_finish?done=1", "half_event", "malformed")
STALLED = ("stall_head", "stall_before", "stall_after", "only_comments")

DIFFERENT = {
    # The OpenAI SDK takes an event without data, which some servers send to keep the line alive, for broken JSON.
    "comments": ("ok", None, "malformed", "ProtocolError"),
    # It drops a last event without the blank line after it, and so the finish reason.
    "no_final_blank": ("ok", None, "incomplete", "IncompleteError"),
    # It finds no events in a plain JSON reply, or in a web page.
    "plain_json": ("ok", None, "incomplete", "IncompleteError"),
    "web_page": ("error", "UnknownModelError", "incomplete", "IncompleteError"),
    # It follows redirects.
    "redirect": ("error", "UnknownModelError", "error", "NetworkError"),
}
"""Behaviour → status and error in the direct lane, and in the LiteLLM lane."""


@pytest.mark.parametrize("model", [*WHOLE, *REFUSED, *IN_STREAM, *BROKEN, *STALLED])
async def test_both_lanes_make_the_same_of_it(server: ModelServer, through_litellm: Ask, model: str) -> None:
    options: dict[str, object] = {"deadlines": QUICK} if "stall" in model or model == "only_comments" else {}
    direct = await ask_once(server.base_url, model, environ=ENVIRON, api_key_env="MY_KEY", **options)
    lane = await through_litellm(server.base_url, model, api_key_env="MY_KEY", **options)
    assert outcome(lane) == outcome(direct)
    if direct.error is not None and lane.error is not None:
        assert (lane.error.status, lane.error.retryable) == (direct.error.status, direct.error.retryable)


@pytest.mark.parametrize(
    ("model", "fingerprint"),
    [
        ("normal?fingerprint=fp_1", "fp_1"),
        ("normal?last_fingerprint=fp_late", "fp_late"),
        ("normal?fingerprint=fp_1&last_fingerprint=fp_late", "fp_late"),
        ("normal", None),
    ],
)
async def test_both_lanes_tell_the_last_system_fingerprint(
    server: ModelServer, through_litellm: Ask, model: str, fingerprint: str | None
) -> None:
    direct = await ask_once(server.base_url, model, environ=ENVIRON, api_key_env="MY_KEY")
    lane = await through_litellm(server.base_url, model, api_key_env="MY_KEY")
    assert direct.response is not None
    assert lane.response is not None
    assert (direct.response.system_fingerprint, lane.response.system_fingerprint) == (fingerprint, fingerprint)


@pytest.mark.parametrize("model", ["logprobs", "normal", "logprobs?words=1"])
@pytest.mark.parametrize("asked", [True, False])
async def test_both_lanes_record_the_same_log_probabilities(
    server: ModelServer, through_litellm: Ask, model: str, asked: bool
) -> None:
    parameters = {"logprobs": True} if asked else {}
    direct = await ask_once(server.base_url, model, parameters=parameters)
    lane = await through_litellm(server.base_url, model, parameters=parameters)
    found = [next(event.logprobs for event in answer.events if isinstance(event, Finish)) for answer in (direct, lane)]
    words = len(direct.text.split())
    assert found[0] == (tuple(-0.25 * n for n in range(words)) if asked and model != "normal" else ())
    assert found[1] == found[0]
    assert outcome(lane) == outcome(direct)


async def test_both_lanes_keep_to_the_total_deadline(server: ModelServer, through_litellm: Ask) -> None:
    answers = [
        await ask_once(server.base_url, "endless", deadlines=BRIEF),
        await through_litellm(server.base_url, "endless", deadlines=BRIEF),
    ]
    assert [type(answer.error).__name__ for answer in answers] == ["DeadlineError"] * 2
    assert all("deadlines.total" in str(answer.error) for answer in answers)


@pytest.mark.parametrize("model", DIFFERENT)
async def test_where_they_differ_the_difference_is_known(server: ModelServer, through_litellm: Ask, model: str) -> None:
    direct, lane = (
        outcome(await ask_once(server.base_url, model)),
        outcome(await through_litellm(server.base_url, model)),
    )
    assert (direct.status, direct.error, lane.status, lane.error) == DIFFERENT[model]


@pytest.mark.parametrize("model", ["429?retry_after=2", "429?retry_after=3&date=1"])
async def test_retry_after_arrives_through_both_lanes(server: ModelServer, through_litellm: Ask, model: str) -> None:
    for answer in (await ask_once(server.base_url, model), await through_litellm(server.base_url, model)):
        assert answer.error is not None
        assert answer.error.retry_after is not None
        assert 1 < answer.error.retry_after <= 3


async def test_both_lanes_send_the_same_request(server: ModelServer, through_litellm: Ask) -> None:
    await ask_once(server.base_url, "normal", environ=ENVIRON, api_key_env="MY_KEY")
    await through_litellm(server.base_url, "normal", api_key_env="MY_KEY")
    direct, lane = server.calls
    assert lane.path == direct.path
    assert lane.body == direct.body
    assert lane.headers["authorization"] == direct.headers["authorization"]
