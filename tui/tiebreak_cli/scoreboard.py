"""A session's numbers for a person, in plain tables. Words stand beside every colour."""

from collections.abc import Mapping

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from tiebreak.gates import GateOutcome, GateStatus
from tiebreak.records import ROLES, SessionRole
from tiebreak.sanitise import clean, clean_line
from tiebreak.scoreboard import Mean, Snapshot, WinRate
from tiebreak_store import StoredSession

MARKS: Mapping[GateStatus, tuple[str, str]] = {
    "pass": ("✔ pass", "green"),
    "fail": ("✘ fail", "bold red"),
    "pending": ("… pending", "yellow"),
    "undecided": ("≈ undecided", "magenta"),
}
DECISIONS: Mapping[GateStatus, str] = {
    "pass": "every gate passed: B may ship",
    "fail": "a gate failed: B may not ship",
    "pending": "not decided yet",
    "undecided": "this does not decide it",
}


def print_scoreboard(console: Console, stored: StoredSession, snapshot: Snapshot) -> None:
    console.print(Group(_heading(stored, snapshot), _gates(snapshot), _sides(snapshot), _segments(snapshot)))


def _heading(stored: StoredSession, snapshot: Snapshot) -> Text:
    a, b = (clean_line(stored.configs[role].name, 40) if role in stored.configs else "?" for role in ROLES)
    rate = snapshot.win_rate
    low, high = rate.interval
    text = Text.assemble(
        (f"{clean_line(stored.dataset.card.name, 40)}", "bold"),
        f"  A {a} (baseline)  against  B {b} (candidate)\n",
    )
    if stored.dataset.card.notice:
        text.append(f"{clean(stored.dataset.card.notice)}\n", "dim")
    text.append(f"\nWin rate of B  {percent(rate.mean)}", "bold")
    text.append(f"  [{percent(low)} to {percent(high)}]", "cyan")
    text.append(f"  won {rate.wins} · tied {rate.ties} · lost {rate.losses} · both bad {rate.both_bad} · n {rate.n}\n")
    text.append(
        f"{snapshot.done} of {snapshot.planned} cases done · {snapshot.automatic} settled by a broken answer"
        f" · {snapshot.skipped} skipped · {snapshot.excluded_cases} excluded\n",
        "dim",
    )
    text.append(
        "A tie and a both-bad count one half. The interval holds at every look, for the cases of this kind.\n", "dim"
    )
    text.append(f"\nDecision: {DECISIONS[snapshot.decision]}\n", "bold")
    return text


def _gates(snapshot: Snapshot) -> Table:
    table = _table("Gate", "Status", "Value", "n", "What is still needed")
    for outcome in snapshot.gates:
        mark, style = MARKS[outcome.status]
        table.add_row(
            clean_line(outcome.title, 60),
            Text(mark, style),
            value_of(outcome),
            f"{outcome.n}/{outcome.planned}",
            clean("; ".join(part for part in (outcome.needed, *outcome.blocked_by) if part)),
        )
    return table


def _sides(snapshot: Snapshot) -> Table:
    table = _table("", "A", "B")
    for name, means in snapshot.dimensions.items():
        table.add_row(f"{clean_line(name, 30)}, mean of 1 to 5", *_means(means, "{:.2f}"))
    for name, counts in snapshot.checks.items():
        table.add_row(
            f"check {clean_line(name, 30)}",
            *(f"{counts[role].passed:g} of {counts[role].n}" if role in counts else "–" for role in ROLES),
        )
    table.add_row("broken answers", *_means(snapshot.errors, "{:.1%}"))
    table.add_row("cost per answer", *_means(snapshot.cost, "${:.5f}"))
    return table


def _segments(snapshot: Snapshot) -> Table:
    table = _table("Segment", "Win rate of B", "95 % interval", "n")
    for name, rate in snapshot.segments.items():
        table.add_row(clean_line(name, 30), percent(rate.mean), interval(rate), f"{rate.n}/{rate.planned}")
    return table


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _means(means: Mapping[SessionRole, Mean], form: str) -> list[str]:
    return [
        form.format(mean.mean) if (mean := means.get(role)) is not None and mean.mean is not None else "–"
        for role in ROLES
    ]


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def interval(rate: WinRate) -> str:
    low, high = rate.interval
    return f"{percent(low)} to {percent(high)}" if rate.n else "–"


def value_of(outcome: GateOutcome) -> str:
    """The gate's value in its own unit."""
    return "–" if outcome.value is None else f"{outcome.value:.4g}"
