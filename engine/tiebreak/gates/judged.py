"""Gates that a judge has a say in.

`calibrated` people's labels of some cases and a judge's verdicts of all of them, joined; see
             `tiebreak.stats.ppi_live` and `tiebreak.stats.ppi`, and docs/calibration.md.
             `set` looks after every label. `fixed_n` is judged once, when the planned number of labels is in, and falls
             back on the live form where PPI++ does not hold.
`judge`      the verdicts as they are, which no interval makes true; only with `override: raw-judge`.

Cases that a broken answer settles need no judge. They are known, and stand apart from what is estimated: the mean of
the set is (their sum + M·mean of the other M) / N, so that a limit for the whole is a limit for the others.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from tiebreak.calibration.estimates import why_live
from tiebreak.gates.evaluate import blocks_of, evaluate, limit_of
from tiebreak.gates.evidence import Evidence, exact
from tiebreak.gates.judged_cases import Counted, JudgedEvidence, Scaled, scaled, shown
from tiebreak.gates.outcome import GateOutcome, GateStatus, Method, Ruling
from tiebreak.gates.wording import percent, plural, title_of
from tiebreak.records import Gate, Phase
from tiebreak.stats.confidence_sequence import lower_bound
from tiebreak.stats.counted import squares_of
from tiebreak.stats.distributions import t_quantile
from tiebreak.stats.ppi import Powered, powered_counts
from tiebreak.stats.ppi_live import LiveResidual, live_residual


@lru_cache(maxsize=512)
def evaluate_judged(
    gate: Gate,
    evidence: JudgedEvidence,
    *,
    phase: Phase = "human",
    segment: str | None = None,
    max_excluded: float = 0.02,
    max_skipped: float = 0.05,
) -> GateOutcome:
    """The outcome of a gate whose source is not people alone.

    Raises:
        ValueError: for a gate that `validate_policy` refuses.
    """
    if gate.source == "judge":
        return _raw(gate, evidence, phase, segment, max_excluded)
    counted = Evidence(
        planned=evidence.planned, n=evidence.labelled, excluded=evidence.excluded, skipped=evidence.skipped
    )
    blocks = [*blocks_of(gate, counted, max_excluded, max_skipped), *_lost(evidence, max_excluded)]
    why = _nothing_yet(gate, evidence)
    found = _Found(Ruling(None, None, None, why), "calibrated", {}) if why else _calibrated(gate, evidence)
    ruling = found.ruling
    if evidence.status == "failed":
        blocks.append(_failed(gate, evidence))
        status: GateStatus = "pending"
    elif ruling.passes is False:
        status = "fail"
    elif ruling.passes and not blocks:
        status = "pass"
    else:
        status = "undecided" if found.final else "pending"
    return GateOutcome(
        gate_id=gate.id,
        title=title_of(gate),
        phase=phase,
        segment=segment,
        status=status,
        method=found.method,
        value=ruling.value,
        bound=ruling.bound,
        limit=limit_of(gate),
        n=evidence.labelled,
        planned=evidence.planned,
        needed="" if ruling.passes is True else ruling.needed,
        blocked_by=tuple(blocks),
        evidence=_plain(gate, evidence, ruling) | found.told,
    )


def _raw(gate: Gate, evidence: JudgedEvidence, phase: Phase, segment: str | None, max_excluded: float) -> GateOutcome:
    """The verdicts taken for what people would say, by the ordinary rules."""
    values: dict[Fraction, int] = {}
    for value, count in (*evidence.known, *((f, n) for _, f, n in evidence.both), *evidence.only):
        values[value] = values.get(value, 0) + count
    plain = Evidence(
        planned=evidence.planned,
        n=sum(values.values()),
        total=sum((value * count for value, count in values.items()), Fraction(0)),
        values=tuple(sorted(values.items())),
        excluded=evidence.excluded + evidence.lost,
    )
    outcome = evaluate(gate, plain, phase=phase, segment=segment, max_excluded=max_excluded, max_skipped=1.0)
    told = _plain(gate, evidence, Ruling(None, outcome.value, outcome.bound, ""))
    why = _nothing_yet(gate, evidence)
    if why and (outcome.status != "fail" or not evidence.judged):
        return replace(outcome, status="pending", needed=why, evidence={**outcome.evidence, **told})
    return replace(outcome, evidence={**outcome.evidence, **told})


def _nothing_yet(gate: Gate, evidence: JudgedEvidence) -> str:
    """Why there is nothing to decide from yet; empty where there is."""
    if evidence.scale:
        return evidence.scale
    if evidence.waiting:
        cases = plural(evidence.waiting, "case")
        return f"{cases} not judged by “{gate.judge}” yet"
    if evidence.judged or (evidence.known and not evidence.lost):
        return ""
    if evidence.lost:
        reasons = "; ".join(why for why, _ in evidence.unjudged)
        return f"the judge gave no valid verdict on any of {plural(evidence.lost, 'case')}: {reasons}"
    return "every case is excluded or skipped" if evidence.planned else "it applies to no case"


def _lost(evidence: JudgedEvidence, max_excluded: float) -> list[str]:
    if evidence.lost <= exact(max_excluded) * evidence.planned:
        return []
    reasons = "; ".join(why for why, _ in evidence.unjudged[:2])
    of = plural(evidence.planned, "case")
    return [f"{evidence.lost} of {of} without a valid verdict ({reasons}), {percent(max_excluded)} allowed"]


def _failed(gate: Gate, evidence: JudgedEvidence) -> str:
    return (
        f"the judge “{gate.judge}” failed its calibration: it agrees with people in {percent(evidence.agreed)} of "
        f"{evidence.compared}; use another judge, or `source: human`"
    )


class _Found(NamedTuple):
    ruling: Ruling
    method: Method
    told: dict[str, object]
    final: bool = False
    """Nothing that comes will change it."""


def _calibrated(gate: Gate, evidence: JudgedEvidence) -> _Found:
    if gate.scope != "fixed_n":
        return _of_set(gate, scaled(gate, evidence, evidence.both, evidence.only))
    wanted = min(gate.labels or evidence.judged, evidence.judged)
    given = sum(count for _, _, count in evidence.first)
    if given < wanted:
        coming = f"judged once, at {plural(wanted, 'label')}: {wanted - given} to come"
        return _Found(Ruling(None, None, None, coming), "calibrated_fixed_n", {"form": "fixed_n"})
    first = scaled(gate, evidence, evidence.first, _left(evidence))
    why = "cases come in groups, which PPI++ takes for independent" if evidence.grouped else ""
    why = why or why_live(first.labels, first.left, planned=True, wins=gate.metric == "win_rate")
    if not why:
        return _fixed(gate, first)
    return _of_set(gate, scaled(gate, evidence, evidence.both, evidence.only), why)


def _left(evidence: JudgedEvidence) -> Counted:
    """What the judge says of the cases that are not among the first labels."""
    rest: dict[Fraction, int] = dict(evidence.only)
    for sign, pairs in ((1, evidence.both), (-1, evidence.first)):
        for _, verdict, count in pairs:
            rest[verdict] = rest.get(verdict, 0) + sign * count
    return tuple(sorted((value, count) for value, count in rest.items() if count))


def _of_set(gate: Gate, cases: Scaled, why: str = "") -> _Found:
    """The claim about this set, had people rated all of it; `why` says what stands against PPI++."""
    certain = _certain(gate, cases)
    if certain is not None:
        return _Found(certain, "calibrated", {"form": "certain", "why_live": why})
    found = live_residual(cases.pairs, cases.judged)
    told: dict[str, object] = {"form": "live", "why_live": why, "weight": found.weight}
    if not cases.labelled:
        return _Found(
            Ruling(None, None, None, "no case is labelled yet; a judge alone decides nothing"), "calibrated", told
        )
    limit = cases.limit_of_others
    value = shown(gate, cases, cases.whole(found.mean))
    if found.log_evidence(limit, -1) >= math.log(1 / gate.alpha_fail):
        most = 1 - lower_bound(found.histogram.mirrored, gate.alpha_fail)
        bound = shown(gate, cases, cases.whole(_restored(found, most)))
        return _Found(Ruling(False, value, bound, "the evidence is against it"), "calibrated", told)
    passes = found.log_evidence(limit) >= math.log(1 / gate.alpha_pass) or None
    bound = shown(gate, cases, cases.whole(_restored(found, lower_bound(found.histogram, gate.alpha_pass))))
    needed = f"{plural(cases.labelled, 'label')} and the judge settle it neither way; {cases.left} may follow"
    return _Found(Ruling(passes, value, bound, f"{needed} ({why})" if why else needed), "calibrated", told)


def _certain(gate: Gate, cases: Scaled) -> Ruling | None:
    """What the labels alone settle of this set, whatever the other cases bring."""
    least = cases.known_sum + cases.exact_labels
    wanted = cases.limit * cases.cases
    if wanted <= least:
        passes, sum_then = True, least
    elif least + cases.left < wanted:
        passes, sum_then = False, least + cases.left
    else:
        return None
    value = None if cases.left else shown(gate, cases, float(least / cases.cases))
    bound = shown(gate, cases, float(sum_then / cases.cases))
    lost = "out of reach, whatever the other cases bring" if cases.left else "not reached"
    return Ruling(passes, value, bound, "" if passes else lost)


def _restored(found: LiveResidual, bound: float) -> float:
    """From the scale of the histogram to that of labels."""
    return min(1.0, max(0.0, found.restored(bound)))


def _fixed(gate: Gate, cases: Scaled) -> _Found:
    found = powered_counts(cases.pairs, cases.rest)
    mean, se = _with_known(found, cases)
    told: dict[str, object] = {
        "form": "fixed_n", "weight": found.weight, "effective_n": found.effective_n, "se": se,
    }  # fmt: skip
    value, limit = shown(gate, cases, mean), float(cases.limit)
    below = mean - t_quantile(1 - gate.alpha_pass, found.n - 2) * se
    above = mean + t_quantile(1 - gate.alpha_fail, found.n - 2) * se
    if below >= limit:
        ruling = Ruling(True, value, shown(gate, cases, below), "")
    elif above < limit:
        ruling = Ruling(False, value, shown(gate, cases, above), "the evidence is against it")
    else:
        needed = "the planned labels are in, and they settle it neither way"
        ruling = Ruling(None, value, shown(gate, cases, below), needed)
    return _Found(ruling, "calibrated_fixed_n", told, final=True)


def _with_known(found: Powered, cases: Scaled) -> tuple[float, float]:
    """Mean and standard error over two strata whose shares are those of the sample: the settled cases and the rest.

    var = Σ w_s²·var_s + Σ w_s(θ_s − θ)²/N: within the strata, and of their shares (Cochran, "Sampling Techniques",
    3rd ed. 1977, section 12.2).
    """
    if not cases.settled:
        return found.mean, found.se
    n, share = cases.cases, cases.settled / cases.cases
    settled = float(cases.known_sum) / cases.settled
    mean = share * settled + (1 - share) * found.mean
    between = (share * (settled - mean) ** 2 + (1 - share) * (found.mean - mean) ** 2) / n
    within = 0.0
    if cases.settled > 1:
        spread = squares_of(cases.known, settled) / (cases.settled - 1)
        within = share**2 * spread / cases.settled
    return mean, math.sqrt((1 - share) ** 2 * found.se**2 + within + between)


def _plain(gate: Gate, evidence: JudgedEvidence, ruling: Ruling) -> dict[str, object]:
    limit = limit_of(gate)
    calibrated: Mapping[str, object] = {"labels_planned": gate.labels} if gate.source == "calibrated" else {}
    return {
        "metric": gate.metric,
        "on": gate.on,
        "rule": "at_least" if gate.at_most is None else "at_most",
        "limit": limit,
        "scope": gate.scope,
        "alpha_pass": gate.alpha_pass,
        "alpha_fail": gate.alpha_fail,
        "source": gate.source,
        "judge": gate.judge,
        "judge_version": evidence.judge_version,
        "judge_versions": evidence.versions,
        "judge_status": evidence.status,
        "agreement": evidence.agreed if evidence.compared else None,
        "compared": evidence.compared,
        **calibrated,
        "planned": evidence.planned,
        "n": evidence.labelled,
        "judged": evidence.judged,
        "settled": sum(count for _, count in evidence.known),
        "both": [[float(y), float(f), count] for y, f, count in evidence.both],
        "judged_only": [[float(f), count] for f, count in evidence.only],
        "without_verdict": dict(evidence.unjudged),
        "excluded": evidence.excluded,
        "skipped": evidence.skipped,
        "not_applicable": 0,
        "unknown": 0,
        "missing": evidence.waiting,
        "reasked": 0,
        "value": ruling.value,
        "bound": ruling.bound,
    }
