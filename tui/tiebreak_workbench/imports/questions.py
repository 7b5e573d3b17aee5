"""The cases that a plain file of answers, votes or verdicts carries: its questions, and what stands beside them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tiebreak.checks.parse import shown
from tiebreak.datasets.cases import case_from
from tiebreak.datasets.foreign import LISTS, MISSING, follow, shaped
from tiebreak.datasets.foreign_rows import foreign_rows, question_in
from tiebreak.datasets.import_rows import ALIASES
from tiebreak.datasets.reading import Located
from tiebreak.errors import ImportFormatError, InputError
from tiebreak.records import canonical_json
from tiebreak_workbench.imports.sheet import Sheet

QUESTION = "question"
RETRIEVED = ("retrieved", *ALIASES["retrieved"], "retrieved_contexts")
"""Columns whose passages an answer came with, whatever stands beside them."""
CASE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "reference": ("reference", "ideal", "expected"),
    "contexts": ("contexts", "context", "passages"),
    "segment": ("segment",),
    "kind": ("kind",),
    "expect": ("expect",),
    **{name: (name,) for name in LISTS},
}
"""Fields of a case, and the columns that are taken for them."""
CASE_FIELDS = (QUESTION, *(name for name in CASE_COLUMNS if name != "contexts"))
"""Fields of a case that a map may name; its passages go by the same name as those of an answer."""
FREE = ("question", "reference", "segment", "kind", "expect")
"""Fields that are taken as they stand: whatever is wrong with them is for the case to say."""


def read_cases(sheet: Sheet, fields: Mapping[str, str]) -> None:
    """The questions that stand beside answers and votes. The first line of a case counts."""
    wanted = set(sheet.case_ids())
    where = sheet.mapping["case"]
    inputs: dict[str, tuple[object, Path, int]] = {}
    for path in sheet.files:
        for row in foreign_rows(path, ImportFormatError):
            if isinstance(row, InputError):
                continue
            values = row.mapping or {}
            case_id = _id_of(follow(values, where)[1])
            try:
                found = {name: _as_field(name, value, row) for name, value in _case_fields(sheet, values, fields)}
            except InputError as problem:
                sheet.reject(row.line(()) or 0, problem.message, path)
                continue
            if case_id not in wanted or "input" not in found:
                continue
            line = row.line(()) or 0
            asked, first_path, first_line = inputs.setdefault(case_id, (found["input"], path, line))
            if asked != found["input"]:
                place = f"Line {first_line}" + (f" of {sheet.told[first_path]}" if first_path != path else "")
                sheet.reject(line, f"{place} asks another question under the id {shown(case_id)}.", path)
                sheet.drop(line, case_id, path)
            elif case_id not in sheet.cases:
                try:
                    sheet.cases[case_id] = case_from(row.holding({"id": case_id, **found}))
                except InputError as problem:
                    sheet.reject(line, f"{problem.field or 'case'}: {problem.message}", path)
                    sheet.unusable = sheet.unusable or sheet.rejects[-1]
    if sheet.cases:
        sheet.unusable = None


def _id_of(value: object) -> str:
    return value if isinstance(value, str) else canonical_json(value) if isinstance(value, int | float) else ""


def _as_field(name: str, value: object, row: Located) -> object:
    return value if name in ("input", *FREE) else shaped(name, value, row)


def _case_fields(sheet: Sheet, values: Mapping[str, object], mapped: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    if QUESTION in mapped:
        columns, asked = (mapped[QUESTION],), follow(values, mapped[QUESTION])[1]
    else:
        columns, asked = question_in(values)
    if columns and asked not in (MISSING, None, ""):
        sheet.used.update(columns)
        yield "input", asked
    for name, usual in CASE_COLUMNS.items():
        for column in (mapped[name],) if name in mapped and name in CASE_FIELDS else usual:
            value = follow(values, column)[1]
            if value in (MISSING, None, "") or column in sheet.mapping.values():
                continue
            if name in LISTS and not isinstance(value, list) and not str(value).lstrip().startswith("["):
                continue  # the word means something else elsewhere
            sheet.used.add(column)
            yield name, value
            break
