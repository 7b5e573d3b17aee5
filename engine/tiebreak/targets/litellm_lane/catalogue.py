"""Which models go through LiteLLM, and how: read from our table and from LiteLLM's files, without importing it."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from tiebreak.errors import UsageError
from tiebreak.records import ModelTarget
from tiebreak.targets.chunkjson import Json, as_map, as_text, parse
from tiebreak.targets.providers import (
    Endpoint,
    Provider,
    checked_address,
    frozen,
    missing_key,
    providers,
    split_model,
    unknown_model,
)

ENDPOINTS_FILE = "provider_endpoints_support_backup.json"
OPENAI_LIKE_FILE = "llms/openai_like/providers.json"


def litellm_file(name: str) -> Path | None:
    """A file of the installed LiteLLM; None where it has no such file."""
    spec = find_spec("litellm")
    paths = (Path(folder) / name for folder in (spec.submodule_search_locations or () if spec else ()))
    return next((path for path in paths if path.is_file()), None)


def litellm_json(name: str) -> Json:
    """A JSON object among LiteLLM's files, empty where it is missing."""
    path = litellm_file(name)
    return (as_map(parse(path.read_bytes())) or {}) if path else {}


@cache
def lane_providers() -> Mapping[str, Provider]:
    """The providers that only LiteLLM serves, by name: those we know more of first."""
    text = files("tiebreak.targets.litellm_lane").joinpath("litellm.toml").read_text(encoding="utf-8")
    found = {name: Provider(name=name, **frozen(table)) for name, table in tomllib.loads(text).items()}
    taken = {prefix for provider in (*found.values(), *providers().values()) for prefix in _prefixes(provider)}
    return found | {name: provider for name, provider in _listed() if name not in taken}


def all_providers() -> Mapping[str, Provider]:
    """Those of both lanes, the direct ones first."""
    return {**providers(), **lane_providers()}


def lane_provider(model: str) -> tuple[Provider | None, str]:
    """The provider beyond the direct lane that a model's prefix, or its bare name, belongs to; the rest of the id."""
    prefix, slash, rest = model.partition("/")
    if slash:
        return _by_prefix().get(prefix), rest
    return next((p for p in lane_providers().values() if p.models and model.startswith(p.models)), None), model


def own_address(target: ModelTarget) -> bool:
    """Whether `base_url` is an address of the provider that the model's prefix names, and only LiteLLM serves."""
    provider, _ = lane_provider(target.model)
    if provider is None or "/" not in target.model or target.base_url is None:
        return False
    return _at_home(provider, urlsplit(checked_address(target.base_url, "base_url")).netloc)


def resolve_lane(target: ModelTarget, environ: Mapping[str, str]) -> Endpoint:
    """Where and how LiteLLM is to call a model; keys go where `tiebreak.targets.providers.resolve` lets them go.

    With a `base_url` and no provider that LiteLLM knows, the server is taken to speak OpenAI's protocol.

    Raises:
        UnknownModelError: for a provider that neither lane knows.
        AuthError: when the key is missing.
        UsageError: for a `base_url` that cannot be called, or would be sent credentials that do not belong there.
    """
    provider, model = split_model(target.model)
    if provider is None:
        provider, model = lane_provider(target.model)
    if provider is None and target.base_url is not None:
        provider, model = providers()["openai"], target.model
    if provider is None:
        raise unknown_model(target.model)
    url = _address(target, provider, environ)
    key_env, key, sent = _key(target, provider, urlsplit(url).netloc, environ)
    return Endpoint(
        provider=provider,
        model=model,
        url=url,
        key=key,
        key_env=key_env,
        asked=target.model,
        lane="litellm",
        sent_key_env=sent,
    )


def _address(target: ModelTarget, provider: Provider, environ: Mapping[str, str]) -> str:
    """Empty where LiteLLM knows best."""
    if target.base_url is not None:
        return _as_taken(checked_address(target.base_url, "base_url"), provider)
    moved = next((name for name in provider.url_env if environ.get(name)), None)
    url = provider.url if provider.local else ""
    if moved is not None:
        url = checked_address(environ[moved], moved, default=provider.url or None)
    # Under a name of its own, LiteLLM speaks a server's own protocol, which lives beside the /v1 of OpenAI's.
    return url.removesuffix("/v1") if provider.litellm else _as_taken(url, provider)


def _as_taken(url: str, provider: Provider) -> str:
    return url.removesuffix("/v1/messages").removesuffix("/v1") if provider.adds_v1 else url


def _key(
    target: ModelTarget, provider: Provider, host: str, environ: Mapping[str, str]
) -> tuple[str | None, str | None, str | None]:
    """The variable to name in messages, the key if there is one, and `sent_key_env`."""
    if target.api_key_env is not None:
        key = environ.get(target.api_key_env) or None
        if key is None:
            raise missing_key(
                f"The config takes its key from {target.api_key_env}, which is not set.", target.api_key_env
            )
        return target.api_key_env, key, target.api_key_env
    found = provider.key_from(environ)
    if target.base_url is not None and not (provider.local or _at_home(provider, host)):
        if provider.signs:
            return None, None, None
        if provider.ambient:
            raise UsageError(
                f"base_url leads to {host}, and LiteLLM would send it the credentials of {provider.title}.",
                hint="Name the variable that holds the key for that server: target.api_key_env.",
            )
        return None, None, ""
    if found is not None:
        return *found, None if provider.ambient else found[0]
    name = provider.key_env[0] if provider.key_env else None
    if name is not None and not (provider.local or provider.ambient):
        raise missing_key(f"{provider.title} needs a key, and {name} is not set.", name)
    return name, None, None


def _at_home(provider: Provider, host: str) -> bool:
    name = host.rpartition("@")[2].partition(":")[0].lower()
    own = (*provider.hosts, urlsplit(provider.url).netloc)
    return any(name == one or (one.startswith(".") and name.endswith(one)) for one in own if one)


def _prefixes(provider: Provider) -> tuple[str, ...]:
    return (provider.name, *provider.aliases)


@cache
def _by_prefix() -> Mapping[str, Provider]:
    return {prefix: provider for provider in lane_providers().values() for prefix in _prefixes(provider)}


def _listed() -> Iterator[tuple[str, Provider]]:
    """The chat providers that LiteLLM's own files name."""
    for name, value in litellm_json(OPENAI_LIKE_FILE).items():
        key = as_text((as_map(value) or {}).get("api_key_env"))
        yield name, Provider(name=name, title=name, key_env=(key,) if key else ())
    for name, value in (as_map(litellm_json(ENDPOINTS_FILE).get("providers")) or {}).items():
        entry = as_map(value) or {}
        if "/" not in name and (as_map(entry.get("endpoints")) or {}).get("chat_completions"):
            title = (as_text(entry.get("display_name")) or name).partition(" (`")[0]
            yield name, Provider(name=name, title=title)
