"""Everything that is known of what a judge's verdicts are worth, as one frozen record."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tiebreak.calibration import Agreement, Estimates, LengthAlarm, LengthControlled, PositionBias
from tiebreak.calibration.drift import JudgeDrift
from tiebreak.calibration.people import PeopleAgreement
from tiebreak.gates import JudgeStatus
from tiebreak.gates.wording import plural
from tiebreak.judge.summary import Spread
from tiebreak.records import SessionRole
from tiebreak.stats.confusion import Confusion
from tiebreak.stats.kappa import Kappa
from tiebreak.stats.paired import Difference
from tiebreak_workbench.judges.status import worst_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOrder:
    """The verdicts of one order alone, which a lean to a place makes better or worse than they are."""

    confusion: Confusion
    kappa: Kappa | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Favoured:
    """Whether the judge gives a side more than people do."""

    family: str | None
    """What judge and side have in common; None where their models are of different families, or of unknown ones."""
    difference: Difference
    """judge − human, of win values for that side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCalibration:
    """A judge of pairs, or one dimension of a rubric."""

    dimension: str | None
    status: JudgeStatus
    agreement: Agreement
    segments: Mapping[str, Agreement]
    excluded: Mapping[str, int]
    """Why labelled cases have no valid verdict."""
    waiting: int
    """Labelled cases, or answers, that the judge has not been asked about."""
    judged_only: int
    """With a verdict and no label."""
    people: PeopleAgreement | None
    position: PositionBias | None = None
    orders: Mapping[str, OneOrder] = field(default_factory=dict[str, OneOrder])
    between: Kappa | None = None
    """Agreement beyond chance of the two orders with each other."""
    length_alarm: LengthAlarm | None = None
    length_controlled: LengthControlled | None = None
    favoured: Mapping[SessionRole, Favoured] = field(default_factory=dict[SessionRole, Favoured])
    estimates: Mapping[SessionRole, Estimates] = field(default_factory=dict[SessionRole, Estimates])
    """The mean over the judged cases of one session: of wins for B, or of points, brought into [0, 1], of each side."""
    settled: int = 0
    """Cases that a broken answer settles; they are in none of these figures."""
    drift: JudgeDrift | None = None
    """The last round against the first, where there are two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeCalibration:
    judge: str
    version: str | None
    """None where the verdicts were imported."""
    kind: str
    model: str | None
    sessions: tuple[str, ...]
    versions: int
    """Versions of the judge that judged these sessions; the last one counts."""
    lines: tuple[LineCalibration, ...]
    served: tuple[str, ...]
    spread: Spread | None
    warnings: tuple[str, ...]
    sealed: int = 0
    """Cases whose verdicts are sealed to the rater: they are in no figure here but in means over all cases, which are
    left out where they would tell what the judge says of one."""

    @property
    def sealed_words(self) -> str:
        """Empty where nothing is sealed."""
        if not self.sealed:
            return ""
        return (
            f"What it says of {plural(self.sealed, 'case')} stays sealed until you have rated them, and is in no "
            "figure here but in means over all cases."
        )

    @property
    def status(self) -> JudgeStatus:
        """The worst of its lines."""
        return worst_of({line.status for line in self.lines})
