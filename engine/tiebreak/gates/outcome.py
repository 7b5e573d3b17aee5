"""What a gate says, with everything it says it from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tiebreak.records import Phase

GateStatus = Literal["pass", "fail", "pending", "undecided"]
"""`undecided`: nothing more will come, and it is neither a pass nor a fail."""
Method = Literal["set", "population", "fixed_n", "zero", "calibrated", "calibrated_fixed_n"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule alone says; None is neither."""

    passes: bool | None
    value: float | None
    bound: float | None
    needed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOutcome:
    gate_id: str
    title: str
    phase: Phase
    segment: str | None
    status: GateStatus
    method: Method
    value: float | None
    """The mean so far, or the gate's own statistic, in the metric's own unit; for a zero-tolerance gate the number of
    hits."""
    bound: float | None
    """The one bound that the gate's rule compares with its limit. `set`: the mean if every missing case went against it
    (on a fail: for it). `population`: the one-sided W± bound. `fixed_n`: the one-sided exact or t bound.
    Zero tolerance: what the rate of hits is still below. `calibrated` and `calibrated_fixed_n`: the one-sided bound of
    the calibrated mean; see `tiebreak.gates.judged`."""
    limit: float
    n: int
    planned: int
    """Planned cases that the gate applies to, with the excluded and the skipped ones."""
    needed: str
    """What the rule still needs, in plain words, or why it fails; empty once it would pass."""
    blocked_by: tuple[str, ...] = ()
    """What keeps it from passing, whatever the numbers say. Never repeated in `needed`."""
    evidence: Mapping[str, object] = field(default_factory=dict[str, object])
    """The same as plain JSON values, for the store and for reports."""

    @property
    def why(self) -> str:
        """All that stands between it and a pass, each thing said once; empty on a pass."""
        return "; ".join(part for part in (self.needed, *self.blocked_by) if part)

    @property
    def key(self) -> str:
        """Names the outcome within a session: the gate's id, and its segment if it has one."""
        return f"{self.gate_id}@{self.segment}" if self.segment is not None else self.gate_id
