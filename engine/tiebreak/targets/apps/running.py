"""A program run to its end: bytes in, an exit code and some bytes out."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tiebreak.errors import AppError, DeadlineError, UnknownModelError
from tiebreak.targets.apps.child import Child
from tiebreak.targets.apps.failures import AppFailures

KEPT = 64 * 1024
"""Bytes kept of what it prints; the rest is read and dropped, so that it does not wait for us."""


async def run_to_end(
    command: tuple[str, ...] | str,
    stdin: bytes,
    *,
    folder: Path,
    environ: Mapping[str, str],
    seconds: float,
    failures: AppFailures,
) -> tuple[int, bytes, bytes]:
    """Exit code (or minus the signal that ended it), the beginning of its output, the end of its error output.

    Raises:
        UnknownModelError: where it cannot be started.
        DeadlineError: where it did not end in time; it is ended, with whatever it started.
        AppError: where it ended without telling how.
    """
    printed = bytearray()
    ended = asyncio.Event()

    def received(data: bytes) -> None:
        printed.extend(data[: KEPT - len(printed)])

    child = Child(received=received, ended=ended.set)
    try:
        await child.start(command, folder=folder, environ=environ)
    except (OSError, ValueError) as error:
        reason = failures.quote((error.strerror if isinstance(error, OSError) else None) or str(error))
        raise UnknownModelError(f"{failures.name} cannot be started: {reason}.") from None
    try:
        async with asyncio.timeout(seconds):
            child.write(stdin)
            child.end_input()
            await ended.wait()
    except TimeoutError:
        raise DeadlineError(f"{failures.name} did not end within {seconds:g} s.") from None
    finally:
        await child.stop()
    if child.code is None:
        raise AppError(f"{failures.name} ended without an exit code.")
    return child.code, bytes(printed), child.stderr
