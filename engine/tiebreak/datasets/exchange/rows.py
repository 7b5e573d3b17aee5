"""What all formats share: what was written, what was left out, and the rest of a case beside what a tool knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from tiebreak.datasets.cases import flat_case
from tiebreak.records import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A case that the format cannot hold."""

    case: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something about a case that the other tool sees differently."""

    case: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file's content, and what is to be said of it."""

    text: str
    cases: int
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Note, ...] = ()


def rest_of(case: Case, *without: str) -> dict[str, object]:
    """A case as it is written, without the fields that a format writes its own way."""
    return {name: value for name, value in flat_case(case).items() if name not in without}


def as_mapping(value: object) -> Mapping[str, object]:
    """A mapping as it is; anything else is none."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}
