"""The direct lane: OpenAI-compatible chat completions, without LiteLLM."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import datetime
from functools import partial

import orjson

from tiebreak.errors import RequestError, TargetError
from tiebreak.records import Cost, Deadlines, Usage
from tiebreak.redaction import Redactor
from tiebreak.targets.base import Request
from tiebreak.targets.chat import ChatStream
from tiebreak.targets.events import TargetEvent
from tiebreak.targets.failures import Refusals
from tiebreak.targets.http import Caller, Reply
from tiebreak.targets.identity import model_identity
from tiebreak.targets.limiter import Limiter
from tiebreak.targets.providers import COMPLETIONS, Endpoint
from tiebreak.targets.reader import MAX_ANSWER, StreamReader, read_whole
from tiebreak.targets.retries import RetryPolicy, with_retries
from tiebreak.targets.usage import estimate


class DirectModelTarget:
    """A model behind an OpenAI-compatible address; see `AnswerTarget`.

    `price` turns usage into cost. Calls share the limiter with whoever else was given it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        deadlines: Deadlines,
        policy: RetryPolicy,
        limiter: Limiter,
        redactor: Redactor,
        price: Callable[[Usage], Cost],
        now: Callable[[], datetime],
        proxy: str | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._policy = policy
        self._limiter = limiter
        self._refusals = Refusals(endpoint, redactor, now)
        self._caller = Caller(self._refusals, deadlines, proxy)
        self._price = price
        self._asks_usage = endpoint.provider.stream_options if endpoint.provider else True

    @property
    def identity(self) -> Mapping[str, object]:
        return model_identity(self.endpoint)

    @property
    def requested_model(self) -> str | None:
        return self.endpoint.model

    def answer(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        return with_retries(partial(self._call, request), self._policy, self._limiter)

    async def close(self) -> None:
        await self._caller.close()

    def body(self, request: Request) -> bytes:
        """The request as it is sent.

        Raises:
            RequestError: for a parameter that JSON cannot hold.
        """
        rename = self.endpoint.rename
        content: dict[str, object] = {
            "model": self.endpoint.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "stream": True,
        }
        if self._asks_usage:
            content["stream_options"] = {"include_usage": True}
        content.update({rename.get(name, name): value for name, value in request.parameters.items()})
        try:
            return orjson.dumps(content)
        except TypeError:
            raise RequestError(
                "The request cannot be written as JSON: a parameter or a message holds what JSON has no form for.",
                hint="Look for dates, and for half characters (lone surrogates).",
            ) from None

    async def _call(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        """One call, without retries."""
        clock = asyncio.get_running_loop().time
        sent = clock()
        chat = ChatStream(
            estimate=partial(estimate, request.messages),
            price=self._price,
            refused=self._refusals.from_stream,
            trust_cost=self.endpoint.provider is not None and self.endpoint.provider.reports_cost,
        )
        reply = await self._open(request, sent)
        try:
            if reply.content_type == "application/json":
                body = await reply.read_all(MAX_ANSWER)
                for event in read_whole(chat, body, clock() - sent, self._refusals.quote):
                    yield event
                return
            reader = StreamReader(chat, self._refusals.quote)
            while not reader.done:
                data = await _next(reply, chat)
                for event in reader.feed(data, clock() - sent) if data else reader.close(clock() - sent):
                    yield event
                if reader.failure is not None:
                    raise reader.failure
                if not data:
                    break
            for event in chat.end():
                yield event
            if reader.done:
                await reply.drain()
        finally:
            reply.close()

    async def _open(self, request: Request, sent: float) -> Reply:
        """A reply whose body holds the answer.

        A server that refuses `stream_options` is asked again without it, now and ever after.

        Raises:
            TargetError: for every other reply, and where none comes.
        """
        url = self.endpoint.url + COMPLETIONS
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream", **self.endpoint.headers}
        while True:
            reply = await self._caller.call("POST", url, headers=headers, sent=sent, body=self.body(request))
            if reply.answers:
                return reply
            try:
                error = await reply.refusal()
            finally:
                reply.close()
            if not (self._asks_usage and isinstance(error, RequestError) and "stream_options" in error.message):
                raise error
            self._asks_usage = False


async def _next(reply: Reply, chat: ChatStream) -> bytes:
    """The next bytes of the stream, none at its end."""
    if not chat.finished:
        return await reply.read("idle" if chat.begun else "first_token")
    try:
        return await reply.read("tail")
    except TargetError:
        return b""  # the answer is whole; only the usage may be missing
