"""The numbers of a session at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Self

from tiebreak.gates import GateOutcome, GateStatus, PhaseOutcome, overall, phase_status
from tiebreak.records import Phase, SessionRole
from tiebreak.records.served import Served
from tiebreak.records.sessions import EventKind
from tiebreak.scoreboard.case import Verdict
from tiebreak.scoreboard.drift import Drift
from tiebreak.scoreboard.tally import Tally
from tiebreak.stats.confidence_sequence import Histogram, conf_seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean over cases; None while n is 0."""

    planned: int
    n: int
    mean: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WinRate:
    """The candidate's wins over cases: a tie and a both-bad count one half each."""

    planned: int
    wins: int = 0
    ties: int = 0
    losses: int = 0
    both_bad: int = 0
    histogram: Histogram = field(default_factory=Histogram)
    """Cases by their win value, 0 to 1."""

    @classmethod
    def of(cls, tally: Tally) -> Self:
        """What a tally of win values says."""
        return cls(
            planned=tally.planned,
            wins=tally.labels["win"],
            ties=tally.labels["tie"],
            losses=tally.labels["loss"],
            both_bad=tally.labels["both_bad"],
            histogram=Histogram.of_counts({float(value): count for value, count in tally.values.items()}),
        )

    @property
    def n(self) -> int:
        return self.histogram.n

    @property
    def mean(self) -> float | None:
        return self.histogram.mean if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """The two-sided 95 % W± interval: descriptive, valid at every look, worked out once it is asked for."""
        return conf_seq(self.histogram, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCount:
    """One check over the cases that have it."""

    planned: int
    passed: float
    """A fraction where samples of one case differ."""
    n: int
    unknown: int
    """Answers that the check could not judge."""
    not_applicable: int

    @property
    def rate(self) -> float | None:
        return self.passed / self.n if self.n else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What an arm's answers of this session cost, every attempt included; answers reused from before cost nothing."""

    usd: float = 0.0
    """Of those whose cost is known."""
    unknown: int = 0
    """Answers whose cost is not known, which is not zero."""
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class InStratum(NamedTuple):
    """Cases of one stratum of a sample that was drawn in proportion; None is a stratum as well."""

    stratum: str | None
    where: Literal["answered", "rated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    planned: int
    position: int
    """The first position of the plan that waits for something; `planned` when none does."""
    done: int
    """Cases that ask nothing more: rated, settled by themselves, or skipped. Excluded ones wait to be asked again."""
    rated: int
    """Of those, the ones that a rater gave what was asked for."""
    settled: int
    """Cases that count in the win rate."""
    automatic: int
    """Of those, settled by a broken answer without a vote; some may still ask for the scores of the intact one."""
    skipped: int
    apart: int
    """Votes and scores given after a reveal, or once a judge's verdict was seen: kept, not counted."""
    excluded: Mapping[SessionRole, Mapping[str, int]]
    """Cases without a counting answer, by arm and by how the last attempt ended."""
    excluded_cases: int
    reasked: Mapping[SessionRole, int]
    """Cases in which an arm was asked again after an answer was stopped with text of it on show."""
    win_rate: WinRate
    segments: Mapping[str, WinRate]
    dimensions: Mapping[str, Mapping[SessionRole, Mean]]
    checks: Mapping[str, Mapping[SessionRole, CheckCount]]
    errors: Mapping[SessionRole, Mean]
    """Share of counting answers that are broken."""
    cost: Mapping[SessionRole, Mean]
    """US dollars per counting answer, of those whose cost is known."""
    spend: Mapping[SessionRole, Spend]
    drift: Mapping[SessionRole, Drift]
    """Arms that were served by another model in mid-session; its answers are held back until that is acknowledged."""
    gates: tuple[GateOutcome, ...]
    events: Mapping[EventKind, int]
    scores: Mapping[str, Mapping[SessionRole, Mean]] = field(default_factory=dict[str, Mapping[SessionRole, Mean]])
    """Mean scores, 0 to 1, of the metrics and of the checks that a gate asks a mean of."""
    changed: int = 0
    """Votes that became others once a judge's verdict was seen; the first, sealed ones count."""

    looked: int = 0
    """Cases looked at in the risk queue, which counts in no figure but for hits that no gate allows."""

    served: Mapping[SessionRole, Served] = field(default_factory=dict[SessionRole, Served])
    """Arms whose served model or system fingerprint changed in mid-session, acknowledged or not."""

    votes: Mapping[str, Mapping[Verdict, int]] = field(default_factory=dict[str, Mapping[Verdict, int]])
    """The votes that count, by the rater's id; of cases that a broken answer settled as well."""

    strata: Mapping[InStratum, int] = field(default_factory=dict[InStratum, int])
    """Planned cases where the sample was drawn in proportion; empty otherwise. See `tiebreak.scoreboard.sample`."""

    @property
    def open(self) -> int:
        """Cases that are neither rated, settled, skipped nor excluded."""
        return self.planned - self.rated - self.automatic - self.skipped - self.excluded_cases

    @property
    def phases(self) -> Mapping[Phase, PhaseOutcome]:
        return phase_status(self.gates)

    @property
    def decision(self) -> GateStatus:
        """All gates together; without any, nothing is decided."""
        return overall(self.gates) if self.gates else "undecided"
