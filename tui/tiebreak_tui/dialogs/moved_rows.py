"""Two sessions as two tables: what changed, and what moved. Each row has what stands behind it, in styled text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tiebreak.compare import Comparison, MeasureDiff
from tiebreak.compare.wiring import Change
from tiebreak.datasets.comparing import DatasetDiff
from tiebreak.gates.wording import plural
from tiebreak.records.policies import SIDES
from tiebreak.reports.moved import Moved
from tiebreak.reports.words import MARKS, amount, change, interval, p_value, share, win_interval
from tiebreak.sanitise import clean_line
from tiebreak.scoreboard import WinRate
from tiebreak.worddiff import merge_words
from tiebreak_tui.widgets.styled_view import Piece, diff_pieces
from tiebreak_tui.widgets.virtual_list import ListRow

SHORT = 40
"""Characters of a value that stand in its row."""
NAME, FIGURE = 22, 9
"""Cells of a measure's name, and of a figure."""
LISTED = 200
"""Cases of a dataset that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A row, and what stands behind it."""

    row: ListRow
    about: Sequence[Piece]


def changed_rows(moved: Moved) -> list[Told]:
    """Configs, dataset, policy and plan: a row for each field that differs."""
    rows = [_change(f"{SIDES[role]} ", one) for role, changes in moved.configs.items() for one in changes]
    if not moved.dataset.same:
        rows.append(_dataset(moved.dataset))
    rows += [_change("policy ", one) for one in moved.policy]
    return rows + [_change("plan ", one) for one in moved.plan]


def moved_rows(moved: Moved) -> list[Told]:
    """The win rate and its segments, the measures of B's answers, and gates whose status differs."""
    rows = [_rate("win rate of B", *moved.win_rates)]
    rows += [_rate(f"  {name}", old, new) for name, (old, new) in moved.segments.items()]
    rows += _measures("", moved.candidates)
    rows += [_gate(name, old, new) for name, (old, new) in moved.gates.items()]
    return rows + list(_measures("A ", moved.baselines))


def _measures(whose: str, found: Comparison | None) -> Iterator[Told]:
    for measure in found.measures if found is not None else ():
        yield from _measure(whose, measure)


def _change(whose: str, one: Change) -> Told:
    before, after = ("" if value is None else str(value) for value in (one.before, one.after))
    runs = merge_words(before, after)
    if len(before) <= SHORT and len(after) <= SHORT and "\n" not in before + after:
        words = f"{before or '(not there)'} → {after or '(not there)'}"
    else:
        come, gone = (sum(len(run.text.split()) for run in runs if run.change == kind) for kind in ("added", "removed"))
        words = f"{plural(come, 'word')} more, {gone} fewer"
    about: list[Piece] = [(f"{whose}{one.field}\n", "bold $primary"), *diff_pieces(runs)]
    return Told(row=ListRow(f"{whose}{one.field}", words), about=about)


def _dataset(found: DatasetDiff) -> Told:
    counts = (
        (len(found.added), "added"),
        (len(found.removed), "removed"),
        (len(found.renamed), "renamed"),
        (len(found.changed), "changed"),
    )
    words = ", ".join(f"{count} {what}" for count, what in counts if count) or "only its card"
    about: list[Piece] = [(f"dataset: {words}\n", "bold $primary")]
    for one in found.card:
        runs = merge_words(one.before or "", one.after or "")
        about += [(f"card {one.field}  ", "bold"), *diff_pieces(runs), ("\n", "")]
    about += [(f"+ {case.id}  {clean_line(case.question, 80)}\n", "$text-success") for case in found.added[:LISTED]]
    about += [(f"− {case.id}  {clean_line(case.question, 80)}\n", "$text-error") for case in found.removed[:LISTED]]
    about += [(f"{old} is called {new} now\n", "") for old, new in found.renamed[:LISTED]]
    for case in found.changed[:LISTED]:
        for one in case.fields:
            runs = merge_words(one.before or "", one.after or "")
            about += [(f"{case.id} {one.field}  ", "bold"), *diff_pieces(runs), ("\n", "")]
    return Told(row=ListRow("dataset", words), about=about)


def _rate(name: str, old: WinRate | None, new: WinRate | None) -> Told:
    before, after = (_share(rate) for rate in (old, new))
    about: list[Piece] = [(f"{name.strip()}: share of cases that B wins, ties one half\n", "bold $primary")]
    for when, rate in (("before", old), ("after ", new)):
        told = (
            f"{share(rate.mean)} ({win_interval(rate)}), n {rate.n}" if rate is not None and rate.n else "nothing yet"
        )
        about.append((f"{when}  {told}\n", ""))
    about.append(("The interval is the 95 % one that is valid at every look.", "dim"))
    return Told(row=ListRow(_cells(name, before, after)), about=about)


def _share(rate: WinRate | None) -> str:
    return share(rate.mean) if rate is not None and rate.n else "–"


def _measure(whose: str, m: MeasureDiff) -> Iterator[Told]:
    name = f"{whose}{m.name}"
    about: list[Piece] = [
        (f"{name}: {MARKS[m.verdict]}\n", "bold $primary"),
        (f"{amount(m.unit, m.baseline)} before, {amount(m.unit, m.candidate)} after\n", ""),
        (f"{change(m.unit, m.difference.mean)} ({interval(m.unit, m)}), p {p_value(m.p)}, n {m.n}\n", ""),
        (f"{m.improved} better, {m.worsened} worse", "dim"),
        *((f"; {count} left out: {why}", "dim") for why, count in m.excluded.items()),
    ]
    before, after = amount(m.unit, m.baseline), amount(m.unit, m.candidate)
    yield Told(
        row=ListRow(_cells(name, before, after), change(m.unit, m.difference.mean), MARKS[m.verdict]), about=about
    )
    for segment in m.segments:
        if segment.verdict in ("better", "worse"):
            words = f"{change(m.unit, segment.difference.mean)} ({interval(m.unit, segment)})"
            title = f"  {m.name} of {segment.segment}"
            row = ListRow(clean_line(title, NAME + 2 * FIGURE + 5), words, MARKS[segment.verdict])
            yield Told(row=row, about=[(f"{title.strip()}\n", "bold $primary"), (words, "")])


def _gate(name: str, old: str | None, new: str | None) -> Told:
    before, after = (MARKS.get(status or "", "–") for status in (old, new))
    return Told(
        row=ListRow(f"gate {clean_line(name, NAME)}", f"{before} → {after}"),
        about=[(f"gate {name}\n", "bold $primary"), (f"{before} before, {after} after", "")],
    )


def _cells(name: str, before: str, after: str) -> str:
    shown = clean_line(name, NAME)
    return f"{shown}{' ' * (NAME - cell_len(shown))} {before:>{FIGURE}} → {after:>{FIGURE}}"
