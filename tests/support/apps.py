"""Opening app targets over real servers and processes, in a workspace where everything may run."""

import asyncio
import os
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from support.answers import PATIENT, QUESTION, Answer, ask
from tiebreak.records import AppTarget, Config, Deadlines, Price
from tiebreak.targets.apps.permit import Permit
from tiebreak.targets.base import AnswerTarget, Request
from tiebreak.targets.events import ContextsEvent, TextDelta, UsageEvent
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target


def open_app(
    folder: Path,
    target: AppTarget,
    *,
    retries: int = 0,
    deadlines: Deadlines = PATIENT,
    price: Price | None = None,
    environ: Mapping[str, str] | None = None,
) -> AnswerTarget:
    config = Config(name="tested", target=target, deadlines=deadlines, retries=retries, price=price)
    permit = Permit(folder, lambda program: True)
    environ = {**os.environ, **(environ or {})}
    return open_target(config, base_dir=folder, environ=environ, limiters=LimiterPool(), permit=permit)


async def ask_app(folder: Path, target: AppTarget, request: Request = QUESTION, **options: Any) -> Answer:
    """Open, ask, close."""
    opened = open_app(folder, target, **options)
    try:
        return await ask(opened, request)
    finally:
        await opened.close()


def texts(answer: Answer) -> list[str]:
    return [event.text for event in answer.events if isinstance(event, TextDelta)]


def passages(answer: Answer) -> list[tuple[str, str]]:
    """Of the last contexts event."""
    found = [event for event in answer.events if isinstance(event, ContextsEvent)]
    return [(context.id, context.text) for context in found[-1].contexts] if found else []


def usage_of(answer: Answer) -> UsageEvent:
    (event,) = (event for event in answer.events if isinstance(event, UsageEvent))
    return event


@dataclass
class HttpCall:
    line: str
    headers: Mapping[str, str]
    body: bytes


Handler = Callable[[HttpCall, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class AppServer:
    """A real server on a free port of this machine; `handler` writes the whole reply, head and all."""

    handler: Handler
    calls: list[HttpCall] = field(default_factory=list[HttpCall])
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/answer"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
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
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                call = HttpCall(head[0], headers, body)
                self.calls.append(call)
                await self.handler(call, writer)
                await writer.drain()
        finally:
            self._tasks.discard(task)
            writer.close()


def replying(
    content_type: str, body: bytes, *, status: int = 200, length: int | None = None, **headers: str
) -> Handler:
    """The same reply to every call; `length` may claim another size than it has."""

    async def handle(call: HttpCall, writer: asyncio.StreamWriter) -> None:
        lines = {
            "Content-Type": content_type,
            "Content-Length": str(len(body) if length is None else length),
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"HTTP/1.1 {status} X\r\n{head}Connection: close\r\n\r\n".encode() + body)

    return handle


def running(number: str | int, *, column: str = "pid") -> bool:
    """Whether a process runs, or with `pgid` one of its group; one that is dead and not yet collected does not."""
    listed = subprocess.run(["ps", "-A", "-o", f"{column}=", "-o", "stat="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return any(row[0] == str(number) and "Z" not in row[1] for row in rows)


async def ended(number: str | int) -> None:
    """Wait until a process has ended."""

    def wait() -> None:
        while running(number):
            os.sched_yield()

    async with asyncio.timeout(10):
        await asyncio.to_thread(wait)
