"""Which programs of which workspace may run here: a record that lies outside every workspace.

Trust is given to a folder (by its resolved path) and to each program as it is written in a config, so an edited command
asks again. What the program's own files hold is not looked at: they change as one works on an app, and who changes them
can be seen in Git like any other code that one runs.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tiebreak.datasets import iter_cases
from tiebreak.datasets.durable import write_whole
from tiebreak.errors import InputError, UsageError
from tiebreak.records import CheckSpec
from tiebreak.targets.apps.permit import Permit, Program, program_of
from tiebreak.targets.chunkjson import as_map
from tiebreak.workspace.policies import read_policy
from tiebreak.workspace.programs import programs_of
from tiebreak.workspace.workspace import Workspace

FORM = 1
"""Of the file."""
Trusted = dict[str, dict[str, str]]
"""Folder → version of a program → the program as one would type it, for people who open the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A program that a config, or a check of a policy or a dataset, would run."""

    config: str
    """Who runs it: a config by its name, a check as “policy ship, check tone”."""
    program: Program
    trusted: bool


class Trust:
    """The record of one user. Read anew for each question, since another process may have changed it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Trust":
        """`$XDG_DATA_HOME/tiebreak/trusted.json`."""
        base = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        return cls(Path(base) / "tiebreak" / "trusted.json")

    def allows(self, folder: Path, program: Program) -> bool:
        """
        Raises:
            UsageError: for a record that cannot be read.
        """
        return program.version in self._read().get(_name(folder), {})

    def permit(self, folder: Path) -> Permit:
        """For `open_target`: what may run in a workspace."""
        folder = folder.resolve()
        return Permit(folder, lambda program: self.allows(folder, program))

    def wanted(self, workspace: Workspace) -> list[Wanted]:
        """What configs, judges and checks would run; those that cannot be read run nothing. Reads datasets."""
        return [
            Wanted(config=config, program=program, trusted=self.allows(workspace.folder, program))
            for config, program in _programs(workspace)
        ]

    def allow(self, folder: Path, programs: Sequence[Program]) -> None:
        """Let these run in the folder, and no others any more.

        Raises:
            UsageError: where that cannot be kept.
        """
        known = self._read()
        known[_name(folder)] = {program.version: program.text for program in programs}
        self._write(known)

    def revoke(self, folder: Path) -> bool:
        """Let nothing run in the folder any more; False where nothing might.

        Raises:
            UsageError: where that cannot be kept.
        """
        known = self._read()
        if known.pop(_name(folder), None) is None:
            return False
        self._write(known)
        return True

    def _read(self) -> Trusted:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as problem:
            raise self._unusable(str(problem)) from None
        try:
            known = as_map(json.loads(text)) or {}
        except (ValueError, RecursionError):
            raise self._unusable("it is not JSON") from None
        folders = as_map(known.get("folders"))
        if known.get("form") != FORM or folders is None:
            raise self._unusable("its form is unknown")
        return {
            name: {version: str(said) for version, said in (as_map(programs) or {}).items()}
            for name, programs in folders.items()
        }

    def _write(self, known: Trusted) -> None:
        text = json.dumps({"form": FORM, "folders": known}, ensure_ascii=True, indent=2, sort_keys=True)
        try:
            write_whole(self.path, text + "\n")
        except OSError as problem:
            raise UsageError(f"The record of trust cannot be written: {problem}.") from None

    def _unusable(self, why: str) -> UsageError:
        return UsageError(
            f"The record of trusted workspaces cannot be used: {self.path}: {why}.",
            hint="Delete it; `tiebreak trust` makes it anew.",
        )


def _programs(workspace: Workspace) -> Iterator[tuple[str, Program]]:
    for entry in workspace.configs:
        if entry.error is not None:
            continue
        try:
            program = program_of(workspace.load_config(entry.path))
        except InputError:
            continue  # edited in this moment
        if program is not None:
            yield entry.name, program
    for entry in workspace.judges:
        if entry.error is None:
            with suppress(InputError):  # edited in this moment
                program = program_of(workspace.load_judge(entry.path).config)
                if program is not None:
                    yield f"judge {entry.name}", program
    told: set[tuple[str, Program]] = set()
    for place, spec, program in _programs_of_checks(workspace):
        if (place, program) not in told:
            told.add((place, program))
            yield f"{place}, check {spec.id}", program


def _programs_of_checks(workspace: Workspace) -> Iterator[tuple[str, CheckSpec, Program]]:
    for entry in workspace.policies:
        with suppress(InputError):
            for spec, program in programs_of(read_policy(entry.path).checks):
                yield f"policy {entry.name}", spec, program
    for entry in workspace.datasets:
        with suppress(InputError):
            for case in iter_cases(entry.path):
                for spec, program in programs_of(case.checks):
                    yield f"dataset {entry.name}", spec, program


def _name(folder: Path) -> str:
    return str(folder.resolve())
