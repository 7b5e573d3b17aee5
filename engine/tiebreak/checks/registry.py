"""Finds the kinds of checks: one file each in `tiebreak.checks.kinds`, and what installed packages add.

A file is named like its kind, with an underscore behind where Python has a module of that name, so that a check can be
found without importing all the others. A package adds a kind by an entry point in the group `tiebreak.checks`:

    [project.entry-points."tiebreak.checks"]
    shouts = "my_package.shouts:Shouts"
"""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from types import MappingProxyType

from tiebreak.checks import kinds
from tiebreak.checks.base import BaseCheck
from tiebreak.errors import UsageError

GROUP = "tiebreak.checks"


@cache
def kind_names() -> tuple[str, ...]:
    """Every kind, sorted, without importing any."""
    own = {entry.name.removesuffix("_") for entry in pkgutil.iter_modules(kinds.__path__)}
    return tuple(sorted(own | _installed().keys()))


@cache
def find_kind(name: str) -> type[BaseCheck] | None:
    """The check of a kind, None where there is none.

    Raises:
        UsageError: for one of an installed package that cannot be loaded.
    """
    if name not in kind_names():
        return None
    for module in (name, f"{name}_"):
        if find_spec(f"{kinds.__name__}.{module}") is not None:
            return _check_in(f"{kinds.__name__}.{module}", name)
    return _load(_installed()[name])


@cache
def check_kinds() -> Mapping[str, type[BaseCheck]]:
    """Every check class by its kind, sorted.

    Raises:
        UsageError: as `find_kind`.
    """
    found = ((name, find_kind(name)) for name in kind_names())
    return MappingProxyType({name: check for name, check in found if check is not None})


def forget() -> None:
    """Look anew, as after a package was installed."""
    for cached in (kind_names, find_kind, check_kinds, _installed):
        cached.cache_clear()


def _check_in(module_name: str, name: str) -> type[BaseCheck]:
    module = importlib.import_module(module_name)
    for _, member in inspect.getmembers(module, inspect.isclass):
        if issubclass(member, BaseCheck) and member.__module__ == module_name:
            assert member.kind == name, f"{module_name} holds the check {member.kind}"
            return member
    raise AssertionError(f"{module_name} holds no check")


@cache
def _installed() -> Mapping[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _load(entry: EntryPoint) -> type[BaseCheck]:
    package = entry.dist.name if entry.dist is not None else entry.value
    try:
        check: object = entry.load()
    except (ImportError, AttributeError, SyntaxError) as problem:
        raise UsageError(
            f"The check “{entry.name}” of the package {package} cannot be loaded: {problem}.",
            hint="Mend or remove that package.",
        ) from None
    if not (inspect.isclass(check) and issubclass(check, BaseCheck) and not inspect.isabstract(check)):
        raise UsageError(f"The check “{entry.name}” of the package {package} is no subclass of tiebreak.checks.Check.")
    if getattr(check, "kind", None) != entry.name:
        raise UsageError(f"The check “{entry.name}” of the package {package} says it is another kind.")
    return check
