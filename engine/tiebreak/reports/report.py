"""Everything that a report says, as one record; each format is a pure function of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tiebreak.compare import Comparison
from tiebreak.gates import GateOutcome, GateStatus, PhaseOutcome, overall, phase_status
from tiebreak.records import PHASES, Config, DatasetCard, Phase, Policy, Run, Session, SessionRole
from tiebreak.reports.judged import JudgedVersion
from tiebreak.reports.tried import ALONE, Tried
from tiebreak.scoreboard import Snapshot, WinRate
from tiebreak.scoreboard.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A session at one moment, recomputed from its rows."""

    tiebreak: str
    """The version that made it."""
    at: str
    """UTC, ISO 8601."""
    session: Session
    dataset: DatasetCard
    dataset_version: str
    configs: Mapping[SessionRole, Config]
    runs: Mapping[SessionRole, Run]
    policy: Policy
    pinned_policy: bool
    """Whether these gates are the ones that were set down before the first answer."""
    until: Phase | None
    """The phases up to this one decide; None is all of them."""
    snapshot: Snapshot
    gates: tuple[GateOutcome, ...]
    """Those of the snapshot, with regressions held against the named baseline where there is one."""
    sample: Sample | None = None
    """Stratum by stratum, where the planned cases were drawn in proportion."""
    baseline: str | None = None
    """The name of the run that stands in for A in regressions and in the comparison."""
    path: tuple[WinRate, ...] = ()
    """The win rate as cases settled, in the order of the plan."""
    comparison: Comparison | None = None
    not_compared: str = ""
    """Why there is no comparison."""
    judges: tuple[JudgedVersion, ...] = ()
    """Every version that judged the session, and the judges whose verdicts were imported."""
    remarks: tuple[str, ...] = ()
    """What weakens the figures, a sentence each."""
    tried: Tried = ALONE
    rows_digest: str = ""
    """SHA-256 over the rows that the gates were computed from."""
    asked: Mapping[str, str] = field(default_factory=dict[str, str])
    """Gate id → what must hold, such as `≥ 95 %`."""

    @property
    def deciding(self) -> tuple[GateOutcome, ...]:
        """The gates of the phases that were asked for."""
        if self.until is None:
            return self.gates
        phases = PHASES[: PHASES.index(self.until) + 1]
        return tuple(gate for gate in self.gates if gate.phase in phases)

    @property
    def verdict(self) -> GateStatus:
        """All of these together; without any, nothing is decided."""
        return overall(self.deciding) if self.deciding else "undecided"

    @property
    def phases(self) -> Mapping[Phase, PhaseOutcome]:
        return phase_status(self.gates)

    @property
    def infrastructure(self) -> bool:
        """Whether more cases lack an answer, for no fault of a config, than the policy allows."""
        return self.snapshot.excluded_cases > self.policy.max_excluded * self.snapshot.planned

    def config_name(self, role: SessionRole) -> str:
        """As it may be shown beside A or B; `?` for a side that has no config, as with imported votes."""
        if role == "baseline" and self.baseline is not None and self.comparison is not None:
            return self.comparison.baseline.config.name
        return self.configs[role].name if role in self.configs else "?"
