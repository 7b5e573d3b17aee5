"""Cases a person should look at after a judge: close calls, contradictions, conflicts with the vote."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tiebreak.judge.saying import CaseVerdict, repeats_differ, verdicts_by_repeat
from tiebreak.records import ROLES, Gate, Policy, SessionRole, Vote
from tiebreak.records.judges import Judge, Scale

Lines = Mapping[tuple[SessionRole, str], float]
"""Side and dimension → the mean that a gate asks for."""
NEAR = Fraction(1, 2)
"""Points of the scale within which a mean is near a gate's line."""
ReasonKind = Literal["near threshold", "repeats differ", "orders differ", "against the vote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a case is offered."""

    kind: ReasonKind
    role: SessionRole | None = None
    """The side that is near a line."""
    dimension: str | None = None
    mean: float | None = None
    line: float | None = None

    def words(self, side: str = "") -> str:
        """`side` is what the side is called; without it nothing is said that tells it."""
        match self.kind:
            case "near threshold" if self.mean is None:
                return "one of its orders is a tie"
            case "near threshold" if not side:
                return "a score near the line of a gate"
            case "near threshold":
                return f"{self.dimension or 'score'} of {side}: {self.mean:.2f}, near the line at {self.line:g}"
            case "repeats differ":
                return "repeats of one question got different verdicts"
            case "orders differ":
                return "the two orders contradict each other"
            case "against the vote":
                return "the judge and the vote differ"


def reasons_for(verdict: CaseVerdict, vote: Vote | None, lines: Lines) -> tuple[Reason, ...]:
    """Why a case should be looked at; empty where there is no reason. `lines` are those of `lines_of`."""
    return tuple(_reasons(verdict, vote, lines))


def lines_of(policy: Policy, judge: Judge, *, veiled: bool = False) -> Lines:
    """What the rubric gates of a policy ask for; nothing for a judge of another scale than theirs.

    `veiled` holds both sides against every line: whoever must not know which side is which would learn it from a gate
    that asks something of one of them.
    """
    if judge.scale != Scale():
        return {}
    gates = [gate for gates in policy.gates.values() for gate in gates if gate.metric == "rubric"]
    limits: dict[tuple[SessionRole, str], float | None] = {}
    for gate in gates:
        for role in ROLES if veiled else (gate.on,):
            limits[role, gate.dimension or ""] = _limit(gate)
    return {line: limit for line, limit in limits.items() if limit is not None}


def _limit(gate: Gate) -> float | None:
    return gate.at_least if gate.at_least is not None else gate.at_most


def _reasons(verdict: CaseVerdict, vote: Vote | None, lines: Lines) -> Iterator[Reason]:
    valid = [judgment for judgment in verdict.judgments if judgment.status == "valid"]
    pair = any(judgment.response_b is not None for judgment in valid)
    for (role, dimension), mean in verdict.points.items():
        line = lines.get((role, dimension or ""))
        if line is not None and abs(mean - Fraction(str(line))) <= NEAR:
            yield Reason(kind="near threshold", role=role, dimension=dimension, mean=float(mean), line=line)
    orders = verdicts_by_repeat(valid).values() if pair else ()
    if any(len(set(said)) > 1 and "tie" in said for said in orders):
        yield Reason(kind="near threshold")
    if repeats_differ(valid):
        yield Reason(kind="repeats differ")
    if any({"A", "B"} <= set(said) for said in orders):
        yield Reason(kind="orders differ")
    if verdict.against(vote) == "differs":
        yield Reason(kind="against the vote")
