"""What the commands print: for people through Rich, for machines as JSON.

All outside text passes the sanitiser, and no text shows a key that the environment holds.
"""

import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError
from tiebreak.sanitise import clean, clean_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from tiebreak_cli.consoles import PlainConsole

CELL = 2_000
"""Terminal cells that a cell of a table, a name, an id, a path or a reason shows at most: none of ours is longer. What
has no room in a narrow terminal goes on in the next line; nothing is cut that somebody has to type or to look up."""


BETWEEN, LEAST = 3, 10
"""Cells that a table has between two columns, and that a column needs at least where another one is kept whole."""
SESSION_IDS = ("id", "session")
"""What columns are called that may hold the id of a session, which people copy."""


def console(*, stderr: bool = False) -> "PlainConsole":
    from tiebreak_cli.consoles import PlainConsole

    return PlainConsole(stderr=stderr)


def _without_keys(text: str) -> str:
    """The text without the keys that the environment holds; one that holds none stays as it is, whatever it says."""
    from tiebreak.redaction import Redactor
    from tiebreak.targets.providers import providers

    names = {name for provider in providers().values() for name in provider.key_env}
    keys = [key for name in names if (key := os.environ.get(name, "").strip())]
    return Redactor(keys).redact(text) if any(key in text for key in keys) else text


def safe(text: str) -> str:
    """Text from outside as it may be shown."""
    return clean(_without_keys(text))


def local_minute(moment: str) -> str:
    """A stored moment as the clock on the wall shows it, to the minute, as in the app."""
    from datetime import datetime

    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")


def safe_line(text: str, limit: int) -> str:
    """The same on one line, of so many cells at most."""
    return clean_line(_without_keys(text), limit)


def complain(error: TiebreakError) -> None:
    """One error on stderr: what and where, and on its own line what to do next."""
    from rich.text import Text

    where = getattr(error, "where", "")
    text = Text.assemble(("error: ", "bold red"), safe(f"{where}: {error.message}" if where else error.message))
    if error.hint:
        text.append(f"\n{safe(error.hint)}", "yellow")
    console(stderr=True).print(text, soft_wrap=True)


def complain_line(text: str) -> None:
    """A remark on stderr, beside a result that stands."""
    console(stderr=True).print(safe_line(text, 2000), soft_wrap=True)


def say(text: str) -> None:
    console().print(safe(text), soft_wrap=True)


def show(text: "Text") -> None:
    """Print styled text whose parts are safe already."""
    console().print(text, soft_wrap=True)


def print_json(value: object) -> None:
    """JSON on stdout, ASCII only, so that no terminal or pipe can stumble over it."""
    import json

    from tiebreak.records.canonical import plain

    sys.stdout.write(_without_keys(json.dumps(plain(value), indent=2, ensure_ascii=True)) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table of outside text, each cell on one line; `table_of` explains the columns."""
    from rich.text import Text

    out, table = console(), table_of(*columns, title=title)
    shown = [[safe_line(cell, CELL) for cell in row] for row in rows]
    if out.is_terminal:
        keep_whole(table, shown, out.width)
    for row in shown:
        table.add_row(*map(Text, row))
    out.print(table)


def keep_whole(table: "Table", rows: Sequence[Sequence[str]], width: int) -> None:
    """Let no line break stand in an id of a session, nor in other short cells, as far as `width` leaves room for the
    rest: Rich would take from every column alike, in the midst of words."""
    from rich.cells import cell_len

    cells = [[str(column.header), *(row[place] for row in rows)] for place, column in enumerate(table.columns)]
    widths = [max(map(cell_len, texts)) for texts in cells]
    room, left = width - BETWEEN * len(widths), dict(enumerate(widths))
    for place in sorted(left, key=lambda one: (table.columns[one].header not in SESSION_IDS, left[one])):
        own = left.pop(place)
        if own + sum(min(LEAST, other) for other in left.values()) > room:
            break
        table.columns[place].no_wrap = True
        room -= own


def table_of(*columns: str, title: str = "") -> "Table":
    """An empty table; a column whose name ends in `#` holds numbers, which stand to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(safe_line(title, CELL)) or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        number = column.endswith("#")
        table.add_column(column.rstrip("# "), overflow="fold", justify="right" if number else "left")
    return table


@contextmanager
def progress() -> Generator[Callable[[str, int, int | None], None] | None]:
    """Shows on stderr how far long work is, where that is a terminal; else nothing, and gives None."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)
        yield lambda doing, done, total: bars.update(task, description=doing, completed=done, total=total)
