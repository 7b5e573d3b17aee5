"""The candidate's reading of a case less the baseline's, positive where the candidate is better."""

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from tiebreak.gates.evidence import Measure, MeasureKind, exact
from tiebreak.records import ROLES, SessionRole
from tiebreak.scoreboard.reading import Reading, Scores

ArmKind = Literal["success"] | MeasureKind
KINDS: dict[str, ArmKind] = {
    "success": "success",
    "check": "check",
    "score": "score",
    "rubric": "rubric",
    "cost": "cost_per_answer",
    "latency": "latency",
}
LOWER = frozenset({"error_rate", "cost", "latency"})


def compared(
    measure: Measure, of_arm: Callable[[SessionRole, ArmKind, str | None], Reading | None], scores: Scores
) -> Reading | None:
    """The difference, or why there is none.

    With a relative margin m the value is (1 + m)·a − b of a cost or time: the candidate's mean is at most 1 + m times
    the baseline's where the mean of these is 0 or more, and one test of one mean answers for the ratio of two (Fieller
    1954). The reading holds a beside it.
    """
    words = (measure.name or "").split(" ")
    what, name, margin = words[0], " ".join(words[1:]), None
    if what in ("cost", "latency") and len(words) > 2:
        name, margin = words[1], exact(float(words[2]))
    both: list[Fraction] = []
    for role in ROLES:
        reading = of_arm(role, KINDS.get(what, "error_rate"), name or None)
        if reading is None or reading.value is None:
            return reading
        both.append(reading.value)
    a, b = both
    if margin is not None:
        return Reading("value", (1 + margin) * a - b, base=a)
    lower = what in LOWER or (what == "score" and name in scores.lower)
    return Reading("value", a - b if lower else b - a)
