"""What `tiebreak gate` prints for a person. All names in it are outside text."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.text import Text

from tiebreak.gates import standing
from tiebreak.reports import Report, words
from tiebreak_cli.output import CELL, safe, safe_line, table_of

STYLES = {"pass": "green", "fail": "bold red", "pending": "yellow", "undecided": "magenta", "closed": "dim"}


def print_gates(console: Console, report: Report, written: Sequence[Path]) -> None:
    """The verdict, what weakens it, the gates by phase with what they still need, and where the reports are."""
    text = Text.assemble((safe_line(words.heading(report), CELL), f"bold {STYLES[report.verdict].split()[-1]}"), "\n")
    a, b = (safe_line(report.config_name(role), CELL) for role in ("baseline", "candidate"))
    text.append(f"{safe_line(report.dataset.name, CELL)}  A {a}  against  B {b}, session {report.session.id}\n", "dim")
    text.append(f"{words.counts(report)}\n", "dim")
    for line in words.cautions(report):
        text.append(f"! {safe(line)}\n", "yellow")
    parts: list[RenderableType] = [text]
    for phase, state, gates in words.gates_by_phase(report):
        table = table_of(
            "Gate", "Status", "Value #", "Asked #", "n #", "What is still needed", title=f"{phase}: {state}"
        )
        for gate in gates:
            status, value, asked, n, why = words.gate_cells(report, gate)
            segment = f" · {gate.segment}" if gate.segment is not None else ""
            table.add_row(
                safe_line(f"{gate.title}{segment}", CELL),
                Text(status, STYLES[standing(gate, report.phases)]),
                value,
                asked,
                n,
                Text(safe_line(why, CELL)),
            )
        parts.append(table)
    if report.comparison is not None:
        names = ", ".join(safe_line(measure.name, CELL) for measure in report.comparison.regressed)
        told = f"Worse beyond chance: {names}" if names else "No measure of quality got worse beyond chance."
        parts.append(Text(told, "bold red" if names else "dim"))
    elif report.not_compared:
        parts.append(Text(f"Not compared case by case: {safe(report.not_compared)}", "dim"))
    parts += [Text(f"Written: {safe_line(str(path), CELL)}", "dim") for path in written]
    console.print(Group(*parts))
