"""What must hold before a candidate ships: gates in three phases, and the form a rater fills in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from tiebreak.records.canonical import LATER, version_of
from tiebreak.records.cases import FORBID_UNKNOWN, CheckSpec

Phase = Literal["offline", "human", "online"]
PHASES: tuple[Phase, ...] = ("offline", "human", "online")
Metric = Literal[
    "win_rate",
    "rubric",
    "check",
    "score",
    "figure",
    "pass_at_k",
    "failures",
    "harmful",
    "cost_per_answer",
    "cost_per_success",
    "error_rate",
    "latency",
    "regression",
]
Compared = Literal["success", "check", "score", "rubric", "error_rate", "cost", "latency"]
Timing = Literal["ttft", "total"]
Statistic = Literal["mean", "p50", "p95", "p99"]
Scope = Literal["set", "population", "fixed_n"]
Source = Literal["human", "calibrated", "judge"]
"""Whose word a gate rests on: people's, people's and a judge's together, or a judge's alone."""
RAW_JUDGE = "raw-judge"
"""The `override` without which no gate rests on a judge alone."""
SessionRole = Literal["baseline", "candidate"]
ROLES: tuple[SessionRole, ...] = ("baseline", "candidate")
SIDES: dict[SessionRole, str] = {"baseline": "A", "candidate": "B"}
"""What the roles are called on screen and in reports."""
VoteRule = Literal["required", "optional", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One line of the rubric, scored 1 to 5."""

    name: str
    question: str = ""
    required: bool = False
    low: str = ""
    """What a 1 means."""
    high: str = ""
    """What a 5 means."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a case asks of its rater; it is complete once everything required is given."""

    vote: VoteRule = "required"
    dimensions: tuple[Dimension, ...] = ()

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """How much worse than the baseline a measure may be; case by case, the candidate's value less the baseline's.

    `success` is 1 for a whole answer that passes every check that applies to it. `check` and `score` take the name from
    the gate's own `check`, `rubric` from its `dimension`, `latency` from its `timing`.
    """

    measure: Compared = "success"
    margin: float = 0.0
    """In the unit of the measure: a share for rates and scores, points for `rubric`, US dollars for `cost`, seconds for
    `latency`."""
    relative: bool = field(default=False, metadata=LATER)
    """Of `cost` and `latency`: the margin is a share of the baseline's mean."""
    segments: bool = False
    """It must hold overall and, a gate each, in every segment of the planned cases."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One criterion. Exactly one of `at_least`, `at_most`, `zero` and `regression` says what must hold.

    Metrics: `win_rate` (0..1, ties and both-bad count one half); `rubric` (mean of `dimension`, 1..5); `check` (pass
    rate of the check id in `check`, 0..1); `failures` (number of failures of `check`; goes with `zero`); `harmful`
    (number of scores of 1 on `dimension`; goes with `zero`); `cost_per_answer` (US dollars); `error_rate` (0..1, broken
    counting answers over counting answers); `latency` (seconds to the first token or to the last, `timing`, by their
    `statistic`; of headless runs alone); `score` (mean score of the check id in `check`, 0..1); `figure` (the figure of
    the whole set, 0..1, that the check id in `check` keeps the parts of); `pass_at_k` (its mean over cases, 0..1);
    `cost_per_success` (US dollars of all answers over the number of cases that succeed); `regression` (see
    `Regression`; a file may leave the metric out).
    """

    id: str
    metric: Metric
    title: str | None = None
    dimension: str | None = None
    check: str | None = None
    timing: Timing | None = None
    statistic: Statistic | None = None
    at_least: float | None = None
    at_most: float | None = None
    zero: bool = False
    regression: Regression | None = None
    on: SessionRole = "candidate"
    scope: Scope = "set"
    segment: str | None = None
    each_segment: bool = False
    """Makes one gate of every segment of the dataset."""
    alpha_pass: float = 0.05
    alpha_fail: float = 0.01
    source: Source = field(default="human", metadata=LATER)
    judge: str | None = field(default=None, metadata=LATER)
    """The name of the judge; with a `source` that is not `human`."""
    labels: int | None = field(default=None, metadata=LATER)
    """Of a calibrated gate: how many cases people are to rate; all planned ones, unless given."""
    override: str | None = field(default=None, metadata=LATER)
    """`raw-judge` lets a gate rest on a judge alone, and is told wherever the gate is."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    name: str
    description: str | None = None
    form: Form = field(default_factory=Form)
    checks: tuple[CheckSpec, ...] = ()
    """Put to every answer, besides the checks of its case."""
    gates: Mapping[Phase, tuple[Gate, ...]] = field(default_factory=dict[Phase, tuple[Gate, ...]])
    max_excluded: float = 0.02
    max_skipped: float = 0.05
    check_judges: Mapping[str, str] = field(default_factory=dict[str, str], metadata=LATER)
    """The version of each judge that checks ask, by its name; a session sets them down when it starts."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN

    @property
    def version(self) -> str:
        return version_of(self)

    @property
    def judges(self) -> frozenset[str]:
        """The names of the judges that gates rest on."""
        return frozenset(gate.judge for of_phase in self.gates.values() for gate in of_phase if gate.judge is not None)
