"""A model answered for by the helper process; see `AnswerTarget`."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import datetime
from functools import partial

from tiebreak.errors import RequestError, TargetError
from tiebreak.records import Cost, Deadlines, Usage
from tiebreak.redaction import Redactor
from tiebreak.targets.base import Request
from tiebreak.targets.chat import ChatStream
from tiebreak.targets.chunkjson import Json, as_map
from tiebreak.targets.deadlines import DeadlineWatch
from tiebreak.targets.events import Starting, TargetEvent
from tiebreak.targets.failures import Refusals
from tiebreak.targets.identity import model_identity
from tiebreak.targets.limiter import Limiter
from tiebreak.targets.litellm_lane.failures import failure_of
from tiebreak.targets.litellm_lane.process import HelperCall
from tiebreak.targets.litellm_lane.shared import Helper
from tiebreak.targets.providers import Endpoint
from tiebreak.targets.retries import RetryPolicy, with_retries
from tiebreak.targets.usage import estimate

GRACE = 60.0
"""Seconds by which LiteLLM's own timeout, which it insists on, is longer than ours."""


class LiteLlmTarget:
    """A model of a provider that only LiteLLM knows, or one that a config sends that way.

    `price` turns usage into cost. Calls share the limiter and the helper with whoever else was given them.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        helper: Helper,
        *,
        deadlines: Deadlines,
        policy: RetryPolicy,
        limiter: Limiter,
        redactor: Redactor,
        price: Callable[[Usage], Cost],
        now: Callable[[], datetime],
    ) -> None:
        self.endpoint = endpoint
        self._helper = helper
        self._joined = False
        self._deadlines = deadlines
        self._policy = policy
        self._limiter = limiter
        self._refusals = Refusals(endpoint, redactor, now)
        self._price = price
        self._asks_usage = True

    @property
    def identity(self) -> Mapping[str, object]:
        return model_identity(self.endpoint)

    @property
    def requested_model(self) -> str | None:
        return self.endpoint.model

    def answer(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        return with_retries(partial(self._call, request), self._policy, self._limiter)

    async def close(self) -> None:
        if self._joined:
            self._joined = False
            await self._helper.leave()

    def _join(self) -> None:
        if not self._joined:
            self._joined = True
            self._helper.join()

    async def _call(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        """One call, without retries. A server that refuses `stream_options` is asked again without it, now and ever
        after."""
        while True:
            begun = False
            try:
                async with aclosing(self._ask(request)) as events:
                    async for event in events:
                        begun = begun or not isinstance(event, Starting)
                        yield event
                return
            except RequestError as error:
                if begun or not self._asks_usage or "stream_options" not in error.message:
                    raise
                self._asks_usage = False

    async def _ask(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        self._join()
        clock = asyncio.get_running_loop().time
        asked = clock()
        if starts := not self._helper.ready:
            yield Starting(0.0, "LiteLLM")
        process = await self._helper.running()
        sent = clock()
        if starts:
            yield Starting(sent - asked, "LiteLLM", over=True)
        chat = ChatStream(
            estimate=partial(estimate, request.messages),
            price=self._price,
            refused=self._refusals.from_stream,
            trust_cost=self.endpoint.provider is not None and self.endpoint.provider.reports_cost,
        )
        try:
            call = process.ask(self._wanted(request))
        except TypeError:
            call = None
        if call is None:
            raise RequestError(
                "The request cannot be written as JSON: a parameter or a message holds what JSON has no form for.",
                hint="Look for dates.",
            )
        watch = DeadlineWatch(self._deadlines, sent, call.fail)
        try:
            ended = False
            while not ended:
                messages = await _next(call, chat, watch)
                chunks = [message["chunk"] for message in messages if "chunk" in message]
                failure: TargetError | None = None
                try:
                    events = chat.feed(chunks, clock() - sent)
                except TargetError as error:
                    failure, events = error, chat.take_events()
                for event in events:
                    yield event
                if failure := failure or self._failure_in(messages):
                    raise failure
                ended = not messages or "end" in messages[-1]
            for event in chat.end():
                yield event
        finally:
            watch.close()
            call.close()

    def _wanted(self, request: Request) -> Json:
        return {
            "model": self.endpoint.litellm_id,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "parameters": dict(request.parameters),
            "usage": self._asks_usage,
            "timeout": self._deadlines.total + GRACE,
            "base_url": self.endpoint.url or None,
            "key_env": self.endpoint.sent_key_env,
        }

    def _failure_in(self, messages: list[Json]) -> TargetError | None:
        for message in messages:
            if (told := as_map(message.get("error"))) is not None:
                return failure_of(told, self._refusals)
        return None


async def _next(call: HelperCall, chat: ChatStream, watch: DeadlineWatch) -> list[Json]:
    """The next messages; none where the answer is whole and nothing more came."""
    watch.wait("tail" if chat.finished else "idle" if chat.begun else "first_token")
    try:
        return await call.read()
    except TargetError:
        if chat.finished:
            return []  # only the usage may be missing
        raise
    finally:
        watch.rest()
