"""Gates on a quantile of the times: p95 is at most L where at least 95 of 100 answers take no longer than L.

So a quantile gate is a pass rate in disguise, with the same two scopes. The quantile is the nearest rank, the smallest
time that the asked share of the answers does not exceed (Hyndman and Fan, 1996, definition 1).
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from tiebreak.amounts import seconds
from tiebreak.gates.evidence import Evidence, exact
from tiebreak.gates.fixed import rate_bounds
from tiebreak.gates.outcome import Ruling
from tiebreak.gates.wording import plural
from tiebreak.records import Gate
from tiebreak.records.policies import Statistic
from tiebreak.stats.confidence_sequence import Histogram, log_wealth

SHARES: dict[Statistic | None, Fraction] = {"p50": exact(0.5), "p95": exact(0.95), "p99": exact(0.99)}


def quantile_rule(gate: Gate, evidence: Evidence, limit: float) -> Ruling:
    """What the times say of a quantile gate.

    `set`: certain, as every case that is missing may be fast or slow. `population`: W± on the share of answers within
    the limit, at every look; the bound of that share is no time, so none is given. `fixed_n`: the exact bound of that
    share, once every case is in.
    """
    share = SHARES[gate.statistic]
    within = sum(count for value, count in evidence.values if value <= exact(limit))
    value = at_rank(evidence.values, math.ceil(share * evidence.n))
    if gate.scope == "population":
        return _population(gate, evidence, within, value)
    if gate.scope == "fixed_n":
        return _fixed(gate, evidence, within, value)
    enough = math.ceil(share * evidence.applicable)
    if within >= enough:
        return Ruling(True, value, at_rank(evidence.values, enough), "")
    if within + evidence.missing < enough:
        lost = "out of reach, whatever the missing cases bring" if evidence.missing else "not reached"
        return Ruling(False, value, at_rank(evidence.values, enough - evidence.missing), lost)
    more = f"{plural(enough - within, 'more answer')} within {seconds(limit)}"
    return Ruling(None, value, None, f"{more} of the {plural(evidence.missing, 'answer')} left")


def at_rank(values: Sequence[tuple[Fraction, int]], rank: int) -> float | None:
    """The value at a rank from 1, of sorted values with their counts; None where they do not reach it."""
    if rank < 1:
        return None
    for value, count in values:
        rank -= count
        if rank <= 0:
            return float(value)
    return None


def _population(gate: Gate, evidence: Evidence, within: int, value: float | None) -> Ruling:
    seen = Histogram.of_counts({0.0: evidence.n - within, 1.0: within})
    share = float(SHARES[gate.statistic])
    if log_wealth(seen, share, -1) >= math.log(1 / gate.alpha_fail):
        return Ruling(False, value, None, "the evidence is against it")
    if log_wealth(seen, share, 1) >= math.log(1 / gate.alpha_pass):
        return Ruling(True, value, None, "")
    if evidence.to_come <= 0:
        return Ruling(None, value, None, "all cases are in, and they settle it neither way")
    return Ruling(None, value, None, f"more answers: {within} of {evidence.n} within the limit so far")


def _fixed(gate: Gate, evidence: Evidence, within: int, value: float | None) -> Ruling:
    if evidence.to_come > 0:
        return Ruling(None, value, None, f"judged once, when every case is in: {evidence.to_come} still to come")
    if not evidence.n:
        return Ruling(None, value, None, "no case has a value")
    share = float(SHARES[gate.statistic])
    if rate_bounds(within, evidence.n, gate.alpha_fail)[1] < share:
        return Ruling(False, value, None, "the evidence is against it")
    if rate_bounds(within, evidence.n, gate.alpha_pass)[0] >= share:
        return Ruling(True, value, None, "")
    return Ruling(None, value, None, "all cases are in, and they settle it neither way")
