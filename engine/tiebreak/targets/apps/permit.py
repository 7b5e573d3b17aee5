"""What of a workspace would run on this machine, and whether its owner allowed it."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tiebreak.errors import NotTrustedError
from tiebreak.records import CommandTarget, Config, PythonTarget, version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Code that a workspace names. An edit of any field makes another program, which has to be allowed anew."""

    kind: Literal["command", "shell", "python"]
    words: tuple[str, ...]
    """The program and its arguments; the one line for the shell; the callable, and its interpreter if one is named."""

    @property
    def version(self) -> str:
        """SHA-256 of everything."""
        return version_of(self)

    @property
    def text(self) -> str:
        """As one would type it."""
        match self.kind:
            case "command":
                return shlex.join(self.words)
            case "shell":
                return f"sh -c {shlex.quote(self.words[0])}"
            case "python":
                return f"the Python function {' with '.join(self.words)}"


def program_of(config: Config) -> Program | None:
    """The program that answers for a config; None where no code of the workspace does."""
    match config.target:
        case CommandTarget(command=str() as line):
            return Program(kind="shell", words=(line,))
        case CommandTarget(command=words):
            return Program(kind="command", words=tuple(words))
        case PythonTarget(callable=name, python=python):
            return Program(kind="python", words=(name,) if python is None else (name, python))
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Permit:
    """Where the programs of a workspace run, and which of them may."""

    folder: Path
    allows: Callable[[Program], bool]

    def require(self, config: Config) -> None:
        """
        Raises:
            NotTrustedError: where the config would run what nobody allowed.
        """
        program = program_of(config)
        if program is not None and not self.allows(program):
            raise NotTrustedError(
                f"The config “{config.name}” would run code of this workspace: {program.text}.",
                hint=f"Look at it first; `tiebreak trust -w {shlex.quote(str(self.folder))}` allows it.",
            )
