"""Texts in the user's own editor: one to be changed, or one to be read. What is written for it is gone afterwards."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tiebreak.errors import UsageError

LARGEST = 4_000_000
"""Bytes that are taken back from an editor."""
Run = Callable[[Sequence[str]], int]
"""Runs a command in this terminal to its end; returns its exit code."""


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The program of `$VISUAL` or `$EDITOR`, with its arguments.

    Raises:
        UsageError: where neither is set, or the program is not there.
    """
    wanted = environ.get("VISUAL", "").strip() or environ.get("EDITOR", "").strip()
    if not wanted:
        raise UsageError("No editor is set.", hint="Set EDITOR, such as `export EDITOR=nano`, and start again.")
    try:
        command = shlex.split(wanted)
    except ValueError as error:
        raise UsageError(f"EDITOR cannot be understood: {error}.", hint="It is a program, with arguments.") from None
    if shutil.which(command[0], path=environ.get("PATH")) is None:
        raise UsageError(f"The editor “{command[0]}” is not there.", hint="Set EDITOR to one that is.")
    return command


def in_terminal(command: Sequence[str]) -> int:
    """Run a program in this terminal.

    Raises:
        UsageError: where it cannot be started.
    """
    try:
        return subprocess.run(list(command), check=False).returncode  # noqa: S603  # the user's own editor
    except OSError as error:
        raise UsageError(f"The editor cannot be started: {error.strerror or error}.") from None


def edit_text(text: str, name: str, environ: Mapping[str, str], run: Run = in_terminal) -> str:
    """The text as it was left in the editor; `name` is what the file is called, for its highlighting.

    Raises:
        UsageError: where there is no editor, it ends with an error, or what it leaves cannot be read.
    """
    command = editor_command(environ)
    with _file(text, name, 0o600) as path:
        _run(run, [*command, str(path)])
        try:
            if path.stat().st_size > LARGEST:
                raise UsageError(f"The edited text is longer than {LARGEST:,} bytes; nothing was taken over.")
            return path.read_bytes().decode("utf-8", "surrogatepass")
        except UnicodeError:
            raise UsageError("The edited text is not UTF-8; nothing was taken over.") from None
        except OSError as error:
            raise UsageError(f"The edited text cannot be read: {error.strerror or error}.") from None


def view_text(text: str, name: str, environ: Mapping[str, str], run: Run = in_terminal) -> None:
    """Show a text in the editor, in a file that nobody else may read and the editor may not change.

    Raises:
        UsageError: where there is no editor, or it ends with an error.
    """
    command = editor_command(environ)
    with _file(text, name, 0o400) as path:
        _run(run, [*command, str(path)])


def _run(run: Run, command: Sequence[str]) -> None:
    code = run(command)
    if code:
        raise UsageError(f"The editor ended with exit code {code}; nothing was taken over.")


@contextmanager
def _file(text: str, name: str, mode: int) -> Generator[Path]:
    """A file in a folder of its own that only this user may enter; both are gone afterwards."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="tiebreak-"))
    except OSError as error:
        raise UsageError(f"There is no room for a file to edit: {error.strerror or error}.") from None
    try:
        path = folder / name
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))
        path.chmod(mode)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)
