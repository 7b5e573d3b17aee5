"""The helper of an app: one process for whoever needs it, started when somebody does, and again after it ended."""

import asyncio
import os
import re
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from tiebreak.errors import TargetError
from tiebreak.redaction import Redactor
from tiebreak.targets.litellm_lane.process import PATIENCE, HelperProcess

COMMAND = (sys.executable, "-P", "-m", "tiebreak.targets.litellm_lane.helper")
"""`-P`: a litellm.py in the folder where somebody starts Tiebreak must not be taken for LiteLLM."""
STARTING = 60.0
"""Seconds that the import may take; 3 to 10 are usual."""
MOST_ENDINGS = 3
WINDOW = 120.0
"""Who ended so often within so many seconds is not started again until they have passed."""

_SECRET = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?|JWT)(?:_|$)", re.IGNORECASE)


def secrets_of(environ: Mapping[str, str], key_env: str | None = None) -> Redactor:
    """Knows the value of `key_env`, and of every variable that is named as secrets are: LiteLLM reads more of them than
    we know."""
    return Redactor.from_environ(environ, (name for name in environ if name == key_env or _SECRET.search(name)))


class Helper:
    """The helper of an app: one process, started with the first call and again after it ended.

    Whoever uses it joins, and it ends when the last one leaves; `async with helper` joins for as long as the block
    lasts. `environ` becomes the process's environment, keys and all. Belongs to the event loop on which it is used.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        redactor: Redactor,
        *,
        command: Sequence[str] = COMMAND,
        starting: float = STARTING,
        patience: float = PATIENCE,
    ) -> None:
        # Where Python finds its modules is ours to say, also where the rest of the environment was given by hand.
        python = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
        self._environ = {**python, **environ}
        self._redactor = redactor
        self._command = command
        self._starting_seconds = starting
        self._patience = patience
        self._users = 0
        self._process: HelperProcess | None = None
        self._start: asyncio.Task[HelperProcess] | None = None
        self._endings: deque[float] = deque(maxlen=MOST_ENDINGS)
        self._counted: HelperProcess | None = None
        """The last one whose ending is among them."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """The helper for an environment, whose secrets it will not repeat."""
        return cls(environ, secrets_of(environ))

    @property
    def pid(self) -> int | None:
        """Of the running process, if there is one."""
        return None if self._process is None or self._process.ended else self._process.pid

    @property
    def ready(self) -> bool:
        """Whether it can be asked without waiting for its start."""
        return self._process is not None and not self._process.ended and self._process.ready.done()

    def join(self) -> None:
        self._users += 1

    async def leave(self) -> None:
        """One user less; the last one ends the process."""
        self._users -= 1
        if self._users == 0:
            await self._stop()

    async def __aenter__(self) -> Self:
        self.join()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()

    def warm_up(self) -> None:
        """Begin to start, so that the first answer does not wait for the import. To be called by a user.

        Says nothing: what keeps it from starting is told to whoever asks.
        """
        if self.pid is None and self._start is None and not self._ends_too_often():
            self._begin()

    async def running(self) -> HelperProcess:
        """The process, ready to be asked.

        Raises:
            TargetError: where it cannot be started, or ended too often.
        """
        while True:
            if self._process is not None and self.ready:
                return self._process
            self._refuse_to_go_on()
            start = self._start or self._begin()
            # Whoever gives up waiting must not stop it for the others.
            process = await asyncio.shield(start)
            if process.ended:
                raise process.failure()

    def _begin(self) -> asyncio.Task[HelperProcess]:
        self._start = asyncio.create_task(self._started())
        self._start.add_done_callback(self._start_ended)
        return self._start

    def _start_ended(self, task: asyncio.Task[HelperProcess]) -> None:
        self._start = None
        if not task.cancelled():
            task.exception()  # told to whoever waits; where nobody does, the next call will meet it

    async def _started(self) -> HelperProcess:
        loop = asyncio.get_running_loop()
        try:
            _, process = await loop.subprocess_exec(
                lambda: HelperProcess(self._redactor, self._patience),
                *self._command,
                env=self._environ,
                start_new_session=True,  # ctrl+c at the terminal is not meant for it
            )
        except OSError as error:
            raise TargetError(
                f"The LiteLLM helper cannot be started ({error.strerror}).", hint="Look at the Python installation."
            ) from None
        self._process = process
        try:
            async with asyncio.timeout(self._starting_seconds):
                await asyncio.shield(process.ready)
        except TimeoutError:
            process.kill(f"it was not ready within {self._starting_seconds:g} s")
            await process.gone
        except asyncio.CancelledError:
            await process.stop()
            raise
        return process

    def _ends_too_often(self) -> bool:
        """Asked before each start, which a callback of the last ending might come after."""
        process = self._process
        if process is not None and process.ended and process is not self._counted:
            self._counted = process
            self._endings.append(process.gone.result())
        now = asyncio.get_running_loop().time()
        return len(self._endings) == MOST_ENDINGS and now - self._endings[0] < WINDOW

    def _refuse_to_go_on(self) -> None:
        """
        Raises:
            TargetError: after too many endings in a short time.
        """
        if self._ends_too_often() and self._process is not None:
            raise TargetError(
                f"The LiteLLM helper ended {MOST_ENDINGS} times in a short while; {self._process.failure().message}",
                hint=f"Tiebreak tries again {WINDOW / 60:g} minutes after the first time.",
            )

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if self._start is not None:
            self._start.cancel()
            await asyncio.gather(self._start, return_exceptions=True)
        if process is not None and not process.ended:
            await process.stop()
