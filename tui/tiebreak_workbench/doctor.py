"""What `tiebreak doctor` looks at: files, database, keys by name, local servers, terminal. Never a secret."""

import locale
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from tiebreak import __version__
from tiebreak.errors import TiebreakError
from tiebreak.targets.litellm_lane.catalogue import all_providers
from tiebreak.targets.litellm_lane.shared import secrets_of
from tiebreak.targets.providers import providers
from tiebreak.workspace import Workspace
from tiebreak_store import Store
from tiebreak_workbench.doctor_files import Finding, files_of, problem_of

__all__ = ["Finding", "answers", "examine"]

PROBE_SECONDS = 0.3
NAMED = 8
"""Providers without a key that one line names."""


def examine(
    folder: Path, environ: Mapping[str, str], probe: "Callable[[str, int], bool] | None" = None
) -> list[Finding]:
    """Everything worth knowing about a workspace and this machine. `probe` says whether a port of a host answers."""
    redact = secrets_of(environ).redact
    found = (
        _versions(),
        _workspace(folder, environ),
        _keys(environ),
        _servers(probe or answers),
        _terminal(environ),
    )
    # A key may stand in a file by mistake, and errors quote files.
    return [
        replace(finding, text=redact(finding.text), fix=redact(finding.fix))
        for findings in found
        for finding in findings
    ]


def _versions() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    text = f"Tiebreak {__version__}, Python {python}, SQLite {sqlite3.sqlite_version}"
    yield Finding(level="ok", area="versions", text=text)


def _workspace(folder: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        workspace = Workspace.open(folder)
    except TiebreakError as error:
        yield problem_of("workspace", error)
        return
    if not os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        fix = "Sessions are kept in it: choose one that you may write to."
        yield Finding(level="problem", area="workspace", text=f"{folder} cannot be written to", fix=fix)
    yield from files_of(workspace, environ)
    yield from _database(workspace.database)


def _database(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield Finding(level="note", area="database", text="none yet; the first session makes it")
        return
    try:
        with Store.open(path) as store:
            problems = store.problems()
    except TiebreakError as error:
        yield problem_of("database", error)
        return
    for problem in problems:
        fix = "Copy the file, then restore the newest backup beside it."
        yield Finding(level="problem", area="database", text=problem, fix=fix)
    if not problems:
        size = path.stat().st_size / 1e6
        yield Finding(level="ok", area="database", text=f"sound, {size:.1f} MB")


def _keys(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Which keys are set, by name; of the many providers that only LiteLLM serves, those without one in one line."""
    direct = providers()
    without: list[str] = []
    for name, provider in all_providers().items():
        if not provider.key_env:
            continue
        present = [variable for variable in provider.key_env if environ.get(variable)]
        if present:
            yield Finding(level="ok", area="key", text=f"{name}: {present[0]} is set")
        elif name not in direct:
            without.append(name)
        elif not provider.local:
            wanted = " or ".join(provider.key_env)
            yield Finding(level="note", area="key", text=f"{name}: no key", fix=f"Set {wanted} to use {name}/… models.")
    others = f" and {len(without) - NAMED} others" if len(without) > NAMED else ""
    text = f"through LiteLLM: no key for {', '.join(without[:NAMED])}{others}"
    fix = "Set the provider's own variable, such as ANTHROPIC_API_KEY; clouds may need none."
    yield Finding(level="note", area="key", text=text, fix=fix)


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
