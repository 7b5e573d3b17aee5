"""Rows of case and result files, one after another, each knowing its line."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from tiebreak.datasets.reading import Located, read_document
from tiebreak.datasets.reading.files import MAX_LINE, TooLong, read_lines, tolerant_lines, too_long
from tiebreak.datasets.reading.jsontext import DuplicateKey, read_json
from tiebreak.errors import InputError

STREAMED = (".jsonl", ".ndjson", ".csv")
DOCUMENTS = (".json", ".yaml", ".yml")
SUFFIXES = (*STREAMED, *DOCUMENTS)

Rows = Iterator[Located | InputError]
"""A line that cannot be read comes as the error that says why; the reader goes on behind it where that is possible."""


def read_rows(path: Path, error: type[InputError]) -> Iterator[Located]:
    """The rows of a file; every value is a mapping. Files read by lines take constant memory.

    Raises:
        error: for the first line that cannot be read.
    """
    for row in tolerant_rows(path, error):
        if isinstance(row, InputError):
            raise row
        yield row


def tolerant_rows(path: Path, error: type[InputError], suffix: str | None = None) -> Rows:
    """As `read_rows`, but a malformed line is given as its error, not raised. A `suffix` that is known otherwise stands
    in for the file's own."""
    suffix = path.suffix.lower() if suffix is None else suffix
    if suffix == ".csv":
        return _csv_rows(path, error)
    if suffix in STREAMED:
        return _jsonl_rows(path, error)
    if suffix in DOCUMENTS:
        return document_rows(read_document(path, error))
    known = ", ".join(SUFFIXES)
    raise error(f"The ending “{suffix}” says nothing about the format.", path=str(path), hint=f"Known are {known}.")


def document_rows(source: Located) -> Iterator[Located]:
    """The mappings of a list.

    Raises:
        InputError: of the source's kind.
    """
    if source.items is None:
        raise source.refuse("A list of cases is expected here.")
    for index, item in enumerate(source.items):
        row = source.at((index,), item)
        if row.mapping is None:
            raise row.refuse("A case is a mapping, such as {id: a, input: Hello}.")
        yield row


def _jsonl_rows(path: Path, error: type[InputError]) -> Rows:
    for number, line in tolerant_lines(path, error):
        if isinstance(line, TooLong):
            yield too_long(path, error, number)
            continue
        text = line.rstrip("\r\n")
        if not text.strip():
            continue
        try:
            value = read_json(text)
        except DuplicateKey as problem:
            message = f"The key “{problem.key}” stands twice in this line."
            yield error(message, path=str(path), line=number, field=problem.key, hint="Keep one of the two.")
        except json.JSONDecodeError as problem:
            hint = None
            if text.strip() in ("{", "[", "[{"):
                hint = "Each line holds one whole object; a document over many lines is called .json."
            message = f"This line is not JSON: {problem.msg} at column {problem.colno}."
            yield error(message, path=str(path), line=number, hint=hint)
        except ValueError as problem:
            yield error(f"This line cannot be used: {problem}.", path=str(path), line=number)
        else:
            row = Located(value, str(path), error, lambda _, number=number: number)
            yield row if row.mapping is not None else row.refuse("This line is not a JSON object.")


def _csv_rows(path: Path, error: type[InputError]) -> Rows:
    # The library's own limit of 131,072 characters a cell is shorter than answers are.
    csv.field_size_limit(MAX_LINE)
    header: list[str] | None = None
    for line, cells in _records(path, error):
        if isinstance(cells, InputError):
            yield cells
        elif header is None:
            header = _header(cells, path, error, line)
        elif len(cells) != len(header):
            message = f"The row has {len(cells)} cells, the header names {len(header)}."
            hint = "A comma or a line break inside text needs quotes around the text."
            yield error(message, path=str(path), line=line, hint=hint)
        else:
            row = dict(zip(header, cells, strict=True))
            yield Located(row, str(path), error, lambda _, line=line: line)


def _records(path: Path, error: type[InputError]) -> Iterator[tuple[int, list[str] | InputError]]:
    """The rows with the line each begins in, blank ones left out."""
    reader = csv.reader((text for _, text in read_lines(path, error)), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield line, _quoting(problem, path, error, line, reader.line_num)
            continue
        if cells and any(cells):
            yield line, cells


def _quoting(problem: csv.Error, path: Path, error: type[InputError], first: int, last: int) -> InputError:
    if "unexpected end of data" in str(problem):
        message, hint = "A quote is opened here and never closed.", 'A quote inside text is written twice: "".'
    elif "expected after" in str(problem):
        message, hint = "A quote ends in the middle of a cell.", 'A quote inside text is written twice: "".'
    else:
        message, hint = f"The line is not CSV: {problem}.", None
    if first != last and hint:
        message = f"{message[:-1]} (the row reaches to line {last})."
    return error(message, path=str(path), line=first, hint=hint)


def _header(cells: list[str], path: Path, error: type[InputError], line: int) -> list[str]:
    names = [cell.strip() for cell in cells]
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        mark = "semicolons" if ";" in names[0] else "tabs"
        message = f"The columns look separated by {mark}."
        raise error(message, path=str(path), line=line, hint="Save the table with commas.")
    for index, name in enumerate(names):
        if not name:
            raise error(f"Column {index + 1} has no name.", path=str(path), line=line, hint="Name it, or remove it.")
        if name in names[:index]:
            raise error(f"Two columns are called “{name}”.", path=str(path), line=line, field=name)
    return names
