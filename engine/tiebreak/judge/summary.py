"""What one judge said of one session, from its judgments alone: counts, verdicts, and how steady it was."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from statistics import fmean, pstdev

from tiebreak.judge.hallucinations import Hallucinations, hallucinations
from tiebreak.records.judges import Judgment, Order, Verdict
from tiebreak.records.policies import SIDES, SessionRole

Key = tuple[str, str, str | None, str | None]
"""Case, response or responses, dimension: what is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOutcome:
    """The verdict on pairs in both orders together."""

    verdicts: Mapping[str, int]
    """A, B, tie: pairs of a repeat whose orders agree, or that were shown in one order alone."""
    inconsistent: int
    """Pairs of a repeat whose two orders contradict each other: neither a win nor a tie."""
    half: int
    """Pairs of a repeat of which one order has no verdict: they are left out."""
    both: int
    """Pairs of a repeat with a verdict in both orders."""
    first: int
    """Verdicts for the answer that was shown first."""
    second: int

    @property
    def consistency(self) -> float | None:
        """Share of the pairs with both orders whose orders agree."""
        return (self.both - self.inconsistent) / self.both if self.both else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointOutcome:
    """The verdicts on one side's answers, in one dimension where there are any."""

    role: SessionRole | None
    dimension: str | None
    verdicts: Mapping[str, int]
    mean: float | None
    """Of verdicts that are numbers: first over the repeats of an answer, then over answers."""
    answers: int
    """Answers with a verdict."""

    @property
    def label(self) -> str:
        """`B · tone`; a `?` for a side that is not known."""
        side = SIDES[self.role] if self.role is not None else "?"
        return " · ".join(filter(None, (side, self.dimension)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far repeats of the same question differ."""

    repeated: int
    """Questions with at least two verdicts."""
    agreeing: int
    """Those whose verdicts are all the same."""
    deviation: float | None
    """Mean standard deviation over the repeats of one question; None where verdicts are words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSummary:
    """Judgments that are excluded from the verdicts are counted, never turned into any."""

    valid: int
    unparseable: int
    error: int
    problems: Mapping[str, int]
    """Why there is no verdict, with how often."""
    pairs: PairOutcome | None
    points: tuple[PointOutcome, ...]
    claims: int
    unsupported: int
    """Claims that the passages contradict or do not bear out."""
    hallucinations: tuple[Hallucinations, ...]
    """Of each side that made claims."""
    spread: Spread
    usd: float
    unknown: int
    """Judgments of unknown cost."""
    reused: int
    """Judgments that were taken over, which cost nothing."""
    served_models: tuple[str, ...]


def in_force(judgments: Iterable[Judgment]) -> list[Judgment]:
    """One judgment for each question: the first that the judge answered, else the last error."""
    found: dict[tuple[object, ...], Judgment] = {}
    for judgment in judgments:
        key = (*_key(judgment), judgment.order, judgment.repeat)
        known = found.get(key)
        if known is None or not known.answered:
            found[key] = judgment
    return list(found.values())


def summarise(judgments: Sequence[Judgment], roles: Mapping[str, SessionRole]) -> JudgeSummary:
    """The summary of everything that one version of a judge said of a session; `roles` are those of responses."""
    asked = in_force(judgments)
    valid = [judgment for judgment in asked if judgment.status == "valid"]
    paired = any(judgment.response_b is not None for judgment in asked)
    claims = [claim for judgment in valid for claim in judgment.claims]
    return JudgeSummary(
        valid=len(valid),
        unparseable=sum(judgment.status == "unparseable" for judgment in asked),
        error=sum(judgment.status == "error" for judgment in asked),
        problems=dict(Counter(judgment.problem for judgment in asked if judgment.status != "valid").most_common()),
        pairs=_pairs(asked) if paired else None,
        points=() if paired else _points(valid, roles),
        claims=len(claims),
        unsupported=sum(claim.verdict != "supported" for claim in claims),
        hallucinations=hallucinations(valid, roles) if claims else (),
        spread=_spread(valid),
        usd=fsum(judgment.cost.usd or 0.0 for judgment in judgments),
        unknown=sum(judgment.cost.usd is None and bool(judgment.replies) for judgment in judgments),
        reused=sum(judgment.reused_from is not None for judgment in judgments),
        served_models=tuple(sorted({j.served_model for j in judgments if j.served_model is not None})),
    )


def _key(judgment: Judgment) -> Key:
    return judgment.case_id, judgment.response_a, judgment.response_b, judgment.dimension


def _pairs(asked: Sequence[Judgment]) -> PairOutcome:
    orders: dict[tuple[object, ...], dict[Order, Verdict | None]] = {}
    for judgment in asked:
        orders.setdefault((*_key(judgment), judgment.repeat), {})[judgment.order] = judgment.verdict
    verdicts: Counter[str] = Counter()
    inconsistent = half = both = 0
    for said in orders.values():
        told = [verdict for verdict in said.values() if verdict is not None]
        if len(told) < len(said):
            half += bool(told)
        elif len(set(told)) > 1:
            both += 1
            inconsistent += 1
        else:
            both += len(told) > 1
            verdicts[str(told[0])] += 1
    places = [_place(judgment) for judgment in asked if judgment.status == "valid"]
    return PairOutcome(
        verdicts=dict(verdicts),
        inconsistent=inconsistent,
        half=half,
        both=both,
        first=places.count("first"),
        second=places.count("second"),
    )


def _place(judgment: Judgment) -> str:
    if judgment.verdict == "tie":
        return "tie"
    return "first" if (judgment.verdict == "A") == (judgment.order == "ab") else "second"


def _points(valid: Sequence[Judgment], roles: Mapping[str, SessionRole]) -> tuple[PointOutcome, ...]:
    groups: dict[tuple[str | None, SessionRole | None], list[Judgment]] = {}
    for judgment in valid:
        groups.setdefault((judgment.dimension, roles.get(judgment.response_a)), []).append(judgment)
    return tuple(
        PointOutcome(
            role=role,
            dimension=dimension,
            verdicts=_sorted_counts(judgment.verdict for judgment in group),
            mean=_mean(group),
            answers=len({judgment.response_a for judgment in group}),
        )
        for (dimension, role), group in sorted(groups.items(), key=lambda item: (item[0][0] or "", item[0][1] or ""))
    )


def _sorted_counts(verdicts: Iterable[Verdict | None]) -> dict[str, int]:
    counts = Counter(f"{v:g}" if isinstance(v, int | float) else str(v) for v in verdicts)
    return dict(sorted(counts.items()))


def _mean(group: Sequence[Judgment]) -> float | None:
    by_answer: dict[str, list[float]] = {}
    for judgment in group:
        if isinstance(judgment.verdict, int | float):
            by_answer.setdefault(judgment.response_a, []).append(judgment.verdict)
    return fmean(fmean(repeats) for repeats in by_answer.values()) if by_answer else None


def _spread(valid: Sequence[Judgment]) -> Spread:
    questions: dict[tuple[object, ...], list[Verdict]] = {}
    for judgment in valid:
        if judgment.verdict is not None:
            questions.setdefault((*_key(judgment), judgment.order), []).append(judgment.verdict)
    repeated = [said for said in questions.values() if len(said) > 1]
    numbers = [[v for v in said if not isinstance(v, str)] for said in repeated]
    deviations = [pstdev(values) for values in numbers if len(values) > 1]
    return Spread(
        repeated=len(repeated),
        agreeing=sum(len(set(said)) == 1 for said in repeated),
        deviation=fmean(deviations) if deviations else None,
    )
