"""The parent's end of one helper process: speak with it, notice when it ends or hangs."""

import asyncio
from collections.abc import Mapping
from typing import cast

from tiebreak.errors import NetworkError, ProtocolError, TargetError
from tiebreak.redaction import Redactor
from tiebreak.sanitise import clean_line
from tiebreak.targets.chunkjson import Json
from tiebreak.targets.litellm_lane.protocol import LineSplitter, decode, encode
from tiebreak.targets.reader import MAX_ANSWER

PATIENCE = 15.0
"""Seconds for the helper to acknowledge that a call was given up. LiteLLM imports some providers' libraries only with
the first call, and hears nothing meanwhile."""
FAREWELL = 1.0
"""Seconds between the process's end, or its silence, and the end of its pipes."""
TAIL = 4096
"""Bytes kept of what the helper prints."""
QUOTED = 200


class HelperCall:
    """One request to the helper; `read` what comes, then `close`."""

    def __init__(self, process: "HelperProcess", number: int) -> None:
        self._process = process
        self._number = number
        self._inbox: list[Json] = []
        self._size = 0
        self._failure: TargetError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self.ended = False

    async def read(self) -> list[Json]:
        """The messages that came since the last time, at least one.

        Raises:
            TargetError: what `fail` was given, after the messages before it.
        """
        if not self._inbox and self._failure is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if not self._inbox and self._failure is not None:
            raise self._failure
        messages, self._inbox = self._inbox, []
        return messages

    def take(self, message: Json, size: int) -> None:
        self._size += size
        self.ended = self.ended or "end" in message
        if self._size > MAX_ANSWER:
            self.fail(ProtocolError(f"The answer is longer than {MAX_ANSWER // 1024 // 1024} MB."))
        elif self._failure is None:
            self._inbox.append(message)
            self._wake()

    def fail(self, failure: TargetError) -> None:
        """Nothing more is read; the first failure stands."""
        self._failure = self._failure or failure
        self._wake()

    def close(self) -> None:
        """Give the call up unless it has ended, which frees its connection."""
        self._process.leave(self._number, cancel=not self.ended)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class HelperProcess(asyncio.SubprocessProtocol):
    """One life of the helper."""

    def __init__(self, redactor: Redactor, patience: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._redactor = redactor
        self._patience = patience
        self._transport: asyncio.SubprocessTransport | None = None
        self._splitter = LineSplitter()
        self._tail = b""
        self._calls: dict[int, HelperCall] = {}
        self._given_up: dict[int, asyncio.TimerHandle] = {}
        self._farewell: asyncio.TimerHandle | None = None
        self._number = 0
        self._why = ""
        self.ready: asyncio.Future[None] = self._loop.create_future()
        """Done when requests can be answered, or never will be: look at `ended`."""
        self.gone: asyncio.Future[float] = self._loop.create_future()
        """When it ended, by the clock of the loop."""

    @property
    def pid(self) -> int | None:
        return self._transport.get_pid() if self._transport else None

    @property
    def ended(self) -> bool:
        return self.gone.done()

    def ask(self, request: Mapping[str, object]) -> HelperCall:
        """Send a request.

        Raises:
            TypeError: for what JSON cannot hold.
        """
        self._number += 1
        line = encode({"ask": self._number, **request})
        call = self._calls[self._number] = HelperCall(self, self._number)
        if self.ended:
            call.fail(self.failure())
        else:
            self._write(line)
        return call

    def leave(self, number: int, *, cancel: bool) -> None:
        del self._calls[number]
        if cancel and not self.ended:
            self._write(encode({"cancel": number}))
            self._given_up[number] = self._loop.call_later(self._patience, self._hung)

    def failure(self) -> NetworkError:
        """What a call is told that this life of the helper cannot serve."""
        return NetworkError(
            f"The LiteLLM helper ended: {self._why or 'it was stopped'}.",
            hint="It is started again for the next answer.",
        )

    def kill(self, why: str) -> None:
        self._why = self._why or why
        if self._transport is not None:
            self._transport.close()

    async def stop(self) -> None:
        """End it. It holds nothing that is worth a farewell."""
        self.kill("")
        await self.gone

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self._tail = (self._tail + data)[-TAIL:]
            return
        for line in self._splitter.feed(data):
            try:
                self._take(decode(line), len(line))
            except ValueError:
                self.kill("it spoke in riddles")
                return

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002
        if fd == 1:
            self._see_it_off()  # who cannot be heard cannot help

    def process_exited(self) -> None:
        self._see_it_off()  # a child of its own may hold the pipes open

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The process has ended and all it said is read."""
        assert self._transport is not None
        code = self._transport.get_returncode()
        self._transport.close()  # asyncio counts it as open until then
        self._why = self._why or self._last_words(code)
        for timer in (*self._given_up.values(), self._farewell):
            if timer is not None:
                timer.cancel()
        self.gone.set_result(self._loop.time())
        if not self.ready.done():
            self.ready.set_result(None)
        for call in self._calls.values():
            call.fail(self.failure())

    def _take(self, message: Json, size: int) -> None:
        match message:
            case {"ready": _}:
                if not self.ready.done():
                    self.ready.set_result(None)
            case {"id": int(number)}:
                if (call := self._calls.get(number)) is not None:
                    call.take(message, size)
                elif "end" in message and (timer := self._given_up.pop(number, None)) is not None:
                    timer.cancel()
            case _:
                raise ValueError("not a message of the helper")

    def _see_it_off(self) -> None:
        """Close the transport if it does not come to its end by itself. At once would lose the exit code."""
        if self._farewell is None:
            self._farewell = self._loop.call_later(FAREWELL, self.kill, "")

    def _hung(self) -> None:
        self.kill(f"it did not stir for {self._patience:g} s")

    def _write(self, line: bytes) -> None:
        assert self._transport is not None
        pipe = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))
        pipe.write(line)

    def _last_words(self, code: int | None) -> str:
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        printed = self._redactor.redact(self._tail.decode("utf-8", "replace")).strip()
        said = clean_line(printed.rpartition("\n")[2], QUOTED)
        return f"{how}, after saying “{said}”" if said else how
