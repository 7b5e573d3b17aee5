"""A local model server for benchmarks: the OpenAI protocol, streamed, at as little CPU as Python allows.

    python tests/support/fast_model_server.py [--port 0]

How it answers follows from the model's name, as in `support.model_server`: `paced?words=120&ttft=0.3&tps=60`. With
`tps=0` the whole stream leaves in one write. A GET of `/calls/N` gives the number of calls so far, once there are N.
Prints its address, and runs until it is terminated.
"""

import argparse
import asyncio
import contextlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, NamedTuple, cast
from urllib.parse import parse_qsl

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
DONE = b"data: [DONE]\n\n"


class Pace(NamedTuple):
    """Parts of a stream as they leave, the first after `ttft` seconds, the others `gap` seconds apart."""

    parts: tuple[bytes, ...]
    ttft: float
    gap: float


@cache
def pace_of(model: str) -> Pace:
    options = dict(parse_qsl(model.partition("?")[2]))
    words = int(options.get("words", "120"))
    tps = float(options.get("tps", "0"))

    def event(delta: dict[str, str] | None, finish: str | None = None, **more: object) -> bytes:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        chunk = {"id": "chatcmpl-0000", "object": "chat.completion.chunk", "created": 1, "model": "local"}
        data = json.dumps({**chunk, "choices": choices, **more}, separators=(",", ":")).encode()
        return frame(b"data: %s\n\n" % data)

    usage = {"prompt_tokens": 20, "completion_tokens": words, "total_tokens": 20 + words}
    said = [event({"content": f"tok{number % 10} "}) for number in range(words)]
    end = event({}, "stop") + event(None, usage=usage) + frame(DONE) + b"0\r\n\r\n"
    parts = (HEAD + event({"role": "assistant", "content": ""}) + said[0], *said[1:-1], said[-1] + end)
    return Pace(parts if tps else (b"".join(parts),), float(options.get("ttft", "0")), 1 / tps if tps else 0)


def frame(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class Connection(asyncio.Protocol):
    calls = 0
    asking: ClassVar[list[tuple[int, "Connection"]]] = []
    """Who wants to know once there are so many calls."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, blank, body = self._got.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        size = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        if not blank or len(body) < size:
            return
        self._got = body[size:]
        if head.startswith(b"GET "):
            Connection.asking.append((int(head.split(b" ")[1].rpartition(b"/")[2]), self))
            tell()
        else:
            request: dict[str, Any] = json.loads(body[:size])
            Connection.calls += 1
            tell()
            pace = pace_of(str(request["model"]))
            self._send(self._loop.time() + pace.ttft, iter(pace.parts), pace)

    def _send(self, due: float, parts: Iterator[bytes], pace: Pace) -> None:
        """Sends parts that are due, and comes back for the next one; the clock is absolute, so delays do not add up."""
        while due <= self._loop.time():
            part = next(parts, None)
            if part is None or self._transport is None:
                return
            self.say(part)
            due += pace.gap
        self._timer = self._loop.call_at(due, self._send, due, parts, pace)

    def say(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


def tell() -> None:
    """Answers those who asked for no more calls than there are."""
    count = str(Connection.calls).encode()
    for asked in [asked for asked in Connection.asking if asked[0] <= Connection.calls]:
        Connection.asking.remove(asked)
        asked[1].say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(count), count))


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port, backlog=1024)
    print(f"Serving http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))
