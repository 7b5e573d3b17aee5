"""What came back: one response, its usage, cost and timings, and what the checks made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tiebreak.errors import Fault
from tiebreak.records.cases import Context

ResponseStatus = Literal[
    "ok",  # a whole answer
    "empty",  # finished, with neither text nor tool call
    "truncated",  # ended by the token limit
    "filtered",  # ended by the provider's content filter
    "malformed",  # the stream broke the protocol
    "incomplete",  # the stream ended without a finish reason
    "error",  # no answer; `error` says why
    "interrupted",  # stopped by the user
    "imported",  # a label came without its answer
]
BROKEN: frozenset[ResponseStatus] = frozenset({"empty", "truncated", "filtered", "malformed", "error", "incomplete"})

UsageSource = Literal["provider", "estimated", "recorded", "unknown"]
CostSource = Literal["provider", "price_list", "config", "recorded", "unknown"]
CheckStatus = Literal["pass", "fail", "error", "not_applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    id: str
    name: str
    arguments: str
    """JSON as the model wrote it, whether or not it parses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens. None means not told."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    source: UsageSource = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """US dollars; None is unknown, which is not zero."""

    usd: float | None = None
    source: CostSource = "unknown"
    components: Mapping[str, float] = field(default_factory=dict[str, float])
    """What an app says its parts cost, such as `retrieval` and `model`; empty where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds since the request that gave the answer was sent; `waited` is what limiter and retries took before it."""

    ttft: float | None = None
    total: float | None = None
    waited: float = 0.0
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseError:
    """A `TargetError` as it is kept: class code, HTTP status, redacted sentence."""

    code: str
    message: str
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One attempt at a case: sample k, attempt j (from 1), never changed once recorded."""

    id: str
    run_id: str
    case_id: str
    case_hash: str
    fingerprint: str
    """SHA-256 of the whole effective request; see `tiebreak.targets.fingerprint`."""
    status: ResponseStatus
    started_at: str
    """UTC, ISO 8601."""
    sample: int = 0
    attempt: int = 1
    fault: Fault | None = None
    error: ResponseError | None = None
    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    refusal: bool = False
    """The provider itself marked the answer as a refusal."""
    contexts: tuple[Context, ...] = ()
    finish: str | None = None
    timings: Timings = field(default_factory=Timings)
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)
    requested_model: str | None = None
    served_model: str | None = None
    system_fingerprint: str | None = None
    """What the provider names the software and settings behind the model by; most name none."""
    chunks: str | None = None
    """Hash of the blob that holds the timestamped chunks, for replay."""
    reused_from: str | None = None

    @property
    def excluded(self) -> bool:
        """Ended by infrastructure or by the user: never the counting response of its case."""
        return self.fault in ("infra", "user")

    @property
    def broken(self) -> bool:
        """Counts, as a failed answer."""
        return not self.excluded and self.status in BROKEN

    @property
    def tokens_per_second(self) -> float | None:
        """Completion tokens over the time after the first token."""
        if self.usage.completion_tokens is None or self.timings.ttft is None or self.timings.total is None:
            return None
        seconds = self.timings.total - self.timings.ttft
        return self.usage.completion_tokens / seconds if seconds > 0 else None


PART = "part: "
"""Begins the detail of a check that scores nothing by itself: JSON follows, of which a figure of a whole case or of a
whole set is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one check says of one response. `value` is a score from 0 to 1; a plain check has 0.0 or 1.0."""

    response_id: str
    check_id: str
    check_hash: str
    status: CheckStatus
    value: float | None = None
    detail: str = ""
