"""The one typed stream that every target yields.

A stream is any number of events and then exactly one `Finish`; or it raises a `TargetError`. Nothing follows either.
`Starting` and `Retrying` may come before all of them.
`at` is in seconds since the request that gave the answer was sent.
"""

from dataclasses import dataclass

from tiebreak.records import Context, Cost, ToolCall, Usage


@dataclass(frozen=True, slots=True)
class FirstToken:
    """The first sign of an answer: text, reasoning or a tool call. Sent once, before the delta it announces."""

    at: float
    waited: float = 0.0
    """Seconds that limiter and retries took before the request was sent."""
    tries: int = 1


@dataclass(frozen=True, slots=True)
class TextDelta:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallEvent:
    """A whole tool call, its argument deltas joined."""

    at: float
    call: ToolCall


@dataclass(frozen=True, slots=True)
class ContextsEvent:
    at: float
    contexts: tuple[Context, ...]


@dataclass(frozen=True, slots=True)
class UsageEvent:
    at: float
    usage: Usage
    cost: Cost


@dataclass(frozen=True, slots=True)
class Finish:
    """`reason` is the provider's own word: `stop`, `length`, `content_filter`, `tool_calls`, …"""

    at: float
    reason: str
    served_model: str | None = None
    system_fingerprint: str | None = None
    refusal: bool = False
    waited: float = 0.0
    tries: int = 1
    logprobs: tuple[float, ...] = ()
    """Natural logarithms of the probabilities of the answer's tokens, where they were asked for and sent."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """A call failed before its first token, its own or that of another caller of the same server, and one follows. No
    part of the answer; `at` counts from the first call that was asked for."""

    at: float
    code: str
    """Of the error."""
    tries: int
    """The number of the call that follows; 1 is one that waits since others were told to."""
    of: int
    """Calls that are made at most."""
    delay: float
    """Seconds until it is sent; 0 once they are over."""


@dataclass(frozen=True, slots=True)
class Starting:
    """What makes the calls is still being started; one stands before the wait and one, `over`, behind it.

    No part of the answer, nor of its times.
    """

    at: float
    what: str
    """Its name, for people."""
    over: bool = False


TargetEvent = (
    FirstToken | TextDelta | ReasoningDelta | ToolCallEvent | ContextsEvent | UsageEvent | Finish | Retrying | Starting
)
