"""What makes a target's answers its own, told from its config alone: enough to look for answers that are there."""

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

from tiebreak.errors import NetworkError
from tiebreak.records import AppTarget, CommandTarget, Config, HttpTarget, ModelTarget, RecordingTarget
from tiebreak.records.canonical import plain
from tiebreak.targets.base import AnswerTarget, Request
from tiebreak.targets.events import TargetEvent
from tiebreak.targets.providers import Endpoint, resolve


def model_identity(endpoint: Endpoint) -> Mapping[str, object]:
    if endpoint.lane == "litellm":
        return {
            "kind": "model",
            "lane": "litellm",
            "model": endpoint.litellm_id,
            "base_url": endpoint.url or None,
        }
    return {"kind": "model", "model": endpoint.model, "base_url": endpoint.url}


def app_identity(target: AppTarget) -> Mapping[str, object]:
    """Headers of an address as they are written: they may choose a variant, and hold no key."""
    if isinstance(target, HttpTarget):
        return {
            "kind": "http",
            "url": target.url,
            "method": target.method,
            "headers": plain(target.headers),
            "fields": plain(target.fields),
        }
    if isinstance(target, CommandTarget):
        return {
            "kind": "command",
            "command": plain(target.command),
            "output": target.output,
            "fields": plain(target.fields),
        }
    return {"kind": "python", "callable": target.callable, "python": target.python, "fields": plain(target.fields)}


class SilentTarget:
    """Stands where nothing may be asked: it has the identity of a target, and no answer. See `AnswerTarget`."""

    def __init__(self, identity: Mapping[str, object], requested_model: str | None) -> None:
        self._identity = identity
        self._requested_model = requested_model

    @property
    def identity(self) -> Mapping[str, object]:
        return self._identity

    @property
    def requested_model(self) -> str | None:
        return self._requested_model

    async def answer(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        """
        Raises:
            NetworkError: always.
        """
        raise NetworkError(f"Nothing is asked offline, so there is no answer to “{request.case_id}”.")
        yield  # pyright: ignore[reportUnreachable]  # what makes it a generator

    async def close(self) -> None:
        pass


def silent_target(config: Config, *, base_dir: Path, environ: Mapping[str, str]) -> AnswerTarget:
    """The target of a config for looking answers up. It needs no key, no network and nobody's leave to run code; where
    the config replays a recording of known content, not even the recording. Reads files: not for the event loop.

    Raises:
        UnknownModelError: when no provider is known for the model.
        UsageError: for a `base_url` that cannot be called.
        WorkspaceError: for a recording that is missing or malformed.
    """
    match config.target:
        case RecordingTarget() as target:
            sha256 = target.sha256
            if sha256 is None:
                from tiebreak.targets.recording import RecordedTarget

                return RecordedTarget(base_dir / target.path, speed=0, price=config.price)
            return SilentTarget({"kind": "recording", "sha256": sha256}, None)
        case ModelTarget() as target:
            endpoint = resolve(target, with_any_key(target, environ))
            return SilentTarget(model_identity(endpoint), endpoint.model)
        case target:
            return SilentTarget(app_identity(target), None)


def with_any_key(target: ModelTarget, environ: Mapping[str, str]) -> Mapping[str, str]:
    """An environment in which no key is missing, for what sends none anywhere: an identity, or a price."""
    from tiebreak.targets.litellm_lane.catalogue import all_providers

    names = {name for provider in all_providers().values() for name in provider.key_env}
    if target.api_key_env is not None:
        names.add(target.api_key_env)
    return {**dict.fromkeys(names, "offline"), **{name: value for name, value in environ.items() if value}}
