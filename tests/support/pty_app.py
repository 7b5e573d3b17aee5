"""The command line in a terminal of its own: a pseudo-terminal, read with select, written to as a keyboard would be."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

LIMIT = 20.0
"""Seconds that anything may take; a loaded machine is slow."""
IN_A_TERMINAL = "import sys; from tiebreak_cli.__main__ import main; sys.argv[0] = 'tiebreak'; main()"


class PtyApp:
    """One run of `tiebreak …` in a terminal of its own, `size` in columns and rows.

    Without `signalled` the terminal is nobody's controlling one, so that its end comes without SIGHUP.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        folder: Path,
        environ: Mapping[str, str] | None = None,
        *,
        size: tuple[int, int] = (160, 40),
        signalled: bool = True,
    ) -> None:
        self.written = b""
        self.code: int | None = None
        self._closed = False
        given = {"TERM": "xterm-256color", "HOME": str(folder), "USER": "tester", "LANG": "C.UTF-8"}
        inherited = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TMPDIR") if name in os.environ}
        pid, self._terminal = pty.fork() if signalled else _fork_uncontrolled()
        if pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
                os.chdir(folder)
                command = [sys.executable, "-c", IN_A_TERMINAL, *arguments]
                os.execve(sys.executable, command, {**inherited, **given, **(environ or {})})
            finally:
                os._exit(127)
        self.pid = pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.close()

    @property
    def text(self) -> str:
        return self.written.decode("utf-8", "replace")

    def press(self, keys: bytes) -> None:
        os.write(self._terminal, keys)

    def close(self) -> None:
        """Close the terminal, as when its window is closed or the connection breaks."""
        if not self._closed:
            self._closed = True
            os.close(self._terminal)

    def outlive(self) -> int:
        """Wait for the process to end though its terminal is closed; returns its exit code."""
        deadline = time.monotonic() + LIMIT
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
                return self.code
            assert time.monotonic() < deadline, "it lives on without a terminal"
            time.sleep(0.02)

    def until(self, *words: str, since: int = 0) -> None:
        """Read until all words have been written after the first `since` bytes."""
        deadline = time.monotonic() + LIMIT
        while not all(word.encode() in self.written[since:] for word in words):
            assert time.monotonic() < deadline, f"waited in vain for {words}; at the end: {self.text[-2000:]!a}"
            assert self._read(), f"it ended before {words}: {self.text[-2000:]!a}"

    def end(self) -> int:
        """Read to the end of the process; returns its exit code."""
        deadline = time.monotonic() + LIMIT
        while self._read():
            assert time.monotonic() < deadline, f"it does not end: {self.text[-2000:]!a}"
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def _read(self) -> bool:
        """Take in what is there; False at the end."""
        if not select.select([self._terminal], [], [], LIMIT)[0]:
            return True
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # Linux says so when the other side is closed; macOS gives no bytes
            return False
        self.written += data
        return bool(data)


def _fork_uncontrolled() -> tuple[int, int]:
    """As `pty.fork`, but the child's terminal is not its controlling one."""
    terminal, inner = pty.openpty()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.close(terminal)
        for number in range(3):
            os.dup2(inner, number)
    os.close(inner)
    return pid, terminal


def is_restored(written: bytes) -> bool:
    """Whether the terminal was left as it was found: main screen, cursor on, mouse, paste and focus reports off."""
    pairs = [("?1049l", "?1049h"), ("?25h", "?25l"), ("?1000l", "?1000h"), ("?1003l", "?1003h"), ("?2004l", "?2004h")]
    return all(written.rfind(f"\x1b[{off}".encode()) > written.rfind(f"\x1b[{on}".encode()) for off, on in pairs)
