"""Whether a gate that is still open can be passed in this plan at all."""

from collections import Counter
from fractions import Fraction

from tiebreak.gates.evidence import exact
from tiebreak.gates.question import Question


def can_pass(question: Question) -> bool | None:
    """Whether the gate passes if every case that is still to come goes its way.

    None where that cannot be said: something blocks the pass that may be lifted, or the rule is not monotone.
    """
    outcome, evidence = question.outcome, question.evidence
    if outcome.status != "pending":
        return outcome.status == "pass"
    if outcome.blocked_by or not question.monotone:
        return None
    low, high = question.scale
    upright = question.gate.at_most is None or question.gate.zero
    best = Fraction(high) if upright and high is not None else Fraction(low)
    values = Counter(dict(evidence.values))
    known = sum((value * count for value, count in values.items()), Fraction(0))
    if known != evidence.total:  # the values of costs are not kept, only their sum
        return evidence.total <= _allowed(question)
    values[best] += evidence.to_come
    return question.status_with(values, extra=evidence.to_come) == "pass"


def _allowed(question: Question) -> Fraction:
    """The most that all answers together may cost, if those to come cost nothing and succeed."""
    evidence, limit = question.evidence, exact(question.outcome.limit)
    counted = evidence.applicable
    if question.gate.metric == "cost_per_success":
        counted = evidence.successes + evidence.missing
    return limit * counted
