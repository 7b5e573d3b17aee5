"""From the gates of a policy to the gates of a session: phases in order, `each_segment` spelled out."""

from collections.abc import Iterable
from typing import NamedTuple

from tiebreak.records import PHASES, Gate, Phase, Policy


class PlannedGate(NamedTuple):
    phase: Phase
    gate: Gate
    segment: str | None
    """None is all planned cases."""


def expand(policy: Policy, segments: Iterable[str]) -> tuple[PlannedGate, ...]:
    """Every gate to be decided; `segments` are those of the planned cases."""
    known = sorted(set(segments))
    return tuple(
        PlannedGate(phase, gate, segment)
        for phase in PHASES
        for gate in policy.gates.get(phase, ())
        for segment in _places(gate, known)
    )


def _places(gate: Gate, segments: list[str]) -> list[str | None]:
    if gate.each_segment:
        return [*segments]
    if gate.regression is not None and gate.regression.segments:
        return [None, *segments]
    return [gate.segment]
