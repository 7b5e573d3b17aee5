"""What `tiebreak doctor` looks at: files, database, keys by name, local servers, terminal. Never a secret."""

import locale
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from tiebreak import __version__
from tiebreak.errors import AuthError, InputError, NotTrustedError, TiebreakError
from tiebreak.gates.wording import plural
from tiebreak.redaction import Redactor
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target
from tiebreak.targets.providers import providers
from tiebreak.workspace import Entry, Workspace
from tiebreak.workspace.configs import CONFIGS
from tiebreak.workspace.trust import Trust
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
    secrets = (environ[name] for p in providers().values() for name in p.key_env if environ.get(name))
    redact = Redactor(secrets).redact
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
        yield _problem("workspace", error)
        return
    if not os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        fix = "Sessions are kept in it: choose one that you may write to."
        yield Finding(level="problem", area="workspace", text=f"{folder} cannot be written to", fix=fix)
    yield from _files(workspace, environ)
    yield from _database(workspace.database)


def _files(workspace: Workspace, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Every dataset, config and policy, read whole: what a list shows may still fail when it is used."""
    parts: tuple[tuple[str, Sequence[Entry], Callable[[Path], str]], ...] = (
        ("dataset", workspace.datasets, partial(_dataset, workspace)),
        ("config", workspace.configs, partial(_config, workspace, environ)),
        ("policy", workspace.policies, partial(_policy, workspace)),
    )
    for area, entries, read in parts:
        if not entries:
            yield Finding(level="note", area=area, text="none here", fix="`tiebreak init` writes examples.")
        for entry in entries:
            try:
                if entry.error is not None:
                    raise entry.error
                yield Finding(level="ok", area=area, text=f"{entry.name}: {read(entry.path)}")
            except InputError as error:
                yield _problem(area, error)
            except TiebreakError as error:
                # Not everybody who has the files has every key, or lets every app of theirs run.
                level: Level = "note" if isinstance(error, AuthError | NotTrustedError) else "problem"
                yield Finding(level=level, area=area, text=f"{entry.name}: {error.message}", fix=error.hint or "")


def _dataset(workspace: Workspace, path: Path) -> str:
    return plural(len(workspace.load_dataset(path).cases), "case")


def _config(workspace: Workspace, environ: Mapping[str, str], path: Path) -> str:
    """What a config asks; opening its target finds missing keys and broken recordings, and calls nothing."""
    config = workspace.load_config(path)
    permit = Trust.of(environ).permit(workspace.folder)
    open_target(config, base_dir=workspace.folder / CONFIGS, environ=environ, limiters=LimiterPool(), permit=permit)
    return config.model_label


def _policy(workspace: Workspace, path: Path) -> str:
    return plural(sum(map(len, workspace.load_policy(path).gates.values())), "gate")


def _problem(area: str, error: TiebreakError) -> Finding:
    where = error.where if isinstance(error, InputError) else ""
    text = f"{where}: {error.message}" if where else error.message
    return Finding(level="problem", area=area, text=text, fix=error.hint or "")


def _database(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield Finding(level="note", area="database", text="none yet; the first session makes it")
        return
    try:
        with Store.open(path) as store:
            problems = store.problems()
    except TiebreakError as error:
        yield _problem("database", error)
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
