"""The list of triage for a person and for machines. All ids, names and texts in it are outside text."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from tiebreak.amounts import fixed, money, signed
from tiebreak.gates.wording import plural
from tiebreak.triage import FailureGroup, RowClass
from tiebreak_cli.output import CELL, safe_line, table_of
from tiebreak_workbench.triage.triage import Line, Listing, Triage

LOOKS: Mapping[RowClass, tuple[str, str]] = {
    "regression": ("✘ worse", "bold red"),
    "unchanged_failed": ("✘ as before", "red"),
    "fix": ("✔ better", "green"),
    "unchanged_passed": ("✔ as before", "dim"),
    "left_out": ("– left out", "yellow"),
}
CLASS_WORDS: Mapping[RowClass, str] = {
    "regression": "worse",
    "unchanged_failed": "failing as before",
    "fix": "better",
    "unchanged_passed": "passing as before",
    "left_out": "left out",
}
WIDE = 110
"""Columns from which on the list shows times, costs and segments."""
QUESTION = 60
"""Cells of a question, which is an excerpt."""
BY_CHECK = 6
"""Checks of which the heading says how often they moved."""
NAMED = 3
"""Cases of a group that are named."""


def print_listing(console: Console, opened: Triage, listing: Listing, limit: int) -> None:
    console.print(_heading(opened, len(listing)))
    _say_readings(console, listing)
    wide = console.width >= WIDE
    more = ("Δ time #", "Δ cost #", "Segment") if wide else ()
    table = table_of("Case", "", "What moved", *more, "Decided", "Question")
    for line in opened.lines(listing.places[:limit]):
        row = line.row
        figures = (_seconds(row.slower), _money(row.dearer), safe_line(row.segment or "–", CELL)) if wide else ()
        table.add_row(
            safe_line(line.case_id, CELL),
            Text(*LOOKS[row.row_class]),
            _moved(line),
            *figures,
            safe_line(_decided(line), CELL),
            safe_line(line.question, min(max(20, console.width // 4), QUESTION)),
        )
    if table.row_count:
        console.print(table)
    if len(listing) > limit:
        console.print(Text(f"… and {len(listing) - limit:,} more; --cases shows more of them.", "dim"))
    elif not len(listing):
        console.print("Nothing is left.")


def print_groups(console: Console, opened: Triage, groups: Sequence[FailureGroup], limit: int) -> None:
    console.print(_heading(opened, sum(map(len, groups))))
    table = table_of("Cases #", "What fails", "Among them", "Question of the first")
    for group in groups[:limit]:
        names = opened.case_ids(opened.places(group)[:NAMED])
        rest = f" and {len(group) - NAMED} more" if len(group) > NAMED else ""
        flips = safe_line(", ".join(group.flips), CELL)
        question = safe_line(group.question or opened.lines(opened.places(group)[:1])[0].question, QUESTION)
        table.add_row(str(len(group)), flips, safe_line(", ".join(names), CELL) + rest, question)
    if table.row_count:
        console.print(table)
    else:
        console.print("No failures to group.")
    if len(groups) > limit:
        console.print(Text(f"… and {len(groups) - limit:,} more groups.", "dim"))


def listing_plain(opened: Triage, listing: Listing, limit: int) -> dict[str, object]:
    return {
        **_sides(opened),
        "filter": str(listing.filter),
        "read_as": listing.read_as,
        "listed": len(listing),
        "cases": [_plain(line) for line in opened.lines(listing.places[:limit])],
    }


def groups_plain(opened: Triage, groups: Sequence[FailureGroup], limit: int) -> dict[str, object]:
    return {
        **_sides(opened),
        "groups": [
            {
                "flips": group.flips,
                "size": len(group),
                "question": group.question,
                "cases": opened.case_ids(opened.places(group)),
            }
            for group in groups[:limit]
        ],
    }


def _sides(opened: Triage) -> dict[str, object]:
    return {
        "a": {"run": opened.a.run.id, "config": opened.a.config.name},
        "b": {"run": opened.b.run.id, "config": opened.b.config.name},
        "dataset": opened.b.dataset,
        "counts": opened.counts(),
        "by_check": {name: {"worse": worse, "better": better} for name, (worse, better) in opened.moves().items()},
        "overridden": [differs.sentence for differs in opened.differs],
        "not_compared_checks": opened.other_versions,
    }


def _plain(line: Line) -> dict[str, object]:
    row = line.row._asdict()
    return {
        "case": line.case_id,
        "class": row.pop("row_class"),
        **{name: value for name, value in row.items() if name != "ordinal"},
        "slower": line.row.slower,
        "dearer": line.row.dearer,
        "conflict": line.row.conflict,
        "decided": line.decided._asdict(),
        "question": line.question,
    }


def _heading(opened: Triage, shown: int) -> Text:
    text = Text.assemble(
        (safe_line(opened.b.dataset, CELL), "bold"),
        f"  A {safe_line(opened.a.config.name, CELL)}  against  B {safe_line(opened.b.config.name, CELL)}\n",
    )
    counts = opened.counts()
    for name, words in CLASS_WORDS.items():
        if counts[name]:
            text.append(f"{counts[name]:,} {words}", LOOKS[name][1])
            text.append("  ")
    if moves := opened.moves():
        told = ", ".join(f"{name} −{worse:,} +{better:,}" for name, (worse, better) in [*moves.items()][:BY_CHECK])
        more = f" and {len(moves) - BY_CHECK} more" if len(moves) > BY_CHECK else ""
        text.append(f"\nBy check: {safe_line(told, CELL)}{more}")
    text.append(f"\n{plural(shown, 'case')} listed\n", "dim")
    for differs in opened.differs:
        text.append(f"! Compared all the same: {safe_line(differs.sentence, CELL)}\n", "yellow")
    if opened.other_versions:
        names = safe_line(", ".join(opened.other_versions), CELL)
        text.append(f"! Not compared, as the sides were put to other versions of it: {names}\n", "yellow")
    return text


def _say_readings(console: Console, listing: Listing) -> None:
    for word, terms in listing.read_as.items():
        console.print(Text(f"“{safe_line(word, 40)}” was also read as {safe_line(', '.join(terms), 80)}.", "dim"))


def _moved(line: Line) -> Text:
    row = line.row
    if row.why is not None:
        return Text(safe_line(row.why, CELL), "yellow")
    text = Text()
    for names, sign, style in ((row.worse, "−", "red"), (row.better, "+", "green")):
        for name in names:
            text.append(f"{sign}{safe_line(name, CELL)} ", style)
    if not text and row.failing:
        text.append(f"fails {safe_line(', '.join(row.failing), CELL)}", "dim")
    if row.human == "tie":  # a preference stands among what moved, as `vote`
        text.append("people: tie ", "dim")
    if row.conflict:
        text.append("judge disagrees", "magenta")
    elif row.judge in ("A", "B"):
        text.append(f"judge prefers {row.judge}", "dim")
    return text


def _decided(line: Line) -> str:
    decided = line.decided
    said = [decided.status, *(word for word in (decided.cause, decided.assignee) if word is not None)]
    return "" if said == ["open"] else ", ".join(said)


def _seconds(value: float | None) -> str:
    return "–" if value is None else signed(value, fixed(2, " s"))


def _money(value: float | None) -> str:
    return "–" if value is None else signed(value, money)
