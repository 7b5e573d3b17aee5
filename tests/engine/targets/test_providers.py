from dataclasses import asdict

import pytest

from tiebreak.errors import AuthError, UnknownModelError, UsageError
from tiebreak.records import ModelTarget
from tiebreak.records.codec import adapter
from tiebreak.targets.open import proxy_for
from tiebreak.targets.providers import Endpoint, Provider, providers, resolve

ENV = {"OPENAI_API_KEY": "sk-open", "OPENROUTER_API_KEY": "sk-or", "MY_KEY": "mine", "MISTRAL_API_KEY": "mi"}


def at(model: str, base_url: str | None = None, api_key_env: str | None = None, **environ: str) -> Endpoint:
    return resolve(ModelTarget(model=model, base_url=base_url, api_key_env=api_key_env), {**ENV, **environ})


@pytest.mark.parametrize(
    ("model", "url", "sent", "key"),
    [
        ("openai/gpt-5-mini", "https://api.openai.com/v1", "gpt-5-mini", "sk-open"),
        ("gpt-4o", "https://api.openai.com/v1", "gpt-4o", "sk-open"),
        ("o3-mini", "https://api.openai.com/v1", "o3-mini", "sk-open"),
        ("openrouter/openai/gpt-4o", "https://openrouter.ai/api/v1", "openai/gpt-4o", "sk-or"),
        ("ollama/llama3:8b", "http://localhost:11434/v1", "llama3:8b", None),
        ("vllm/meta/llama", "http://localhost:8000/v1", "meta/llama", None),
    ],
)
def test_a_prefix_names_the_provider(model: str, url: str, sent: str, key: str | None) -> None:
    endpoint = at(model)
    assert (endpoint.url, endpoint.model, endpoint.key) == (url, sent, key)


@pytest.mark.parametrize(
    ("model", "base_url", "api_key_env", "sent", "key"),
    [
        ("any", "http://localhost:8000/v1", None, "any", None),
        ("meta-llama/Llama-3", "http://localhost:8000/v1/", None, "meta-llama/Llama-3", None),
        ("openai/any", "https://elsewhere.example/v1", None, "any", None),  # no key leaves for a stranger
        ("gpt-4o", "https://elsewhere.example/v1", None, "gpt-4o", None),
        ("any", "https://elsewhere.example/v1", "MY_KEY", "any", "mine"),
        ("gpt-4o", "https://api.openai.com/v1/chat/completions", None, "gpt-4o", "sk-open"),
        ("openai/gpt-4o", "https://openrouter.ai/api/v1", None, "openai/gpt-4o", "sk-or"),
        ("litellm_proxy/team", "http://gateway:4000", None, "team", None),
    ],
)
def test_a_base_url_goes_direct(model: str, base_url: str, api_key_env: str | None, sent: str, key: str | None) -> None:
    endpoint = at(model, base_url, api_key_env)
    assert (endpoint.model, endpoint.key) == (sent, key)
    assert endpoint.url == base_url.removesuffix("/chat/completions").rstrip("/")


def test_a_variable_moves_a_provider_and_a_bare_host_gets_its_path() -> None:
    assert at("ollama/m", OLLAMA_API_BASE="http://gpu:11434").url == "http://gpu:11434/v1"
    assert at("openai/m", OPENAI_BASE_URL="https://eu.api.openai.com/v1").url == "https://eu.api.openai.com/v1"


def test_a_missing_key_names_its_variable() -> None:
    with pytest.raises(AuthError, match="GROQ_API_KEY is not set"):
        at("groq/llama")
    with pytest.raises(AuthError, match="NO_SUCH is not set"):
        at("openai/gpt-4o", api_key_env="NO_SUCH")
    with pytest.raises(AuthError, match="NO_SUCH, which is not set"):
        at("m", "http://localhost:1/v1", "NO_SUCH")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("opnai/gpt-4o", "openai/"),
        ("togetherai/x", "together_ai/"),
        ("antropic/claude", "anthropic/"),
        ("zzz/claude", "LiteLLM names no such provider"),
        ("llama3", "openrouter/llama3"),
    ],
)
def test_an_unknown_provider_comes_with_a_way_on(model: str, words: str) -> None:
    with pytest.raises(UnknownModelError) as caught:
        at(model)
    assert words in str(caught.value)
    assert model in str(caught.value)


@pytest.mark.parametrize(
    "base_url",
    ["localhost:8000/v1", "", "ftp://host/v1", "http://", "http://host:99999/v1", "http://[::1", "file:///etc/passwd"],
)
def test_a_base_url_that_is_no_address_is_refused(base_url: str) -> None:
    with pytest.raises(UsageError, match="base_url is not an address"):
        at("m", base_url)


@pytest.mark.parametrize("base_url", ["http://me:secret1@host/v1", "https://host/v1?key=secret1"])
def test_a_base_url_with_a_secret_in_it_is_refused_without_repeating_it(base_url: str) -> None:
    with pytest.raises(UsageError) as caught:
        at("m", base_url)
    assert "secret1" not in str(caught.value)


def test_a_key_is_in_no_repr() -> None:
    assert "sk-open" not in repr(at("openai/gpt-4o"))


def test_prices_are_looked_up_only_at_the_providers_own_address() -> None:
    assert at("gpt-4o").price_id == "openai/gpt-4o"
    assert at("openai/gpt-4o", "http://localhost:1/v1").price_id is None
    assert at("ollama/llama3").price_id is None


def test_each_provider_knows_its_ways() -> None:
    assert at("openai/gpt-5").rename == {"max_tokens": "max_completion_tokens"}
    assert at("mistral/m").rename["seed"] == "random_seed"
    assert "context length" in (at("ollama/m").warning or "")
    for provider in providers().values():
        assert adapter(Provider).validate_python(asdict(provider)) == provider
        assert provider.url.startswith("http://localhost" if provider.local else "https://")
        assert provider.key_env
        assert provider.ready({}) is provider.local


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        ("https://api.x/v1", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://api.x/v1", {"https_proxy": "http://low:1", "HTTPS_PROXY": "http://up:1"}, "http://low:1"),
        ("http://api.x/v1", {"HTTPS_PROXY": "http://p:1"}, None),
        ("https://api.x/v1", {"ALL_PROXY": "http://p:1", "NO_PROXY": "other, .x"}, None),
        ("https://api.x/v1", {"ALL_PROXY": "http://p:1", "NO_PROXY": "pi.x"}, "http://p:1"),
        ("https://api.x/v1", {"ALL_PROXY": "http://p:1", "no_proxy": "*"}, None),
        ("http://localhost:1/v1", {"HTTP_PROXY": "http://p:1"}, None),
        ("https://api.x/v1", {}, None),
    ],
)
def test_proxies_come_from_the_environment(url: str, environ: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(url, environ) == proxy
