"""From the gates of a policy to the gates of a session: phases in order, `each_segment` spelled out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tiebreak.gates.wording import said_of, title_of
from tiebreak.records import PHASES, Gate, Phase, Policy
from tiebreak.records.policies import Scope

SCOPES: Mapping[Scope, str] = {"set": "this set", "population": "population", "fixed_n": "fixed n"}


class PlannedGate(NamedTuple):
    phase: Phase
    gate: Gate
    segment: str | None
    """None is all planned cases."""


def expand(policy: Policy, segments: Iterable[str]) -> tuple[PlannedGate, ...]:
    """Every gate to be decided; `segments` are those of the planned cases. No two gates of a place have one title."""
    known = sorted(set(segments))
    titles = _titles([gate for of_phase in policy.gates.values() for gate in of_phase])
    return tuple(
        PlannedGate(phase, titles.get(gate.id, gate), segment)
        for phase in PHASES
        for gate in policy.gates.get(phase, ())
        for segment in _places(gate, known)
    )


def _titles(gates: Sequence[Gate]) -> Mapping[str, Gate]:
    """Those of one title, by id: told apart by what their claims are about, and where that is alike by their ids."""
    found: dict[str, Gate] = {}
    ways: tuple[Callable[[Gate], str], ...] = (lambda gate: SCOPES[gate.scope], lambda gate: gate.id)
    for told in ways:
        alike: dict[tuple[object, ...], list[Gate]] = {}
        for gate in (found.get(gate.id, gate) for gate in gates):
            alike.setdefault((title_of(gate), gate.segment, gate.each_segment), []).append(gate)
        for group in alike.values():
            if len({told(gate) for gate in group}) > 1:
                found |= {g.id: replace(g, title=f"{g.title or said_of(g)} · {told(g)}") for g in group}
    return found


def _places(gate: Gate, segments: list[str]) -> list[str | None]:
    if gate.each_segment:
        return [*segments]
    if gate.regression is not None and gate.regression.segments:
        return [None, *segments]
    return [gate.segment]
