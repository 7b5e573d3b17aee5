"""One helper process with its calls: JSON lines out, JSON lines in, each line led to the call it belongs to."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tiebreak.errors import ProtocolError, ServerError, TargetError, UnknownModelError
from tiebreak.targets.apps.child import Child
from tiebreak.targets.apps.failures import AppFailures
from tiebreak.targets.apps.inbox import Inbox
from tiebreak.targets.chunkjson import Json, as_map, parse
from tiebreak.targets.reader import MAX_ANSWER
from tiebreak.targets.sse import MAX_EVENT

PATIENCE = 2.0
"""Seconds that a call has for ending after it was cancelled."""


@dataclass(slots=True)
class Call:
    """One request that a helper is answering."""

    number: int
    inbox: Inbox[object] = field(default_factory=Inbox[object])
    size: int = 0
    """Bytes received."""


class Helper:
    """A process that answers any number of requests at once. `start`, `ask`, `leave` each call, `stop`.

    A call that does not end when cancelled retires the process: it finishes its other calls, takes no more, and is
    ended. Where it did not even hear of the cancelling, its loop is blocked and the other calls with it: it is ended at
    once, and they may be tried again. So nothing that runs away keeps running.
    """

    def __init__(self, failures: AppFailures) -> None:
        self.retired = False
        """Takes no more calls."""
        self._failures = failures
        self._child = Child(self._received, self._ended)
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._calls: dict[int, Call] = {}
        self._left: dict[int, asyncio.TimerHandle] = {}
        """Cancelled calls, and when patience with them ends."""
        self._heard: set[int] = set()
        """Those of which the process knows that they are cancelled."""
        self._asked = 0
        self._line = bytearray()
        self._gone: TargetError | None = None
        """How it ended."""

    async def start(self, words: Sequence[str], *, folder: Path, environ: Mapping[str, str], seconds: float) -> None:
        """Start the process and wait until it is ready to be asked.

        Raises:
            UnknownModelError: where it cannot start, or the app cannot be loaded, in so many seconds.
        """
        failure: TargetError
        try:
            await self._child.start(words, folder=folder, environ=environ)
            async with asyncio.timeout(seconds):
                await self._ready
            return
        except TimeoutError:
            failure = self._broken(f"it was not ready within {seconds:g} s")
        except (OSError, ValueError) as error:
            failure = self._broken((error.strerror if isinstance(error, OSError) else None) or str(error))
        except TargetError as error:
            failure = error
        await self.stop()
        raise failure

    def ask(self, request: bytes) -> Call:
        """Put a request, which is JSON; its pieces come into the call's inbox."""
        self._asked += 1
        call = Call(self._asked)
        if self._gone is not None:  # since it was ready
            call.inbox.fail(self._gone)
            return call
        self._calls[call.number] = call
        self._write(b'{"id": %d, "request": %s}' % (call.number, request))
        return call

    @property
    def over(self) -> bool:
        """The process is gone."""
        return self._child.over

    def leave(self, call: Call) -> None:
        """The call is of no interest any more; it is cancelled if it still runs."""
        if self._calls.pop(call.number, None) is None or self.over:
            return
        self._write(b'{"cancel": %d}' % call.number)
        loop = asyncio.get_running_loop()
        self._left[call.number] = loop.call_later(PATIENCE, self._out_of_patience, call.number)

    async def stop(self) -> None:
        self.retired = True
        for timer in self._left.values():
            timer.cancel()
        self._left.clear()
        self._child.end_input()
        await self._child.stop()

    # -- what comes

    def _received(self, data: bytes) -> None:
        *lines, rest = data.split(b"\n")
        for line in lines:
            whole = bytes(self._line) + line
            self._line.clear()
            self._take(whole)
        self._line += rest
        if len(self._line) > MAX_EVENT:
            self._fail_all(ProtocolError(f"{self._failures.name} sent one piece of more than {MAX_EVENT} bytes."))
            self._end()

    def _take(self, line: bytes) -> None:
        try:
            message = as_map(parse(line)) or {}
        except ValueError:
            message = {}
        if "ready" in message or "broken" in message:
            self._started(message)
            return
        number = message.get("id")
        if not isinstance(number, int):
            return
        if number in self._left:
            if "heard" in message:
                self._heard.add(number)
            elif "end" in message:
                self._heard.discard(number)
                self._left.pop(number).cancel()
        elif (call := self._calls.get(number)) is not None:
            self._deliver(call, message, len(line))

    def _started(self, message: Json) -> None:
        if "broken" in message:
            self._not_ready(self._broken(self._failures.quote(str(message["broken"]))))
        elif not self._ready.done():
            self._ready.set_result(None)

    def _not_ready(self, failure: TargetError) -> None:
        if not self._ready.done():
            self._ready.set_exception(failure)
            self._ready.exception()  # seen, also where nobody waits any more

    def _deliver(self, call: Call, message: Json, size: int) -> None:
        call.size += size
        if call.size > MAX_ANSWER:
            call.inbox.fail(ProtocolError(f"{self._failures.name} sent more than {MAX_ANSWER // 1024 // 1024} MB."))
            self.leave(call)
            if not self._calls:
                self._end()  # it would go on sending
        elif "piece" in message:
            call.inbox.put(message["piece"], size)
        elif "error" in message:
            call.inbox.fail(self._failures.told(message["error"]))
        elif "end" in message:
            del self._calls[call.number]
            call.inbox.close()
            self._end_if_idle()

    def _ended(self) -> None:
        """The process is gone. With one call it is clear whose doing that is, with several it is not."""
        self.retired = True
        code = self._child.code
        if code is None:  # it was us who ended it
            self._gone = gone = self._failures.failed("its process was ended")
        else:
            self._gone = gone = self._failures.exited(code, self._child.stderr)
        self._not_ready(self._broken(gone.message))
        if len(self._calls) > 1:
            gone = ServerError(f"{gone.message} It had {len(self._calls)} calls, of which one is at fault.")
        self._fail_all(gone)

    # -- what follows

    def _fail_all(self, failure: TargetError) -> None:
        for call in self._calls.values():
            call.inbox.fail(failure)
        self._calls.clear()

    def _out_of_patience(self, number: int) -> None:
        self.retired = True
        if number not in self._heard:
            self._fail_all(
                ServerError(
                    f"{self._failures.name} stood still while it answered several calls.",
                    hint="An async function must not block; one that is not async runs in a thread of its own.",
                )
            )
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self.retired and not self._calls:
            self._end()

    def _end(self) -> None:
        self.retired = True
        self._child.kill()

    def _write(self, line: bytes) -> None:
        self._child.write(line + b"\n")

    def _broken(self, why: str) -> UnknownModelError:
        return UnknownModelError(
            f"{self._failures.name} cannot be started: {why}{'' if why.endswith('.') else '.'}",
            hint="Check target.callable and target.python; modules are looked for in the workspace folder first.",
        )
