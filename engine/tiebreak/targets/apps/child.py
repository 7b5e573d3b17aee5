"""A process in a group of its own: bytes in, bytes out, and nothing left of it once it is stopped."""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

STDERR_TAIL = 8 * 1024
"""Bytes kept of what it writes to stderr."""
GRACE = 0.5
"""Seconds between the polite end (SIGTERM) and the other one."""
LINGER = 0.25
"""Seconds without output, once the process itself is gone, until no more is expected: a daemon may hold the pipe."""

STDIN, STDOUT, STDERR = 0, 1, 2


class Child(asyncio.SubprocessProtocol):
    """`start` it once; always `stop` it.

    It owns its process from before there is one, so whoever holds it can ask for exit code and stderr whenever `ended`
    is called, also of a process that is gone before `start` returns.

    asyncio's own `Process.wait` may wait for grandchildren that hold a pipe (gh-119710), hence a protocol of our own:
    it learns of the end of the process itself.
    """

    def __init__(self, received: Callable[[bytes], None], ended: Callable[[], None]) -> None:
        """`received` is called with each piece of stdout, and `ended` once: when the process is gone and all that it
        wrote has been read. Both are called on the loop."""
        self.over = False
        """Neither output nor end are still to come."""
        self.gone = asyncio.Event()
        """Set once the process itself has ended."""
        self._received = received
        self._ended = ended
        self._stderr: deque[bytes] = deque()
        self._stderr_size = 0
        self._transport: asyncio.SubprocessTransport | None = None
        self._open = {STDOUT, STDERR}
        """What it may still write to."""
        self._paused = False
        self._linger: asyncio.TimerHandle | None = None

    async def start(self, command: Sequence[str] | str, *, folder: Path, environ: Mapping[str, str]) -> None:
        """Start a program by its words, or a line of the shell.

        Raises:
            OSError: where it cannot be started.
            ValueError: for a word that holds NUL.
        """
        loop = asyncio.get_running_loop()
        spawn = loop.subprocess_shell if isinstance(command, str) else loop.subprocess_exec
        words = [command] if isinstance(command, str) else command
        starting = asyncio.ensure_future(spawn(lambda: self, *words, cwd=folder, env=environ, start_new_session=True))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            # It may be running already, and nobody would know of it.
            starting.add_done_callback(lambda started: started.cancelled() or started.exception() or self.kill())
            raise
        except (OSError, ValueError):
            self.over = True  # there is none
            raise

    @property
    def code(self) -> int | None:
        """Exit code, or minus the signal that ended it; None while it runs."""
        return self._transport.get_returncode() if self._transport is not None else None

    @property
    def stderr(self) -> bytes:
        """The end of what it wrote to stderr."""
        return b"".join(self._stderr)[-STDERR_TAIL:]

    def write(self, data: bytes) -> None:
        """To its stdin; what it does not want to read is dropped."""
        if (pipe := self._stdin()) is not None:
            pipe.write(data)

    def end_input(self) -> None:
        if (pipe := self._stdin()) is not None:
            pipe.write_eof()

    def pause(self) -> None:
        """Receive no more until `resume`, so that output does not pile up here."""
        if not self._paused and (pipe := self._pipe(STDOUT)) is not None:
            self._paused = True
            pipe.pause_reading()
            self._expect_more()

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            if (pipe := self._pipe(STDOUT)) is not None:
                pipe.resume_reading()
            self._expect_more()

    async def stop(self) -> None:
        """End it and whatever it started: with SIGTERM first, and within half a second in any case."""
        if self._transport is None:
            return  # it was never there, or `start` was given up and sees to it
        try:
            if not self.gone.is_set():
                self._signal(signal.SIGTERM)
                with suppress(TimeoutError):
                    async with asyncio.timeout(GRACE):
                        await self.gone.wait()
        finally:
            self.kill()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self.gone.wait()

    def kill(self) -> None:
        """At once."""
        self._signal(signal.SIGKILL)
        self._finish()

    # -- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._expect_more()
        if fd == STDOUT:
            self._received(data)
            return
        self._stderr.append(data)
        self._stderr_size += len(data)
        while self._stderr_size - len(self._stderr[0]) >= STDERR_TAIL:
            self._stderr_size -= len(self._stderr.popleft())

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        del exc
        self._open.discard(fd)
        self._finish_if_complete()

    def process_exited(self) -> None:
        self._signal(signal.SIGKILL)  # what it left behind in its group
        self.gone.set()
        self._expect_more()
        self._finish_if_complete()

    # -- ours

    def _finish_if_complete(self) -> None:
        """The end of the process, of its stdout and of its stderr come in any order."""
        if self.gone.is_set() and not self._open:
            self._finish()

    def _expect_more(self) -> None:
        """Once the process is gone, wait a moment for the rest of its output; while we are paused, for us."""
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        if self.gone.is_set() and not self._paused and not self.over:
            self._linger = asyncio.get_running_loop().call_later(LINGER, self._finish)

    def _finish(self) -> None:
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        if self._transport is not None:
            self._transport.close()
        if not self.over:
            self.over = True
            self._ended()

    def _signal(self, number: signal.Signals) -> None:
        """To the whole group, whose number is that of the process that leads it; never once that number is free."""
        if self._transport is not None and not self.gone.is_set():
            with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
                os.killpg(self._transport.get_pid(), number)

    def _stdin(self) -> asyncio.WriteTransport | None:
        pipe = self._transport.get_pipe_transport(STDIN) if self._transport is not None else None
        return pipe if isinstance(pipe, asyncio.WriteTransport) and not pipe.is_closing() else None

    def _pipe(self, fd: int) -> asyncio.ReadTransport | None:
        pipe = self._transport.get_pipe_transport(fd) if self._transport is not None else None
        return pipe if isinstance(pipe, asyncio.ReadTransport) and not pipe.is_closing() else None
