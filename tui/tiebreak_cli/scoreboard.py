"""A session's numbers for a person, in plain tables. Words stand beside every colour."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tiebreak.amounts import money
from tiebreak.gates import GateStatus, PhaseState, overall, standing
from tiebreak.gates.wording import RAW, asked_of, plural, rests_on_raw_judge, value_of
from tiebreak.records import ROLES, VOTES, SessionRole
from tiebreak.reports.words import tried_words
from tiebreak.scoreboard import CheckCount, Mean, Snapshot, WinRate
from tiebreak.scoreboard.segments import segment_lines
from tiebreak.scoreboard.served_words import changed_fingerprints
from tiebreak.scoreboard.wording import (
    SAMPLE_HEADS,
    drawn_words,
    lead_words,
    looked,
    places,
    reasked,
    reversal_words,
    sample_rows,
    turns_words,
)
from tiebreak_cli.output import CELL, print_table, safe, safe_line, table_of
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.report import remarks, said_by
from tiebreak_workbench.judges.spend import judges_of_session
from tiebreak_workbench.workbench import Workbench

if TYPE_CHECKING:
    from tiebreak.scoreboard.sample import Sample
    from tiebreak_workbench.figures.figures import Figures

MARKS: Mapping[PhaseState, tuple[str, str]] = {
    "pass": ("✔ pass", "green"),
    "fail": ("✘ fail", "bold red"),
    "pending": ("… pending", "yellow"),
    "undecided": ("≈ undecided", "magenta"),
    "closed": ("– closed", "dim"),
}
DECISIONS: Mapping[GateStatus, str] = {
    "pass": "every gate passed: B may ship",
    "fail": "a gate failed: B may not ship",
    "pending": "not decided yet",
    "undecided": "this does not decide it",
}


def decision_of(snapshot: Snapshot, phase: str | None) -> GateStatus:
    """What the gates say together, or those of one phase alone; without any, nothing is decided."""
    gates = [gate for gate in snapshot.gates if phase in (None, gate.phase)]
    return overall(gates) if gates else "undecided"


def print_scoreboard(
    console: Console,
    stored: StoredSession,
    snapshot: Snapshot,
    *,
    phase: str | None = None,
    figures: "Figures | None" = None,
    notes: Sequence[str] = (),
) -> None:
    """Print what stands in a session; the decision is that of one `phase`, where it is given. With `figures`, how firm
    the result is as well. `notes` are said below it. All names in it are outside text."""
    parts = [
        _heading(stored, snapshot, phase),
        _gates(stored, snapshot),
        _firmness(figures) if figures is not None else None,
        _sides(snapshot),
        _segments(snapshot) if asked_for_votes(stored, snapshot) else None,
        _sample(figures.sample) if figures is not None and figures.sample is not None else None,
        _raters(stored),
        *(Text(f"! {safe(note)}", "yellow") for note in notes),
    ]
    console.print(Group(*(part for part in parts if part is not None)))


def _heading(stored: StoredSession, snapshot: Snapshot, phase: str | None) -> Text:
    a, b = (safe_line(stored.configs[role].name, CELL) if role in stored.configs else "?" for role in ROLES)
    rate = snapshot.win_rate
    low, high = rate.interval
    text = Text.assemble(
        (f"{safe_line(stored.dataset.card.name, CELL)}", "bold"),
        f"  A {a} (baseline)  against  B {b} (candidate)\n",
    )
    if stored.dataset.card.notice:
        text.append(f"{safe(stored.dataset.card.notice)}\n", "dim")
    votes = asked_for_votes(stored, snapshot)
    text.append("\n")
    if votes:
        text.append(f"Win rate of B  {percent(rate.mean)}", "bold")
        text.append(f"  [{percent(low)} to {percent(high)}]", "cyan")
        text.append(
            f"  won {rate.wins} · tied {rate.ties} · lost {rate.losses} · both bad {rate.both_bad} · n {rate.n}\n"
        )
    text.append(f"{plural(snapshot.planned, 'case')}: {places(snapshot)}\n", "dim")
    if again := reasked(snapshot):
        text.append(f"{again}\n", "yellow")
    for line in remarks(snapshot):
        text.append(f"{safe(line)}\n", "yellow")
    for line in (looked(snapshot), *changed_fingerprints(snapshot)):
        text.append(f"{safe(line)}\n" if line else "", "dim")
    if votes:
        text.append(
            "A tie and a both-bad count one half. The interval holds at every look, for the cases of this kind.\n",
            "dim",
        )
    told = DECISIONS[decision_of(snapshot, phase)]
    if phase is not None:
        told = f"{told.partition(':')[0]} ({phase} phase alone)"
    raw = f" ({RAW})" if rests_on_raw_judge(gate for gate in snapshot.gates if phase in (None, gate.phase)) else ""
    text.append(f"\nDecision: {told}{raw}\n", "bold")
    return text


def _gates(stored: StoredSession, snapshot: Snapshot) -> Table | None:
    table = table_of("Gate", "Status", "Value #", "Asked #", "n #", "What is still needed")
    gates = {gate.id: gate for phase in stored.policy.gates.values() for gate in phase}
    for outcome in snapshot.gates:
        mark, style = MARKS[standing(outcome, snapshot.phases)]
        segment = f" · {outcome.segment}" if outcome.segment is not None else ""
        table.add_row(
            safe_line(f"{outcome.title}{segment}", CELL),
            Text(mark, style),
            value_of(outcome),
            asked_of(gates[outcome.gate_id]),
            f"{outcome.n}/{outcome.planned}",
            safe_line(outcome.why, CELL),
        )
    return table if snapshot.gates else None


def _sides(snapshot: Snapshot) -> Table:
    table = table_of("Answers", "A #", "B #")
    for name, means in snapshot.dimensions.items():
        table.add_row(f"{safe_line(name, CELL)}, mean of 1 to 5", *_means(means, lambda mean: f"{mean:.2f}"))
    for name, counts in snapshot.checks.items():
        table.add_row(
            f"check {safe_line(name, CELL)}",
            *(_passed(counts[role]) if role in counts else "–" for role in ROLES),
        )
    for name, means in snapshot.scores.items():
        table.add_row(
            f"{safe_line(name.removeprefix('metric:'), CELL)}, mean of 0 to 1",
            *_means(means, lambda mean: f"{mean:.3f}"),
        )
    table.add_row("broken answers", *_means(snapshot.errors, lambda rate: f"{100 * rate:.1f} %"))
    costs = (snapshot.cost.get(role) for role in ROLES)
    table.add_row("cost per answer", *(money(c.mean) if c is not None and c.mean is not None else "–" for c in costs))
    return table


def _passed(count: CheckCount) -> str:
    """`14 of 16 (4 not applicable)`: what a check says nothing of, and could not judge, is no failure and no pass."""
    apart = [(count.not_applicable, "not applicable"), (count.unknown, "not judged")]
    told = ", ".join(f"{n} {what}" for n, what in apart if n)
    return f"{count.passed:g} of {count.n}" + (f" ({told})" if told else "")


def asked_for_votes(stored: StoredSession, snapshot: Snapshot) -> bool:
    """Whether the win rate is worth a line: somebody voted, was to vote, or a gate waits for votes."""
    return (
        stored.session.kind != "arena"
        or snapshot.win_rate.n > 0
        or not all(run.origin == "headless" for run in stored.runs.values())
        or any(gate.metric == "win_rate" for gates in stored.policy.gates.values() for gate in gates)
    )


def _firmness(figures: "Figures") -> Group:
    """How many votes or cases the other way would change the lead and each gate."""
    parts: list[RenderableType] = [Text(" ".join(lead_words(figures.lead)))] if figures.snapshot.settled else []
    if figures.tried.number > 1:
        parts.append(Text(tried_words(figures.tried, figures.stored.policy), "yellow"))
    table = table_of("Gate", "Would change with")
    for line in figures.gates:
        segment = f" · {line.outcome.segment}" if line.outcome.segment is not None else ""
        table.add_row(safe_line(f"{line.outcome.title}{segment}", CELL), turns_words(line.fragility))
    return Group(*parts, *([table] if figures.gates else []))


def _segments(snapshot: Snapshot) -> Table | None:
    table = table_of("Segment", "Win rate of B #", "95 % interval #", "n #", "Against the whole")
    for line in segment_lines(snapshot):
        rate, alarm = line.rate, Text(reversal_words(line), "bold red" if line.reversal == "reversed" else "yellow")
        table.add_row(safe_line(line.name, CELL), percent(rate.mean), interval(rate), f"{rate.n}/{rate.planned}", alarm)
    return table if snapshot.segments else None


def _sample(sample: "Sample") -> Table:
    table = table_of("Stratum", *(f"{head} #" for head in SAMPLE_HEADS), title=f"Sample, {drawn_words(sample)}")
    for name, *counts in sample_rows(sample):
        table.add_row(safe_line(name, CELL), *counts)
    return table


def _raters(stored: StoredSession) -> Table | None:
    said = said_by(stored)
    votes = {f"votes of {name}": said.votes for name, said in said.items() if said.votes}
    verdicts = {f"verdicts of {name} (not counted)": said.verdicts for name, said in said.items() if said.verdicts}
    table = table_of("Who said what", "A #", "B #", "tie #", "both bad #")
    for name, counts in (votes | verdicts).items():
        table.add_row(safe_line(name, CELL), *(str(counts[vote]) for vote in VOTES))
    return table if votes or verdicts else None


def _means(means: Mapping[SessionRole, Mean], write: Callable[[float], str]) -> list[str]:
    return [
        write(mean.mean) if (mean := means.get(role)) is not None and mean.mean is not None else "–" for role in ROLES
    ]


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def interval(rate: WinRate) -> str:
    low, high = rate.interval
    return f"{percent(low)} to {percent(high)}" if rate.n else "–"


def print_judges(bench: Workbench, session_ids: Sequence[str]) -> None:
    """What was asked of judges, and what that cost, apart from what answers cost; nothing where none was asked."""
    rows = [line for session_id in session_ids for line in judges_of_session(bench, session_id)]
    if rows:
        cells = (
            (r.name, r.status, r.version[:12], str(r.valid), str(r.unparseable), str(r.errors), r.cost) for r in rows
        )
        heads = ("name", "status", "version", "valid #", "unparseable #", "errors #", "cost #")
        print_table("Asked of judges", heads, cells)
