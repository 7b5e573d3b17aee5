"""The judges of a session in a report: what each is worth, how it leans, and what it makes of the win rate."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tiebreak.gates import JudgeStatus
from tiebreak.judge.hallucinations import Hallucinations
from tiebreak.records import SessionRole
from tiebreak.records.served import Served


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMean:
    """One estimate of a mean, in its unit."""

    n: int
    mean: float | None
    low: float | None = None
    high: float | None = None
    """Two-sided; None of the judge alone, whose error no interval from its own verdicts shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMeans:
    """One mean three times: shares of wins for B, or points from 1 to 5 of one side."""

    judge: JudgedMean
    people: JudgedMean
    calibrated: JudgedMean
    form: str
    """`fixed_n` (PPI++) or `live`."""
    why: str
    """Why the live form is used."""
    labels_saved: float | None
    """None of the live form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    """A judge of pairs, or one dimension of a rubric, held against people."""

    dimension: str | None
    status: JudgeStatus
    n: int
    """Cases, or answers, with a label and a valid verdict."""
    excluded: int
    """Those with a label and no valid verdict."""
    agreement: float | None
    low: float
    high: float
    """W±, valid at every look."""
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    ac1: float | None
    consistency: float | None = None
    """Share of the pairs that are judged alike in both orders."""
    first_favoured: int = 0
    second_favoured: int = 0
    position_p: float | None = None
    position_biased: bool = False
    length_slope: float | None = None
    """Of judge − people on tanh(Δ length / sd)."""
    length_p: float | None = None
    length_alarm: bool = False
    estimates: Mapping[SessionRole, JudgedMeans] = field(default_factory=dict[SessionRole, JudgedMeans])


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedVersion:
    """One version of a judge, or one whose verdicts were imported as labels."""

    name: str
    kind: str
    version: str | None
    model: str | None
    served: tuple[str, ...]
    status: JudgeStatus
    in_force: bool
    """Whether this is the version that counts; of the others only what was asked is told."""
    valid: int
    unparseable: int
    error: int
    """Questions that brought no reply."""
    usd: float
    unknown: int
    """Judgments of unknown cost."""
    reused: int = 0
    """Judgments that were taken over, which cost nothing."""
    recorded: bool = False
    """Its replies are recorded ones, which nobody was asked for."""
    said: Mapping[str, int] = field(default_factory=dict[str, int])
    """What its verdicts are, with how often: `B wins`, `A: compliant`."""
    problems: Mapping[str, int] = field(default_factory=dict[str, int])
    """Why there is no verdict, with how often."""
    hallucinations: tuple[Hallucinations, ...] = ()
    """Of each side in whose answers it found claims."""
    lines: tuple[JudgedLine, ...] = ()
    not_held: str = ""
    """Why it is not held against people."""
    remarks: tuple[str, ...] = ()
    changed: Served = field(default_factory=Served)
    """Which models and fingerprints answered as it, where that changed in mid-session."""
