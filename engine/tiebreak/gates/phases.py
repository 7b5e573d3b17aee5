"""Phases open one after the other."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from tiebreak.gates.outcome import GateOutcome, GateStatus
from tiebreak.records import PHASES, Phase

PhaseState = Literal["pass", "fail", "pending", "undecided", "closed"]


class PhaseOutcome(NamedTuple):
    state: PhaseState
    """`closed` until the phase before has passed; a phase without gates passes once it opens."""
    passed: int
    gates: int


def standing(outcome: GateOutcome, phases: Mapping[Phase, PhaseOutcome]) -> PhaseState:
    """What is shown of a gate: `closed` while its phase is, whatever its figures would say, for they are not those it
    is for. One that has failed all the same stays a failure."""
    shut = phases[outcome.phase].state == "closed" and outcome.status != "fail"
    return "closed" if shut else outcome.status


def overall(outcomes: Iterable[GateOutcome]) -> GateStatus:
    """All gates together: any fail fails, any pending gate keeps it open, and only all passes pass.

    Passing needs no correction for many gates, since all of them must pass.
    """
    statuses: set[GateStatus] = {outcome.status for outcome in outcomes}
    worst_first: tuple[GateStatus, ...] = ("fail", "pending", "undecided", "pass")
    return next(status for status in worst_first if status in statuses or status == "pass")


def phase_status(outcomes: Sequence[GateOutcome]) -> Mapping[Phase, PhaseOutcome]:
    """The state of each phase, in their order."""
    states: dict[Phase, PhaseOutcome] = {}
    opened = True
    for phase in PHASES:
        own = [outcome for outcome in outcomes if outcome.phase == phase]
        state: PhaseState = overall(own) if opened else "closed"
        passed = sum(outcome.status == "pass" for outcome in own) if opened else 0
        states[phase] = PhaseOutcome(state, passed, len(own))
        opened = state == "pass"
    return states
