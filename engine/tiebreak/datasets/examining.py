"""Everything that is wrong with a dataset, not only the first of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tiebreak.checks.parse import parse_check, parse_checks
from tiebreak.datasets.card import CARD, CardFile, FieldMap
from tiebreak.datasets.cases import case_faults, check_segment
from tiebreak.datasets.check_files import with_files
from tiebreak.datasets.load import Source, source_of
from tiebreak.datasets.reading import Located, every_problem, read_document
from tiebreak.datasets.reading.located import loc_of
from tiebreak.datasets.tables import tolerant_rows
from tiebreak.errors import DatasetError, InputError
from tiebreak.records import Case, DatasetCard
from tiebreak.records.canonical import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend: where it is, what is wrong, and the fix where one is known."""

    path: str | None
    line: int | None
    field: str | None
    message: str
    fix: str | None

    @classmethod
    def of(cls, error: InputError) -> "Problem":
        return cls(path=error.path, line=error.line, field=error.field, message=error.message, fix=error.hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A dataset that was read through."""

    rows: int
    problems: tuple[Problem, ...]


def examine(path: Path, fields: FieldMap | None = None) -> Examined:
    """Read a dataset to its end, as `load_dataset` would, and tell each finding by itself, raising none.

    A card that cannot be used is told too; its segments then bind no case.
    """
    problems: list[InputError] = []
    folder = path.parent if path.name == CARD else path
    card_file = folder / CARD
    if folder.is_dir():
        problems += _card_problems(card_file)
    source: Source | None = None
    try:
        source = source_of(path, fields)
    except InputError as problem:
        if not problems:
            problems.append(problem)
        elif folder.is_dir():
            source = _without_card(folder)
    rows = 0
    if source is not None:
        first: dict[str, int | None] = {}
        for row in _rows(source):
            rows += 1
            problems += [row] if isinstance(row, InputError) else _row_problems(row, source, first)
        if not rows:
            problems.append(
                DatasetError("The dataset holds no case.", path=str(source.cases), hint='A case is {"id": "a", …}.')
            )
    return Examined(rows=rows, problems=tuple(map(Problem.of, problems)))


def _without_card(folder: Path) -> Source | None:
    """The cases of a folder whose card is broken: they are looked at all the same, where their file is plain."""
    cases = folder / "cases.jsonl"
    return Source(CardFile(card=DatasetCard(name=folder.name)), cases, bare=False) if cases.exists() else None


def _card_problems(path: Path) -> list[InputError]:
    try:
        source = read_document(path, DatasetError)
    except InputError as problem:
        return [problem]
    if source.mapping is None:
        return [source.refuse("A card is a mapping: `name`, `title`, `task`, `segments` and so on.")]
    keys = dict(source.mapping)
    fields = keys.pop("fields", None)
    _, problems = _checks(source)
    keys.pop("checks", None)
    named = source.holding({"name": path.absolute().parent.name, **keys})
    problems += every_problem(DatasetCard, named, also={"": ("fields", "cases", "checks")})[1]
    if fields is not None:
        problems += every_problem(FieldMap, source.at(("fields",), fields))[1]
    return problems


def _rows(source: Source) -> Iterator[Located | InputError]:
    """The rows, and the error of each that is none; ends where the file cannot be read on."""
    try:
        if source.document is None:
            yield from tolerant_rows(source.cases, DatasetError)
        elif source.document.items is None:
            yield source.document.refuse("A list of cases is expected here.")
        else:
            for index, item in enumerate(source.document.items):
                row = source.document.at((index,), item)
                fault = row.refuse("A case is a mapping, such as {id: a, input: Hello}.")
                yield row if row.mapping is not None else fault
    except InputError as problem:
        yield problem


def _row_problems(row: Located, source: Source, first: dict[str, int | None]) -> list[InputError]:
    """What is wrong with a row; `first` knows the line of each id so far, and learns this one."""
    try:
        row, made = source.mapped(row)
    except InputError as problem:
        return [problem]
    checked, problems = _checks(row)
    case, found = every_problem(Case, checked)
    problems += found
    if case is not None:
        problems += case_faults(case, row)
        try:
            check_segment(case, source.card.card, row)
        except InputError as problem:
            problems.append(problem)
    case_id = (row.mapping or {}).get("id")
    if isinstance(case_id, str) and case_id in first:
        where = f"line {first[case_id]}" if first[case_id] is not None else "an earlier case"
        said = f"The row says the same as {where}." if made else f"The id “{case_id}” is already used in {where}."
        hint = "Remove one of the two, or give both an id." if made else "Give each case an id of its own."
        problems.append(row.refuse(said, ("id",), hint))
    elif isinstance(case_id, str):
        first[case_id] = row.line(())
    return problems


def _checks(row: Located) -> tuple[Located, list[InputError]]:
    """The row with its checks in the form of their record (without them, where one is wrong), and what is wrong."""
    mapping = row.mapping
    if mapping is None or not mapping.get("checks"):
        return row, []
    given: object = mapping["checks"]
    where = row.name(("checks",))
    problems: list[InputError] = []
    read: list[object] = []
    if isinstance(given, list):
        for index, item in enumerate(cast("list[object]", given)):
            try:
                read.append(with_files(item, index, row, "checks"))
                parse_check(read[-1], where=f"{where}[{index}]", error=row.error, path=row.path)
            except InputError as problem:
                problems.append(problem)
    specs: list[object] = []
    if not problems:
        try:
            specs = [
                plain(spec)
                for spec in parse_checks(
                    read if isinstance(given, list) else given, where=where, error=row.error, path=row.path
                )
            ]
        except InputError as problem:
            problems.append(problem)
    for problem in problems:
        if problem.path == row.path:  # else it is in a file that a check names
            problem.line = row.line_of(loc_of(problem.field or ""))
    rest: Mapping[str, object] = {key: value for key, value in mapping.items() if key != "checks"}
    return row.holding({**rest, "checks": specs}), problems
