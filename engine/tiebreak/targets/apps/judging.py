"""A Python function that judges answers, called in a helper process like the function of a `python` target."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from tiebreak.errors import DeadlineError, ProtocolError
from tiebreak.targets.apps.failures import AppFailures
from tiebreak.targets.apps.helper import Helper
from tiebreak.targets.apps.python_app import SCRIPT
from tiebreak.targets.chunkjson import as_map

STARTING = 60.0
"""Seconds that its import may take."""


class PythonJudge:
    """One function. Its process starts with the first call, anew after a crash or a call that would not end."""

    def __init__(self, name: str, *, folder: Path, environ: Mapping[str, str], failures: AppFailures) -> None:
        self._name = name
        self._folder = folder
        self._environ = environ
        self._failures = failures
        self._helper: Helper | None = None
        self._starting: asyncio.Task[None] | None = None
        self._retired: list[Helper] = []

    async def call(self, request: bytes, seconds: float) -> object:
        """What the function says of a request, as JSON has it. The clock starts once the process is ready.

        Raises:
            TargetError: where it cannot be started or called, raises, or does not end in time.
        """
        helper = await self._ready()
        call = helper.ask(request)
        pieces: list[object] = []
        try:
            async with asyncio.timeout(seconds):
                while came := await call.inbox.get():
                    pieces += came
        except TimeoutError:
            raise DeadlineError(f"{self._failures.name} did not end within {seconds:g} s.") from None
        finally:
            helper.leave(call)
        told = as_map(pieces[0]) if len(pieces) == 1 else None
        if told is None or "said" not in told:
            raise ProtocolError(f"{self._failures.name} gave no result.")
        return told["said"]

    async def close(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        helpers = [*self._retired, *([self._helper] if self._helper is not None else [])]
        self._helper, self._retired = None, []
        for helper in helpers:
            await helper.stop()

    async def _ready(self) -> Helper:
        """A process that can be asked; those who come while it starts wait for the same one."""
        if self._helper is None or self._helper.retired:
            if self._helper is not None:
                self._retired = [helper for helper in (*self._retired, self._helper) if not helper.over]
            self._helper = Helper(self._failures)
            words = (sys.executable, str(SCRIPT), str(self._folder), self._name, "check")
            self._starting = asyncio.ensure_future(
                self._helper.start(words, folder=self._folder, environ=self._environ, seconds=STARTING)
            )
        helper, starting = self._helper, self._starting
        if starting is not None:
            await asyncio.shield(starting)
        return helper
