"""Copying: to the terminal's clipboard, or to a file, since no terminal says whether a copy arrived."""

from dataclasses import dataclass
from pathlib import Path

OSC52_LIMIT = 74_000
"""Characters that the common terminals still take; longer text would be cut in silence."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was done with a text: `sent` to the terminal's clipboard, `saved` as a file."""

    sent: bool
    saved: Path | None

    def __str__(self) -> str:
        if self.sent:
            return "Sent to the terminal's clipboard. If it does not arrive, Y saves a file."
        return f"Saved as {self.saved}." if self.saved else "Nothing to copy."


def save_copy(text: str, folder: Path, name: str) -> Path:
    """Write the text to `folder/name`, replacing an earlier copy.

    Raises:
        OSError: where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8", errors="replace")
    return path
