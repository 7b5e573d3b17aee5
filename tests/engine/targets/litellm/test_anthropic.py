"""Another wire format from end to end: Anthropic's, spoken by a local server, through LiteLLM."""

import pytest

from support.answers import QUESTION
from support.anthropic_server import AnthropicServer
from support.lane import SENTINEL, Ask
from tiebreak.errors import (
    AuthError,
    IncompleteError,
    NetworkError,
    RateLimitError,
    RequestError,
    ServerError,
    TargetError,
    UnknownModelError,
)
from tiebreak.records import Price, ToolCall, Usage
from tiebreak.targets.events import Finish, FirstToken, Starting, TextDelta, UsageEvent

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOLD = Usage(prompt_tokens=14, completion_tokens=7, reasoning_tokens=0, cached_tokens=3, source="provider")
"""Cached tokens are among the prompt's in our terms, beside them in Anthropic's."""


async def test_text_usage_cost_and_stop(claude: AnthropicServer, through_litellm: Ask) -> None:
    price = Price(input=2.0, output=10.0, cached_input=1.0)
    answer = await through_litellm(
        claude.base_url, "anthropic/normal?words=8&ttft=0.05&tps=40", api_key_env="MY_KEY", price=price
    )
    assert answer.error is None
    assert answer.text == "The quick brown fox jumps over the lazy "
    assert sum(isinstance(event, TextDelta) for event in answer.events) >= 3
    first = next(event for event in answer.events if not isinstance(event, Starting))
    assert isinstance(first, FirstToken)
    assert first.at >= 0.05
    assert [type(event) for event in answer.events[-2:]] == [UsageEvent, Finish]
    response = answer.response
    assert response is not None
    assert (response.status, response.finish, response.usage) == ("ok", "stop", TOLD)
    assert response.cost.usd == pytest.approx((11 * 2.0 + 3 * 1.0 + 7 * 10.0) / 1e6)
    assert (response.requested_model, response.served_model) == (
        "normal?words=8&ttft=0.05&tps=40",
        "served-normal?words=8&ttft=0.05&tps=40",
    )


async def test_the_request_is_anthropics(claude: AnthropicServer, through_litellm: Ask) -> None:
    await through_litellm(claude.base_url, "anthropic/normal", api_key_env="MY_KEY")
    call = claude.calls[0]
    assert call.path == "/v1/messages"
    assert call.headers["x-api-key"] == SENTINEL
    assert call.body["model"] == "normal"
    assert call.body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": QUESTION.messages[0].content}]}
    ]


async def test_a_key_of_anthropics_own_goes_to_no_other_server(claude: AnthropicServer, through_litellm: Ask) -> None:
    await through_litellm(claude.base_url, "anthropic/normal")
    assert claude.calls[0].headers["x-api-key"] == "none"


async def test_thinking_and_tools(claude: AnthropicServer, through_litellm: Ask) -> None:
    thought = (await through_litellm(claude.base_url, "anthropic/thinking")).response
    assert thought is not None
    assert (thought.reasoning, thought.text, thought.status) == ("Let me think.", "Done.", "ok")
    called = (await through_litellm(claude.base_url, "anthropic/tool_use")).response
    assert called is not None
    assert called.tool_calls == (ToolCall(id="toolu_1", name="look_up", arguments='{"order": 7}'),)
    assert (called.finish, called.status) == ("tool_calls", "ok")


@pytest.mark.parametrize(("stop", "status"), [("max_tokens", "truncated"), ("refusal", "filtered")])
async def test_stop_reasons_are_told_in_openais_words(
    claude: AnthropicServer, through_litellm: Ask, stop: str, status: str
) -> None:
    response = (await through_litellm(claude.base_url, f"anthropic/normal?stop={stop}")).response
    assert response is not None
    assert (response.status, response.fault) == (status, "target")


@pytest.mark.parametrize(
    ("model", "kind", "status", "text", "words"),
    [
        ("overloaded", ServerError, 529, "", "Overloaded"),
        ("overloaded?late=1", ServerError, None, "so far ", "Overloaded"),
        ("429?retry_after=7", RateLimitError, 429, "", "Too many tokens a minute"),
        ("401", AuthError, 401, "", "MY_KEY"),
        ("404", UnknownModelError, 404, "", "'404'"),
        ("400", RequestError, 400, "", "max_tokens: 99999"),
        ("cut", NetworkError, None, "half of an ", "closed the connection"),
        ("cut?clean=1", IncompleteError, None, "half of an ", "finish reason"),
    ],
)
async def test_failures(
    claude: AnthropicServer,
    through_litellm: Ask,
    model: str,
    kind: type[TargetError],
    status: int | None,
    text: str,
    words: str,
) -> None:
    answer = await through_litellm(claude.base_url, f"anthropic/{model}", api_key_env="MY_KEY")
    assert type(answer.error) is kind
    assert answer.error is not None
    assert (answer.error.status, answer.text) == (status, text)
    assert words in str(answer.error)
    assert "litellm" not in str(answer.error).lower()  # the server is to blame, and its words are what counts
    assert SENTINEL not in str(answer.error)
    if model.startswith("429"):
        assert answer.error.retry_after == 7


async def test_what_passes_by_itself_is_tried_again_by_us_alone(claude: AnthropicServer, through_litellm: Ask) -> None:
    claude.script("overloaded", "normal?words=2")
    answer = await through_litellm(claude.base_url, "anthropic/normal", retries=1)
    assert (answer.error, answer.text, len(claude.calls)) == (None, "The quick ", 2)
    claude.script("overloaded", "normal")
    assert isinstance((await through_litellm(claude.base_url, "anthropic/normal", retries=0)).error, ServerError)
    assert len(claude.calls) == 3
