"""The cases that a plain file of answers, votes or verdicts carries: its questions, and what stands beside them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tiebreak.checks.parse import shown
from tiebreak.datasets.cases import case_from
from tiebreak.datasets.foreign import LISTS, MISSING, follow, shaped
from tiebreak.datasets.foreign_rows import question_in
from tiebreak.datasets.import_rows import ALIASES
from tiebreak.datasets.reading import Located
from tiebreak.errors import InputError
from tiebreak.records import Case, Dataset, DatasetCard, canonical_json
from tiebreak_workbench.imports.sheet import Sheet
from tiebreak_workbench.starting.naming import told_apart

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


class _Refused(NamedTuple):
    """A line that something is wrong with, as far as its case is wanted at all."""

    line: int
    reason: str
    path: Path
    case: str | None = None
    """None where it is refused whatever it is about."""
    other: bool = False
    """It asks another question, so that what it says is of another case."""


class Questions:
    """The cases of a sheet, from rows that are given one after another. The first line of a case counts."""

    def __init__(self, sheet: Sheet, fields: Mapping[str, str]) -> None:
        self._sheet = sheet
        self._fields = fields
        self._where = sheet.mapping["case"]
        self._asked: dict[str, tuple[object, Path, int]] = {}
        self._cases: dict[str, Case] = {}
        self._refused: list[_Refused] = []

    def take(self, row: Located, path: Path) -> None:
        """What a row of a file asks, and what stands beside it."""
        values, line = row.mapping or {}, row.line(()) or 0
        case_id = _id_of(follow(values, self._where)[1])
        try:
            found = {name: _as_field(name, value, row) for name, value in self._case_fields(values)}
        except InputError as problem:
            self._refused.append(_Refused(line, problem.message, path))
            return
        if "input" not in found:
            return
        asked, first_path, first_line = self._asked.setdefault(case_id, (found["input"], path, line))
        if asked != found["input"]:
            place = f"Line {first_line}" + (f" of {self._sheet.told[first_path]}" if first_path != path else "")
            reason = f"{place} asks another question under the id {shown(case_id)}."
            self._refused.append(_Refused(line, reason, path, case_id, other=True))
        elif case_id not in self._cases:
            try:
                self._cases[case_id] = case_from(row.holding({"id": case_id, **found}))
            except InputError as problem:
                self._refused.append(_Refused(line, f"{problem.field or 'case'}: {problem.message}", path, case_id))

    def finish(self) -> None:
        """Put the cases into the sheet that something in it is about, and refuse what is wrong with these."""
        sheet = self._sheet
        wanted = set(sheet.case_ids())
        cases = tuple(case for case_id, case in self._cases.items() if case_id in wanted)
        if cases:
            files = " and ".join(told_apart(sheet.files))
            card = DatasetCard(name=sheet.files[0].stem, description=f"Questions imported from {files}.")
            sheet.asked = Dataset(card=card, cases=cases)
        others: set[int] = set()
        for line, reason, path, case_id, other in self._refused:
            if case_id is not None and case_id not in wanted:
                continue
            sheet.reject(line, reason, path)
            if other and case_id is not None:
                sheet.drop(line, case_id, path)
                others.add(line)
            elif case_id is not None and not cases:
                sheet.unusable = sheet.unusable or sheet.rejects[-1]
        if others:
            sheet.drop_said(others)

    def _case_fields(self, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
        used, mapped = self._sheet.used, self._fields
        if QUESTION in mapped:
            columns, asked = (mapped[QUESTION],), follow(values, mapped[QUESTION])[1]
        else:
            columns, asked = question_in(values)
        if columns and asked not in (MISSING, None, ""):
            used.update(columns)
            yield "input", asked
        for name, usual in CASE_COLUMNS.items():
            for column in (mapped[name],) if name in mapped and name in CASE_FIELDS else usual:
                if column not in values and "." not in column:
                    continue
                value = follow(values, column)[1]
                if value in (MISSING, None, "") or column in self._sheet.mapping.values():
                    continue
                if name in LISTS and not isinstance(value, list) and not str(value).lstrip().startswith("["):
                    continue  # the word means something else elsewhere
                used.add(column)
                yield name, value
                break


def _id_of(value: object) -> str:
    return value if isinstance(value, str) else canonical_json(value) if isinstance(value, int | float) else ""


def _as_field(name: str, value: object, row: Located) -> object:
    return value if name in ("input", *FREE) else shaped(name, value, row)
