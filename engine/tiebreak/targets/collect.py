"""Folds the events of one answer into the response that is recorded."""

from collections.abc import Mapping
from typing import Final

from tiebreak.errors import Fault, IncompleteError, ProtocolError, TargetError
from tiebreak.records import (
    Case,
    Context,
    Cost,
    Response,
    ResponseError,
    ResponseStatus,
    Timings,
    ToolCall,
    Usage,
)
from tiebreak.targets.chunks import Chunk, encode_chunks
from tiebreak.targets.events import (
    ContextsEvent,
    Finish,
    FirstToken,
    ReasoningDelta,
    Retrying,
    Starting,
    TargetEvent,
    TextDelta,
    ToolCallEvent,
    UsageEvent,
)

CUT_SHORT: Final[Mapping[str, ResponseStatus]] = {
    "length": "truncated",
    "max_tokens": "truncated",
    "content_filter": "filtered",
    "safety": "filtered",
}
"""Finish reasons that make an answer less than whole, in lower case; the first word of each pair is OpenAI's."""


class AnswerBuilder:
    """`add` the events as they come, then `finish`, `fail` or `interrupt`, once."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - the field's name
        run_id: str,
        case: Case,
        fingerprint: str,
        started_at: str,
        sample: int = 0,
        attempt: int = 1,
        requested_model: str | None = None,
    ) -> None:
        self._id = id
        self._run_id = run_id
        self._case = case
        self._fingerprint = fingerprint
        self._started_at = started_at
        self._sample = sample
        self._attempt = attempt
        self._requested_model = requested_model
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._chunks: list[Chunk] = []
        self._tool_calls: list[ToolCall] = []
        self._contexts: tuple[Context, ...] = ()
        self._usage = Usage()
        self._cost = Cost()
        self._first: FirstToken | None = None
        self._finish: Finish | None = None
        self._last_at: float | None = None

    @property
    def text(self) -> str:
        """The answer so far."""
        return _joined(self._text)

    @property
    def reasoning(self) -> str:
        return _joined(self._reasoning)

    @property
    def ttft(self) -> float | None:
        """Seconds to the first token; None while there is none."""
        return self._first.at if self._first else None

    def add(self, event: TargetEvent) -> None:
        """Take in an event; `Retrying` and `Starting` are no part of the answer."""
        if isinstance(event, Retrying | Starting):
            return
        self._last_at = event.at
        match event:
            case TextDelta(at=at, text=text):
                self._text.append(text)
                self._chunks.append((at, "text", text))
            case ReasoningDelta(at=at, text=text):
                self._reasoning.append(text)
                self._chunks.append((at, "reasoning", text))
            case FirstToken():
                self._first = event
            case ToolCallEvent(call=call):
                self._tool_calls.append(call)
            case ContextsEvent(contexts=contexts):
                self._contexts = contexts
            case UsageEvent(usage=usage, cost=cost):
                self._usage, self._cost = usage, cost
            case Finish():
                self._finish = event

    def finish(self) -> Response:
        """The stream ended by itself: `ok`, or the candidate's own `truncated`, `filtered` or `empty` answer."""
        if self._finish is None:
            return self.fail(IncompleteError("The stream ended without a finish reason."))
        status = CUT_SHORT.get(self._finish.reason.lower())
        if status is None:
            answered = self.text or self._tool_calls or self._finish.refusal
            status = "ok" if answered else "empty"
        return self._response(status, fault=None if status == "ok" else "target")

    def fail(self, error: TargetError) -> Response:
        """The stream ended by an error.

        `malformed` where it broke the protocol; `incomplete` where it was cut after it had begun; else `error`. The
        fault is the error's own, and what came before stays.
        """
        if isinstance(error, ProtocolError):
            status: ResponseStatus = "malformed"
        elif isinstance(error, IncompleteError) or (self._first is not None and error.fault == "infra"):
            status = "incomplete"
        else:
            status = "error"
        return self._response(status, fault=error.fault, error=error)

    def interrupt(self) -> Response:
        """The user stopped it."""
        return self._response("interrupted", fault="user")

    def chunks(self) -> bytes:
        """The text and reasoning with their times, for replay, and what log probabilities came with them; see
        `tiebreak.targets.chunks`."""
        return encode_chunks(self._chunks, self._finish.logprobs if self._finish else ())

    def _response(self, status: ResponseStatus, *, fault: Fault | None, error: TargetError | None = None) -> Response:
        finish = self._finish
        told = finish or self._first or error
        return Response(
            id=self._id,
            run_id=self._run_id,
            case_id=self._case.id,
            case_hash=self._case.version,
            fingerprint=self._fingerprint,
            status=status,
            started_at=self._started_at,
            sample=self._sample,
            attempt=self._attempt,
            fault=fault,
            error=ResponseError(code=error.code, message=str(error), status=error.status) if error else None,
            text=self.text,
            reasoning=self.reasoning,
            tool_calls=tuple(self._tool_calls),
            refusal=finish.refusal if finish else False,
            contexts=self._contexts,
            finish=finish.reason if finish else None,
            timings=Timings(
                ttft=self.ttft,
                total=finish.at if finish else self._last_at,
                waited=told.waited if told else 0.0,
                tries=told.tries if told else 1,
            ),
            usage=self._usage,
            cost=self._cost,
            requested_model=self._requested_model,
            served_model=finish.served_model if finish else None,
            system_fingerprint=finish.system_fingerprint if finish else None,
        )


def _joined(pieces: list[str]) -> str:
    """The whole text; joins what came since the last call, so that watching a long answer costs little."""
    if len(pieces) > 1:
        pieces[:] = ["".join(pieces)]
    return pieces[0] if pieces else ""
