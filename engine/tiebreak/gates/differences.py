"""Regression gates on costs and times, whose differences have neither a least nor a greatest value.

The differences are paired, case by case. With a relative margin m their place is taken by (1 + m)·a − b: the ratio of
the two means is at most 1 + m where the mean of these is 0 or more (Fieller 1954), so one test of one mean answers for
a ratio of two, and a few dear cases weigh as much as they cost.

`set`     decided once every case is in: no missing case can be bounded before.
`fixed_n` the one-sided t bound over cases or groups, as `tiebreak.gates.fixed`.
"""

from dataclasses import replace

from tiebreak.gates.evidence import Evidence, exact
from tiebreak.gates.fixed import fixed_rule
from tiebreak.gates.outcome import Ruling
from tiebreak.gates.wording import plural
from tiebreak.records import Gate, Regression


def open_rule(
    gate: Gate, regression: Regression, evidence: Evidence, limit: float, family: tuple[Evidence, ...]
) -> Ruling:
    """The ruling, its value and bound being what the candidate saves: a share of A's mean where the margin is one."""
    if gate.scope == "fixed_n":
        ruling = fixed_rule(gate, evidence, 0.0 if regression.relative else limit, family)
    elif evidence.to_come > 0:
        ruling = Ruling(None, None, None, f"{plural(evidence.to_come, 'pair')} still to come")
    elif not evidence.n:
        ruling = Ruling(None, None, None, "no case has a value")
    else:
        wanted = 0 if regression.relative else limit
        passes = evidence.total >= exact(wanted) * evidence.n
        mean = float(evidence.total / evidence.n)
        ruling = Ruling(passes, mean, mean, "" if passes else "not reached")
    if not regression.relative:
        return ruling
    # The bound of the mean is in dollars or seconds, and means nothing beside a share.
    saved = saved_share(evidence, regression.margin)
    return replace(ruling, value=saved if ruling.value is not None else None, bound=None)


def saved_share(evidence: Evidence, margin: float) -> float | None:
    """1 less the ratio of the means, from the sum of (1 + m)·a − b and that of a."""
    if not evidence.base:
        return None
    return float(evidence.total / evidence.base) - margin
