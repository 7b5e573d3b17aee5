"""Which models go through LiteLLM, with which key; and what our table says against what LiteLLM says."""

import json
import subprocess
import sys
import tomllib
from importlib.resources import files

import pytest

from tiebreak.errors import AuthError, UnknownModelError, UsageError
from tiebreak.records import ModelTarget, Price
from tiebreak.records.configs import Lane
from tiebreak.targets.litellm_lane.catalogue import all_providers, lane_providers
from tiebreak.targets.prices import model_ids, price_list, price_of
from tiebreak.targets.providers import Endpoint, providers, resolve

ENV = {"ANTHROPIC_API_KEY": "sk-ant", "OPENAI_API_KEY": "sk-open", "MY_KEY": "mine", "COHERE_API_KEY": "co"}
ELSEWHERE = "https://elsewhere.example/v1"


def at(
    model: str, base_url: str | None = None, lane: Lane = "auto", api_key_env: str | None = None, **environ: str
) -> Endpoint:
    target = ModelTarget(model=model, base_url=base_url, lane=lane, api_key_env=api_key_env)
    return resolve(target, {**ENV, **environ})


@pytest.mark.parametrize(
    ("model", "lane", "expected", "sent"),
    [
        ("anthropic/claude-x", "auto", "anthropic/claude-x", "ANTHROPIC_API_KEY"),
        ("claude-x", "auto", "anthropic/claude-x", "ANTHROPIC_API_KEY"),
        ("cohere/command", "auto", "cohere_chat/command", "COHERE_API_KEY"),
        ("bedrock/anthropic.claude", "auto", "bedrock/anthropic.claude", None),
        ("vertex_ai/gemini-x", "auto", "vertex_ai/gemini-x", None),
        ("openai/gpt-4o", "litellm", "openai/gpt-4o", "OPENAI_API_KEY"),
        ("gpt-4o", "litellm", "openai/gpt-4o", "OPENAI_API_KEY"),
        ("ollama/llama3", "litellm", "ollama_chat/llama3", None),
        ("vllm/llama", "litellm", "hosted_vllm/llama", None),
        ("lemonade/some-model", "auto", "lemonade/some-model", None),  # known from LiteLLM's files alone
    ],
)
def test_a_model_goes_through_litellm(model: str, lane: Lane, expected: str, sent: str | None) -> None:
    endpoint = at(model, lane=lane)
    assert (endpoint.lane, endpoint.litellm_id, endpoint.sent_key_env) == ("litellm", expected, sent)


@pytest.mark.parametrize(
    ("model", "base_url", "api_key_env", "expected", "sent"),
    [
        ("any", ELSEWHERE, None, "openai/any", ""),
        ("meta/llama", ELSEWHERE, "MY_KEY", "meta/llama", "MY_KEY"),
        ("team/own-model", ELSEWHERE, None, "openai/team/own-model", ""),
        ("anthropic/claude-x", "https://elsewhere.example", None, "anthropic/claude-x", ""),
        ("anthropic/claude-x", "https://api.anthropic.com", None, "anthropic/claude-x", "ANTHROPIC_API_KEY"),
        ("openai/gpt-4o", "https://api.openai.com/v1", None, "openai/gpt-4o", "OPENAI_API_KEY"),
        ("bedrock/x", ELSEWHERE, None, "bedrock/x", None),  # signed: no secret leaves
        ("vllm/llama", "http://gpu:8000/v1", None, "hosted_vllm/llama", None),
    ],
)
def test_a_key_goes_where_it_belongs(
    model: str, base_url: str, api_key_env: str | None, expected: str, sent: str | None
) -> None:
    endpoint = at(model, base_url, "litellm", api_key_env)
    assert (endpoint.litellm_id, endpoint.url, endpoint.sent_key_env) == (expected, base_url, sent)
    assert endpoint.price_id is None or "api.openai" in base_url


@pytest.mark.parametrize(
    ("base_url", "refused"),
    [
        (ELSEWHERE, True),
        ("https://mine.openai.azure.com", False),
        ("https://openai.azure.com.evil.example", True),
        ("https://evil-openai.azure.com.example", True),
    ],
)
def test_credentials_of_the_machine_go_to_no_stranger(base_url: str, refused: bool) -> None:
    if refused:
        with pytest.raises(UsageError, match=r"credentials of Azure OpenAI.*api_key_env"):
            at("azure/deployment", base_url, "litellm")
    else:
        assert at("azure/deployment", base_url, "litellm").url == base_url


def test_an_explicit_address_stays_direct_whatever_the_prefix() -> None:
    assert at("anthropic/claude-x", "https://openrouter.ai/api/v1", OPENROUTER_API_KEY="sk-or").lane == "direct"


@pytest.mark.parametrize("path", ["", "/v1", "/v1/", "/v1/messages"])
def test_the_own_address_of_a_provider_is_asked_in_its_own_protocol(path: str) -> None:
    endpoint = at("anthropic/claude-x", f"https://api.anthropic.com{path}")
    assert (endpoint.lane, endpoint.url) == ("litellm", "https://api.anthropic.com")
    assert endpoint.sent_key_env == "ANTHROPIC_API_KEY"
    assert at("azure/mine", "https://mine.openai.azure.com").lane == "litellm"


@pytest.mark.parametrize(
    ("model", "base_url", "lane"),
    [
        ("claude-x", "https://api.anthropic.com/v1", "auto"),  # without the prefix: its OpenAI-compatible address
        ("anthropic/claude-x", "https://api.anthropic.com.evil.example", "auto"),
        ("anthropic/claude-x", "https://api.anthropic.com", "direct"),
    ],
)
def test_what_only_looks_like_it_stays_direct(model: str, base_url: str, lane: Lane) -> None:
    endpoint = at(model, base_url, lane)
    assert (endpoint.lane, endpoint.key) == ("direct", None)


def test_a_model_that_a_server_does_not_know_may_be_a_matter_of_the_protocol() -> None:
    hint = at("anthropic/claude-x", ELSEWHERE).model_hint
    assert hint.endswith("If that server speaks Anthropic's own protocol, put lane: litellm under target.")
    assert "protocol" not in at("team/own-model", ELSEWHERE).model_hint
    assert "protocol" not in at("anthropic/claude-x", ELSEWHERE, "litellm").model_hint


def test_a_forced_lane_is_kept_or_refused() -> None:
    assert at("gpt-4o", lane="direct").lane == "direct"
    with pytest.raises(UnknownModelError, match=r"direct lane does not know Anthropic.*Take lane: direct out"):
        at("anthropic/claude-x", lane="direct")
    with pytest.raises(UnknownModelError, match="No provider is known"):
        at("no-such-provider/x", lane="litellm")


def test_a_missing_key_names_its_variable() -> None:
    with pytest.raises(AuthError, match=r"Anthropic needs a key, and ANTHROPIC_API_KEY is not set"):
        at("anthropic/claude-x", ANTHROPIC_API_KEY="")
    with pytest.raises(AuthError, match="NO_SUCH, which is not set"):
        at("anthropic/claude-x", api_key_env="NO_SUCH")
    assert at("bedrock/x").key is None  # a profile or the machine may have it


def test_a_variable_moves_a_provider() -> None:
    assert at("anthropic/x", ANTHROPIC_BASE_URL="https://gate.example").url == "https://gate.example"
    assert at("anthropic/x", ANTHROPIC_BASE_URL="https://gate.example/v1/").url == "https://gate.example"
    assert at("ollama/x", lane="litellm", OLLAMA_API_BASE="http://gpu:11434").url == "http://gpu:11434"
    assert at("vllm/x", lane="litellm").url == "http://localhost:8000/v1"


def test_an_endpoint_without_an_address_is_called_by_its_providers_name() -> None:
    endpoint = at("anthropic/claude-x")
    assert (endpoint.host, endpoint.url, endpoint.key_hint) == ("Anthropic", "", "Check the key in ANTHROPIC_API_KEY.")
    assert "sk-ant" not in repr(endpoint)


def test_prices_and_the_picker_know_models_of_both_lanes() -> None:
    assert price_of("anthropic/claude-sonnet-4-5") == Price(input=3.0, output=15.0, cached_input=0.3)
    listed = {info.provider for info in model_ids()}
    assert {"openai", "anthropic", "gemini", "bedrock", "vertex_ai", "azure", "cohere_chat"} <= listed
    assert not any("_models" in provider or "converse" in provider for provider in listed)
    assert all(info.id.startswith(f"{info.provider}/") for info in model_ids())
    assert {info.provider for info in price_list().values()} <= all_providers().keys()


def test_each_lane_has_its_own_providers() -> None:
    direct = {prefix for provider in providers().values() for prefix in (provider.name, *provider.aliases)}
    assert not direct & lane_providers().keys()
    assert len(lane_providers()) > 60
    assert lane_providers()["anthropic"].ready({"ANTHROPIC_API_KEY": "x"})
    assert not lane_providers()["anthropic"].ready({})


def test_litellm_knows_every_name_in_our_tables() -> None:
    script = (
        "import json, os; from tiebreak.targets.litellm_lane.helper import import_litellm;"
        "known = import_litellm().types.utils.LlmProvidersSet; print(json.dumps(sorted(known)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    known = set(json.loads(run.stdout))
    table = tomllib.loads(files("tiebreak.targets.litellm_lane").joinpath("litellm.toml").read_text())
    assert table.keys() <= known
    assert {provider.litellm or provider.name for provider in providers().values()} <= known
