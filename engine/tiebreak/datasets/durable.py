"""Files that are there whole or not at all, also after a power cut."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


def write_whole(path: Path, text: str) -> None:
    """Write a file in one step; whoever reads it meanwhile finds the old one or the new one.

    Raises:
        OSError: where that cannot be done; nothing has changed then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened_whole(path) as file:
        file.write(text)


@contextmanager
def opened_whole(path: Path) -> Generator[TextIO]:
    """A file to be written piece by piece: it takes its place once the block has ended well, and else is gone.

    Raises:
        OSError: where that cannot be done; nothing has changed then.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - it is open already
            yield file
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, as `fsync` does for content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
