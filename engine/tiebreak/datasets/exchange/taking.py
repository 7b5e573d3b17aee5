"""A file of another tool, row by row, as cases; what cannot be one is kept with its line and its reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tiebreak.datasets.cases import case_from
from tiebreak.datasets.exchange.formats import FORMATS, format_named
from tiebreak.datasets.exchange.rows import as_mapping
from tiebreak.datasets.foreign import CASE_FIELDS, MISSING, content_id, follow
from tiebreak.datasets.importing import Reject, source_hash, with_raw
from tiebreak.datasets.reading import Located, read_document
from tiebreak.datasets.tables import DOCUMENTS, STREAMED, SUFFIXES, tolerant_rows
from tiebreak.errors import ImportFormatError, InputError, UsageError
from tiebreak.records import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a file gave."""

    format: str
    cases: tuple[Case, ...]
    rejects: tuple[Reject, ...]
    source_hash: str
    """SHA-256 of the file."""


def take(path: Path, format_: str | None = None, fields: Mapping[str, str] | None = None) -> Taken:
    """The cases in a file of a known format, which is recognised by its first row unless it is named.

    `fields` says where each field of a case is, as a dotted path into the row; it stands before what the format knows.

    Raises:
        ImportFormatError: for a file that cannot be read, and for one of which no row can be taken.
        UsageError: for a format or a field that there is not.
    """
    if format_ is not None:
        format_named(format_)
    digest = source_hash(path)
    known: dict[str, Case] = {}
    rejects: list[Reject] = []
    suffix = _suffix(path, format_)
    for row in _rows(path, suffix):
        format_ = format_ or (None if isinstance(row, InputError) else _recognised(path, row))
        taken = row if isinstance(row, InputError) else _case(row, format_ or "jsonl", fields or {})
        if isinstance(taken, Case) and taken.id in known and isinstance(row, Located):
            taken = row.refuse(
                f"The id “{taken.id}” was in an earlier row.", ("id",), "Give each row an id of its own."
            )
        if isinstance(taken, InputError):
            reason = " ".join(
                part for part in (f"{taken.field}:" if taken.field else "", taken.message, taken.hint) if part
            )
            rejects.append(Reject(line=taken.line or 0, reason=reason, raw=""))
        else:
            known[taken.id] = taken
    if not known:
        first = f"; the first: line {rejects[0].line}: {rejects[0].reason}" if rejects else "."
        message = f"None of the {len(rejects)} rows can be taken{first}" if rejects else "The file holds no row."
        raise ImportFormatError(message, path=str(path))
    if suffix in STREAMED:
        rejects = list(with_raw(rejects, path))
    return Taken(format=format_ or "jsonl", cases=tuple(known.values()), rejects=tuple(rejects), source_hash=digest)


def _suffix(path: Path, format_: str | None) -> str:
    """How the file is read: by its ending, or where that says nothing by the format that was named."""
    own = path.suffix.lower()
    return own if own in SUFFIXES or format_ is None else FORMATS[format_].suffix


def _rows(path: Path, suffix: str) -> Iterator[Located | InputError]:
    if suffix not in DOCUMENTS:
        yield from tolerant_rows(path, ImportFormatError, suffix)
        return
    source = read_document(path, ImportFormatError)
    if source.mapping is not None:
        yield from _tests_of_config(source)
        return
    if source.items is None:
        raise source.refuse("A list of cases or tests is expected here.")
    for index, item in enumerate(source.items):
        row = source.at((index,), item)
        yield row if row.mapping is not None else row.refuse("A row is a mapping.")


def _tests_of_config(source: Located) -> Iterator[Located | InputError]:
    """The tests of a promptfoo config, each with the defaults of the file."""
    mapping = source.mapping or {}
    key = next((key for key in ("tests", "cases") if key in mapping), None)
    if key is None:
        raise source.refuse("There are neither `tests` nor `cases` here.")
    if "scenarios" in mapping:
        yield source.refuse("Scenarios are not taken.", ("scenarios",), "Write their tests out under `tests`.")
    tests = source.at((key,), mapping[key])
    if tests.items is None:
        raise tests.refuse("The tests stand in another file.", hint="Import that file.")
    defaults = source.at(("defaultTest",), mapping.get("defaultTest")).mapping or {}
    for index, item in enumerate(tests.items):
        row = tests.at((index,), item)
        if row.mapping is None:
            yield row.refuse("The test stands in another file.", hint="Import that file.")
        else:
            yield row.holding(_with_defaults(row.mapping, defaults))


def _with_defaults(test: Mapping[str, object], defaults: Mapping[str, object]) -> Mapping[str, object]:
    merged = dict(test)
    for name in ("vars", "metadata"):
        own, default = test.get(name, {}), defaults.get(name, {})
        if isinstance(own, dict) and isinstance(default, dict) and default:
            merged[name] = {**default, **own}
    own, default = test.get("assert", []), defaults.get("assert", [])
    if isinstance(own, list) and isinstance(default, list) and default:
        merged["assert"] = [*default, *own]
    return merged


def _recognised(path: Path, row: Located) -> str:
    if path.suffix.lower() == ".csv":
        return "csv"
    return next(name for name, known in FORMATS.items() if known.suits(row.mapping or {}))


def _case(row: Located, format_: str, fields: Mapping[str, str]) -> Case | InputError:
    try:
        mapping = dict(format_named(format_).take(_placed(row, format_, fields)))
        if "id" not in mapping:
            mapping["id"] = content_id(mapping)
        return case_from(row.holding(mapping))
    except InputError as problem:
        return problem


def _placed(row: Located, format_: str, fields: Mapping[str, str]) -> Located:
    """The row with each mapped field under its own name, where its format looks first."""
    values = dict(row.mapping or {})
    moved: dict[str, object] = {}
    for name, path in fields.items():
        if name not in CASE_FIELDS:
            raise UsageError(f"A case has no field “{name}”.", hint=f"Its fields are {', '.join(CASE_FIELDS)}.")
        key, value = follow(values, path)
        if value is MISSING:
            raise row.refuse(f"There is nothing at `{path}`.", (key,))
        moved[name] = value
        if key == path:
            values.pop(key, None)
    if not moved:
        return row
    if format_ == "promptfoo":
        return row.holding({**values, "vars": {**as_mapping(values.get("vars")), **moved}})
    return row.holding({**values, **moved})
