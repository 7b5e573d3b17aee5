"""An app behind an address as a target: one JSON answer, or a stream of events, lines or text."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial

from tiebreak.errors import ProtocolError, TargetError
from tiebreak.records import Cost, Deadlines, HttpTarget, Usage
from tiebreak.targets.apps.answers import AppStream
from tiebreak.targets.apps.failures import AppFailures
from tiebreak.targets.apps.pieces import EventPieces, JsonPieces, Pieces, TextPieces
from tiebreak.targets.apps.request import as_json, as_query
from tiebreak.targets.base import Request
from tiebreak.targets.events import TargetEvent
from tiebreak.targets.http import Caller, Reply
from tiebreak.targets.identity import app_identity
from tiebreak.targets.limiter import Limiter
from tiebreak.targets.reader import MAX_ANSWER
from tiebreak.targets.retries import RetryPolicy, with_retries

JSON_LINES = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
    }
)
ACCEPT = "text/event-stream, application/x-ndjson, application/json, text/plain;q=0.5"


class HttpAppTarget:
    """See `AnswerTarget`. `headers` are those of the target with the variables filled in."""

    def __init__(
        self,
        target: HttpTarget,
        *,
        headers: Mapping[str, str],
        deadlines: Deadlines,
        policy: RetryPolicy,
        limiter: Limiter,
        failures: AppFailures,
        price: Callable[[Usage], Cost],
        proxy: str | None = None,
    ) -> None:
        self._target = target
        self._headers = {"Accept": ACCEPT, **headers}
        self._policy = policy
        self._limiter = limiter
        self._failures = failures
        self._price = price
        self._caller = Caller(failures.refusals, deadlines, proxy)

    @property
    def identity(self) -> Mapping[str, object]:
        return app_identity(self._target)

    @property
    def requested_model(self) -> str | None:
        return None

    def answer(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        return with_retries(partial(self._call, request), self._policy, self._limiter)

    async def close(self) -> None:
        await self._caller.close()

    async def _call(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        """One call, without retries."""
        clock = asyncio.get_running_loop().time
        sent = clock()
        stream = AppStream(self._target.fields, self._failures, self._price)
        reply = await self._send(request, sent)
        try:
            if not reply.answers:
                raise await reply.refusal()
            pieces = self._pieces(reply.content_type)
            whole = reply.content_type == "application/json"
            while not pieces.ended:
                data = await reply.read_all(MAX_ANSWER) if whole else await _next(reply, stream)
                for event in stream.feed(pieces.feed(data) if data else pieces.close(), clock() - sent):
                    yield event
                if stream.failure is not None:
                    raise stream.failure
                if not data:
                    break
            complete = whole or pieces.ended or self._target.whole_at_close
            for event in stream.end(clock() - sent, "stop" if complete else None):
                yield event
            if pieces.ended:
                await reply.drain()
        finally:
            reply.close()

    async def _send(self, request: Request, sent: float) -> Reply:
        url = self._target.url
        if self._target.method == "GET":
            url += ("&" if "?" in url else "?") + as_query(request)
            return await self._caller.call("GET", url, headers=self._headers, sent=sent)
        headers = {"Content-Type": "application/json", **self._headers}
        return await self._caller.call("POST", url, headers=headers, sent=sent, body=as_json(request))

    def _pieces(self, content_type: str) -> Pieces:
        name, quote = self._failures.name, self._failures.quote
        if content_type == "application/json" or content_type in JSON_LINES:
            return JsonPieces(name, quote)
        if content_type == "text/event-stream":
            return EventPieces(name, quote)
        if content_type == "text/plain":
            return TextPieces(name)
        raise ProtocolError(
            f"{name} answered with {quote(content_type)}.",
            hint="Send application/json, text/event-stream, application/x-ndjson or text/plain.",
        )


async def _next(reply: Reply, stream: AppStream) -> bytes:
    """The next bytes of the stream, none at its end."""
    phase = stream.phase
    try:
        return await reply.read(phase)
    except TargetError:
        if phase == "tail":
            return b""  # the answer is whole; only usage or cost may be missing
        raise
