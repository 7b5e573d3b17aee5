"""Versions and changes for a person. All names and texts in them are outside text."""

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from tiebreak.compare.wiring import Change
from tiebreak.gates.wording import plural
from tiebreak.records.policies import SIDES
from tiebreak.reports.moved import Moved, sentences
from tiebreak.reports.words import share, win_interval
from tiebreak.worddiff import MARKS, Run, merge_words
from tiebreak_cli.difference import WIDE, measures_table
from tiebreak_cli.output import CELL, local_minute, safe, safe_line, table_of
from tiebreak_workbench.past.versions import SHORT, Result, Version

STYLES = {"same": "", "removed": "red", "added": "green"}
AROUND = 60
"""Characters of what two texts share that are shown beside a change."""
GATES = 20


def print_history(console: Console, versions: Sequence[Version]) -> None:
    """Print the versions of a config, oldest first."""
    console.print(Group(*(part for version in versions for part in _version(version))))


def _version(version: Version) -> Iterator[RenderableType]:
    since = f"  {local_minute(version.created_at)}" if version.created_at else ""
    head = Text.assemble(
        (f"v{version.number} ", "bold"),
        (safe_line(version.config.name, CELL), "bold"),
        (f"  {version.version[:SHORT]}  {safe_line(version.config.model_label, CELL)}", "dim"),
        (f"  {version.origin or 'recorded'}{since}", "dim"),
    )
    if version.parent is not None:
        head.append(f"  after v{version.parent}", "dim")
    yield head
    yield from changes_text(version.changes)
    table = table_of("Session", "Against", "Win rate #", "95 % interval #", "n #")
    for result in version.results:
        table.add_row(result.session_id, safe_line(_against(result), CELL), *result_cells(result))
    if version.results:
        yield table
    else:
        yield Text("  in no session\n", "dim")


def _against(result: Result) -> str:
    side = "" if result.role == "candidate" else ", as A"
    return f"{result.against}{side}{'' if result.same_baseline else ' (another baseline)'}"


def result_cells(result: Result) -> tuple[str, str, str]:
    """Win rate, interval, n of planned."""
    if result.sealed:
        return "sealed", "", f"of {result.planned}"
    between = "–" if result.low is None or result.high is None else f"{share(result.low)} to {share(result.high)}"
    return share(result.rate), between, f"{result.n}/{result.planned}"


def changes_text(changes: Sequence[Change]) -> Iterator[Text]:
    """Each field that differs, texts word by word."""
    for one in changes:
        before, after = ("" if value is None else str(value) for value in (one.before, one.after))
        text = Text.assemble(("  ", ""), (f"{safe_line(one.field, CELL)}  ", "bold"))
        for run in _parts_of(before, after):
            left, right = MARKS[run.change]
            text.append(f"{left}{safe(run.text)}{right}", STYLES[run.change])
        yield text


def _parts_of(before: str, after: str) -> Iterator[Run]:
    """Both texts as one, change by change; what they share is cut to what stands beside a change."""
    for run in merge_words(before, after):
        long = run.change == "same" and len(run.text) > 2 * AROUND
        yield Run(f"{run.text[:AROUND]} … {run.text[-AROUND:]}", "same") if long else run


def print_moved(console: Console, moved: Moved) -> None:
    """Print what changed beside what moved."""
    console.print(Group(*_moved(moved, wide=console.width >= WIDE)))


def _moved(moved: Moved, *, wide: bool) -> Iterator[RenderableType]:
    yield Text.assemble(("Before  ", "bold"), moved.before, ("\nAfter   ", "bold"), moved.after, "\n")
    yield Text("\n".join(safe(sentence) for sentence in sentences(moved)) + "\n")
    for role, changes in moved.configs.items():
        if changes:
            yield Text(f"What changed in {SIDES[role]}", "bold")
            yield from changes_text(changes)
    for title, changes in (("What changed in the policy", moved.policy), ("What changed in the plan", moved.plan)):
        if changes:
            yield Text(title, "bold")
            yield from changes_text(changes)
    yield from _dataset(moved)
    yield from _figures(moved, wide=wide)


def _dataset(moved: Moved) -> Iterator[RenderableType]:
    found = moved.dataset
    if found.same:
        return
    told = [
        f"{plural(len(cases), 'case')} {what}"
        for what, cases in (
            ("added", found.added),
            ("removed", found.removed),
            ("changed", found.changed),
            ("renamed", found.renamed),
        )
        if cases
    ]
    if found.card:
        told.append(f"card: {', '.join(change.field for change in found.card)}")
    yield Text.assemble(("What changed in the dataset  ", "bold"), safe("; ".join(told)), "\n")


def _figures(moved: Moved, *, wide: bool) -> Iterator[RenderableType]:
    table = table_of("Win rate of B", "before #", "after #", "n #", title="What moved")
    for name, (old, new) in {"overall": moved.win_rates, **moved.segments}.items():
        cells = [f"{share(r.mean)} ({win_interval(r)})" if r is not None and r.n else "–" for r in (old, new)]
        n = " / ".join(str(r.n) if r is not None else "–" for r in (old, new))
        table.add_row(safe_line(name, CELL), *cells, n)
    yield table
    if moved.gates:
        gates = table_of("Gate", "before", "after")
        for key, (old, new) in list(moved.gates.items())[:GATES]:
            gates.add_row(safe_line(key, CELL), old or "–", new or "–")
        yield gates
    if moved.candidates is not None:
        yield Text("Answers of B, before (A) and after (B)", "bold")
        yield measures_table(moved.candidates, wide=wide)
