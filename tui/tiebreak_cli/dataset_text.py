"""What the dataset commands say to people."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from tiebreak.datasets.comparing import DatasetDiff, FieldChange
from tiebreak.datasets.examining import Examined
from tiebreak.datasets.exchange import Taken, Written
from tiebreak.datasets.figures import DatasetFigures
from tiebreak.datasets.vary import Varied
from tiebreak.gates.wording import plural
from tiebreak.records import Dataset
from tiebreak.worddiff import MARKS, Run, diff_words
from tiebreak_cli.output import CELL, complain_line, local_minute, print_table, safe, safe_line, say, show
from tiebreak_store.content import DatasetVersion
from tiebreak_workbench.datasets import SHORT, Checked, Listed

TOLD = 20
"""Rows that were not taken, or cases with nothing to change, that are named; `--json` names all."""
AROUND = 60
"""Characters of what two texts share that are shown beside a change."""
STYLES = {"same": "", "removed": "red", "added": "green"}


def print_list(found: Sequence[Listed]) -> None:
    if not found:
        say("No dataset yet. `tiebreak init` writes a first one, `tiebreak datasets add` lists bundled suites.")
        return
    print_table(
        "Datasets; `tiebreak datasets show NAME` says more",
        ("name", "cases #", "version", "stored #", "title"),
        (
            (
                one.name,
                "–" if one.cases is None else str(one.cases),
                (one.version or "")[:SHORT],
                str(len(one.stored)),
                one.title if one.problem is None else f"✘ {one.problem.message}",
            )
            for one in found
        ),
    )


def print_dataset(dataset: Dataset, versions: Sequence[DatasetVersion]) -> None:
    card = dataset.card
    show(Text(safe_line(card.title or card.name, CELL), "bold"))
    say(f"{card.name}@{dataset.version[:SHORT]} · {plural(len(dataset.cases), 'case')} · {card.task}")
    for name in ("description", "licence", "as_of", "kpi", "notice"):
        if value := getattr(card, name):
            say(f"{name}: {value}")
    if versions:
        rows = [
            (v.version[:SHORT], str(v.cases), str(v.sessions), local_minute(v.last_used) if v.last_used else "–")
            for v in versions
        ]
        print_table("Versions that sessions used", ("version", "cases #", "sessions #", "last"), rows)
    print_table(
        "Cases",
        ("id", "kind", "segment", "expect", "question"),
        ((case.id, case.kind, case.segment or "", case.expect, case.question[:200]) for case in dataset.cases),
    )


def print_problems(found: Mapping[str, Examined]) -> None:
    for name, result in found.items():
        if not result.problems:
            say(f"✔ {name}: {plural(result.rows, 'row')}, nothing wrong")
        for problem in result.problems:
            place = f"{problem.path or name}{f':{problem.line}' if problem.line is not None else ''}"
            parts = (place, problem.field, problem.message)
            text = Text.assemble(("✘ ", "bold red"), safe(": ".join(part for part in parts if part)))
            if problem.fix:
                text.append(f" {safe(problem.fix)}", "yellow")
            show(text)
    wrong = sum(len(result.problems) for result in found.values())
    if wrong:
        say(f"{plural(wrong, 'problem')} in {plural(len(found), 'dataset')}.")


def diff_record(found: DatasetDiff) -> Mapping[str, Any]:
    """The comparison for machines, each changed field with its runs of words."""

    def changed(changes: Sequence[FieldChange]) -> list[Mapping[str, Any]]:
        return [{"field": c.field, "before": c.before, "after": c.after, "words": _words(c)} for c in changes]

    return {
        "before": found.before,
        "after": found.after,
        "same": found.same,
        "card": changed(found.card),
        "added": found.added,
        "removed": found.removed,
        "renamed": [{"from": old, "to": new} for old, new in found.renamed],
        "changed": [{"id": case.id, "fields": changed(case.fields)} for case in found.changed],
        "unchanged": found.unchanged,
    }


def _words(change: FieldChange) -> Mapping[str, Any]:
    before, after = diff_words(change.before or "", change.after or "")
    return {"before": before, "after": after}


def print_diff(found: DatasetDiff) -> None:
    say(f"{found.before[:SHORT]} → {found.after[:SHORT]}")
    if found.same:
        say(f"The same, {plural(found.unchanged, 'case')}.")
        return
    if found.card:
        show(Text("card", "bold"))
        _print_changes(found.card)
    for case in found.removed:
        show(Text(f"- {safe_line(case.id, CELL)}  {safe_line(case.question, 120)}", "red"))
    for case in found.added:
        show(Text(f"+ {safe_line(case.id, CELL)}  {safe_line(case.question, 120)}", "green"))
    for old, new in found.renamed:
        say(f"→ {safe_line(old, CELL)} is now called {safe_line(new, CELL)}")
    for case in found.changed:
        show(Text(f"~ {safe_line(case.id, CELL)}", "bold"))
        _print_changes(case.fields)
    counts = (
        (len(found.added), "added"),
        (len(found.removed), "removed"),
        (len(found.renamed), "renamed"),
        (len(found.changed), "changed"),
        (found.unchanged, "unchanged"),
    )
    say(", ".join(f"{count} {word}" for count, word in counts))


def _print_changes(changes: Sequence[FieldChange]) -> None:
    for change in changes:
        before, after = diff_words(change.before or "", change.after or "")
        show(Text(f"  {safe_line(change.field, CELL)}", "cyan"))
        if change.before is not None:
            show(Text.assemble("  - ", _styled(before)))
        if change.after is not None:
            show(Text.assemble("  + ", _styled(after)))


def _styled(runs: Sequence[Run]) -> Text:
    """Runs on one line, changes marked; what stays is cut down to what is near a change."""
    text = Text()
    for index, run in enumerate(runs):
        opening, closing = MARKS[run.change]
        words = run.text
        if run.change == "same" and len(words) > 3 * AROUND:
            head = words[:AROUND] if index else ""
            tail = words[-AROUND:] if index < len(runs) - 1 else ""
            words = f"{head} … {tail}"
        text.append(opening + safe_line(words, 4000) + closing, STYLES[run.change])
    return text


def print_figures(dataset: Dataset, figures: DatasetFigures) -> None:
    groups = "" if figures.units == figures.cases else f" in {plural(figures.units, 'group')}"
    say(f"{dataset.card.name}@{dataset.version[:SHORT]}: {plural(figures.cases, 'case')}{groups}")
    kinds = list(figures.kinds)
    print_table(
        "Cases by segment and kind",
        ("segment", *(f"{kind} #" for kind in kinds), "all #"),
        [
            (name or "(none)", *(str(held.get(kind, 0)) for kind in kinds), str(figures.segments[name]))
            for name, held in figures.kinds_by_segment.items()
        ]
        + [("all", *(str(figures.kinds[kind]) for kind in kinds), str(figures.cases))],
    )
    for title, counts in (("expect", figures.expect), ("checks", figures.checks), ("tags", figures.tags)):
        if counts:
            say(f"{title}: {', '.join(f'{name} {count}' for name, count in counts.items())}")
    held = f"reference: {figures.with_reference}, contexts: {figures.with_contexts}"
    say(f"{held}, several messages: {figures.conversations}")
    if (lengths := figures.lengths) is not None:
        say(f"characters asked: {lengths.shortest} to {lengths.longest}, half of them up to {lengths.median:g}")


def print_likeness(found: Checked, threshold: float) -> None:
    if not found.found:
        say(f"Nothing is alike from a score of {threshold:g} on.")
        return
    for title, twins in (("Near-duplicates", found.within), *((f"Also in {n}", t) for n, t in found.shared.items())):
        if twins:
            rows = ((f"{twin.score:.1f}", twin.case, twin.other) for twin in twins)
            print_table(f"{title}: {len(twins)}", ("score #", "case", "other"), rows)
    for name, leaks in found.prompts.items():
        if leaks:
            print_table(
                f"In the prompt of {name}: {len(leaks)}",
                ("score #", "case", "what", "where", "text"),
                ((f"{k.score:.1f}", k.case, k.what, f"{k.place}:{k.line}", k.text) for k in leaks),
            )


def print_taken(folder: Path | None, taken: Taken) -> None:
    for reject in taken.rejects[:TOLD]:
        complain_line(f"line {reject.line} not taken: {reject.reason}")
    if len(taken.rejects) > TOLD:
        complain_line(f"and {len(taken.rejects) - TOLD} more; `--json` names all")
    count = f"{plural(len(taken.cases), 'case')} taken as {taken.format}, {plural(len(taken.rejects), 'row')} not taken"
    say(f"{count}; nothing is written." if folder is None else f"{count}; the dataset is in {folder}.")


def print_written(written: Written, to: Path | None) -> None:
    for one in written.left_out:
        complain_line(f"{one.case} left out: {one.reason}")
    for note in written.notes[:TOLD]:
        complain_line(f"{note.case}: {note.text}")
    if len(written.notes) > TOLD:
        complain_line(f"and {len(written.notes) - TOLD} more of this")
    if to is not None:
        say(f"{plural(written.cases, 'case')} written to {to}.")


def print_varied(folder: Path, varied: Varied) -> None:
    for kind, count in varied.made.items():
        left = varied.unchanged.get(kind, ())
        named = f"; nothing to change in {', '.join(left[:5])}{' …' if len(left) > 5 else ''}" if left else ""
        say(f"{kind}: {plural(count, 'variant')}{named}")
    sources = len(varied.cases) - sum(varied.made.values())
    say(f"{plural(len(varied.cases), 'case')}, {sources} of them sources, are in {folder}.")
