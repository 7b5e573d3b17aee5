"""Answers, votes and verdicts that came about elsewhere, from plain JSONL and CSV, as typed rows.

A line that cannot be taken is kept as a reject with its reason and never counts as anything: an import says how many
of its lines arrived.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from tiebreak.checks.parse import nearest, shown
from tiebreak.datasets.foreign import MISSING, follow
from tiebreak.datasets.foreign_rows import IMPORTED, foreign_rows, raw_rows
from tiebreak.datasets.import_rows import ALIASES, VOTE_WORDS, AnswerRow, VerdictRow, VoteRow
from tiebreak.datasets.import_values import OF_JUDGMENTS, OF_ROWS, Convert, as_text
from tiebreak.datasets.judgment_rows import JUDGMENT_ALIASES, JudgmentRow
from tiebreak.datasets.reading import Located
from tiebreak.datasets.reading.files import unreadable
from tiebreak.errors import ImportFormatError, InputError, UsageError
from tiebreak.records import VOTES, Vote

Row = TypeVar("Row", AnswerRow, VoteRow, VerdictRow, JudgmentRow)
RAW = 2_000
"""Characters of a rejected line that are kept."""
SHAPES = 100
"""Sets of names of which it is kept where the fields are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A line that could not be taken."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported(Generic[Row]):
    """What a file gave."""

    rows: tuple[Row, ...]
    rejects: tuple[Reject, ...]
    source_hash: str
    """SHA-256 of the file's bytes: the same file is imported once."""
    mapping: Mapping[str, str] = field(default_factory=dict[str, str])
    """Field → where it was found, also where the names were recognised without a map."""


def read_answers(path: Path, fields: Mapping[str, str] | None = None) -> Imported[AnswerRow]:
    """Answers: `case`, `text`, and as far as known `config` or `side`, model, times, tokens and cost.

    `fields` says where each field is, as a dotted path; without it the usual names are recognised.

    Raises:
        ImportFormatError: for a file that cannot be read, or that lacks a needed field in every line.
        UsageError: for a map that names an unknown field.
    """
    return _read(path, Reading(AnswerRow, fields or {}))


def read_votes(
    path: Path, fields: Mapping[str, str] | None = None, values: Mapping[str, Vote] | None = None
) -> Imported[VoteRow]:
    """Votes: `case`, `vote` and, as far as known, `rater` and `note`. `values` adds to `VOTE_WORDS`, or overrides it.

    Raises:
        ImportFormatError, UsageError: as `read_answers`.
    """
    return _read(path, Reading(VoteRow, fields or {}, values))


def read_verdicts(
    path: Path, fields: Mapping[str, str] | None = None, values: Mapping[str, Vote] | None = None
) -> Imported[VerdictRow]:
    """Verdicts of a judge: `case`, `verdict`, `judge`, `reply` and `order`; as `read_votes`."""
    return _read(path, Reading(VerdictRow, fields or {}, values))


def read_judgments(
    path: Path, fields: Mapping[str, str] | None = None, values: Mapping[str, Vote] | None = None
) -> Imported[JudgmentRow]:
    """What a judge was asked and said: `case`, `verdict` and whatever else `JudgmentRow` holds; as `read_votes`. A
    verdict that is no word of ours comes as it stands: whether it is one is for its kind to say."""
    return _read(path, Reading(JudgmentRow, fields or {}, values))


def source_hash(path: Path) -> str:
    """SHA-256 of a file.

    Raises:
        ImportFormatError: where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise unreadable(path, problem, ImportFormatError) from None


def vote_words(values: Mapping[str, Vote] | None) -> Mapping[str, Vote]:
    """What is taken for a vote: the usual words, and some of one's own.

    Raises:
        UsageError: where one of these stands for no vote.
    """
    for word, vote in (values or {}).items():
        if vote not in VOTES:
            raise UsageError(f"“{word}” cannot stand for {shown(vote)}.", hint=f"Votes are {', '.join(VOTES)}.")
    return {**VOTE_WORDS, **{word.strip().lower(): vote for word, vote in (values or {}).items()}}


def _read(path: Path, reading: "Reading[Row]") -> Imported[Row]:
    if path.suffix.lower() not in IMPORTED and path.is_file():
        raise unknown_ending(path)
    digest = source_hash(path)
    rows: list[Row] = []
    rejects: list[Reject] = []
    for row in foreign_rows(path, ImportFormatError):
        taken = reading.take(row)
        if isinstance(taken, Reject):
            rejects.append(taken)
        else:
            rows.append(taken)
    reading.finish(path)
    return Imported(
        rows=tuple(rows), rejects=tuple(with_raw(rejects, path)), source_hash=digest, mapping=reading.found
    )  # fmt: skip


def unknown_ending(path: Path) -> ImportFormatError:
    ending = f"The ending “{path.suffix}”" if path.suffix else "A name without an ending"
    hint = f"Known endings are {', '.join(IMPORTED)}. If it is of another tool, say --from TOOL."
    return ImportFormatError(f"{ending} does not say how the rows are written.", path=str(path), hint=hint)


def with_raw(rejects: list[Reject], path: Path) -> Iterator[Reject]:
    """Each reject with its line as it stands in the file, which is read again only where there are rejects."""
    if rejects:
        wanted = {reject.line for reject in rejects}
        raw = {number: text for number, text in raw_rows(path, ImportFormatError) if number in wanted}
        yield from (replace(reject, raw=raw.get(reject.line, "").rstrip("\r\n")[:RAW]) for reject in rejects)


class Reading(Generic[Row]):
    """Turns the rows of one file into records of one kind, one after another, so that nobody has to hold them."""

    def __init__(self, kind: type[Row], mapping: Mapping[str, str], values: Mapping[str, Vote] | None = None) -> None:
        """
        Raises:
            UsageError: for a map that names an unknown field, and for words that stand for no vote.
        """
        names = [name.name for name in fields(kind) if name.name != "line"]
        for name in mapping:
            if name not in names:
                raise UsageError(f"There is no field {shown(name)} to map.", hint=nearest(name, names))
        self.found: dict[str, str] = dict(mapping)
        """Field → where it was found so far."""
        self._kind = kind
        self._mapping = mapping
        self._words = vote_words(values)
        self._aliases = JUDGMENT_ALIASES if kind is JudgmentRow else ALIASES
        of_kind = OF_JUDGMENTS if kind is JudgmentRow else OF_ROWS
        self._fields = [
            (name.name, name.default is NO_DEFAULT, of_kind.get(name.name, as_text))
            for name in fields(kind)
            if name.name != "line"
        ]
        self._places: dict[tuple[str, ...], list[_Place]] = {}
        """The names in a row → where its fields are. Rows of a file are of few shapes."""
        self._taken = self._refused = 0
        self._first: Reject | None = None

    def take(self, row: Located | InputError) -> Row | Reject:
        """The record of a row, or why there is none."""
        taken = row if isinstance(row, InputError) else self._record(row)
        if not isinstance(taken, InputError):
            self._taken += 1
            return taken
        name = f"{taken.field}: " if taken.field else ""
        reason = f"{name}{taken.message}" + (f" {taken.hint}" if taken.hint else "")
        reject = Reject(line=taken.line or 0, reason=reason, raw="")
        self._refused += 1
        self._first = self._first or reject
        return reject

    def finish(self, path: Path) -> None:
        """To be called behind the last row.

        Raises:
            ImportFormatError: where none was taken.
        """
        if not self._taken and self._first is not None:
            message = f"None of the {self._refused} lines can be taken; the first: {self._first.reason}"
            raise ImportFormatError(message, path=str(path), line=self._first.line)
        if not self._taken:
            raise ImportFormatError("The file holds no row.", path=str(path))

    def _record(self, row: Located) -> Row | InputError:
        values = row.mapping or {}
        names = tuple(values)
        known = self._places.get(names)
        places: list[_Place] = []
        record: dict[str, Any] = {}
        for name, needed, convert, path, inside in known or self._placing(values, places):
            value = MISSING if path is None else follow(values, path)[1] if inside else values[path]
            if value is None or value is MISSING or value == "":
                # An empty answer is an answer; an empty vote is none.
                if name == "text" and value is not MISSING:
                    record[name] = ""
                elif needed:
                    known_here = ", ".join(map(shown, values)) or "none"
                    hint = f"The fields here are {known_here}." if value is MISSING else None
                    return row.refuse("There is nothing here.", (name,), hint)
                continue
            try:
                record[name] = convert(value, self._words)
            except ValueError as problem:
                return row.refuse(str(problem), (name,))
        if known is None:
            if len(self._places) == SHAPES:
                self._places.clear()
            self._places[names] = places
        return self._kind(line=row.line(()) or 0, **record)

    def _placing(self, values: Mapping[str, object], places: "list[_Place]") -> "Iterator[_Place]":
        """Where the fields of a row are, each looked for when it is asked for and added to `places`. What was found in
        the rows before is looked for first."""
        claimed = self._mapping.values()
        for name, needed, convert in self._fields:
            path, inside = self._mapping.get(name), False
            if path is not None:
                inside = path not in values
            else:
                usual = (self.found.get(name, name), name, *self._aliases.get(name, ()))
                path = next((one for one in usual if one in values and one not in claimed), None)
                if path is not None and self.found.setdefault(name, path) != path:
                    self.found[name] = path
                    self._places.clear()
            places.append((name, needed, convert, path, inside))
            yield places[-1]


_Place = tuple[str, bool, Convert, str | None, bool]
"""Of a field: its name, whether it is needed, what makes its value, where it is, whether that leads inside."""
