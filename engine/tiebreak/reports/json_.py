"""A report as JSON: every number of it, with the evidence of each gate."""

import json
from collections.abc import Mapping

from tiebreak.gates import GateOutcome, standing
from tiebreak.records import ROLES, SessionRole
from tiebreak.records.canonical import plain
from tiebreak.reports import words
from tiebreak.reports.report import Report
from tiebreak.scoreboard import Mean, WinRate
from tiebreak.scoreboard.segments import segment_lines

FORMAT = 1
"""Goes up when a field changes its meaning or goes."""


def json_report(report: Report) -> str:
    """ASCII only, so that nothing on its way can stumble over it."""
    return json.dumps(as_values(report), indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def as_values(report: Report) -> dict[str, object]:
    """JSON-ready; numbers that are not known are null."""
    snapshot = report.snapshot
    return {
        "report": FORMAT,
        "tiebreak": report.tiebreak,
        "at": report.at,
        "verdict": report.verdict,
        "until": report.until,
        "infrastructure": report.infrastructure,
        "session": report.session.id,
        "kind": words.kind_told(report.session, report.runs),
        "blind": report.session.blind,
        "dataset": {"name": report.dataset.name, "version": report.dataset_version},
        "configs": {role: {"name": c.name, "version": c.version} for role, c in report.configs.items()},
        "runs": {role: run.id for role, run in report.runs.items()},
        "baseline": report.baseline,
        "policy": {"name": report.policy.name, "version": report.policy.version, "pinned": report.pinned_policy},
        "plan": {
            "version": report.session.plan.version,
            "planned": len(report.session.plan.case_ids),
            "seed": report.session.plan.seed,
            "segment": report.session.plan.segment,
            "at": report.session.created_at,
        },
        "tried": {"number": report.tried.number, "of": report.tried.of},
        "rows_digest": report.rows_digest,
        "cases": {
            "planned": snapshot.planned,
            "done": snapshot.done,
            "rated": snapshot.rated,
            "settled": snapshot.settled,
            "settled_automatically": snapshot.automatic,
            "skipped": snapshot.skipped,
            "excluded": snapshot.excluded_cases,
            "excluded_by_side": {role: dict(reasons) for role, reasons in snapshot.excluded.items()},
            "reasked_after_stop": dict(snapshot.reasked),
            "kept_apart": snapshot.apart,
            "changed_after_verdict": snapshot.changed,
            "looked_at_in_risk_queue": snapshot.looked,
        },
        "served": plain(snapshot.served),
        "events": dict(snapshot.events),
        "phases": {phase: outcome.state for phase, outcome in report.phases.items()},
        "gates": [_gate(report, gate) for gate in report.gates],
        "cautions": words.cautions(report),
        "win_rate": _win_rate(snapshot.win_rate),
        "segments": {
            line.name: {**_win_rate(line.rate), "reversal": line.reversal or None} for line in segment_lines(snapshot)
        },
        "sample": plain(report.sample),
        "rubric": {name: _means(found) for name, found in snapshot.dimensions.items()},
        "checks": {
            name: {role: {"passed": c.passed, "n": c.n, "planned": c.planned} for role, c in found.items()}
            for name, found in snapshot.checks.items()
        },
        "scores": {name: _means(found) for name, found in snapshot.scores.items()},
        "error_rate": _means(snapshot.errors),
        "cost_per_answer_usd": _means(snapshot.cost),
        "judges": plain(report.judges),
        "comparison": plain(report.comparison),
        "not_compared": report.not_compared or None,
    }


def _gate(report: Report, gate: GateOutcome) -> dict[str, object]:
    return {
        "gate": gate.key,
        "title": gate.title,
        "phase": gate.phase,
        "segment": gate.segment,
        "status": standing(gate, report.phases),
        "decides": gate in report.deciding,
        "asked": report.asked.get(gate.gate_id),
        "needed": gate.needed,
        "blocked_by": list(gate.blocked_by),
        "method": gate.method,
        "value": gate.value,
        "bound": gate.bound,
        "limit": gate.limit,
        "n": gate.n,
        "planned": gate.planned,
        "evidence": plain(gate.evidence),
    }


def _win_rate(rate: WinRate) -> dict[str, object]:
    return {
        "mean": rate.mean,
        "interval_95": list(rate.interval),
        "n": rate.n,
        "wins": rate.wins,
        "ties": rate.ties,
        "losses": rate.losses,
        "both_bad": rate.both_bad,
    }


def _means(means: Mapping[SessionRole, Mean]) -> dict[str, object]:
    return {role: {"mean": means[role].mean, "n": means[role].n} for role in ROLES if role in means}
