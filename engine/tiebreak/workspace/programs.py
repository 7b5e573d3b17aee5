"""Code that checks would run: which program a check names."""

from collections.abc import Iterable, Iterator

from tiebreak.checks import build_check
from tiebreak.checks.kinds.command import Command
from tiebreak.checks.kinds.python import Python
from tiebreak.records import CheckSpec, canonical_json
from tiebreak.targets.apps.permit import Program

RUNNING = frozenset({Command.kind, Python.kind})
"""Kinds of checks that run code of the workspace."""


def command_program(command: tuple[str, ...] | str) -> Program:
    if isinstance(command, str):
        return Program(kind="shell", words=(command,))
    return Program(kind="command", words=command)


def callable_program(name: str) -> Program:
    return Program(kind="python", words=(name,))


def programs_of(specs: Iterable[CheckSpec]) -> Iterator[tuple[CheckSpec, Program]]:
    """Each check that runs code, with the program; one that cannot be run as it is written runs nothing."""
    for spec in specs:
        if spec.kind not in RUNNING:
            continue
        try:
            check = build_check(spec.kind, canonical_json(spec.params))
        except ValueError:
            continue
        if isinstance(check, Command):
            yield spec, command_program(check.command)
        elif isinstance(check, Python):
            yield spec, callable_program(check.callable)
