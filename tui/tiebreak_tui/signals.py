"""A clean end on SIGTERM and SIGHUP: what is queued is written, and the terminal is put back."""

import asyncio
import signal
from collections.abc import Callable

ENDING = (signal.SIGTERM, signal.SIGHUP)


def end_on_signals(end: Callable[[int], None]) -> Callable[[], None]:
    """Calls `end` with 128 + the signal's number on the running loop; returns what puts the old handlers back."""
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, end, 128 + number)

    def restore() -> None:
        for number in ENDING:
            loop.remove_signal_handler(number)

    return restore
