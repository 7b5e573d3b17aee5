"""What is on record: versions tried, who voted, and what happened."""

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from tiebreak.gates.wording import plural
from tiebreak.records import Event
from tiebreak.records.policies import SIDES
from tiebreak.reports.words import tried_words
from tiebreak_tui.scoreboard.columns import Cell, Row, columns, note, wrapped
from tiebreak_workbench.figures.figures import Figures


def record(figures: Figures, width: int) -> list[Content]:
    tried = figures.tried
    if tried.number > 1:
        lines = wrapped(f"! {tried_words(tried, figures.stored.policy)}", width, "$text-warning", indent=2)
    else:
        lines = note(f"Version {tried.number} of {tried.of} tried on this dataset.", width)
    lines += _raters(figures, width)
    lines += events(figures.events, width)
    return lines


def _raters(figures: Figures, width: int) -> list[Content]:
    votes = figures.snapshot.votes
    if not votes:
        return []
    names = {rater.id: rater.name for rater in figures.stored.raters}
    head = [Cell(word, "dim") for word in ("votes that count", "A", "B", "tie", "both bad")]
    rows: list[Row] = [head]
    for rater_id, given in sorted(votes.items()):
        counts = (given.get(verdict, 0) for verdict in ("loss", "win", "tie", "both_bad"))
        rows.append([names.get(rater_id, rater_id), *(str(count) for count in counts)])
    return [Content(""), *columns(rows, width, right={1, 2, 3, 4}, fill=False)]


def events(found: Sequence[Event], width: int, *, sealed: bool = False) -> list[Content]:
    """The newest first. Of a `sealed` session only what happened, not to which side, and not when."""
    if not found:
        return []
    rows: list[Row] = [
        [Cell("" if sealed else _moment(event.at), "dim"), event_words(event, sealed=sealed)]
        for event in reversed(found)
    ]
    return [Content(""), *columns(rows, width, flexible=1)]


def _moment(at: str) -> str:
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%m-%d %H:%M")
    except ValueError:
        return ""


def event_words(event: Event, *, sealed: bool = False) -> str:
    """One event in a few words; details are outside text."""
    detail = event.detail
    match event.kind:
        case "plan":
            return f"plan set down: {plural(str(detail.get('planned', '?')), 'case')}, seed {detail.get('seed', '?')}"
        case "peek":
            return f"figures looked at, {detail.get('settled', '?')} settled"
        case "reveal":
            return f"sides revealed, {detail.get('settled', '?')} settled"
        case "leak":
            return "an answer shown blind named a model or its maker"
        case "drift_ack":
            side = SIDES.get("candidate" if detail.get("role") == "candidate" else "baseline", "?")
            return "a served model pooled" if sealed else f"{side} pooled with {detail.get('served_model', '?')}"
        case "resume":
            return "taken up again"
        case "fork":
            return f"made from {detail.get('parent', '?')}"
        case "judge":
            return f"judge {detail.get('name') or 'none'} goes along"
        case "verdict_seen":
            return "a judge's verdict seen, after rating"
        case "config_edit":
            return "a prompt edited"
        case "policy_edit":
            return "policy edited"
