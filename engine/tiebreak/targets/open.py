"""From a config to the target that answers for it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tiebreak.errors import TiebreakError, UsageError
from tiebreak.records import Config, Cost, HttpTarget, ModelTarget, RecordingTarget, Usage, utc_now
from tiebreak.redaction import Redactor
from tiebreak.targets.apps.permit import Permit
from tiebreak.targets.base import AnswerTarget
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.litellm_lane.refused import refused
from tiebreak.targets.litellm_lane.shared import Helper, secrets_of
from tiebreak.targets.parameters import SET_BY_US
from tiebreak.targets.prices import cost_of, price_of
from tiebreak.targets.providers import Endpoint, providers, resolve
from tiebreak.targets.retries import RetryPolicy

if TYPE_CHECKING:
    from tiebreak.targets.direct import DirectModelTarget
    from tiebreak.targets.litellm_lane.target import LiteLlmTarget


def open_target(
    config: Config,
    *,
    base_dir: Path,
    environ: Mapping[str, str],
    limiters: LimiterPool,
    now: Callable[[], datetime] = utc_now,
    permit: Permit | None = None,
    helper: Helper | None = None,
) -> AnswerTarget:
    """The target of a config; `base_dir` is the folder of the config's file, which a recording's path starts from.

    Code of a workspace runs only where `permit` allows it. Targets of the LiteLLM lane share the `helper` they are
    given; without one they get one of their own.

    Nothing is called yet. Reads files (the price list once, a recording whole): not for the event loop.

    Raises:
        AuthError: when the model's key is missing.
        UnknownModelError: when no provider is known for the model.
        UsageError: for a `base_url`, lane, parameter or app that cannot be used; `NotTrustedError` is one.
        WorkspaceError: for a recording that is missing or malformed.
    """
    match config.target:
        case RecordingTarget() as target:
            from tiebreak.targets.recording import RecordedTarget

            return RecordedTarget(base_dir / target.path, speed=target.speed, price=config.price, sha256=target.sha256)
        case ModelTarget() as target:
            endpoint = resolve(target, environ)
            if endpoint.lane == "litellm":
                return _open_lane(config, endpoint, environ, limiters, now, helper or Helper.of(environ))
            return _open_model(config, endpoint, environ, limiters, now)
        case target:
            from tiebreak.targets.apps.opening import open_app

            proxy = proxy_for(target.url, environ) if isinstance(target, HttpTarget) else None
            return open_app(config, target, permit=permit, environ=environ, limiters=limiters, now=now, proxy=proxy)


def needs_helper(config: Config, environ: Mapping[str, str]) -> bool:
    """Whether a config will be asked through LiteLLM's helper; one that cannot be asked will not. Reads files."""
    if not isinstance(config.target, ModelTarget):
        return False
    try:
        return resolve(config.target, environ).lane == "litellm"
    except TiebreakError:
        return False


def _open_model(
    config: Config,
    endpoint: Endpoint,
    environ: Mapping[str, str],
    limiters: LimiterPool,
    now: Callable[[], datetime],
) -> "DirectModelTarget":
    from tiebreak.targets.direct import DirectModelTarget

    if taken := sorted(SET_BY_US & config.parameters.keys()):
        raise _not_a_parameter(config, taken)
    key_names = {name for provider in providers().values() for name in provider.key_env}
    return DirectModelTarget(
        endpoint,
        deadlines=config.deadlines,
        policy=RetryPolicy(retries=config.retries),
        limiter=limiters.of(endpoint.url, endpoint.key_env),
        redactor=Redactor.from_environ(environ, key_names | ({endpoint.key_env} if endpoint.key_env else set())),
        price=_pricing(config, endpoint),
        now=now,
        proxy=proxy_for(endpoint.url, environ),
    )


def _open_lane(
    config: Config,
    endpoint: Endpoint,
    environ: Mapping[str, str],
    limiters: LimiterPool,
    now: Callable[[], datetime],
    helper: Helper,
) -> "LiteLlmTarget":
    from tiebreak.targets.litellm_lane.target import LiteLlmTarget

    if taken := refused(config.parameters):
        raise _not_a_parameter(config, taken)
    provider = endpoint.provider
    place = endpoint.url or (provider.url or provider.name if provider else "")
    return LiteLlmTarget(
        endpoint,
        helper,
        deadlines=config.deadlines,
        policy=RetryPolicy(retries=config.retries),
        limiter=limiters.of(place, endpoint.key_env),
        redactor=secrets_of(environ, endpoint.key_env),
        price=_pricing(config, endpoint),
        now=now,
    )


def _pricing(config: Config, endpoint: Endpoint) -> Callable[[Usage], Cost]:
    source = "config" if config.price is not None else "price_list"
    price = config.price or (price_of(endpoint.price_id) if endpoint.price_id else None)
    return partial(cost_of, price=price, source=source)


def _not_a_parameter(config: Config, taken: Sequence[str]) -> UsageError:
    return UsageError(
        f"The config '{config.name}' sets the parameter {', '.join(taken)}, which is Tiebreak's to set.",
        hint="Take it out of `parameters`; the model belongs under `target`, messages under `prompt`.",
    )


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """The proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (either case) ask for, with no proxy to this machine.

    aiohttp's own `trust_env` would do it, but also send what `~/.netrc` holds.
    """
    parts = urlsplit(url)

    def variable(name: str) -> str:
        return environ.get(name.lower()) or environ.get(name.upper()) or ""

    host = parts.hostname or ""
    if host in ("localhost", "127.0.0.1", "::1"):
        return None
    for entry in variable("no_proxy").lower().split(","):
        name = entry.strip().lstrip(".")
        if name == "*" or (name and (f".{host}".endswith(f".{name}") or parts.netloc == name)):
            return None
    return variable(f"{parts.scheme}_proxy") or variable("all_proxy") or None
