"""Where a model is found: from the model of a config to an address, a key and the provider's ways."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast
from urllib.parse import SplitResult, urlsplit

from tiebreak.errors import AuthError, UnknownModelError, UsageError
from tiebreak.records import ModelTarget

COMPLETIONS = "/chat/completions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One table of `providers.toml`, which says what each field means, or of `litellm_lane/litellm.toml`."""

    name: str
    title: str
    url: str = ""
    url_env: tuple[str, ...] = ()
    key_env: tuple[str, ...] = ()
    auth: str = "bearer"
    models: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict[str, str])
    stream_options: bool = True
    reports_cost: bool = False
    local: bool = False
    aliases: tuple[str, ...] = ()
    warning: str | None = None
    litellm: str | None = None
    hosts: tuple[str, ...] = ()
    ambient: bool = False
    signs: bool = False
    adds_v1: bool = False

    def key_from(self, environ: Mapping[str, str]) -> tuple[str, str] | None:
        """The first variable of `key_env` that is set, and its value."""
        return next(((name, environ[name]) for name in self.key_env if environ.get(name)), None)

    def ready(self, environ: Mapping[str, str]) -> bool:
        """Whether a call could be tried: the key is there, or none is needed."""
        return self.local or self.key_from(environ) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One model at one address, ready to be called. Its `repr` holds no key."""

    provider: Provider | None
    """None for an address that we know nothing about."""
    model: str
    """As it is sent."""
    url: str
    """Before `/chat/completions`; empty where LiteLLM knows it."""
    key: str | None = field(default=None, repr=False)
    key_env: str | None = None
    """The variable that holds, or would hold, the key."""
    asked: str = ""
    """The model as the config has it."""
    lane: Literal["direct", "litellm"] = "direct"
    sent_key_env: str | None = None
    """For LiteLLM: the variable whose value it sends; empty for none, None where it looks for credentials itself."""

    @property
    def host(self) -> str:
        if self.url or self.provider is None:
            return urlsplit(self.url).netloc
        return self.provider.title

    @property
    def litellm_id(self) -> str:
        """The model as LiteLLM takes it."""
        return self.model if self.provider is None else f"{self.provider.litellm or self.provider.name}/{self.model}"

    @property
    def headers(self) -> dict[str, str]:
        """What authenticates."""
        if self.key is None:
            return {}
        auth = self.provider.auth if self.provider else "bearer"
        return {"Authorization": f"Bearer {self.key}"} if auth == "bearer" else {auth: self.key}

    @property
    def rename(self) -> Mapping[str, str]:
        """Parameter names of a config → names the provider knows."""
        return self.provider.rename if self.provider else {}

    @property
    def price_id(self) -> str | None:
        """The model's id in the price list; None where the list cannot know the price (one's own server)."""
        if self.provider is None or self.provider.local:
            return None
        if self.url and self.host != urlsplit(self.provider.url).netloc:
            return None
        return f"{self.provider.name}/{self.model}"

    @property
    def warning(self) -> str | None:
        return self.provider.warning if self.provider else None

    @property
    def key_hint(self) -> str:
        if self.key_env is None:
            return "Name the variable that holds the key in the config: target.api_key_env."
        return f"Check the key in {self.key_env}." if self.key else f"Set {self.key_env} to a key."

    @property
    def missing(self) -> str:
        return f"does not know the model '{self.model}'"

    @property
    def address_hint(self) -> str:
        if self.lane == "litellm":
            return "base_url should be the address as LiteLLM takes it for this provider."
        return f"base_url should be the address before {COMPLETIONS}, usually ending in /v1."

    @property
    def model_hint(self) -> str:
        hint = "Check the model's name."
        if self.asked != self.model:
            hint = f"The config says '{self.asked}'; what stands before the first slash was read as the provider."
        if self.price_id or self.lane == "litellm":
            return hint
        return f"{hint} base_url usually ends in /v1.{self._other_protocol}"

    @property
    def _other_protocol(self) -> str:
        """What to do where the model's name hints at a server that speaks another protocol than we did."""
        from tiebreak.targets.litellm_lane.catalogue import lane_provider

        beyond, _ = lane_provider(self.asked)
        return (
            f" If that server speaks {beyond.title}'s own protocol, put lane: litellm under target." if beyond else ""
        )


@cache
def providers() -> Mapping[str, Provider]:
    """The providers of the direct lane by prefix, in the file's order."""
    text = files("tiebreak.targets").joinpath("providers.toml").read_text(encoding="utf-8")
    return {name: Provider(name=name, **frozen(table)) for name, table in tomllib.loads(text).items()}


def frozen(table: dict[str, Any]) -> dict[str, Any]:
    """A table as fields of a provider. Our own file needs no validation beyond what the tests do."""
    return {
        field: tuple(cast("list[str]", value)) if isinstance(value, list) else value for field, value in table.items()
    }


@cache
def _by_prefix() -> Mapping[str, Provider]:
    return {prefix: provider for provider in providers().values() for prefix in (provider.name, *provider.aliases)}


def resolve(target: ModelTarget, environ: Mapping[str, str]) -> Endpoint:
    """Where and how to call a model.

    `provider/model` goes to that provider's address, or to the one its `url_env` names. With a `base_url` the call goes
    there, in OpenAI's protocol whatever the prefix, unless it is the address of a provider that only LiteLLM serves.
    What the direct lane does not know goes through LiteLLM, as does all with `lane: litellm`. A key is sent where it
    belongs and nowhere else: a provider's own key goes to that provider's host or to a server of one's own, never to
    another `base_url`; name `api_key_env` for that.

    Raises:
        UnknownModelError: for a provider that the lane does not know.
        AuthError: when the key is missing.
        UsageError: for a `base_url` that cannot be called.
    """
    from tiebreak.targets.litellm_lane.catalogue import lane_provider, own_address, resolve_lane

    if target.lane == "litellm" or (target.lane == "auto" and own_address(target)):
        return resolve_lane(target, environ)
    if target.base_url is not None:
        return _at_address(target, target.base_url, environ)
    provider, model = split_model(target.model)
    if provider is None:
        beyond, _ = lane_provider(target.model)
        if beyond is None:
            raise unknown_model(target.model)
        if target.lane == "direct":
            raise UnknownModelError(
                f"The direct lane does not know {beyond.title}, which '{target.model}' belongs to.",
                hint="Take lane: direct out of the config: LiteLLM serves it.",
            )
        return resolve_lane(target, environ)
    moved = next((name for name in provider.url_env if environ.get(name)), None)
    url = provider.url if moved is None else checked_address(environ[moved], moved, default=provider.url)
    key_env, key = _key(target, provider, environ)
    if key is None and not provider.local:
        raise missing_key(f"{provider.title} needs a key, and {key_env} is not set.", key_env)
    return Endpoint(provider=provider, model=model, url=url, key=key, key_env=key_env, asked=target.model)


def _at_address(target: ModelTarget, base_url: str, environ: Mapping[str, str]) -> Endpoint:
    url = checked_address(base_url, "base_url")
    host = urlsplit(url).netloc
    at_home = next((p for p in providers().values() if not p.local and urlsplit(p.url).netloc == host), None)
    named, model = split_model(target.model)
    provider = at_home or named
    if "/" not in target.model or named is not provider:
        model = target.model
    key_env, key = target.api_key_env, None
    if key_env is not None or (provider is not None and (provider is at_home or provider.local)):
        key_env, key = _key(target, provider, environ)
    if key is None and target.api_key_env is not None:
        raise missing_key(f"The config takes its key from {target.api_key_env}, which is not set.", target.api_key_env)
    return Endpoint(provider=provider, model=model, url=url, key=key, key_env=key_env, asked=target.model)


def split_model(model: str) -> tuple[Provider | None, str]:
    """The provider that the prefix names, or that the bare name belongs to, and the rest of the id."""
    prefix, slash, rest = model.partition("/")
    if slash and prefix in _by_prefix():
        return _by_prefix()[prefix], rest
    if not slash:
        return next((p for p in providers().values() if p.models and model.startswith(p.models)), None), model
    return None, model


def _key(target: ModelTarget, provider: Provider | None, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The variable to name in messages, and the key if there is one."""
    if target.api_key_env is not None:
        return target.api_key_env, environ.get(target.api_key_env) or None
    if provider is None or not provider.key_env:
        return None, None
    return provider.key_from(environ) or (provider.key_env[0], None)


def missing_key(message: str, name: str | None) -> AuthError:
    """With what to do about it."""
    return AuthError(message, hint=f"Set it before starting Tiebreak: export {name}=…")


def checked_address(text: str, source: str, default: str | None = None) -> str:
    """An address without the path that we add; `default` lends its path to a bare host.

    Raises:
        UsageError: for what is no address, or holds a secret; `source` says where it stands.
    """
    try:
        parts = urlsplit(text.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, usable = SplitResult("", "", "", "", ""), False
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            f"{source} holds a user, a password or a query besides the address, and it is stored with every session.",
            hint="Give the plain address, and name the variable that holds the key in api_key_env.",
        )
    if not usable:
        raise UsageError(f"{source} is not an address: '{text}'.", hint="It should look like http://localhost:8000/v1.")
    path = parts.path.rstrip("/").removesuffix(COMPLETIONS)
    if not path and default is not None:
        path = urlsplit(default).path
    return f"{parts.scheme}://{parts.netloc}{path}"


def unknown_model(model: str) -> UnknownModelError:
    """Names the prefixes that come close."""
    from rapidfuzz import process

    from tiebreak.targets.litellm_lane.catalogue import lane_providers

    prefix, slash, _ = model.partition("/")
    close = [
        name
        for name, _, _ in process.extract(prefix.lower(), [*_by_prefix(), *lane_providers()], limit=2, score_cutoff=70)
    ]
    hint = "" if not close else f"Did you mean {' or '.join(f'{name}/' for name in close)}? "
    if not slash:
        hint += f"Write the provider before the model, such as openrouter/{model}, or give base_url."
    else:
        hint += "LiteLLM names no such provider either; an OpenAI-compatible server works with base_url."
    return UnknownModelError(f"No provider is known for the model '{model}'.", hint=hint)
