"""Chat-completion chunks to typed events: a small state machine, without a socket, a clock or a price list in it.

What arrives together leaves together: adjacent pieces of one read become one delta, since they bear the same time.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from tiebreak.errors import IncompleteError, ProtocolError, TargetError
from tiebreak.records import Cost, ToolCall, Usage
from tiebreak.targets.chunkjson import Json, as_list, as_map, as_text, whole
from tiebreak.targets.events import (
    Finish,
    FirstToken,
    ReasoningDelta,
    TargetEvent,
    TextDelta,
    ToolCallEvent,
    UsageEvent,
)
from tiebreak.targets.failures import ASK_AGAIN
from tiebreak.targets.usage import told_cost, usage_from

Kind = type[TextDelta] | type[ReasoningDelta]

_REASONING_FIELDS: Final = ("reasoning_content", "reasoning")


class ChatStream:
    """One answer in the making.

    Feed it chunks as they come, then `end` it; the events of both, in order, are the answer's. `estimate` counts tokens
    where the provider tells none; `price` turns usage into cost; `refused` makes an error object inside the stream into
    the error to raise.
    """

    def __init__(
        self,
        *,
        estimate: Callable[[int], Usage],
        price: Callable[[Usage], Cost],
        refused: Callable[[Json], TargetError],
        trust_cost: bool = False,
    ) -> None:
        self._estimate = estimate
        self._price = price
        self._refused = refused
        self._trust_cost = trust_cost
        self._events: list[TargetEvent] = []
        self._pieces: list[str] = []
        self._kind: Kind = TextDelta
        self._half = ""
        self._begun = False
        self._bytes_out = 0
        self._calls: list[_OpenCall] = []
        self._refusal = False
        self._logprobs: list[float] = []
        self._reason: str | None = None
        self._ended_at = 0.0
        self._served_model: str | None = None
        self._system_fingerprint: str | None = None
        self._usage: Usage | None = None
        self._cost: Cost | None = None

    @property
    def begun(self) -> bool:
        """Whether the first token has come."""
        return self._begun

    @property
    def finished(self) -> bool:
        """Whether the finish reason has come; only usage may still follow."""
        return self._reason is not None

    def feed(self, chunks: Iterable[object], at: float) -> list[TargetEvent]:
        """Take the chunks that arrived at `at` (seconds since the request was sent).

        Raises:
            ProtocolError: for what is not a chat-completion chunk.
            TargetError: for an error object inside the stream.
        """
        try:
            for chunk in chunks:
                self._take(chunk, at)
        finally:
            self._flush(at)
        return self.take_events()

    def take_events(self) -> list[TargetEvent]:
        """What is translated and not handed out yet: after `feed` raised, the events before the error."""
        events, self._events = self._events, []
        return events

    def end(self) -> list[TargetEvent]:
        """The stream is over: tool calls, usage (once), and the finish.

        Raises:
            IncompleteError: when no finish reason came.
        """
        if self._reason is None:
            raise IncompleteError(
                "The stream ended without a finish reason, so the answer may be cut.",
                hint=f"{ASK_AGAIN} If it keeps happening, look at the server or the proxy before it.",
            )
        at = self._ended_at
        if self._half:
            self._events.append(self._kind(at, whole(self._half)))
        self._events += [ToolCallEvent(at, call.whole()) for call in self._calls]
        usage = self._usage or self._estimate(self._bytes_out)
        self._events.append(UsageEvent(at, usage, self._cost or self._price(usage)))
        self._events.append(
            Finish(
                at,
                self._reason,
                served_model=self._served_model,
                system_fingerprint=self._system_fingerprint,
                refusal=self._refusal,
                logprobs=tuple(self._logprobs),
            )
        )
        return self.take_events()

    def _take(self, chunk: object, at: float) -> None:
        body = as_map(chunk)
        if body is None:
            raise ProtocolError("The server sent a chunk that is not a JSON object.")
        if body.get("error"):
            raise self._refused(body)
        if self._served_model is None and (model := as_text(body.get("model"))):
            self._served_model = whole(model)
        # Some servers only tell it with the last chunk.
        if told := as_text(body.get("system_fingerprint")):
            self._system_fingerprint = whole(told)
        if "usage" in body or "x_groq" in body:
            self._take_usage(body)
        choices = as_list(body.get("choices"))
        choice = as_map(choices[0]) if choices else None
        if choice is None:
            if not body.get("choices"):
                return
            raise ProtocolError("The server sent a chunk whose `choices` is not a list of objects.")
        # A plain JSON reply to a streaming request says `message` where a chunk says `delta`.
        delta = as_map(choice.get("delta")) or as_map(choice.get("message"))
        if delta:
            content = delta.get("content")
            if len(delta) == 1 and isinstance(content, str):  # what nearly all chunks are, a hundred in an answer
                self._add(TextDelta, content, at)
            else:
                self._take_delta(delta, at)
        if told := choice.get("logprobs"):
            self._logprobs += logprobs_in(told)
        if reason := as_text(choice.get("finish_reason")):
            self._reason = whole(reason)
            self._ended_at = at

    def _take_usage(self, body: Json) -> None:
        told = as_map(body.get("usage"))
        if told is None and (groq := as_map(body.get("x_groq"))):
            told = as_map(groq.get("usage"))
        if not told:
            return
        # Some servers send a running total with every chunk: the last one stands.
        self._usage = usage_from(told)
        if self._trust_cost:
            self._cost = told_cost(told)

    def _take_delta(self, delta: Json, at: float) -> None:
        for field in _REASONING_FIELDS:
            if piece := as_text(delta.get(field)):
                self._add(ReasoningDelta, piece, at)
                break
        content = delta.get("content")
        if content:
            if isinstance(content, str):
                self._add(TextDelta, content, at)
            else:
                self._take_parts(as_list(content), at)
        if refusal := as_text(delta.get("refusal")):
            self._refusal = True
            self._add(TextDelta, refusal, at)
        if calls := as_list(delta.get("tool_calls")):
            self._take_calls(calls, at)

    def _take_parts(self, parts: Sequence[object], at: float) -> None:
        """Content as a list: `{"type": "text", "text": …}`, `{"type": "thinking", "thinking": [...]}`, …"""
        for part in parts:
            fields = as_map(part)
            if fields is None:
                self._add(TextDelta, as_text(part) or "", at)
            elif (thinking := fields.get("thinking")) is not None:
                spoken = as_text(thinking) or "".join(
                    as_text(inner.get("text")) or "" for inner in map(as_map, as_list(thinking)) if inner
                )
                self._add(ReasoningDelta, spoken, at)
            elif refusal := as_text(fields.get("refusal")):
                self._refusal = True
                self._add(TextDelta, refusal, at)
            else:
                self._add(TextDelta, as_text(fields.get("text")) or "", at)

    def _take_calls(self, calls: Sequence[object], at: float) -> None:
        for position, call in enumerate(calls):
            fields = as_map(call)
            if fields is None:
                raise ProtocolError("The server sent a tool call that is not a JSON object.")
            self._begin(at)
            index = fields.get("index")
            slot = self._call_at(index if isinstance(index, int) else position, as_text(fields.get("id")) or "")
            function = as_map(fields.get("function")) or {}
            slot.name += as_text(function.get("name")) or ""
            arguments = as_text(function.get("arguments")) or ""
            slot.arguments.append(arguments)
            self._bytes_out += len(arguments)

    def _call_at(self, index: int, call_id: str) -> "_OpenCall":
        """The call a delta belongs to: the last one of its index, unless the delta brings another id.

        Ollama and others give several whole calls the index 0.
        """
        for call in reversed(self._calls):
            if call.index == index:
                if call_id and call.id and call_id != call.id:
                    break
                call.id = call.id or call_id
                return call
        call = _OpenCall(index, call_id)
        self._calls.append(call)
        return call

    def _begin(self, at: float) -> None:
        if not self._begun:
            self._begun = True
            self._events.append(FirstToken(at))

    def _add(self, kind: Kind, piece: str, at: float) -> None:
        if not piece:
            return
        if not self._begun:
            self._begin(at)
        if kind is not self._kind:
            self._flush(at)
            self._kind = kind
        self._pieces.append(piece)

    def _flush(self, at: float) -> None:
        if not self._pieces:
            return
        text = self._pieces[0] if len(self._pieces) == 1 else "".join(self._pieces)
        self._pieces.clear()
        if self._half or not text.isascii():
            text, self._half = split_half(self._half + text)
        if text:
            self._bytes_out += len(text) if text.isascii() else len(text.encode())
            self._events.append(self._kind(at, text))


def logprobs_in(told: object) -> list[float]:
    """The log probabilities of a chunk's tokens, `{"content": [{"token": …, "logprob": −0.1}]}`; those of a refusal
    stand apart and are not taken. What is no finite number of at most 0 is none."""
    found: list[float] = []
    for token in map(as_map, as_list((as_map(told) or {}).get("content"))):
        value = (token or {}).get("logprob")
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            found.append(min(float(value), 0.0))
    return found


class _OpenCall:
    __slots__ = ("arguments", "id", "index", "name")

    def __init__(self, index: int, call_id: str) -> None:
        self.index = index
        self.id = call_id
        self.name = ""
        self.arguments: list[str] = []

    def whole(self) -> ToolCall:
        return ToolCall(id=whole(self.id), name=whole(self.name), arguments=whole("".join(self.arguments)))


def split_half(text: str) -> tuple[str, str]:
    """The text without lone surrogates, and a high one at its end that may be waiting for its other half.

    Servers that count in UTF-16 cut an emoji into two escapes, `\\ud83d` in one chunk and `\\ude00` in the next.
    """
    half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
    return whole(text[: len(text) - len(half)]), half
