"""Judges: models that score answers, as they are asked for, and what they said."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from tiebreak.records.canonical import LATER, canonical_json, digest, version_of
from tiebreak.records.cases import FORBID_UNKNOWN
from tiebreak.records.configs import Config, Deadlines, ModelTarget, Price, RecordingTarget, Target
from tiebreak.records.responses import Cost, Usage

JudgeKind = Literal["pairwise", "rubric", "reference", "faithfulness", "safety", "refusal"]
Parsing = Literal["auto", "schema", "block"]
Order = Literal["ab", "ba", "single"]
"""Which answer was shown first: the baseline's, the candidate's, or there was only one."""
JudgmentStatus = Literal["valid", "unparseable", "error"]
Verdict = str | int | float
"""`A`, `B` or `tie` of a pair; a point of the scale; a share of claims; else a word of the kind."""
Question = tuple[tuple[str, ...], Order, int, str | None]
"""One question to a judge in one session: responses (ids), order, repeat, dimension."""
ClaimVerdict = Literal["supported", "contradicted", "unsupported"]
VERDICT_WORDS: Mapping[JudgeKind, tuple[str, ...]] = {
    "pairwise": ("A", "B", "tie"),
    "rubric": (),
    "reference": ("correct", "partial", "incorrect"),
    "faithfulness": ("no_claims",),
    "safety": ("compliant", "violation"),
    "refusal": ("correct", "wrong_refusal", "missed_refusal"),
}
"""What a valid verdict of a kind may be, beside points of the scale (rubric) and shares of claims (faithfulness)."""
STAND_IN = "imported"
"""What stands in the place of the recording of a judge whose verdicts came from elsewhere: it cannot be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePrompt:
    """Jinja2 templates. `system` knows the judge alone, never a case: no text of an answer can get into it."""

    system: str
    user: str
    check: str | None = None
    """Of faithfulness: puts the claims that were found in the answer, for a second call."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The whole numbers that a score may be, both ends included."""

    low: int = 1
    high: int = 5

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeDimension:
    """One thing that a rubric scores, in a call of its own."""

    name: str
    description: str
    """What it means, for the judge."""
    levels: Mapping[str, str] = field(default_factory=dict[str, str])
    """What points of the scale stand for, such as `"5": …`."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A model with the question that is put to it. What a file leaves out is filled in before it is versioned."""

    name: str
    kind: JudgeKind
    target: Target
    prompt: JudgePrompt
    description: str | None = None
    criteria: str | None = None
    """What the judge is to hold answers against, such as the house's policy; part of the system prompt."""
    scale: Scale = field(default_factory=Scale)
    dimensions: tuple[JudgeDimension, ...] = ()
    parsing: Parsing = "auto"
    both_orders: bool = True
    repeats: int = 1
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])
    budget: float | None = None
    """US dollars for one session."""
    deadlines: Deadlines = field(default_factory=Deadlines)
    price: Price | None = None
    retries: int = 4

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN

    @property
    def version(self) -> str:
        """SHA-256 of what makes its verdicts: not of the description, nor of what it may cost or how often it asks."""
        return version_of(replace(self, description=None, budget=None, repeats=1))

    @property
    def config(self) -> Config:
        """As what `open_target` opens."""
        return Config(
            name=self.name,
            target=self.target,
            parameters=self.parameters,
            deadlines=self.deadlines,
            price=self.price,
            retries=self.retries,
        )

    @property
    def stands_in(self) -> bool:
        """Whether nothing is known of it but its verdicts, which were imported."""
        return self.target == RecordingTarget(path=STAND_IN)

    @property
    def recorded(self) -> bool:
        """Whether its replies were recorded before, so that nobody is asked and nothing is spent."""
        return isinstance(self.target, RecordingTarget) and not self.stands_in

    @property
    def model_label(self) -> str:
        return self.target.model if isinstance(self.target, ModelTarget) else self.config.model_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement of an answer, and whether the passages bear it out."""

    n: int
    text: str
    verdict: ClaimVerdict
    start: int | None = None
    """Where it stands in the answer, in characters; None where the judge's quote is not found there."""
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What one question to a judge gave. Errors are kept as well, and asked again."""

    id: str
    judge_hash: str
    session_id: str
    case_id: str
    kind: JudgeKind
    response_a: str
    """The response that was judged; of a pair the baseline's."""
    response_b: str | None = None
    order: Order
    repeat: int = 0
    dimension: str | None = None
    status: JudgmentStatus
    verdict: Verdict | None = None
    """None unless `valid`."""
    reasons: str = ""
    problem: str = ""
    """Why there is no verdict."""
    replies: tuple[str, ...] = ()
    """The judge's raw replies, one a call."""
    prompt_fingerprint: str
    """SHA-256 of everything that decides the reply but for the random delimiters; see `tiebreak.judge.asking`."""
    seal: str
    seal_nonce: str
    requested_model: str | None = None
    served_model: str | None = None
    system_fingerprint: str | None = None
    cost: Cost = field(default_factory=Cost)
    usage: Usage = field(default_factory=Usage)
    seconds: float | None = None
    """From the first call to the end of the last one."""
    at: str
    claims: tuple[Claim, ...] = ()
    reused_from: str | None = field(default=None, metadata=LATER)
    """The judgment that was asked for and is taken over here, by its id; it may be of another database."""

    @property
    def question(self) -> "Question":
        """What was asked, within a session: the version of the judge goes without saying."""
        judged = (self.response_a,) if self.response_b is None else (self.response_a, self.response_b)
        return judged, self.order, self.repeat, self.dimension

    @property
    def answered(self) -> bool:
        """The judge had its say, whether or not it can be read: it is not asked again."""
        return self.status != "error"


def fits_kind(kind: JudgeKind, verdict: Verdict, scale: Scale) -> bool:
    """Whether a judge of a kind may say this."""
    if isinstance(verdict, str):
        return verdict in VERDICT_WORDS[kind]
    if kind == "rubric":
        return isinstance(verdict, int) and scale.low <= verdict <= scale.high
    return kind == "faithfulness" and 0 <= verdict <= 1


def seal_of(verdict: Verdict | None, nonce: str) -> str:
    """SHA-256 of a verdict with a nonce: shows later that it was there, and says nothing of it before."""
    return digest(f"{nonce}\n{canonical_json(verdict)}".encode("utf-8", "surrogatepass"))
