"""How much of what each side says nothing bears out, from the claims that a judge of faithfulness found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiebreak.records.judges import Judgment
from tiebreak.records.policies import ROLES, SessionRole
from tiebreak.stats.intervals import clopper_pearson
from tiebreak.stats.paired import FEWEST_GROUPS, paired_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Hallucinations:
    """Of one side. Claims of all repeats are counted; those of one answer hang together."""

    role: SessionRole
    answers: int
    """Answers in which a claim was found."""
    claims: int
    unsupported: int
    """Contradicted, or borne out by nothing."""
    low: float | None
    high: float | None
    """95 %; None where there are too few answers for an interval."""

    @property
    def rate(self) -> float:
        return self.unsupported / self.claims


def hallucinations(valid: Sequence[Judgment], roles: Mapping[str, SessionRole]) -> tuple[Hallucinations, ...]:
    """The share of unsupported claims of each side that made any.

    A ratio of two sums over answers, with the interval of its linear form, clustered by answer, t with G − 1 degrees of
    freedom (Cochran, "Sampling Techniques", 3rd ed. 1977, section 6.3). Where all claims are alike that form has no
    width, and the exact interval over answers stands in.
    """
    found: dict[SessionRole, dict[str, list[bool]]] = {}
    for one in valid:
        role = roles.get(one.response_a)
        if role is not None and one.claims:
            own = found.setdefault(role, {}).setdefault(one.response_a, [])
            own += [claim.verdict != "supported" for claim in one.claims]
    return tuple(_of_side(role, found[role]) for role in ROLES if role in found)


def _of_side(role: SessionRole, by_answer: Mapping[str, Sequence[bool]]) -> Hallucinations:
    hits = [float(hit) for own in by_answer.values() for hit in own]
    answers, unsupported = len(by_answer), round(sum(hits))
    low: float | None = None
    high: float | None = None
    if answers >= FEWEST_GROUPS:
        if unsupported in (0, len(hits)):
            low, high = clopper_pearson(answers if unsupported else 0, answers)
        else:
            groups = [answer for answer, own in by_answer.items() for _ in own]
            linear = paired_difference(hits, groups)
            if linear.low is not None and linear.high is not None:
                low, high = max(0.0, linear.low), min(1.0, linear.high)
    return Hallucinations(role=role, answers=answers, claims=len(hits), unsupported=unsupported, low=low, high=high)
