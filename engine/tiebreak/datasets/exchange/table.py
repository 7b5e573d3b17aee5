"""CSV that no spreadsheet executes, and that comes back as it was."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import cast

from tiebreak.datasets.cases import flat_case
from tiebreak.datasets.exchange.rows import LeftOut, Written
from tiebreak.datasets.foreign import mapped_row
from tiebreak.datasets.reading import Located
from tiebreak.datasets.reading.jsontext import read_json
from tiebreak.records import Case

COLUMNS = (
    "id", "input", "messages", "reference", "expect", "kind", "segment", "tags", "group", "contexts", "checks",
    "metadata",
)  # fmt: skip
NESTED = ("messages", "tags", "contexts", "checks", "metadata")
"""Columns that hold JSON."""
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a spreadsheet takes for the start of a formula, or skips before one."""


def guarded(text: str) -> str:
    """A cell that a spreadsheet shows as text: a formula gets an apostrophe before it, and so does a guarded one."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unguarded(text: str) -> str:
    """The inverse of `guarded`."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text


def write(cases: Sequence[Case]) -> Written:
    """A line a case under `COLUMNS`; a conversation stands in `messages`, and then `input` is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # with "\n" alone a lone "\r" would go without its quotes
    writer.writerow(COLUMNS)
    left_out: list[LeftOut] = []
    for case in cases:
        flat = flat_case(case)
        if not isinstance(case.input, str):
            flat["messages"] = flat.pop("input")
        cells = [_cell(name, flat.get(name)) for name in COLUMNS]
        empty = [name for name, value in flat.items() if value == ""]
        if any("\0" in cell for cell in cells):
            left_out.append(LeftOut(case=case.id, reason="It holds a NUL character, at which readers of CSV stop."))
        elif empty:
            left_out.append(LeftOut(case=case.id, reason=f"Its {empty[0]} is empty text, which CSV cannot tell apart."))
        else:
            writer.writerow(map(guarded, cells))
    return Written(text=out.getvalue(), cases=len(cases) - len(left_out), left_out=tuple(left_out))


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if name in NESTED else str(value)


def take_row(row: Located) -> Mapping[str, object]:
    """A row of CSV: of an export of ours exactly, of any other by the usual names; without the guard of formulas."""
    values = {name: unguarded(cast("str", value)) for name, value in (row.mapping or {}).items()}
    if tuple(values) != COLUMNS:
        return mapped_row(row.holding(values), None)
    case: dict[str, object] = {}
    for name, text in values.items():
        if not text:
            continue
        try:
            value = read_json(text) if name in NESTED else text
        except ValueError as problem:
            raise row.refuse(f"The {name} are not JSON: {problem}.", (name,)) from None
        case["input" if name == "messages" else name] = value
    return case
