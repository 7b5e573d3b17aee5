"""Places that were found in everything recorded, as text."""

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from tiebreak_cli.output import CELL, console, local_minute, safe_line, table_of
from tiebreak_workbench.past.finding import EXCERPT, Hit

TITLE = "Found, the newest of each kind first"
WIDE = 110
"""Columns of a terminal from which a table leaves room for the texts."""


def print_hits(hits: Sequence[Hit]) -> None:
    """A line for each place; in a narrow terminal its text below it."""
    out = console()
    if out.is_terminal and out.width < WIDE:
        out.print(Group(Text(f"{TITLE}\n", "italic"), *_below(hits)))
        return
    table = table_of("session", "case", "what", "text", "when", title=TITLE)
    for column in table.columns:
        column.no_wrap = out.is_terminal and column.header != "text"
    for one in hits:
        # The text is cut where the terminal ends, and told whole in a file.
        cut = _text(one)
        cut.no_wrap, cut.overflow = out.is_terminal, "ellipsis"
        cells = (one.session_id or "–", one.case_id or one.config or "", one.what)
        table.add_row(*(Text(safe_line(cell, CELL)) for cell in cells), cut, _when(one))
    out.print(table)


def _below(hits: Sequence[Hit]) -> Iterator[Text | Padding]:
    for one in hits:
        place = safe_line(one.case_id or one.config or "", CELL)
        yield Text("  ".join(filter(None, (one.what, one.session_id, place, _when(one)))), "bold")
        yield Padding(_text(one), (0, 0, 1, 2))


def _text(hit: Hit) -> Text:
    text = Text(safe_line(hit.excerpt, EXCERPT + 10))
    for start, end in hit.marks if len(text) == len(hit.excerpt) else ():
        text.stylize("bold yellow", start, end)
    return text


def _when(hit: Hit) -> str:
    return local_minute(hit.at) if hit.at else ""
