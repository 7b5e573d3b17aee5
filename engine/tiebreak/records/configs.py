"""What is compared: a target, the prompt put to it, and its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from tiebreak.records.canonical import version_of
from tiebreak.records.cases import FORBID_UNKNOWN, Message

Lane = Literal["auto", "direct", "litellm"]
ReplaySpeed = float
"""1 is real time, 2 twice as fast, 0 instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTarget:
    """A model by its LiteLLM id (`provider/model`), or any OpenAI-compatible server by `base_url`."""

    kind: Literal["model"] = "model"
    model: str
    base_url: str | None = None
    api_key_env: str | None = None
    """The name of an environment variable, never a key."""
    lane: Lane = "auto"

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingTarget:
    """Recorded answers, replayed with their timing."""

    kind: Literal["recording"] = "recording"
    path: str
    """Relative to the config's own file."""
    speed: ReplaySpeed = 1.0

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


Target = ModelTarget | RecordingTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Jinja2 templates around a case. Without `user`, the case's own messages are sent as they are."""

    system: str | None = None
    user: str | None = None
    messages: tuple[Message, ...] = ()
    """A whole conversation as templates, instead of `system` and `user`."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds; each is ours, whatever the provider's client would wait."""

    first_token: float = 60.0
    idle: float = 30.0
    total: float = 300.0

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars per million tokens, given by hand where the price list does not know the model."""

    input: float
    output: float
    cached_input: float | None = None

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One side of a comparison."""

    name: str
    target: Target
    description: str | None = None
    prompt: Prompt = field(default_factory=Prompt)
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])
    deadlines: Deadlines = field(default_factory=Deadlines)
    price: Price | None = None
    retries: int = 4

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN

    @property
    def version(self) -> str:
        """SHA-256 of everything but the description."""
        return version_of(replace(self, description=None))

    @property
    def model_label(self) -> str:
        """The model, or what stands for it, in a few words."""
        return self.target.model if isinstance(self.target, ModelTarget) else "recorded answers"
