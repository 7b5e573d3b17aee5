"""The direct lane: OpenAI-compatible chat completions over aiohttp. The only module that imports aiohttp."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from weakref import WeakKeyDictionary

import aiohttp
import orjson

from tiebreak import __version__
from tiebreak.errors import DeadlineError, NetworkError, RequestError, TargetError, UnknownModelError
from tiebreak.records import Cost, Deadlines, Usage
from tiebreak.redaction import Redactor
from tiebreak.targets.base import Request
from tiebreak.targets.chat import ChatStream
from tiebreak.targets.deadlines import DeadlineWatch, Phase, passed
from tiebreak.targets.events import TargetEvent
from tiebreak.targets.failures import ADDRESS_HINT, Refusals
from tiebreak.targets.limiter import Limiter
from tiebreak.targets.providers import COMPLETIONS, Endpoint
from tiebreak.targets.reader import MAX_ANSWER, StreamReader, read_whole
from tiebreak.targets.retries import RetryPolicy, with_retries
from tiebreak.targets.usage import estimate

ERROR_BODY = 64 * 1024
"""Bytes read of a refusal."""
DRAIN = 0.1
"""Seconds given to the end of the body after `[DONE]`, so that the connection can serve the next call."""
WEB_PAGES = frozenset({"text/html", "application/xhtml+xml"})
SET_BY_US = frozenset({"messages", "model", "n", "stream", "stream_options"})
"""Parameters that a config must not set."""


@dataclass(slots=True)
class _Shared:
    session: aiohttp.ClientSession
    users: int = 0


_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, _Shared] = WeakKeyDictionary()


def _join_session() -> aiohttp.ClientSession:
    """The one session of this loop; give it back with `_leave_session`."""
    loop = asyncio.get_running_loop()
    shared = _sessions.get(loop)
    if shared is None:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),  # the limiter bounds the calls
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),  # the deadlines are ours
            headers={"User-Agent": f"tiebreak/{__version__}", "Accept-Encoding": "identity"},
        )
        shared = _sessions[loop] = _Shared(session)
    shared.users += 1
    return shared.session


async def _leave_session() -> None:
    loop = asyncio.get_running_loop()
    shared = _sessions[loop]
    shared.users -= 1
    if shared.users == 0:
        del _sessions[loop]
        await shared.session.close()


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
        self._deadlines = deadlines
        self._policy = policy
        self._limiter = limiter
        self._refusals = Refusals(endpoint, redactor, now)
        self._price = price
        self._proxy = proxy
        self._asks_usage = endpoint.provider.stream_options if endpoint.provider else True
        self._session: aiohttp.ClientSession | None = None

    @property
    def identity(self) -> Mapping[str, object]:
        return {"kind": "model", "model": self.endpoint.model, "base_url": self.endpoint.url}

    @property
    def requested_model(self) -> str | None:
        return self.endpoint.model

    def answer(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        return with_retries(partial(self._call, request), self._policy, self._limiter)

    async def close(self) -> None:
        if self._session is not None:
            self._session = None
            await _leave_session()

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
        response = await self._open(request, sent)
        watch = DeadlineWatch(self._deadlines, sent, response.content.set_exception)
        try:
            if response.content_type == "application/json":
                body = await self._receive_all(response, watch, MAX_ANSWER)
                for event in read_whole(chat, body, clock() - sent, self._refusals.quote):
                    yield event
                return
            reader = StreamReader(chat, self._refusals.quote)
            while not reader.done:
                data = await self._receive_next(response, watch, chat)
                for event in reader.feed(data, clock() - sent) if data else reader.close(clock() - sent):
                    yield event
                if reader.failure is not None:
                    raise reader.failure
                if not data:
                    break
            for event in chat.end():
                yield event
            if reader.done:
                await _drain(response)
        finally:
            watch.close()
            response.close()

    async def _open(self, request: Request, sent: float) -> aiohttp.ClientResponse:
        """A reply whose body holds the answer.

        A server that refuses `stream_options` is asked again without it, now and ever after.

        Raises:
            TargetError: for every other reply, and where none comes.
        """
        while True:
            response = await self._send(self.body(request), sent)
            if response.status == 200 and response.content_type not in WEB_PAGES:
                return response
            try:
                error = await self._refused(response, sent)
            finally:
                response.close()
            if not (self._asks_usage and isinstance(error, RequestError) and "stream_options" in error.message):
                raise error
            self._asks_usage = False

    async def _send(self, body: bytes, sent: float) -> aiohttp.ClientResponse:
        """Post the request and read the head of the reply, within the first-token deadline."""
        if self._session is None:
            self._session = _join_session()
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream", **self.endpoint.headers}
        due = sent + min(self._deadlines.first_token, self._deadlines.total)
        failure: TargetError
        try:
            async with asyncio.timeout_at(due):
                return await self._session.post(
                    self.endpoint.url + COMPLETIONS,
                    data=body,
                    headers=headers,
                    proxy=self._proxy,
                    allow_redirects=False,
                )
        except TimeoutError:
            failure = passed(self._deadlines, "first_token")
        except (aiohttp.ClientError, OSError) as error:
            failure = self._network_error(error)
        # Outside the except clause: aiohttp's errors hold the request's headers, and would hang on ours as context.
        raise failure

    async def _refused(self, response: aiohttp.ClientResponse, sent: float) -> TargetError:
        """What a reply without an answer means."""
        if response.status == 200:
            return UnknownModelError(f"{self.endpoint.host} answered with a web page.", hint=ADDRESS_HINT)
        watch = DeadlineWatch(self._deadlines, sent, response.content.set_exception)
        try:
            body = await self._receive_all(response, watch, ERROR_BODY)
        except TargetError:
            body = b""  # the status says enough
        finally:
            watch.close()
        return self._refusals.from_reply(response.status, response.headers, body)

    async def _receive_next(self, response: aiohttp.ClientResponse, watch: DeadlineWatch, chat: ChatStream) -> bytes:
        """The next bytes of the stream, none at its end."""
        if not chat.finished:
            return await self._receive(response, watch, "idle" if chat.begun else "first_token")
        try:
            return await self._receive(response, watch, "tail")
        except TargetError:
            return b""  # the answer is whole; only the usage may be missing

    async def _receive_all(self, response: aiohttp.ClientResponse, watch: DeadlineWatch, limit: int) -> bytes:
        """The body, cut after `limit` bytes."""
        body = bytearray()
        while len(body) < limit and (data := await self._receive(response, watch, "total")):
            body += data
        return bytes(body[:limit])

    async def _receive(self, response: aiohttp.ClientResponse, watch: DeadlineWatch, phase: Phase) -> bytes:
        watch.wait(phase)
        failure: TargetError
        try:
            return await response.content.readany()
        except DeadlineError as error:
            failure = error
        except (aiohttp.ClientError, OSError) as error:
            failure = self._network_error(error)
        finally:
            watch.rest()
        raise failure

    def _network_error(self, error: aiohttp.ClientError | OSError) -> TargetError:
        host = self.endpoint.host
        reason = self._refusals.quote(error.strerror or "") if isinstance(error, OSError) else ""
        match error:
            case aiohttp.ClientConnectorCertificateError():
                says, hint = (
                    f"The certificate of {host} is not trusted",
                    "Check the address, and the system's certificates.",
                )
            case aiohttp.ClientSSLError():
                says, hint = f"No TLS connection to {host}", "Does the server speak plain http?"
            case aiohttp.ClientConnectorDNSError():
                says, hint = f"The host {host} cannot be found", "Check the address and the network."
            case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
                says, hint = f"The proxy does not lead to {host}", "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."
            case aiohttp.ClientConnectorError():
                says, hint = f"{host} takes no connection", "Is the server running, and the address right?"
            case aiohttp.ClientResponseError() | aiohttp.InvalidURL():
                says, hint = f"{host} does not speak HTTP", "Check the address."
            case _:
                says, hint = f"{host} closed the connection before the answer was complete", "Regenerate the answer."
        return NetworkError(f"{says}{f' ({reason})' if reason else ''}.", hint=hint)


async def _drain(response: aiohttp.ClientResponse) -> None:
    """Read the end of the body, which often comes right after `[DONE]`; else the connection is closed, not kept."""
    try:
        async with asyncio.timeout(DRAIN):
            while await response.content.readany():
                pass
    except (TimeoutError, aiohttp.ClientError):
        response.close()
