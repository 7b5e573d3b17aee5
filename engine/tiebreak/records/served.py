"""What answered as a config or a judge, and what changed in mid-session: a fold over what answers say of themselves."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChange:
    """Another model served than before."""

    case: int
    """The number of the case, in the order of the plan and from 1, that it answered first."""
    before: str
    """The model that had come last before it."""
    now: str
    answers: int
    """How many it gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintChange:
    """One model under several system fingerprints: its provider changed what serves it, and not its name."""

    model: str | None
    fingerprints: tuple[tuple[str, int], ...]
    """Each with its answers, in the order in which they came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What changed; nothing where one model answered under one fingerprint. Names are outside text."""

    models: tuple[ModelChange, ...] = ()
    """Each further model once, at its first answer: where a provider sends calls to either of two, they alternate."""
    fingerprints: tuple[FingerprintChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.models or self.fingerprints)


class _Mark(NamedTuple):
    """The earliest answer under one name, and how many there are."""

    first: str
    case: int
    answers: int

    def joined(self, other: "_Mark") -> "_Mark":
        first, case = min((self.first, self.case), (other.first, other.case))
        return _Mark(first, case, self.answers + other.answers)


class ServedLog:
    """Takes answers in any order; ids sort by time. Memory grows with the names, not with the answers."""

    def __init__(self) -> None:
        self._models: dict[str, _Mark] = {}
        self._fingerprints: dict[str | None, dict[str, _Mark]] = {}

    def add(self, answer_id: str, case: int, model: str | None, fingerprint: str | None) -> None:
        """Take in one answer, once. `case` is its number in the plan, from 1; what it does not tell is None."""
        mark = _Mark(answer_id, case, 1)
        if model is not None:
            _join(self._models, model, mark)
        if fingerprint is not None:
            _join(self._fingerprints.setdefault(model, {}), fingerprint, mark)

    def served(self) -> Served:
        models = _by_time(self._models)
        return Served(
            models=tuple(
                ModelChange(case=mark.case, before=before, now=now, answers=mark.answers)
                for (before, _), (now, mark) in pairwise(models)
            ),
            fingerprints=tuple(
                FingerprintChange(
                    model=model, fingerprints=tuple((name, mark.answers) for name, mark in _by_time(found))
                )
                for model, found in sorted(self._fingerprints.items(), key=lambda one: min(one[1].values()))
                if len(found) > 1
            ),
        )


def _join(marks: dict[str, _Mark], name: str, mark: _Mark) -> None:
    known = marks.get(name)
    marks[name] = mark if known is None else known.joined(mark)


def _by_time(marks: dict[str, _Mark]) -> list[tuple[str, _Mark]]:
    return sorted(marks.items(), key=lambda one: (one[1].first, one[0]))
