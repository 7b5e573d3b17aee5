"""A real local server that speaks the OpenAI chat-completions protocol, and breaks it on request.

What it does follows from the model's name, `behaviour?option=value&…`, or from a queue of such names that a test fills:

    async with ModelServer() as server:
        server.script("429?retry_after=0", "normal?words=5")
        ... post to f"{server.base_url}/chat/completions" ...

By hand: `python tests/support/model_server.py --port 9100`, and in a config `base_url: http://127.0.0.1:9100/v1` with
`model: normal?tps=60`.

Options for all: `words` (20), `ttft` (0, in seconds), `tps` (0 is at once), `newline` (`lf`, `crlf`, `cr`),
`fingerprint` (none), and `last_fingerprint`, which the usage then bears. The behaviours are in `support.behaviours`;
`--help` lists them.
"""

import argparse
import asyncio
import contextlib
import json
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

Json = dict[str, Any]
SENTENCE = "The quick brown fox jumps over the lazy dog — ça alors, 東京 🦊 and so on "
USAGE: Json = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 3},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
ENDINGS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}


@dataclass
class Call:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: Json


class Exchange:
    """One request being answered."""

    def __init__(self, call: Call, options: Mapping[str, str], writer: asyncio.StreamWriter) -> None:
        self.call = call
        self.options = options
        self._writer = writer
        self.keep_alive = True
        self.newline = ENDINGS[options.get("newline", "lf")]

    def number(self, name: str, default: float) -> float:
        return float(self.options.get(name, default))

    def words(self) -> list[str]:
        count = int(self.number("words", 20))
        pool = [f"{word} " for word in SENTENCE.split()]
        return [pool[i % len(pool)] for i in range(count)]

    async def reply(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}
        head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        await self.raw(head.encode() + b"\r\n" + data)

    async def begin(self) -> None:
        await self.raw(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
        )

    async def raw(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def send(self, data: bytes) -> None:
        """Bytes of the event stream, as one HTTP chunk."""
        await self.raw(b"%x\r\n%s\r\n" % (len(data), data))

    async def event(self, payload: object) -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        await self.send(f"data: {text}{self.newline}{self.newline}".encode())

    def chunk(self, delta: Json | None, finish: str | None = None, **more: object) -> Json:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
        model = str(self.call.body.get("model", ""))
        if fingerprint := self.options.get("fingerprint"):
            more = {"system_fingerprint": fingerprint, **more}
        return {"id": "c1", "object": "chat.completion.chunk", "model": f"served-{model}", "choices": choices, **more}

    async def say(self, *pieces: str) -> None:
        """The pieces at the pace that the options ask for."""
        await asyncio.sleep(self.number("ttft", 0))
        gap = 1 / tps if (tps := self.number("tps", 0)) else 0
        for position, piece in enumerate(pieces):
            if gap and position:
                await asyncio.sleep(gap)
            await self.event(self.chunk({"content": piece}))

    async def end(self, finish: str | None = "stop", *, usage: bool = True, done: bool = True) -> None:
        if finish is not None:
            await self.event(self.chunk({}, finish))
        if usage and self.call.body.get("stream_options") == {"include_usage": True}:
            told = {"system_fingerprint": last} if (last := self.options.get("last_fingerprint")) else {}
            await self.event(self.chunk(None, usage=USAGE, **told))
        if done:
            await self.event("[DONE]")
        await self.raw(b"0\r\n\r\n")

    def cut(self) -> None:
        """Close the socket in the middle."""
        self.keep_alive = False
        self._writer.close()

    async def silence(self) -> None:
        """Say nothing more until the client hangs up, which cancels this."""
        await asyncio.Event().wait()

    def reset(self) -> None:
        self.keep_alive = False
        self._writer.transport.abort()


Behaviour = Callable[[Exchange], Awaitable[None]]


def behaviours() -> Mapping[str, Behaviour]:
    """By name; in a module of their own, which knows this one."""
    from support.behaviours import BEHAVIOURS

    return BEHAVIOURS


@dataclass
class ModelServer:
    """Serves on a free port of this machine unless told which."""

    port: int = 0
    calls: list[Call] = field(default_factory=list[Call])
    connections: int = 0
    called: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a call has come in."""
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client goes away in the middle of an answer."""
    in_flight: int = 0
    peak: int = 0
    _script: deque[str] = field(default_factory=deque[str])
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def behaviours(self) -> Mapping[str, Behaviour]:
        return behaviours()

    def script(self, *names: str) -> None:
        """The next calls behave like this, whatever their model."""
        self._script.extend(names)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connection, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hung_up.set()
        except asyncio.CancelledError:
            pass  # the server stops; asyncio would log a cancelled connection as an error
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        call = await _read_call(reader, writer)
        if call is None:
            return False
        self.calls.append(call)
        self.called.set()
        name = self._script.popleft() if self._script else str(call.body.get("model", "normal"))
        kind, _, options = name.partition("?")
        exchange = Exchange(call, dict(parse_qsl(options)), writer)
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        # A client that hangs up ends the behaviour at once, as it would end a model's work.
        known = self.behaviours
        answer = asyncio.ensure_future(known.get(kind, known["404"])(exchange))
        gone = asyncio.ensure_future(_gone(reader))
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                self.hung_up.set()
                return False
            await answer
            return exchange.keep_alive
        finally:
            self.in_flight -= 1
            for work in (answer, gone):
                work.cancel()
            await asyncio.gather(answer, gone, return_exceptions=True)


async def _gone(reader: asyncio.StreamReader) -> None:
    """Returns when the client has hung up; our clients send nothing while they are being answered."""
    with contextlib.suppress(ConnectionError):
        await reader.read(1)


async def _read_call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Call | None:
    try:
        start = await reader.readexactly(1)
        if start == b"\x16":  # a TLS handshake, answered as plain servers do
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return None
        head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Call(first.split(" ")[1], headers, json.loads(body) if body else {})


async def _serve(kind: type[ModelServer], port: int) -> None:
    async with kind(port=port) as server:
        print(f"Serving {server.base_url} (ctrl+c ends it)", flush=True)
        await asyncio.Event().wait()


def main(kind: type[ModelServer] = ModelServer, about: str | None = __doc__) -> None:
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9100)
    parser.epilog = "behaviours: " + ", ".join(sorted(kind().behaviours))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(kind, parser.parse_args().port))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main()
