"""What `tiebreak doctor` looks at: files, database, keys by name, local servers, terminal. Never a secret."""

import locale
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from tiebreak.errors import TiebreakError
from tiebreak.targets.providers import providers
from tiebreak.workspace import Workspace
from tiebreak_store import Store

Level = Literal["ok", "note", "problem"]
PROBE_SECONDS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    level: Level
    area: str
    text: str
    fix: str = ""


def examine(
    folder: Path, environ: Mapping[str, str], probe: "Callable[[str, int], bool] | None" = None
) -> list[Finding]:
    """Everything worth knowing about a workspace and this machine. `probe` says whether a port of a host answers."""
    return [
        *_files(folder),
        *_database(folder),
        *_keys(environ),
        *_servers(probe or answers),
        *_terminal(environ),
    ]


def _files(folder: Path) -> Iterator[Finding]:
    try:
        workspace = Workspace.open(folder)
    except TiebreakError as error:
        yield Finding(level="problem", area="workspace", text=str(error))
        return
    for area, entries in (
        ("dataset", workspace.datasets),
        ("config", workspace.configs),
        ("policy", workspace.policies),
    ):
        if not entries:
            yield Finding(level="note", area=area, text="none here", fix="`tiebreak init` writes examples.")
        for entry in entries:
            if entry.error is not None:
                yield Finding(level="problem", area=area, text=str(entry.error))
            else:
                yield Finding(level="ok", area=area, text=entry.name)


def _database(folder: Path) -> Iterator[Finding]:
    path = Workspace.open(folder).database
    if not path.exists():
        yield Finding(level="note", area="database", text="none yet; the first session makes it")
        return
    try:
        with Store.open(path) as store:
            problems = store.problems()
    except TiebreakError as error:
        yield Finding(level="problem", area="database", text=error.message, fix=error.hint or "")
        return
    for problem in problems:
        fix = "Copy the file, then restore the newest backup beside it."
        yield Finding(level="problem", area="database", text=problem, fix=fix)
    if not problems:
        size = path.stat().st_size / 1e6
        yield Finding(level="ok", area="database", text=f"sound, {size:.1f} MB")


def _keys(environ: Mapping[str, str]) -> Iterator[Finding]:
    for name, provider in providers().items():
        if not provider.key_env:
            continue
        present = [variable for variable in provider.key_env if environ.get(variable)]
        wanted = " or ".join(provider.key_env)
        if present:
            yield Finding(level="ok", area="key", text=f"{name}: {present[0]} is set")
        elif not provider.local:
            yield Finding(level="note", area="key", text=f"{name}: no key", fix=f"Set {wanted} to use {name}/… models.")


def _servers(probe: Callable[[str, int], bool]) -> Iterator[Finding]:
    for name, provider in providers().items():
        if not provider.local:
            continue
        parts = urlsplit(provider.url)
        host, port = parts.hostname or "localhost", parts.port or 80
        if probe(host, port):
            yield Finding(level="ok", area="server", text=f"{name}: something answers at {host}:{port}")
        else:
            yield Finding(level="note", area="server", text=f"{name}: nothing at {host}:{port}")


def answers(host: str, port: int) -> bool:
    """Whether a connection to a port of this machine is taken."""
    try:
        with socket.create_connection((host, port), timeout=PROBE_SECONDS):
            return True
    except OSError:
        return False


def _terminal(environ: Mapping[str, str]) -> Iterator[Finding]:
    size = shutil.get_terminal_size()
    text = f"{environ.get('TERM', 'no TERM')}, {size.columns} by {size.lines}, {locale.getpreferredencoding(False)}"
    if size.columns < 40 or size.lines < 10:
        yield Finding(level="problem", area="terminal", text=text, fix="The app needs 40 columns and 10 lines.")
    elif "utf" not in locale.getpreferredencoding(False).lower():
        yield Finding(level="problem", area="terminal", text=text, fix="Set LANG to a UTF-8 locale.")
    else:
        yield Finding(level="ok", area="terminal", text=text)
    if environ.get("SSH_CONNECTION") or environ.get("TMUX"):
        fix = "If y does not reach your clipboard, Y saves a file."
        yield Finding(level="note", area="clipboard", text="over SSH or tmux copies may be dropped", fix=fix)
