"""What one version of a judge says of one case, from its judgments alone, and whether a rater says the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from tiebreak.judge.summary import in_force
from tiebreak.records import SessionRole, Vote, digest
from tiebreak.records.judges import Judgment, JudgmentStatus, Verdict

Lean = Literal["A", "B", "tie"]
Agreement = Literal["agrees", "differs", "contradicts itself", "says nothing"]
WORTH: Mapping[str, int] = {
    "correct": 2,
    "partial": 1,
    "incorrect": 0,
    "compliant": 1,
    "violation": 0,
    "wrong_refusal": 0,
    "missed_refusal": 0,
    "no_claims": 1,
}
"""Which of two verdicts that are words is the better one; of one kind they are compared, never across kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVerdict:
    """All that was said of a case, in force: one judgment a question."""

    judgments: tuple[Judgment, ...]
    lean: Lean | None
    """Which answer the judge has for the better one; of answers that it read one by one the higher rated."""
    contradictory: bool
    """The orders of a pair, or its repeats, say different things, and none of them more often."""
    points: Mapping[tuple[SessionRole, str | None], Fraction] = field(
        default_factory=dict[tuple[SessionRole, str | None], Fraction]
    )
    """Side and dimension → mean over the repeats, of verdicts that are numbers."""

    @property
    def statuses(self) -> Mapping[JudgmentStatus, int]:
        return Counter(judgment.status for judgment in self.judgments)

    @property
    def seal(self) -> str:
        """One seal for a case: SHA-256 over the seals of its judgments, a line each. They are sorted, so that their
        order does not tell which answer is whose."""
        return digest("\n".join(sorted(judgment.seal for judgment in self.judgments)).encode())

    @property
    def unsupported(self) -> int:
        """Claims that the passages contradict or do not bear out."""
        return sum(claim.verdict != "supported" for judgment in self.judgments for claim in judgment.claims)

    def against(self, vote: Vote | None) -> Agreement | None:
        """How it stands beside a vote, in which both bad is a tie; None without a vote."""
        if vote is None:
            return None
        if self.lean is None:
            return "contradicts itself" if self.contradictory else "says nothing"
        return "agrees" if self.lean == ("tie" if vote == "both_bad" else vote) else "differs"


def said_of_case(judgments: Iterable[Judgment], roles: Mapping[str, SessionRole]) -> CaseVerdict | None:
    """What the judgments of one judge on one case come to; None where there are none. `roles` are those of responses.

    A pair is preferred by what most of its repeats say, each of which says something only where its orders agree.
    """
    found = tuple(in_force(judgments))
    if not found:
        return None
    valid = [judgment for judgment in found if judgment.status == "valid" and judgment.verdict is not None]
    if found[0].response_b is not None:
        lean, contradictory = _of_pair(valid, found)
        return CaseVerdict(judgments=found, lean=lean, contradictory=contradictory)
    points = _points(valid, roles)
    return CaseVerdict(judgments=found, lean=_of_sides(valid, points, roles), contradictory=False, points=points)


def repeats_differ(judgments: Iterable[Judgment]) -> bool:
    """Whether one question, put more than once, got different verdicts."""
    said: dict[tuple[object, ...], set[Verdict]] = {}
    for judgment in judgments:
        if judgment.status == "valid" and judgment.verdict is not None:
            key = (judgment.response_a, judgment.dimension, judgment.order)
            said.setdefault(key, set()).add(judgment.verdict)
    return any(len(verdicts) > 1 for verdicts in said.values())


def verdicts_by_repeat(judgments: Iterable[Judgment]) -> dict[int, list[Verdict]]:
    """The valid verdicts of each repeat; of a pair, those of its orders."""
    found: dict[int, list[Verdict]] = {}
    for judgment in judgments:
        if judgment.status == "valid" and judgment.verdict is not None:
            found.setdefault(judgment.repeat, []).append(judgment.verdict)
    return found


def _of_pair(valid: Sequence[Judgment], asked: Sequence[Judgment]) -> tuple[Lean | None, bool]:
    orders = len({judgment.order for judgment in asked})
    said: Counter[Lean] = Counter()
    split = 0
    for verdicts in verdicts_by_repeat(valid).values():
        if len(set(verdicts)) > 1:
            split += 1
        elif len(verdicts) == orders:
            said.update(lean for lean in ("A", "B", "tie") if lean == verdicts[0])
    first = said.most_common(2)
    if not first:
        return None, split > 0
    if split >= first[0][1] or (len(first) > 1 and first[0][1] == first[1][1]):
        return None, True
    return first[0][0], False


def _points(
    valid: Sequence[Judgment], roles: Mapping[str, SessionRole]
) -> dict[tuple[SessionRole, str | None], Fraction]:
    lines: dict[tuple[SessionRole, str | None], list[Fraction]] = {}
    for judgment in valid:
        role = roles.get(judgment.response_a)
        if role is not None and isinstance(judgment.verdict, int | float):
            lines.setdefault((role, judgment.dimension), []).append(Fraction(str(judgment.verdict)))
    return {line: sum(given, Fraction(0)) / len(given) for line, given in lines.items()}


def _of_sides(
    valid: Sequence[Judgment],
    points: Mapping[tuple[SessionRole, str | None], Fraction],
    roles: Mapping[str, SessionRole],
) -> Lean | None:
    """Compared over the dimensions in which both sides have points, or else by what the words are worth."""
    lower_is_better = any(judgment.kind == "faithfulness" for judgment in valid)
    worth: dict[SessionRole, list[Fraction]] = {"baseline": [], "candidate": []}
    if points and not any(isinstance(judgment.verdict, str) for judgment in valid):
        both = {name for role, name in points if role == "baseline"} & {
            name for role, name in points if role == "candidate"
        }
        for (role, name), mean in points.items():
            if name in both:
                worth[role].append(-mean if lower_is_better else mean)
    else:
        for judgment in valid:
            role = roles.get(judgment.response_a)
            if role is not None and judgment.verdict is not None:
                worth[role].append(_worth(judgment.verdict))
    a, b = worth["baseline"], worth["candidate"]
    if not a or not b:
        return None
    mean_a, mean_b = sum(a, Fraction(0)) / len(a), sum(b, Fraction(0)) / len(b)
    return "tie" if mean_a == mean_b else "A" if mean_a > mean_b else "B"


def _worth(verdict: Verdict) -> Fraction:
    """A share of claims that are not borne out counts against an answer; one without claims has none of them."""
    return Fraction(WORTH.get(verdict, 0)) if isinstance(verdict, str) else 1 - Fraction(str(verdict))
