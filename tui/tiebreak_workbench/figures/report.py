"""A session's numbers as plain values for `--json`, the same for every command that prints them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tiebreak.batch import Ending
from tiebreak.gates import GateOutcome, standing
from tiebreak.gates.wording import judged_words, plural
from tiebreak.records import ROLES, Ballot, SessionRole
from tiebreak.records.canonical import plain
from tiebreak.records.policies import SIDES
from tiebreak.records.sessions import Queue
from tiebreak.reports.moved import Moved, parts_changed, sentences
from tiebreak.reports.words import kind_told
from tiebreak.scoreboard import CheckCount, Mean, Snapshot, WinRate, effective_ballots
from tiebreak.scoreboard.judged.joined import ORDER_OF_LABEL
from tiebreak.scoreboard.sample import sample_of
from tiebreak.scoreboard.served_words import changed_models
from tiebreak_store import StoredSession

VERDICT = "verdict"
"""The dimension of a label that holds a judge's verdict on a pair."""
VERDICTS = (None, *ORDER_OF_LABEL)
"""All that such a label may have, also by the order in which the pair was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one rater, or one judge, says of a session or of one case of it."""

    votes: Counter[str] = field(default_factory=Counter[str])
    verdicts: Counter[str] = field(default_factory=Counter[str])
    """A judge's, which no win rate counts."""
    notes: tuple[str, ...] = ()


def said_by(stored: StoredSession, case_id: str | None = None) -> dict[str, Said]:
    """What is in force, by the name of the rater, of all cases or of one; who said nothing is left out.

    What was given in the risk queue stands apart, under the name of the rater and `(risk queue)`: it is no vote of the
    plan's.
    """
    names = {rater.id: rater.name for rater in stored.raters}
    shown = {p.id: p for p in stored.presentations if case_id in (None, p.case_id)}
    roles: dict[str, SessionRole] = {run_id: role for role, run_id in stored.session.runs.items()}
    side_of = {r.id: SIDES[roles[r.run_id]] for r in stored.responses if r.run_id in roles}
    given: dict[tuple[str, Queue, frozenset[str | None]], list[Ballot]] = {}
    for ballot in stored.ballots:
        if ballot.phase == "post_reveal" and ballot.kind != "note":
            continue
        if (pair := shown.get(ballot.presentation_id)) is not None:
            key = (pair.rater_id, pair.queue, frozenset((pair.left_response, pair.right_response)))
            given.setdefault(key, []).append(ballot)
    found: dict[str, Said] = {}
    for (rater_id, queue, _), ballots in given.items():
        name = names.get(rater_id, rater_id) + (" (risk queue)" if queue == "risk" else "")
        said = found.setdefault(name, Said())
        in_force = effective_ballots(ballots)
        said.votes.update(str(b.value) for b in in_force if b.kind == "vote")
        said.verdicts.update(str(b.value) for b in in_force if b.kind == "label" and b.dimension in VERDICTS)
        labels = (b for b in in_force if b.kind == "label" and b.dimension not in VERDICTS)
        notes = tuple(str(b.value) for b in in_force if b.kind == "note")
        notes += tuple(f"{b.dimension} of {side_of.get(b.response_id or '', 'both')}: {b.value}" for b in labels)
        found[name] = Said(votes=said.votes, verdicts=said.verdicts, notes=said.notes + notes)
    return {name: said for name, said in found.items() if said.votes or said.verdicts or said.notes}


def remarks(snapshot: Snapshot) -> list[str]:
    """What weakens the figures, a sentence each. Names of models are outside text."""
    told = list(changed_models(snapshot))
    told += [
        f"{SIDES[role]}: {plural(drift.cases, 'case')} held back until that is acknowledged (D in the Arena)."
        for role, drift in snapshot.drift.items()
    ]
    told += judged_words(snapshot.gates)
    if snapshot.apart:
        told.append(f"{plural(snapshot.apart, 'ballot')} given after a reveal or a verdict: kept apart, not counted.")
    if snapshot.changed:
        votes = "1 vote was" if snapshot.changed == 1 else f"{snapshot.changed} votes were"
        told.append(f"{votes} changed after the judge's verdict was seen: the first, sealed vote counts.")
    if leaks := snapshot.events.get("leak", 0):
        told.append(f"{plural(leaks, 'answer')} shown blind named a model or its maker.")
    if peeks := snapshot.events.get("peek", 0):
        times = "once" if peeks == 1 else f"{peeks} times"
        told.append(f"Figures were looked at {times} before the planned number of cases was in.")
    return told


def session_report(stored: StoredSession, snapshot: Snapshot) -> dict[str, object]:
    """JSON-ready; keys are the words of docs/architecture.md. Numbers that are not known are null."""
    raters = said_by(stored)
    return {
        "session": stored.session.id,
        "kind": kind_told(stored.session, stored.runs),
        "title": stored.session.title,
        "dataset": {"name": stored.dataset.card.name, "version": stored.dataset.version},
        "configs": {role: {"name": c.name, "version": c.version} for role, c in stored.configs.items()},
        "policy": {"name": stored.policy.name, "version": stored.policy.version},
        "seed": stored.session.plan.seed,
        "plan": stored.session.plan.version,
        "planned": snapshot.planned,
        "done": snapshot.done,
        "rated": snapshot.rated,
        "settled": snapshot.settled,
        "settled_automatically": snapshot.automatic,
        "skipped": snapshot.skipped,
        "blind": stored.session.blind,
        "kept_apart": snapshot.apart,
        "changed_after_verdict": snapshot.changed,
        "held_back": {
            role: {"began": drift.began, "since": list(drift.since), "cases": drift.cases}
            for role, drift in snapshot.drift.items()
        },
        "served": plain(snapshot.served),
        "looked_at_in_risk_queue": snapshot.looked,
        "events": dict(snapshot.events),
        "excluded": {role: dict(reasons) for role, reasons in snapshot.excluded.items()},
        "excluded_cases": snapshot.excluded_cases,
        "reasked_after_stop": dict(snapshot.reasked),
        "win_rate": win_rate_report(snapshot.win_rate),
        "segments": {name: win_rate_report(rate) for name, rate in snapshot.segments.items()},
        "sample": plain(sample_of(stored.session.plan, stored.dataset.cases, snapshot)),
        "rubric": {name: _by_role(means) for name, means in snapshot.dimensions.items()},
        "checks": {name: {role: _check(c) for role, c in counts.items()} for name, counts in snapshot.checks.items()},
        "scores": {name: _by_role(means) for name, means in snapshot.scores.items()},
        "cost_per_answer_usd": _by_role(snapshot.cost),
        "spend_usd": {
            role: {"known": spend.usd, "answers_of_unknown_cost": spend.unknown}
            for role, spend in snapshot.spend.items()
        },
        "error_rate": _by_role(snapshot.errors),
        "gates": [_gate(snapshot, outcome) for outcome in snapshot.gates],
        "phases": {phase: outcome.state for phase, outcome in snapshot.phases.items()},
        "raters": {name: dict(said.votes) for name, said in raters.items() if said.votes},
        "judges": {name: dict(said.verdicts) for name, said in raters.items() if said.verdicts},
        "decision": snapshot.decision,
    }


def moved_report(moved: Moved) -> dict[str, object]:
    """What changed between two sessions and what moved, JSON-ready."""

    def both(rates: tuple[WinRate | None, WinRate | None]) -> dict[str, object]:
        return {
            when: None if r is None else win_rate_report(r) for when, r in zip(("before", "after"), rates, strict=True)
        }

    return {
        "before": moved.before,
        "after": moved.after,
        "changed": parts_changed(moved),
        "sentences": list(sentences(moved)),
        "configs": moved.configs,
        "dataset": moved.dataset,
        "policy": moved.policy,
        "plan": moved.plan,
        "win_rate": both(moved.win_rates),
        "segments": {name: both(rates) for name, rates in moved.segments.items()},
        "gates": {key: {"before": old, "after": new} for key, (old, new) in moved.gates.items()},
        "candidates": moved.candidates,
        "baselines": moved.baselines,
        "not_compared": moved.not_compared or None,
    }


def run_report(ending: Ending, *, resumed: bool) -> dict[str, object]:
    """How a headless run ended, JSON-ready."""
    progress = ending.progress
    return {
        "ended": ending.reason,
        "why": ending.why,
        "resumed": resumed,
        "complete": ending.complete,
        "answers": {"planned": progress.planned, "in": progress.answered},
        "arms": {
            role: {"asked": arm.asked, "reused": arm.reused, "failed": dict(arm.failed), "paused": arm.paused}
            for role, arm in progress.arms.items()
        },
    }


def win_rate_report(rate: WinRate) -> dict[str, object]:
    """A win rate of B with its interval and its counts, JSON-ready."""
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


def _check(count: CheckCount) -> dict[str, object]:
    return {
        "passed": count.passed,
        "n": count.n,
        "planned": count.planned,
        "could_not_judge": count.unknown,
        "not_applicable": count.not_applicable,
    }


def _by_role(means: Mapping[SessionRole, Mean]) -> dict[str, object]:
    return {role: {"mean": means[role].mean, "n": means[role].n} for role in ROLES if role in means}


def _gate(snapshot: Snapshot, outcome: GateOutcome) -> dict[str, object]:
    return {
        "gate": outcome.key,
        "title": outcome.title,
        "phase": outcome.phase,
        "segment": outcome.segment,
        "status": standing(outcome, snapshot.phases),
        "method": outcome.method,
        "metric": outcome.evidence["metric"],
        "value": outcome.value,
        "bound": outcome.bound,
        "limit": outcome.limit,
        "n": outcome.n,
        "planned": outcome.planned,
        "needed": outcome.needed,
        "blocked_by": list(outcome.blocked_by),
        "reasked_after_stop": outcome.evidence["reasked"],
        "source": outcome.evidence.get("source", "human"),
        "judge": outcome.evidence.get("judge"),
        "judge_status": outcome.evidence.get("judge_status"),
    }
