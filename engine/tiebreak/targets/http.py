"""Calls over HTTP within our own deadlines, failures as errors of our tree. The only module that imports aiohttp."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

import aiohttp

from tiebreak import __version__
from tiebreak.errors import DeadlineError, NetworkError, TargetError, UnknownModelError
from tiebreak.records import Deadlines
from tiebreak.targets.deadlines import DeadlineWatch, Phase, passed
from tiebreak.targets.failures import ASK_AGAIN, Refusals

ERROR_BODY = 64 * 1024
"""Bytes read of a refusal."""
DRAIN = 0.1
"""Seconds given to the end of the body after the end of the answer, so that the connection can serve the next call."""
WEB_PAGES = frozenset({"text/html", "application/xhtml+xml"})


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


class Caller:
    """Calls one server; `refusals` words its errors."""

    def __init__(self, refusals: Refusals, deadlines: Deadlines, proxy: str | None = None) -> None:
        self.refusals = refusals
        self.deadlines = deadlines
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            self._session = None
            await _leave_session()

    async def call(
        self,
        method: Literal["GET", "POST"],
        url: str,
        *,
        headers: Mapping[str, str],
        sent: float,
        body: bytes | None = None,
    ) -> "Reply":
        """The head of the reply, whatever its status, within the first-token deadline; close it.

        Raises:
            DeadlineError, NetworkError: where none comes.
        """
        if self._session is None:
            self._session = _join_session()
        due = sent + min(self.deadlines.first_token, self.deadlines.total)
        failure: TargetError
        try:
            async with asyncio.timeout_at(due):
                response = await self._session.request(
                    method, url, data=body, headers=headers, proxy=self._proxy, allow_redirects=False
                )
                return Reply(response, self, sent)
        except TimeoutError:
            failure = passed(self.deadlines, "first_token")
        except (aiohttp.ClientError, OSError) as error:
            failure = self.network_error(error)
        # Outside the except clause: aiohttp's errors hold the request's headers, and would hang on ours as context.
        raise failure

    def network_error(self, error: aiohttp.ClientError | OSError) -> TargetError:
        host = self.refusals.place.host
        reason = self.refusals.quote(error.strerror or "") if isinstance(error, OSError) else ""
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
                # asyncio's own words are “Connect call failed” and the address once more.
                reason = os.strerror(error.os_error.errno) if error.os_error.errno else reason
            case aiohttp.ClientResponseError() | aiohttp.InvalidURL():
                says, hint = f"{host} does not speak HTTP", "Check the address."
            case _:
                says, hint = f"{host} closed the connection before the answer was complete", ASK_AGAIN
        return NetworkError(f"{says}{f' ({reason})' if reason else ''}.", hint=hint)


class Reply:
    """One reply, its body still to be read."""

    def __init__(self, response: aiohttp.ClientResponse, caller: Caller, sent: float) -> None:
        self._response = response
        self._caller = caller
        self._watch = DeadlineWatch(caller.deadlines, sent, response.content.set_exception)

    @property
    def status(self) -> int:
        return self._response.status

    @property
    def content_type(self) -> str:
        return self._response.content_type

    @property
    def answers(self) -> bool:
        """Whether the body can hold an answer."""
        return self.status == 200 and self.content_type not in WEB_PAGES

    async def refusal(self) -> TargetError:
        """What a reply without an answer means."""
        place = self._caller.refusals.place
        if self.status == 200:
            return UnknownModelError(f"{place.host} answered with a web page.", hint=place.address_hint)
        try:
            body = await self.read_all(ERROR_BODY)
        except TargetError:
            body = b""  # the status says enough
        return self._caller.refusals.from_reply(self.status, self._response.headers, body)

    async def read(self, phase: Phase) -> bytes:
        """The next bytes, none at the end.

        Raises:
            DeadlineError, NetworkError: where they do not come.
        """
        self._watch.wait(phase)
        failure: TargetError
        try:
            return await self._response.content.readany()
        except DeadlineError as error:
            failure = error
        except (aiohttp.ClientError, OSError) as error:
            failure = self._caller.network_error(error)
        finally:
            self._watch.rest()
        raise failure

    async def read_all(self, limit: int) -> bytes:
        """The body, cut after `limit` bytes."""
        body = bytearray()
        while len(body) < limit and (data := await self.read("total")):
            body += data
        return bytes(body[:limit])

    async def drain(self) -> None:
        """Read the end of the body, which often comes right after the answer's; else the connection is not kept."""
        try:
            async with asyncio.timeout(DRAIN):
                while await self._response.content.readany():
                    pass
        except (TimeoutError, aiohttp.ClientError):
            self._response.close()

    def close(self) -> None:
        """Free the connection: for the next call where the body was read to its end."""
        self._watch.close()
        self._response.close()
