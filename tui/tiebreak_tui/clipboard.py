"""Copying: to the terminal's clipboard, or to a file, since no terminal says whether a copy arrived."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

OSC52_LIMIT = 74_000
"""Characters that the common terminals still take; longer text would be cut in silence."""
TMUX_SECONDS = 2.0
"""How long tmux may take to say what it does with copies."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was done with a text: `sent` to the terminal's clipboard, `saved` as a file."""

    sent: bool
    saved: Path | None
    doubt: str = ""
    """Why it has likely not arrived."""

    def __str__(self) -> str:
        if self.sent and self.doubt:
            return f"Sent, but {self.doubt}: Y saves a file."
        if self.sent:
            return "Sent to the terminal's clipboard. If it does not arrive, Y saves a file."
        return f"Saved as {self.saved}." if self.saved else "Nothing to copy."


def doubt_of(environ: Mapping[str, str]) -> str:
    """Why a copy sent as OSC 52 likely does not reach the clipboard; empty where it may. Asks tmux, if that is there:
    not for the event loop.

    tmux passes on what a program copies only with `set-clipboard on`; its default, `external`, does not. GNU screen
    takes the sequence for itself, and the consoles named here do not know it.
    """
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if environ.get("TMUX"):
        setting = _of_tmux(environ)
        return "" if setting == "on" else f"tmux keeps it (set-clipboard is {setting}; `tmux set -s set-clipboard on`)"
    if environ.get("STY") or term.startswith("screen"):
        return "GNU screen does not pass it on"
    if program == "Apple_Terminal":
        return "this terminal (Apple's) does not take copies from programs"
    if term in ("dumb", "linux", "unknown", "vt100", "vt220"):
        return f"this terminal ({term}) likely takes no copies from programs"
    return ""


def _of_tmux(environ: Mapping[str, str]) -> str:
    command = ["tmux", "show-options", "-sv", "set-clipboard"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=TMUX_SECONDS, check=False, env=environ)  # noqa: S603  # tmux, found as the user finds it
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return asked.stdout.strip() if asked.stdout.strip() in ("on", "off", "external") else "unknown"


def save_copy(text: str, folder: Path, name: str) -> Path:
    """Write the text to `folder/name`, replacing an earlier copy.

    Raises:
        OSError: where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8", errors="replace")
    return path
