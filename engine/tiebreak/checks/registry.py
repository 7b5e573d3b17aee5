"""Finds the kinds of checks by looking into `tiebreak.checks.kinds`: a new file there is a new kind."""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from tiebreak.checks import kinds
from tiebreak.checks.base import Check


@cache
def check_kinds() -> Mapping[str, type[Check]]:
    """Every check class by its kind, sorted."""
    found: dict[str, type[Check]] = {}
    for entry in pkgutil.iter_modules(kinds.__path__):
        module = importlib.import_module(f"{kinds.__name__}.{entry.name}")
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, Check) and member.__module__ == module.__name__:
                found[member.kind] = member
    return MappingProxyType(dict(sorted(found.items())))
