"""What changed between the configs, word by word."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from textual.content import Content

from tiebreak.compare.wiring import Change
from tiebreak.sanitise import clean, clean_line
from tiebreak.worddiff import MARKS, Run, diff_words
from tiebreak_tui.scoreboard.columns import note
from tiebreak_tui.scoreboard.looks import HEAD, NONE
from tiebreak_tui.widgets.panel import Room

SHOWN = 20_000
"""Characters of one value that are compared; a prompt is shorter."""
STYLES = {"same": "", "removed": "$text-error", "added": "$text-success"}
Line = list[tuple[str, str]]


def changed(changes: Sequence[Change] | None, room: Room) -> list[Content]:
    """Each field with its words before and after. Unless the panel is opened whole, lines without a change are left
    out."""
    width, whole = room.width, room.whole
    if changes is None:
        return note("There are no two configs here to compare.", width)
    if not changes:
        return note("Nothing: A and B are the same config.", width)
    lines: list[Content] = []
    for one in changes:
        if lines:
            lines.append(Content(""))
        before, after = _text(one.before), _text(one.after)
        if "\n" not in before.strip() + after.strip() and len(before) + len(after) < width:
            value = f"{clean_line(before, width)} → {clean_line(after, width)}"
            lines.append(
                Content.assemble((clean_line(one.field, 60), HEAD), f"  {value}").truncate(width, ellipsis=True)
            )
            continue
        lines.append(Content.styled(clean_line(one.field, width), HEAD))
        left, right = words_of(before, after)
        lines += _side("−", left, width, whole=whole)
        lines += _side("+", right, width, whole=whole)
    return lines


def prepare(changes: Sequence[Change] | None) -> None:
    """Compare the words in a thread, so that drawing need not: long prompts take their time."""
    for one in changes or ():
        words_of(_text(one.before), _text(one.after))


@lru_cache(maxsize=64)
def words_of(before: str, after: str) -> tuple[list[Run], list[Run]]:
    return diff_words(before, after)


def _text(value: object) -> str:
    return NONE if value is None else clean(str(value)[:SHOWN])


def _side(sign: str, runs: Sequence[Run], width: int, *, whole: bool) -> Iterator[Content]:
    skipped = False
    for line in _lines(runs):
        if not whole and all(change == "same" for _, change in line):
            skipped = True
            continue
        if skipped:
            yield Content.styled(f"{sign} …", "dim")
            skipped = False
        yield from _marked(sign, line, width)
    if skipped:
        yield Content.styled(f"{sign} …", "dim")


def _lines(runs: Sequence[Run]) -> Iterator[Line]:
    """The runs cut at line ends."""
    line: Line = []
    for run in runs:
        first, *rest = run.text.split("\n")
        if first:
            line.append((first, run.change))
        for part in rest:
            yield line
            line = [(part, run.change)] if part else []
    if line:
        yield line


def _marked(sign: str, line: Line, width: int) -> Iterator[Content]:
    """A line over as many rows as it takes, its changes in marks, which show without colour."""
    parts: list[tuple[str, str]] = []
    for text, change in line:
        before, after = MARKS["removed" if change == "removed" else "added" if change == "added" else "same"]
        parts.append((f"{before}{text}{after}", STYLES[change]))
    folded = Content.assemble(*parts).wrap(max(8, width - 2))
    for place, row in enumerate(folded):
        yield Content.assemble((f"{sign} " if not place else "  ", "dim"), row.rstrip())
