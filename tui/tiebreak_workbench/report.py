"""A session's numbers as plain values for `--json`, the same for every command that prints them."""

from collections.abc import Mapping

from tiebreak.gates import GateOutcome
from tiebreak.records import ROLES, SessionRole
from tiebreak.scoreboard import Mean, Snapshot, WinRate
from tiebreak_store import StoredSession


def session_report(stored: StoredSession, snapshot: Snapshot) -> dict[str, object]:
    """JSON-ready; keys are the words of docs/architecture.md. Numbers that are not known are null."""
    return {
        "session": stored.session.id,
        "title": stored.session.title,
        "dataset": {"name": stored.dataset.card.name, "version": stored.dataset.version},
        "configs": {role: {"name": c.name, "version": c.version} for role, c in stored.configs.items()},
        "policy": {"name": stored.policy.name, "version": stored.policy.version},
        "seed": stored.session.plan.seed,
        "plan": stored.session.plan.version,
        "planned": snapshot.planned,
        "done": snapshot.done,
        "settled": snapshot.settled,
        "settled_automatically": snapshot.automatic,
        "skipped": snapshot.skipped,
        "excluded": {role: dict(reasons) for role, reasons in snapshot.excluded.items()},
        "win_rate": _win_rate(snapshot.win_rate),
        "segments": {name: _win_rate(rate) for name, rate in snapshot.segments.items()},
        "rubric": {name: _by_role(means) for name, means in snapshot.dimensions.items()},
        "checks": {
            name: {role: {"passed": c.passed, "n": c.n, "planned": c.planned} for role, c in counts.items()}
            for name, counts in snapshot.checks.items()
        },
        "cost_per_answer_usd": _by_role(snapshot.cost),
        "spend_usd": {
            role: {"known": spend.usd, "answers_of_unknown_cost": spend.unknown}
            for role, spend in snapshot.spend.items()
        },
        "error_rate": _by_role(snapshot.errors),
        "gates": [_gate(outcome) for outcome in snapshot.gates],
        "phases": {phase: outcome.state for phase, outcome in snapshot.phases.items()},
        "decision": snapshot.decision,
    }


def _win_rate(rate: WinRate) -> dict[str, object]:
    low, high = rate.interval
    return {
        "mean": rate.mean,
        "interval_95": [low, high],
        "n": rate.n,
        "wins": rate.wins,
        "ties": rate.ties,
        "losses": rate.losses,
        "both_bad": rate.both_bad,
    }


def _by_role(means: Mapping[SessionRole, Mean]) -> dict[str, object]:
    return {role: {"mean": means[role].mean, "n": means[role].n} for role in ROLES if role in means}


def _gate(outcome: GateOutcome) -> dict[str, object]:
    return {
        "gate": outcome.key,
        "title": outcome.title,
        "phase": outcome.phase,
        "segment": outcome.segment,
        "status": outcome.status,
        "method": outcome.method,
        "value": outcome.value,
        "bound": outcome.bound,
        "limit": outcome.limit,
        "n": outcome.n,
        "planned": outcome.planned,
        "needed": outcome.needed,
        "blocked_by": list(outcome.blocked_by),
    }
