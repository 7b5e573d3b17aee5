"""What is compared: a target, the prompt put to it, and its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from tiebreak.records.canonical import LATER, version_of
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
    sha256: str | None = field(default=None, metadata=LATER)
    """Of the file's content. A session sets it down when it starts, and replays no other content."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFields:
    """Where the parts of an answer stand in what an app sends: dotted paths, such as `choices.0.delta.content`.

    The defaults are Tiebreak's own words, so an app that speaks them needs no map. The last three are looked up in
    each passage of `contexts`.
    """

    text: str = "text"
    reasoning: str = "reasoning"
    contexts: str = "contexts"
    tool_call: str = "tool_call"
    tool_calls: str = "tool_calls"
    usage: str = "usage"
    cost: str = "cost"
    finish: str = "finish"
    model: str = "model"
    error: str = "error"
    context_id: str = "id"
    context_text: str = "text"
    context_title: str = "title"

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTarget:
    """An app behind an address, which answers with JSON or with a stream."""

    kind: Literal["http"] = "http"
    url: str
    method: Literal["POST", "GET"] = "POST"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """`$NAME` in a value stands for an environment variable, so that no key is ever written down."""
    request: Mapping[str, object] | None = None
    """The JSON to send, its texts Jinja2 templates; None sends Tiebreak's own form."""
    fields: AppFields = field(default_factory=AppFields)
    whole_at_close: bool = False
    """A stream that just ends counts as whole, for apps that send neither a finish reason nor `[DONE]`."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTarget:
    """A program of the workspace, started for each answer: the request as JSON on stdin, the answer on stdout."""

    kind: Literal["command"] = "command"
    command: str | tuple[str, ...]
    """The program and its arguments; a text only with `shell`."""
    shell: bool = False
    output: Literal["json", "text"] = "json"
    """`json` is one object or a line for each event; `text` is the answer itself."""
    request: Mapping[str, object] | None = None
    fields: AppFields = field(default_factory=AppFields)
    concurrency: int = 4
    """Processes at once."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonTarget:
    """A function of the workspace, called in a process of its own."""

    kind: Literal["python"] = "python"
    callable: str
    """`module:name`; the workspace folder is where modules are looked for first."""
    python: str | None = None
    """The interpreter of the app's own environment, from the workspace folder; None is Tiebreak's own."""
    request: Mapping[str, object] | None = None
    fields: AppFields = field(default_factory=AppFields)
    concurrency: int = 4
    """Calls at once."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


AppTarget = HttpTarget | CommandTarget | PythonTarget
Target = ModelTarget | RecordingTarget | HttpTarget | CommandTarget | PythonTarget


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
        match self.target:
            case ModelTarget(model=model):
                return model
            case RecordingTarget():
                return "recorded answers"
            case HttpTarget(url=url):
                return f"app at {url.partition('://')[2] or url}"
            case CommandTarget(command=command):
                return f"command {command if isinstance(command, str) else ' '.join(command)}"
            case PythonTarget(callable=name):
                return f"app {name}"
