"""What `tiebreak show --json` tells beyond the counts: the figures of the Scoreboard as plain values."""

from collections.abc import Mapping

from tiebreak.gates.fragility import GateFragility, LeadFragility
from tiebreak.records import ROLES
from tiebreak.scoreboard.segments import SegmentLine
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.figures import Figures
from tiebreak_workbench.figures.report import session_report, win_rate_report


def show_report(stored: StoredSession, figures: Figures) -> dict[str, object]:
    """JSON-ready: the report of every command, with the Scoreboard's figures among it."""
    return {
        **session_report(stored, figures.snapshot),
        "segments": {line.name: _segment(line) for line in figures.segments},
        "over_time": [win_rate_report(rate) for rate in figures.path],
        "fragility": {
            "lead": _lead(figures.lead),
            "gates": {line.outcome.key: _gate(line.fragility) for line in figures.gates},
        },
        "can_pass": {line.outcome.key: line.can_pass for line in figures.gates},
        "times": {
            "source": "headless" if figures.headless else "not for gates",
            **{role: _paces(figures, role) for role in ROLES if role in figures.paces},
        },
        "changes": None
        if figures.changes is None
        else [{"field": one.field, "before": one.before, "after": one.after} for one in figures.changes],
        "tried": {"number": figures.tried.number, "of": figures.tried.of},
        "log": [{"kind": event.kind, "at": event.at, **_plain(event.detail)} for event in figures.events],
    }


def _segment(line: SegmentLine) -> dict[str, object]:
    return {**win_rate_report(line.rate), "reversal": line.reversal or None, "p": line.p, "p_holm": line.p_holm}


def _lead(lead: LeadFragility) -> dict[str, object]:
    return {
        "leads": lead.leads,
        "votes_to_level": lead.votes if lead.leads is not None else None,
        "beyond_chance": lead.beyond_chance,
        "votes_to_doubt": lead.votes_to_doubt if lead.beyond_chance else None,
    }


def _gate(found: GateFragility) -> dict[str, object]:
    return {
        "counted": found.counted,
        "turns": [{"cases": turn.cases, "to": turn.to} for turn in found.turns],
        "why_none": found.why_none or None,
    }


def _paces(figures: Figures, role: str) -> dict[str, object]:
    found = {key: pace for side, paces in figures.paces.items() if side == role for key, pace in paces.items()}
    return {name: {"n": pace.n, "p50": pace.p50, "p95": pace.p95} for name, pace in found.items()}


def _plain(detail: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in detail.items() if name not in ("kind", "at")}
