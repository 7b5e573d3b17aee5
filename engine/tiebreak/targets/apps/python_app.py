"""A Python function as a target, called in a helper process, so that its import and its work stay off the screen."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial
from pathlib import Path

from tiebreak.records import Cost, Deadlines, PythonTarget, Usage
from tiebreak.targets.apps.answers import AppStream
from tiebreak.targets.apps.failures import AppFailures
from tiebreak.targets.apps.helper import Helper
from tiebreak.targets.apps.inbox import next_pieces
from tiebreak.targets.apps.request import as_json
from tiebreak.targets.base import Request
from tiebreak.targets.deadlines import DeadlineWatch
from tiebreak.targets.events import TargetEvent
from tiebreak.targets.identity import app_identity
from tiebreak.targets.limiter import Limiter
from tiebreak.targets.retries import RetryPolicy, with_retries

SCRIPT = Path(__file__).with_name("python_child.py")


class PythonAppTarget:
    """A function of the workspace; see `AnswerTarget`. Its process starts with the first call, anew after a crash."""

    def __init__(
        self,
        target: PythonTarget,
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
        self._environ = environ
        self._deadlines = deadlines
        self._policy = policy
        self._limiter = Limiter(target.concurrency)
        self._failures = failures
        self._price = price
        self._helper: Helper | None = None
        self._starting: asyncio.Task[None] | None = None
        self._retired: list[Helper] = []

    @property
    def identity(self) -> Mapping[str, object]:
        return app_identity(self._target)

    @property
    def requested_model(self) -> str | None:
        return None

    def answer(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        return with_retries(partial(self._call, request), self._policy, self._limiter)

    async def close(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        helpers = [*self._retired, *([self._helper] if self._helper is not None else [])]
        self._helper, self._retired = None, []
        for helper in helpers:
            await helper.stop()

    async def _call(self, request: Request) -> AsyncGenerator[TargetEvent, None]:
        """One call, without retries. The clock starts once the process is ready: its import is no part of an answer."""
        clock = asyncio.get_running_loop().time
        helper = await self._ready()
        sent = clock()
        stream = AppStream(self._target.fields, self._failures, self._price, strict=True)
        call = helper.ask(as_json(request))
        watch = DeadlineWatch(self._deadlines, sent, call.inbox.fail)
        try:
            while pieces := await next_pieces(call.inbox, watch, stream):
                for event in stream.feed(pieces, clock() - sent):
                    yield event
                if stream.failure is not None:
                    raise stream.failure
            for event in stream.end(clock() - sent, "stop"):
                yield event
        finally:
            watch.close()
            helper.leave(call)

    async def _ready(self) -> Helper:
        """A process that can be asked; those who come while it starts wait for the same one."""
        if self._helper is None or self._helper.retired:
            if self._helper is not None:
                self._retired = [helper for helper in (*self._retired, self._helper) if not helper.over]
            self._helper = Helper(self._failures)
            python = self._target.python
            words = (
                sys.executable if python is None else str(self._folder / python),
                str(SCRIPT),
                str(self._folder),
                self._target.callable,
            )
            self._starting = asyncio.ensure_future(
                self._helper.start(words, folder=self._folder, environ=self._environ, seconds=self._deadlines.total)
            )
        helper, starting = self._helper, self._starting
        if starting is not None:
            await asyncio.shield(starting)
        return helper
