"""Recorded answers, replayed with their timing."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tiebreak.errors import (
    AppError,
    AuthError,
    DeadlineError,
    IncompleteError,
    NetworkError,
    ProtocolError,
    QuotaError,
    RateLimitError,
    RecordingError,
    RequestError,
    ServerError,
    TargetError,
    UnknownModelError,
    UnrenderedError,
    WorkspaceError,
)
from tiebreak.records import Cost, Price, Usage
from tiebreak.targets.base import Request
from tiebreak.targets.chunks import Chunk
from tiebreak.targets.events import (
    Finish,
    FirstToken,
    ReasoningDelta,
    TargetEvent,
    TextDelta,
    ToolCallEvent,
    UsageEvent,
)
from tiebreak.targets.pacing import paced, pieces_of
from tiebreak.targets.prices import cost_of
from tiebreak.targets.recording_file import RecordedAnswer, index_recording

SLICE = 4096
"""Characters of one delta at instant speed."""

_ERRORS: Mapping[str, type[TargetError]] = {
    kind.code: kind
    for kind in (
        AppError,
        AuthError,
        DeadlineError,
        IncompleteError,
        NetworkError,
        ProtocolError,
        QuotaError,
        RateLimitError,
        RecordingError,
        RequestError,
        ServerError,
        UnknownModelError,
        UnrenderedError,
    )
}


class RecordedTarget:
    """Answers from a file; see `AnswerTarget`, and `tiebreak.targets.recording_file` for the format.

    `speed` 1 is real time, 2 twice as fast, 0 at once and in large slices. The times that events bear are the recorded
    ones at any speed. `price` stands before the price in the file. With `sha256`, no other content is replayed.

    Raises:
        WorkspaceError: for a file that is missing, no recording, or not the one of `sha256`.
    """

    def __init__(
        self,
        path: Path,
        *,
        speed: float = 1.0,
        price: Price | None = None,
        sha256: str | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._index = index_recording(path)
        if sha256 is not None and sha256 != self._index.sha256:
            raise WorkspaceError(
                "The recording was changed: it is not the one that was set down.",
                path=str(path),
                hint="Put the earlier file back, or start a new session; what was recorded can still be shown.",
            )
        self._speed = speed
        self._price = price
        self._sleep = sleep

    @property
    def notice(self) -> str | None:
        """What must be said of these answers wherever they are shown."""
        return self._index.header.notice

    @property
    def case_ids(self) -> frozenset[str]:
        """The cases that have an answer."""
        return frozenset(case_id for case_id, _ in self._index.places)

    @property
    def identity(self) -> Mapping[str, object]:
        return {"kind": "recording", "sha256": self._index.sha256}

    @property
    def requested_model(self) -> str | None:
        return None

    async def answer(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        try:
            recorded = self._index.read(request.case_id, request.sample)
        except WorkspaceError as error:
            raise RecordingError(str(error)) from None
        if recorded is None:
            raise RecordingError(
                f"{self._index.path.name} holds no answer for the case '{request.case_id}' (sample {request.sample}).",
                hint="Record it, or leave the case out.",
            )
        clock = asyncio.get_running_loop().time
        start = clock()
        for event in self._events(recorded):
            if self._speed > 0:
                early = start + event.at / self._speed - clock()
                await self._sleep(max(0.0, early))
            else:
                await self._sleep(0)
            yield event
        if recorded.error is not None:
            raise _error_of(recorded)
        if recorded.finish is None:
            raise IncompleteError("The recorded stream ended without a finish reason.")

    async def close(self) -> None:
        """Nothing is held open."""

    def _events(self, recorded: RecordedAnswer) -> Iterator[TargetEvent]:
        chunks = timed(recorded)
        if chunks or recorded.tool_calls:
            yield FirstToken(chunks[0][0] if chunks else recorded.ttft)
        for at, kind, text in chunks if self._speed > 0 else _sliced(chunks):
            yield TextDelta(at, text) if kind == "text" else ReasoningDelta(at, text)
        end = chunks[-1][0] if chunks else recorded.ttft
        for call in recorded.tool_calls:
            yield ToolCallEvent(end, call)
        if recorded.error is not None or recorded.finish is None:
            return
        usage = replace(recorded.usage, source="recorded") if recorded.usage else Usage()
        yield UsageEvent(end, usage, self._cost(recorded, usage))
        yield Finish(
            end,
            recorded.finish,
            served_model=recorded.model,
            system_fingerprint=recorded.system_fingerprint,
            refusal=recorded.refusal,
            logprobs=recorded.logprobs,
        )

    def _cost(self, recorded: RecordedAnswer, usage: Usage) -> Cost:
        if self._price is not None:
            return cost_of(usage, self._price, "config")
        if recorded.cost_usd is not None:
            return Cost(usd=recorded.cost_usd, source="recorded")
        return cost_of(usage, self._index.header.price, "recorded")


def timed(recorded: RecordedAnswer) -> list[Chunk]:
    """The answer as timed pieces: as recorded, or cut and paced; reasoning comes before the text.

    A pace holds for the tokens that `usage` tells, or else for the pieces.
    """
    if recorded.chunks:
        chunks: list[Chunk] = [
            (chunk[0], chunk[2] if len(chunk) == 3 else "text", chunk[1]) for chunk in recorded.chunks
        ]
        spoken: list[Chunk] = [(chunks[0][0], "reasoning", recorded.reasoning)] if recorded.reasoning else []
        return [*spoken, *chunks]
    told = recorded.usage.completion_tokens if recorded.usage else None
    tokens = told or len(pieces_of(recorded.reasoning)) + len(pieces_of(recorded.text))
    thought, said = paced(
        (recorded.reasoning, recorded.text),
        ttft=recorded.ttft,
        seconds=tokens / recorded.tokens_per_second,
        seed=f"{recorded.case}:{recorded.sample}",
    )
    return [*((at, "reasoning", piece) for at, piece in thought), *((at, "text", piece) for at, piece in said)]


def _sliced(chunks: list[Chunk]) -> Iterator[Chunk]:
    """Neighbours of one kind joined up to the slice size; a slice bears the time of its last piece."""
    held: list[str] = []
    size = 0
    for position, (at, kind, text) in enumerate(chunks):
        held.append(text)
        size += len(text)
        last = position + 1 == len(chunks) or chunks[position + 1][1] != kind
        if last or size >= SLICE:
            yield at, kind, "".join(held)
            held.clear()
            size = 0


def _error_of(recorded: RecordedAnswer) -> TargetError:
    assert recorded.error is not None
    kind = _ERRORS.get(recorded.error.code, ServerError)
    return kind(recorded.error.message, status=recorded.error.status)
