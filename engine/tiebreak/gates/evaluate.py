"""Decides one gate from its evidence.

`set`        the claim is about the planned cases themselves, so it is certain: PASS once the sum reached so far is
             enough even if every missing case went against it, FAIL once even all of them could not save it.
`population` the claim is about all cases of this kind: W±, valid however often one looks; see
             `tiebreak.stats.confidence_sequence`.
`fixed_n`    the same claim, judged once, when every planned case is in; see `tiebreak.gates.fixed`.
`zero`       nothing of this sort may happen at all: FAIL at the first hit, PASS once every planned case is in.
"""

import math
from dataclasses import asdict
from functools import lru_cache

from tiebreak.gates.differences import open_rule
from tiebreak.gates.evidence import SCALES, Evidence, exact, measure_of
from tiebreak.gates.figures import DRAWS, SEED, figure_rule
from tiebreak.gates.fixed import fixed_rule
from tiebreak.gates.latency import quantile_rule
from tiebreak.gates.outcome import GateOutcome, GateStatus, Method, Ruling
from tiebreak.gates.wording import percent, plural, population_needs, set_needs, title_of
from tiebreak.records import Gate, Phase
from tiebreak.stats.confidence_sequence import Histogram, log_wealth, lower_bound, upper_bound
from tiebreak.stats.planning import successes_to_pass

UNKNOWN = {
    "cost_per_answer": "of unknown cost",
    "latency": "taken over from an earlier run, whose time is not this one's",
}


@lru_cache(maxsize=1024)
def evaluate(
    gate: Gate,
    evidence: Evidence,
    *,
    phase: Phase = "offline",
    segment: str | None = None,
    max_excluded: float = 0.02,
    max_skipped: float = 0.05,
    family: tuple[Evidence, ...] = (),
) -> GateOutcome:
    """The outcome of one gate; `evidence` is that of `measure_of(gate)` over the cases of `segment`.

    `max_excluded` and `max_skipped` are shares of the planned cases; more of them block a pass. `family` is the
    evidence of all segments where they are judged together: those of a regression gate of a fixed n.

    Raises:
        ValueError: for a gate that `validate_policy` refuses, such as one without a limit.
    """
    limit = limit_of(gate)
    blocks = blocks_of(gate, evidence, max_excluded, max_skipped)
    method: Method = "zero" if gate.zero else gate.scope
    if evidence.applicable <= 0 and not evidence.risk_hits:
        ruling = Ruling(None, None, None, _why_nothing(gate, evidence))
    elif gate.statistic not in (None, "mean"):
        ruling = quantile_rule(gate, evidence, limit)
    elif measure_of(gate).kind == "open_regression" and gate.regression is not None:
        ruling = open_rule(gate, gate.regression, evidence, limit, family)
    elif gate.metric == "figure":
        ruling = figure_rule(gate, evidence, limit)
    elif gate.metric == "cost_per_success":
        ruling = _ratio_rule(evidence, limit)
    elif method == "fixed_n":
        ruling = fixed_rule(gate, evidence, limit, family)
    else:
        rule = {"zero": _zero_rule, "set": _set_rule, "population": _population_rule}[method]
        ruling = rule(gate, evidence, limit)
    status = _status(ruling, max(one.to_come for one in (evidence, *family)), blocks)
    return GateOutcome(
        gate_id=gate.id,
        title=title_of(gate),
        phase=phase,
        segment=segment,
        status=status,
        method=method,
        value=ruling.value,
        bound=ruling.bound,
        limit=limit,
        n=evidence.n,
        planned=evidence.planned,
        needed="" if ruling.passes is True else ruling.needed,
        blocked_by=blocks,
        evidence=_plain(gate, evidence, limit, ruling),
    )


def limit_of(gate: Gate) -> float:
    if gate.regression is not None:
        return -gate.regression.margin
    limit = 0.0 if gate.zero else gate.at_least if gate.at_least is not None else gate.at_most
    if limit is None:
        raise ValueError(f"gate {gate.id!r} has no limit")
    return limit


def _why_nothing(gate: Gate, evidence: Evidence) -> str:
    timed = gate.metric == "latency" or (gate.regression is not None and gate.regression.measure == "latency")
    if timed and evidence.not_applicable:
        return "only headless runs are timed: `tiebreak run`"
    if gate.metric == "pass_at_k" and evidence.not_applicable:
        return "too few samples of a case, or none that anything judges: `tiebreak run --samples N`"
    return "every case is excluded or skipped" if evidence.planned else "it applies to no case"


def _status(ruling: Ruling, to_come: int, blocks: tuple[str, ...]) -> GateStatus:
    if ruling.passes is False:
        return "fail"
    if ruling.passes and not blocks:
        return "pass"
    return "pending" if to_come > 0 else "undecided"


def blocks_of(gate: Gate, evidence: Evidence, max_excluded: float, max_skipped: float) -> tuple[str, ...]:
    """What forbids a pass. A zero-tolerance gate forgives no gap at all."""
    blocks: list[str] = []
    for count, share, what in (
        (evidence.excluded, max_excluded, "excluded"),
        (evidence.skipped, max_skipped, "skipped"),
    ):
        if gate.zero and count:
            blocks.append(f"{plural(count, 'case')} {what}, and every planned case must be in")
        elif count > exact(share) * evidence.planned:
            blocks.append(f"{count} of {plural(evidence.planned, 'case')} {what}, {percent(share)} allowed")
    if evidence.unknown:
        compared = gate.regression.measure if gate.regression is not None else None
        metric = {"cost": "cost_per_answer", "latency": "latency"}.get(compared or "", gate.metric)
        what = UNKNOWN.get(metric, "that the check could not judge")
        blocks.append(f"{plural(evidence.unknown, 'answer')} {what}")
    return tuple(blocks)


def _zero_rule(gate: Gate, evidence: Evidence, _limit: float) -> Ruling:
    """A hit is a case whose value is not 1. The bound is the rate of hits that W± excludes at `alpha_pass`, of cases in
    random order: a hit of the risk queue fails the gate, and says nothing of how many there are."""
    hits = evidence.hits
    clean = Histogram.of_counts({0.0: hits, 1.0: evidence.n - hits})
    below = 1 - lower_bound(clean, gate.alpha_pass)
    if hits or evidence.risk_hits:
        told = [f"{hits} of {evidence.n}"] if hits else []
        told += [f"{evidence.risk_hits} found in the risk queue"] if evidence.risk_hits else []
        return Ruling(False, float(hits + evidence.risk_hits), below, f"{' and '.join(told)}, where none is allowed")
    if evidence.missing == 0:
        return Ruling(True, 0.0, below, "")
    # Rounded up: the rate is below what is shown.
    rate = f", rate < {percent(math.ceil(below * 1000) / 1000)}" if evidence.n else ""
    return Ruling(None, 0.0, below, f"0 of {evidence.n} so far{rate}; {evidence.to_come} still to come")


def _set_rule(gate: Gate, evidence: Evidence, limit: float) -> Ruling:
    """Sums are exact fractions, so a limit that is met exactly is met."""
    low, high = SCALES[measure_of(gate).kind]
    least = evidence.total + evidence.missing * low
    most = None if high is None and evidence.missing else evidence.total + evidence.missing * (high or 0)
    wanted = exact(limit) * evidence.applicable
    if gate.at_most is None:
        passes = True if least >= wanted else False if most is not None and most < wanted else None
        decisive = most if passes is False else least
    else:
        passes = True if most is not None and most <= wanted else False if least > wanted else None
        decisive = least if passes is False else most
    if passes is None:
        needed = set_needs(gate, evidence, limit)
    else:
        lost = "out of reach, whatever the missing cases bring" if evidence.missing else "not reached"
        needed = "" if passes else lost
    bound = None if decisive is None else float(decisive / evidence.applicable)
    return Ruling(passes, _mean(evidence), bound, needed)


def _ratio_rule(evidence: Evidence, limit: float) -> Ruling:
    """What all answers cost over the cases that succeed. A missing case may cost nothing and succeed, or cost any sum
    and fail, so there is a pass only once none is missing."""
    value = float(evidence.total / evidence.successes) if evidence.successes else None
    if value is None and not evidence.missing:
        return Ruling(False, None, None, "no case succeeds")
    if evidence.total > exact(limit) * (evidence.successes + evidence.missing):
        lost = "out of reach, whatever the missing cases bring" if evidence.missing else "not reached"
        return Ruling(False, value, value, lost)
    if evidence.missing:
        return Ruling(None, value, None, f"{plural(evidence.missing, 'answer')} still to come")
    return Ruling(True, value, value, "")


def _population_rule(gate: Gate, evidence: Evidence, limit: float) -> Ruling:
    """Values scaled to [0, 1]; "at most" is "at least" seen in the mirror."""
    low, high = SCALES[measure_of(gate).kind]
    if high is None:
        raise ValueError(f"gate {gate.id!r}: costs have no upper end, so no population bound holds")
    width = high - low
    histogram = Histogram.of_counts({(float(value) - low) / width: count for value, count in evidence.values})
    share = (exact(limit) - low) / width
    upright = gate.at_most is None
    seen, m0 = (histogram, float(share)) if upright else (histogram.mirrored, float(1 - share))
    if log_wealth(seen, m0, -1) >= math.log(1 / gate.alpha_fail):
        passes, bound = False, upper_bound(seen, gate.alpha_fail)
    else:
        passes = True if log_wealth(seen, m0, 1) >= math.log(1 / gate.alpha_pass) else None
        bound = lower_bound(seen, gate.alpha_pass)
    if passes is None:
        needed = "all cases are in, and they settle it neither way"
        if evidence.to_come > 0:
            needed = population_needs(gate, evidence, successes_to_pass(seen, m0, gate.alpha_pass))
    else:
        needed = "" if passes else "the evidence is against it"
    return Ruling(passes, _mean(evidence), low + width * (bound if upright else 1 - bound), needed)


def _mean(evidence: Evidence) -> float | None:
    return float(evidence.total / evidence.n) if evidence.n else None


def _plain(gate: Gate, evidence: Evidence, limit: float, ruling: Ruling) -> dict[str, object]:
    rule = "zero" if gate.zero else "at_least" if gate.at_most is None else "at_most"
    alphas = {"alpha_pass": gate.alpha_pass, "alpha_fail": gate.alpha_fail} if gate.scope != "set" else {}
    timed = {"timing": gate.timing, "statistic": gate.statistic} if gate.metric == "latency" else {}
    if gate.metric == "figure":
        drawn = {"draws": DRAWS, "seed": SEED} if gate.scope == "fixed_n" else {}
        timed = {"figure": evidence.figure, **drawn}
    if gate.regression is not None:
        timed = {"regression": asdict(gate.regression), "compared": measure_of(gate).name}
    if gate.metric == "cost_per_success":
        timed = {"successes": evidence.successes}
    return {
        "metric": gate.metric,
        **timed,
        "on": gate.on,
        "rule": rule,
        "limit": limit,
        "scope": gate.scope,
        **alphas,
        "planned": evidence.planned,
        "n": evidence.n,
        "groups": len(evidence.groups),
        "sum": float(evidence.total),
        "values": [[float(value), count] for value, count in evidence.values],
        "excluded": evidence.excluded,
        "skipped": evidence.skipped,
        "not_applicable": evidence.not_applicable,
        "unknown": evidence.unknown,
        "missing": evidence.missing,
        "reasked": evidence.reasked,
        **({"risk_hits": evidence.risk_hits} if evidence.risk_hits else {}),
        "value": ruling.value,
        "bound": ruling.bound,
    }
