"""How a status looks, and the words of a decision; the same in every panel."""

from collections.abc import Mapping

from tiebreak.gates import GateOutcome, GateStatus, PhaseState

LOOKS: Mapping[PhaseState, tuple[str, str]] = {
    "pass": ("✔ pass", "$text-success"),
    "fail": ("✘ fail", "bold $text-error"),
    "pending": ("… pending", "$text-warning"),
    "undecided": ("≈ undecided", "$text-accent"),
    "closed": ("– closed", "dim"),
}
"""Sign and word, and the style of both."""
URGENCY: tuple[GateStatus, ...] = ("fail", "undecided", "pending", "pass")
DECISIONS: Mapping[GateStatus, str] = {
    "pass": "Every gate passed: B may ship.",
    "fail": "A gate failed: B may not ship as it is.",
    "pending": "Not decided yet.",
    "undecided": "This does not decide it.",
}
HEAD = "bold $primary"
NONE = "–"


def title_of(outcome: GateOutcome) -> str:
    return f"{outcome.title} · {outcome.segment}" if outcome.segment is not None else outcome.title
