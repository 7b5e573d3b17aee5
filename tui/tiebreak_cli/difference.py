"""A comparison for a person. All names and texts in it are outside text."""

import difflib
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from tiebreak.amounts import seconds
from tiebreak.compare import Comparison, Flip
from tiebreak.compare.result import Verdict
from tiebreak.compare.wiring import Change
from tiebreak.gates.wording import plural
from tiebreak.reports.words import amount, change, dearer, interval, money_of, p_value, ratio_of
from tiebreak_cli.output import CELL, safe, safe_line, table_of

LOOKS: dict[Verdict, tuple[str, str]] = {
    "worse": ("✘ worse", "bold red"),
    "better": ("✔ better", "green"),
    "unclear": ("≈ unclear", "dim"),
}
PROMPT_LINES = 40
"""Lines of a text's diff that are shown."""
SEGMENTS = 12
"""Rows of segments that are shown."""
WIDE = 100
"""Columns from which on the tables show every figure."""


def print_comparison(console: Console, found: Comparison, cases: int) -> None:
    """Print what got worse first, then everything else; `cases` changed cases are listed."""
    console.print(Group(*_parts(found, cases, wide=console.width >= WIDE)))


def _parts(found: Comparison, cases: int, *, wide: bool) -> Iterator[RenderableType]:
    yield _heading(found)
    yield measures_table(found, wide=wide)
    yield from _segments(found, wide)
    yield from _flips("Cases that got worse", found.worse, cases)
    yield from _flips("Cases that got better", found.better, cases)
    yield from _spending(found)
    yield from _changes(found.changes)


def _heading(found: Comparison) -> Text:
    a, b = (
        f"{safe_line(side.config.name, CELL)} ({safe_line(side.label, CELL)})"
        for side in (found.baseline, found.candidate)
    )
    text = Text.assemble((safe_line(found.baseline.dataset, CELL), "bold"), f"  A {a}  against  B {b}\n")
    text.append(f"{plural(found.pairs, 'case')} compared", "dim")
    for reason, count in found.excluded.items():
        text.append(f" · {count} not: {safe_line(reason, CELL)}", "dim")
    text.append("\n")
    for differs in found.overridden:
        text.append(f"! Compared all the same: {safe(differs.sentence)}\n", "yellow")
    names = [safe_line(measure.name, CELL) for measure in found.regressed]
    if names:
        text.append(f"\nWorse beyond chance: {', '.join(names)}\n", "bold red")
    else:
        text.append("\nNo measure of quality got worse beyond chance.\n", "bold")
    if more := dearer(found):
        text.append(f"Dearer, slower or longer: {', '.join(more)}\n", "yellow")
    if found.measures and (caution := found.measures[0].difference.caution):
        text.append(f"{caution}\n", "yellow")
    return text


def measures_table(found: Comparison, *, wide: bool) -> RenderableType:
    """Every measure with its difference; all figures where there is room."""
    both = ("A #", "B #") if wide else ()
    more = ("flips − / + #", "n #") if wide else ()
    table = table_of("Measure", "", *both, "B − A #", "95 % interval #", "p, Holm #", *more)
    for m in found.measures:
        table.add_row(
            safe_line(m.name.replace("_", " "), CELL),
            Text(*LOOKS[m.verdict]),
            *((amount(m.unit, m.baseline), amount(m.unit, m.candidate)) if wide else ()),
            change(m.unit, m.difference.mean),
            interval(m.unit, m),
            p_value(m.p_holm),
            *((f"{m.worsened} / {m.improved}", str(m.n)) if wide else ()),
        )
    return table


def _segments(found: Comparison, wide: bool) -> Iterator[RenderableType]:
    """Of measures of quality: the segments in which something moved, what got worse first."""
    rows = [(m, s) for m in found.measures if m.unit in ("share", "score") for s in m.segments if s.difference.mean]
    if not rows:
        return
    order: list[Verdict] = ["worse", "better", "unclear"]
    rows.sort(key=lambda row: (order.index(row[1].verdict), 1.0 if row[1].p is None else row[1].p))
    both = ("A #", "B #") if wide else ()
    more = ("95 % interval #", "p, Holm #", "p, BH #", "n #") if wide else ("p, Holm #",)
    table = table_of("Segment", "Measure", "", *both, "B − A #", *more)
    for m, s in rows[:SEGMENTS]:
        figures = (interval(m.unit, s), p_value(s.p_holm), p_value(s.p_bh), str(s.n)) if wide else (p_value(s.p_holm),)
        table.add_row(
            safe_line(s.segment, CELL),
            safe_line(m.name.replace("_", " "), CELL),
            Text(*LOOKS[s.verdict]),
            *((amount(m.unit, s.baseline), amount(m.unit, s.candidate)) if wide else ()),
            change(m.unit, s.difference.mean),
            *figures,
        )
    if len(rows) > SEGMENTS:
        table.add_row(f"… and {len(rows) - SEGMENTS} more")
    yield table


def _flips(title: str, flips: Sequence[Flip], limit: int) -> Iterator[RenderableType]:
    if not flips or not limit:
        return
    table = table_of("Case", "Segment", "What moved, A → B", title=f"{title}: {len(flips)}")
    for flip in flips[:limit]:
        moved = ", ".join(f"{name} {before:g} → {after:g}" for name, (before, after) in flip.moved.items())
        table.add_row(safe_line(flip.case_id, CELL), safe_line(flip.segment or "–", CELL), safe_line(moved, CELL))
    if len(flips) > limit:
        table.add_row(f"… and {len(flips) - limit} more", "", "")
    yield table


def _spending(found: Comparison) -> Iterator[RenderableType]:
    table = table_of("Cost and time", "A #", "B #", "B / A #")
    a, b = found.cost
    for name, one, other in (
        ("cost per answer", a.per_answer, b.per_answer),
        ("cost per success", a.per_success, b.per_success),
        *((f"  {part}, in all", a.parts.get(part), b.parts.get(part)) for part in sorted({*a.parts, *b.parts})),
    ):
        if one is not None or other is not None:
            table.add_row(name, money_of(one), money_of(other), ratio_of(one, other))
    for name, (one, other) in found.latency.items():
        for statistic in ("p50", "p95", "p99"):
            first, second = getattr(one, statistic), getattr(other, statistic)
            table.add_row(f"{statistic} of {name}", seconds(first), seconds(second), ratio_of(first, second))
    if a.unknown or b.unknown:
        table.add_row("cases of unknown cost", str(a.unknown), str(b.unknown), "")
    if table.row_count:
        yield table


def _changes(changes: Sequence[Change]) -> Iterator[RenderableType]:
    text = Text()
    text.append("What changed between the configs\n" if changes else "Both configs are alike.\n", "bold")
    for one in changes:
        before, after = ("" if value is None else str(value) for value in (one.before, one.after))
        if "\n" in before or "\n" in after:
            text.append(f"{safe_line(one.field, CELL)}\n", "bold")
            lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]
            for line in lines[:PROMPT_LINES]:
                text.append(f"  {safe(line)}\n", {"+": "green", "-": "red"}.get(line[:1], "dim"))
            if len(lines) > PROMPT_LINES:
                text.append(f"  … and {len(lines) - PROMPT_LINES} more lines\n", "dim")
        else:
            text.append(f"{safe_line(one.field, CELL)}  ", "bold")
            text.append(f"{safe_line(before, 200) or '–'}", "red")
            text.append(" → ")
            text.append(f"{safe_line(after, 200) or '–'}\n", "green")
    yield text
