"""What the commands print: for people through Rich, for machines as JSON. All outside text passes the sanitiser."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError
from tiebreak.sanitise import clean, clean_line

if TYPE_CHECKING:
    from rich.console import Console


def console(*, stderr: bool = False) -> "Console":
    """A console that takes text as it is: no markup, no emoji codes, no guessing at highlights."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def complain(error: TiebreakError) -> None:
    """One error on stderr: what and where, and on its own line what to do next."""
    from rich.text import Text

    where = getattr(error, "where", "")
    text = Text.assemble(("error: ", "bold red"), clean(f"{where}: {error.message}" if where else error.message))
    if error.hint:
        text.append(f"\n{clean(error.hint)}", "yellow")
    console(stderr=True).print(text, soft_wrap=True)


def say(text: str) -> None:
    console().print(clean(text), soft_wrap=True)


def print_json(value: object) -> None:
    """JSON on stdout, ASCII only, so that no terminal or pipe can stumble over it."""
    import json

    from tiebreak.records.canonical import plain

    json.dump(plain(value), sys.stdout, indent=2, ensure_ascii=True)
    sys.stdout.write("\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(clean_line(title, 100)), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    console().print(table)
