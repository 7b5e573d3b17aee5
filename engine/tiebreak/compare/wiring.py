"""What changed between two configs, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from tiebreak.records import Config
from tiebreak.records.canonical import plain

ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field by its dotted path, such as `prompt.system` or `parameters.temperature`; None where it is not there."""

    field: str
    before: object
    after: object


def changes_between(before: Config, after: Config) -> tuple[Change, ...]:
    """All that differs but name and description, which change no answer."""
    old, new = (dict(_flat(plain(replace(config, name="", description=None)))) for config in (before, after))
    return tuple(
        Change(field=name, before=old.get(name), after=new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name, ABSENT) != new.get(name, ABSENT)
    )


def _flat(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and value:
        for name, item in cast("Mapping[str, object]", value).items():
            yield from _flat(item, f"{path}.{name}" if path else name)
    elif value not in (None, {}):
        yield path, value
