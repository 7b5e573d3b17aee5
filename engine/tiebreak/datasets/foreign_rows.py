"""Rows that an import reads: lines, tables, or a JSON document that holds one list of records.

A row without an id goes by its question, so that whatever is said of that question is about one case. Rows of lines and
tables are numbered by their line, those of a document by their place in it from 1.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from tiebreak.datasets.foreign import content_id
from tiebreak.datasets.import_rows import ALIASES, BY_QUESTION
from tiebreak.datasets.reading import Located, read_document
from tiebreak.datasets.reading.files import TooLong, read_lines, tolerant_lines
from tiebreak.datasets.tables import STREAMED, Rows, tolerant_rows
from tiebreak.errors import InputError

DOCUMENT = ".json"
IMPORTED = (*STREAMED, DOCUMENT)
"""Endings of files that plain rows are read from."""
QUESTIONS = ("question", "input", "prompt", "query", "messages", "instruction")
IDS = {"case", *ALIASES["case"]} - {BY_QUESTION}


def foreign_rows(path: Path, error: type[InputError]) -> Rows:
    """The rows of a file; one that cannot be read comes as the error that says why.

    Raises:
        error: for a file that cannot be read, or that holds no list of records.
    """
    rows = _records(path, error) if path.suffix.lower() == DOCUMENT else tolerant_rows(path, error)
    for row in rows:
        yield row if isinstance(row, InputError) else _with_id(row)


def raw_rows(path: Path, error: type[InputError]) -> Iterator[tuple[int, str]]:
    """The numbers of the rows and the text that each begins with, as `foreign_rows` numbers them."""
    if path.suffix.lower() == DOCUMENT:
        for number, item in enumerate(_list_in(path, error)[1], start=1):
            yield number, json.dumps(item, ensure_ascii=False)
    elif path.suffix.lower() == ".csv":
        yield from read_lines(path, error)
    else:
        for number, line in tolerant_lines(path, error):
            yield number, line.start if isinstance(line, TooLong) else line


def question_in(values: Mapping[str, object]) -> tuple[tuple[str, ...], object]:
    """What a row asks, and the columns that say it; no column where none does.

    An `instruction` with an `input` is one question, the one above the other, as instruction sets write it.
    """
    told, about = values.get("instruction"), values.get("input")
    if isinstance(told, str) and told and (about is None or isinstance(about, str)):
        return (("instruction", "input"), f"{told}\n\n{about}") if about else (("instruction",), told)
    for name in QUESTIONS:
        if (value := values.get(name)) not in (None, ""):
            return (name,), value
    return (), None


def _with_id(row: Located) -> Located:
    values = row.mapping or {}
    if not IDS.isdisjoint(values):
        return row
    columns, asked = question_in(values)
    return row.holding({**values, BY_QUESTION: content_id({"input": asked})}) if columns else row


def _records(path: Path, error: type[InputError]) -> Rows:
    document, items = _list_in(path, error)
    for number, item in enumerate(items, start=1):
        row = Located(item, document.path, error, lambda _, number=number: number)
        yield row if row.mapping is not None else row.refuse("This is no JSON object.")


def _list_in(path: Path, error: type[InputError]) -> tuple[Located, list[object]]:
    """The document, and the one list of records in it."""
    document = read_document(path, error)
    if document.items is not None:
        return document, document.items
    lists = {name: cast("list[object]", value) for name, value in (document.mapping or {}).items() if _is_rows(value)}
    if len(lists) == 1:
        return document, next(iter(lists.values()))
    found = f"it has {', '.join(f'“{name}”' for name in lists)}" if lists else "there is none"
    hint = "Save the one that is meant as a list of its own, or an object a line in a .jsonl file."
    raise error(f"One list of records is expected in the document; {found}.", path=str(path), hint=hint)


def _is_rows(value: object) -> bool:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return bool(items) and isinstance(items[0], Mapping)
