"""The terminal: Textual's own driver, made to survive broken input and to notice when the terminal is gone."""

import os
import selectors
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import IO, TYPE_CHECKING, Any, cast

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Event as TextualEvent

from tiebreak_tui.input_reader import InputReader

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp

READ = 4096
SAVING_SECONDS = 10.0
"""How long the app may take to save once its terminal is gone."""
LEAVING_SECONDS = 1.0
"""How long it may take to end after everything is saved."""
HANGUP = 129
"""The exit code of a process whose terminal was closed: 128 + SIGHUP."""


class TerminalGone(TextualEvent, bubble=False):
    """There is nobody left to read or to type."""


class TerminalDriver(LinuxDriver):
    """Reads through `InputReader`, and tells the app once when the terminal is closed, signal or not."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        # Textual leaves the type of its App open.
        super().__init__(app, debug=debug, mouse=mouse, size=size)  # pyright: ignore[reportUnknownMemberType]
        self._gone = Event()
        self._away = False
        """Another program has the terminal."""
        self._file = cast("IO[str]", _Output(self._file, self._lost))

    def run_input_thread(self) -> None:
        reader = InputReader()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    try:
                        data = os.read(self.fileno, READ)
                    except BlockingIOError:
                        continue
                    except OSError:
                        data = b""
                    if not data:
                        # In raw mode no key means the end of input: only a terminal that is gone does.
                        self._lost()
                        return
                    for message in reader.feed(data):
                        self.process_message(message)
                for message in reader.tick():
                    self.process_message(message)

    def suspend_application_mode(self) -> None:
        super().suspend_application_mode()
        self._away = True

    def resume_application_mode(self) -> None:
        self._away = False
        super().resume_application_mode()

    def write(self, data: str) -> None:
        """While another program has the terminal the loop goes on, and what it would paint is painted afterwards."""
        if not self._away:
            super().write(data)

    def _lost(self) -> None:
        """To be called in any thread, as often as one likes."""
        if self._gone.is_set():
            return
        self._gone.set()
        # Nothing that is written from here on, a farewell or a traceback, can fail or be waited for.
        null = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                os.dup2(null, stream.fileno())
        os.close(null)
        with suppress(RuntimeError):  # the loop has ended by itself
            self.send_message(TerminalGone())
        Thread(target=self._see_it_end, name="tiebreak-last-resort", daemon=True).start()

    def _see_it_end(self) -> None:
        """A process without a terminal that hangs would never be seen again: end it, after its ballots are saved."""
        cast("TiebreakApp", self._app).saved.wait(SAVING_SECONDS)
        time.sleep(LEAVING_SECONDS)
        os._exit(HANGUP)


class _Output:
    """What the writing thread writes to. An error would end that thread, and soon block all who hand it something."""

    def __init__(self, file: IO[str], lost: Callable[[], None]) -> None:
        self._file = file
        self._lost = lost

    def write(self, text: str) -> None:
        try:
            self._file.write(text)
        except OSError:
            self._lost()

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError:
            self._lost()

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()
