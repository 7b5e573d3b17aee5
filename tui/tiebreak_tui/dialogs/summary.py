"""A session so far, or finished, in figures."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tiebreak.gates import GateOutcome, GateStatus
from tiebreak.gates.wording import plural
from tiebreak.records import ROLES, SessionRole
from tiebreak.sanitise import clean, clean_line
from tiebreak.scoreboard import Mean, Snapshot, WinRate
from tiebreak.scoreboard.wording import places, reasked
from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_workbench.report import remarks

LOOKS: Mapping[GateStatus, tuple[str, str]] = {
    "pass": ("✔ pass     ", "$success"),
    "fail": ("✘ fail     ", "bold $error"),
    "pending": ("… pending  ", "$warning"),
    "undecided": ("≈ undecided", "$accent"),
}
URGENCY: tuple[GateStatus, ...] = ("fail", "undecided", "pending", "pass")
DECISIONS: Mapping[GateStatus, str] = {
    "pass": "Every gate passed: B may ship.",
    "fail": "A gate failed: B may not ship as it is.",
    "pending": "Not decided yet.",
    "undecided": "This does not decide it.",
}


class SummaryDialog(Dialog[None]):
    """Figures of a snapshot, in words and tables."""

    DEFAULT_CSS = """
    SummaryDialog > .dialog { width: 94%; max-width: 120; }
    SummaryDialog VerticalScroll { height: auto; max-height: 100%; }
    SummaryDialog Static { height: auto; }
    """
    BINDINGS = [Binding("enter", "cancel", "Close", show=False), Binding("q", "cancel", "Close", show=False)]
    hint = "↑ ↓ scroll · esc closes"

    def __init__(self, snapshot: Snapshot, names: Mapping[SessionRole, str], notice: str | None, resume: str) -> None:
        super().__init__()
        finished = snapshot.done >= snapshot.planned
        self.heading = "Session finished" if finished else "Session so far"
        self._snapshot = snapshot
        self._names = names
        self._notice = notice
        self._resume = resume

    def body(self) -> ComposeResult:
        with VerticalScroll(can_focus=True):
            yield Static(Content("\n").join([*self._verdict(), *self._gates(), *self._sides(), *self._segments()]))

    def _verdict(self) -> list[Content]:
        snapshot, rate = self._snapshot, self._snapshot.win_rate
        a, b = (clean_line(self._names[role], 30) for role in ROLES)
        lines = [
            Content.styled(DECISIONS[snapshot.decision], f"bold {LOOKS[snapshot.decision][1].split()[-1]}"),
            Content(""),
            Content.assemble((f"{b} (B) against {a} (A): ", ""), (_rate(rate), "bold")),
            Content(f"won {rate.wins} · tied {rate.ties} · lost {rate.losses} · both bad {rate.both_bad} · n {rate.n}"),
            Content(f"{plural(snapshot.planned, 'case')}: {places(snapshot)}"),
        ]
        lines += [Content.styled(clean_line(text, 200), "$warning") for text in remarks(snapshot)]
        if again := reasked(snapshot):
            lines.append(Content.styled(again, "$text-warning"))
        if self._notice:
            lines.append(Content.styled(clean(self._notice), "dim"))
        lines.append(Content.styled(f"Resume at any time: {clean(self._resume)}", "dim"))
        return [*lines, Content("")]

    def _gates(self) -> list[Content]:
        lines = [Content.styled("Gates", "bold $primary")] if self._snapshot.gates else []
        urgent = sorted(self._snapshot.gates, key=lambda outcome: URGENCY.index(outcome.status))
        for outcome in urgent:
            mark, colour = LOOKS[outcome.status]
            lines.append(
                Content.assemble(
                    (f"{mark} ", colour),
                    clean_line(_title(outcome), 60),
                    (f"  {clean(outcome.why)}" if outcome.why else "", "dim"),
                )
            )
        return [*lines, Content("")]

    def _sides(self) -> list[Content]:
        snapshot = self._snapshot
        rows: list[tuple[str, list[str]]] = [
            (f"{clean_line(name, 24)}, 1 to 5", _means(means, "{:.2f}")) for name, means in snapshot.dimensions.items()
        ]
        for name, counts in snapshot.checks.items():
            cells = [f"{counts[role].passed:g} of {counts[role].n}" if role in counts else "–" for role in ROLES]
            rows.append((f"check {clean_line(name, 24)}", cells))
        for name, means in snapshot.scores.items():
            rows.append((f"{clean_line(name.removeprefix('metric:'), 24)}, 0 to 1", _means(means, "{:.3f}")))
        rows.append(("broken answers", _means(snapshot.errors, "{:.1%}")))
        rows.append(("cost per answer", _means(snapshot.cost, "${:.5f}")))
        head = Content.styled(f"{'':<32}{'A':>14}{'B':>14}", "bold $primary")
        return [head, *(Content(f"{label:<32}{a:>14}{b:>14}") for label, (a, b) in rows), Content("")]

    def _segments(self) -> list[Content]:
        segments = self._snapshot.segments
        if len(segments) < 2:
            return []
        lines = [Content.styled("Win rate of B by segment", "bold $primary")]
        return lines + [
            Content(f"{clean_line(name, 30):<32}{_rate(rate)}  n {rate.n}") for name, rate in segments.items()
        ]


def _title(outcome: GateOutcome) -> str:
    return f"{outcome.title} · {outcome.segment}" if outcome.segment is not None else outcome.title


def _rate(rate: WinRate) -> str:
    if rate.mean is None:
        return "no votes yet"
    low, high = rate.interval
    return f"{rate.mean:.0%}  [{low:.0%} to {high:.0%}]"


def _means(means: Mapping[SessionRole, Mean], form: str) -> list[str]:
    found = [means.get(role) for role in ROLES]
    return [form.format(mean.mean) if mean is not None and mean.mean is not None else "–" for mean in found]
