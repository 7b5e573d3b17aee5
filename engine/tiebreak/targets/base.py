"""What a target is: something that answers a rendered request with a stream of events."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tiebreak.records import Message, version_of
from tiebreak.targets.events import TargetEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One case put to one config, as it will be sent."""

    case_id: str
    messages: tuple[Message, ...]
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])
    sample: int = 0
    body: Mapping[str, object] | None = None
    """The JSON for an app, as the `request` of its config made it; None where that has none."""


class AnswerTarget(Protocol):
    """Answers requests. Closing the iterator early stops the call and frees its connection at once."""

    @property
    def identity(self) -> Mapping[str, object]:
        """What makes two answers comparable besides the request: kind, model, base URL, recording hash."""
        ...

    @property
    def requested_model(self) -> str | None: ...

    def answer(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        """Stream one answer.

        Raises:
            TargetError: when no whole answer comes; what was yielded before stays valid.
        """
        ...

    async def close(self) -> None: ...


def fingerprint(target: AnswerTarget, request: Request) -> str:
    """SHA-256 of the whole effective request: target, rendered messages, parameters, sample index and body."""
    body = {} if request.body is None else {"body": request.body}
    return version_of(
        {
            "target": dict(target.identity),
            "messages": request.messages,
            "parameters": dict(request.parameters),
            "sample": request.sample,
            **body,
        }
    )
