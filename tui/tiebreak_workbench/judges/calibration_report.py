"""A calibration as plain values for `--json`."""

from collections.abc import Mapping

from tiebreak.calibration import Agreement, Estimate, Estimates
from tiebreak.calibration.people import PeopleAgreement
from tiebreak.records.policies import SIDES
from tiebreak.stats.confusion import Confusion
from tiebreak.stats.kappa import Kappa
from tiebreak.stats.resampling import Bootstrap
from tiebreak_workbench.judges.calibration_record import JudgeCalibration, LineCalibration


def calibration_report(found: JudgeCalibration) -> dict[str, object]:
    """JSON-ready; a figure that has no value is null."""
    return {
        "judge": found.judge,
        "kind": found.kind,
        "version": found.version,
        "versions": found.versions,
        "model": found.model,
        "served_models": list(found.served),
        "sessions": list(found.sessions),
        "status": found.status,
        "lines": [_line(line) for line in found.lines],
        "repeats": None if found.spread is None else {
            "questions": found.spread.repeated,
            "agreeing": found.spread.agreeing,
            "mean_standard_deviation": found.spread.deviation,
        },
        "sealed_cases": found.sealed,
        "warnings": list(found.warnings),
    }  # fmt: skip


def _line(line: LineCalibration) -> dict[str, object]:
    position, alarm, controlled, drift = line.position, line.length_alarm, line.length_controlled, line.drift
    return {
        "dimension": line.dimension,
        "status": line.status,
        **_agreement(line.agreement),
        "excluded_reasons": dict(line.excluded),
        "not_judged": line.waiting,
        "judged_only": line.judged_only,
        "settled_by_a_broken_answer": line.settled,
        "segments": {name: _agreement(one) for name, one in line.segments.items()},
        "people": None if line.people is None else _people(line.people),
        "position": None if position is None else {
            "n": position.n,
            "consistent": position.consistent,
            "consistency": position.consistency,
            "first_favoured": position.first_favoured,
            "second_favoured": position.second_favoured,
            "p": position.p,
            "first_picked": position.first_picked,
            "biased": position.biased,
            "kappa_of_orders": _kappa(line.between),
        },
        "orders": {
            order: {**_confusion(one.confusion), "kappa": _kappa(one.kappa)} for order, one in line.orders.items()
        },
        "length": {
            "alarm": None if alarm is None else alarm.rings,
            "slope": None if alarm is None else alarm.slope,
            "raw": None if controlled is None else controlled.raw,
            "length_controlled": None if controlled is None else controlled.controlled,
        },
        "favoured": {SIDES[role]: one for role, one in line.favoured.items()},
        "estimates": {SIDES[role]: _estimates(one) for role, one in line.estimates.items()},
        "drift": None if drift is None else {
            "round": drift.round,
            "n": drift.n,
            "changed": drift.changed,
            "share": drift.share,
            "interval_95": list(drift.interval),
            "to_candidate": drift.up,
            "to_baseline": drift.down,
            "p": drift.p,
            "without_a_verdict_in_one_round": drift.lost,
            "served_before": list(drift.served_before),
            "served_after": list(drift.served_after),
            "fingerprints_before": list(drift.fingerprints_before),
            "fingerprints_after": list(drift.fingerprints_after),
        },
    }  # fmt: skip


def _agreement(one: Agreement) -> dict[str, object]:
    constant, macro, gate = one.confusion.constant, one.confusion.macro, one.gate
    return {
        **_confusion(one.confusion),
        "excluded": one.excluded,
        "units": one.units,
        "agreement": one.share,
        "agreement_95": [one.low, one.high],
        "agreement_with_excluded_as_wrong": one.share_of_all,
        "gate": {"status": gate.status, "least": gate.least, "n": gate.n, "needed": gate.needed, "reason": gate.reason},
        "kappa": _kappa(one.kappa),
        "kappa_interval_95": _interval(one.kappa_interval),
        "quadratic_kappa": one.quadratic,
        "quadratic_kappa_interval_95": _interval(one.quadratic_interval),
        "ac1": one.ac1,
        "macro": None if macro is None else macro._asdict(),
        "constant_judge": None if constant is None else constant._asdict(),
        "better_than_constant": one.better_than_constant,
        "cautions": list(one.cautions),
    }


def _confusion(table: Confusion) -> dict[str, object]:
    return {
        "n": table.n,
        "agreed": table.agreed,
        "labels": [str(label) for label in table.labels],
        "confusion": [list(row) for row in table.counts],
        "of_people": dict(zip(map(str, table.labels), table.of_people, strict=True)),
        "of_judge": dict(zip(map(str, table.labels), table.of_judge, strict=True)),
    }


def _people(one: PeopleAgreement) -> dict[str, object]:
    return {
        "raters": list(one.raters),
        "cases": one.cases,
        "unanimous": one.unanimous,
        "pairs": [
            {"raters": [two.one, two.other], **_confusion(two.confusion), "kappa": _kappa(two.kappa)}
            for two in one.pairs
        ],
        "fleiss_kappa": one.fleiss,
        "krippendorff_alpha": one.alpha,
        "krippendorff_alpha_interval_95": _interval(one.alpha_interval),
    }  # fmt: skip


def _estimates(one: Estimates) -> dict[str, object]:
    return {
        "judge": _estimate(one.raw),
        "people": _estimate(one.human),
        "calibrated": _estimate(one.calibrated),
        "form": one.form,
        "why": one.why,
        "weight": one.weight,
        "effective_n": one.effective_n,
        "labels_saved": one.labels_saved,
        "cautions": list(one.cautions),
    }


def _estimate(one: Estimate) -> Mapping[str, object]:
    return {"n": one.n, "mean": one.mean, "interval_95": None if one.low is None else [one.low, one.high]}


def _kappa(kappa: Kappa | None) -> dict[str, object] | None:
    return None if kappa is None else {"value": kappa.value, "se": kappa.se}


def _interval(found: Bootstrap | None) -> list[float] | None:
    return None if found is None else [found.low, found.high]
