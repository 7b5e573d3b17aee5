"""A command as a target: a process for each answer, the request on its stdin, the answer on its stdout."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial
from pathlib import Path

from tiebreak.errors import UnknownModelError
from tiebreak.records import CommandTarget, Cost, Deadlines, Usage
from tiebreak.targets.apps.answers import AppStream
from tiebreak.targets.apps.child import Child
from tiebreak.targets.apps.failures import AppFailures
from tiebreak.targets.apps.inbox import Inbox, next_pieces
from tiebreak.targets.apps.pieces import JsonPieces, Pieces, TextPieces
from tiebreak.targets.apps.request import as_json
from tiebreak.targets.base import Request
from tiebreak.targets.deadlines import DeadlineWatch
from tiebreak.targets.events import TargetEvent
from tiebreak.targets.identity import app_identity
from tiebreak.targets.limiter import Limiter
from tiebreak.targets.retries import RetryPolicy, with_retries

FOR_PYTHON = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
"""Set unless they are: a Python program that streams would hold its lines back until it ends."""


class CommandAppTarget:
    """A program of the workspace, run in its folder; see `AnswerTarget`. `price` turns told usage into cost."""

    def __init__(
        self,
        target: CommandTarget,
        *,
        folder: Path,
        environ: Mapping[str, str],
        deadlines: Deadlines,
        policy: RetryPolicy,
        failures: AppFailures,
        price: Callable[[Usage], Cost],
    ) -> None:
        self._target = target
        self._folder = folder
        self._environ = {**FOR_PYTHON, **environ}
        self._deadlines = deadlines
        self._policy = policy
        self._limiter = Limiter(target.concurrency)
        self._failures = failures
        self._price = price

    @property
    def identity(self) -> Mapping[str, object]:
        return app_identity(self._target)

    @property
    def requested_model(self) -> str | None:
        return None

    def answer(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        return with_retries(partial(self._call, request), self._policy, self._limiter)

    async def close(self) -> None:
        """Nothing outlives its answer."""

    async def _call(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        """One run, without retries."""
        clock = asyncio.get_running_loop().time
        body = as_json(request)
        sent = clock()
        stream = AppStream(self._target.fields, self._failures, self._price, strict=True)
        pieces = self._pieces()
        child, inbox = await self._start()
        watch = DeadlineWatch(self._deadlines, sent, inbox.fail)
        try:
            child.write(body + b"\n")
            child.end_input()
            while data := await next_pieces(inbox, watch, stream):
                for event in stream.feed(pieces.feed(b"".join(data)), clock() - sent):
                    yield event
                if stream.failure is not None:
                    raise stream.failure
            if child.over:
                for event in stream.feed(pieces.close(), clock() - sent):
                    yield event
                if child.code:
                    raise self._failures.exited(child.code, child.stderr)
                if stream.failure is not None:
                    raise stream.failure
            for event in stream.end(clock() - sent, "stop"):
                yield event
        finally:
            watch.close()
            await child.stop()

    def _pieces(self) -> Pieces:
        name = self._failures.name
        return TextPieces(name) if self._target.output == "text" else JsonPieces(name, self._failures.quote)

    async def _start(self) -> tuple[Child, Inbox[bytes]]:
        command = self._target.command
        inbox: Inbox[bytes] = Inbox()
        child = Child(received=lambda data: inbox.put(data, len(data)), ended=inbox.close)
        inbox.held_back_by(child.pause, child.resume)
        try:
            await child.start(
                command if isinstance(command, str) else tuple(command), folder=self._folder, environ=self._environ
            )
        except (OSError, ValueError) as error:
            reason = self._failures.quote((error.strerror if isinstance(error, OSError) else None) or str(error))
            raise UnknownModelError(
                f"{self._failures.name} cannot be started: {reason}.",
                hint=f"Check target.command; it runs in {self._folder}.",
            ) from None
        return child, inbox
