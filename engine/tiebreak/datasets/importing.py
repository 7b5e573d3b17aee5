"""Answers, votes and verdicts that came about elsewhere, from plain JSONL and CSV, as typed rows.

A line that cannot be taken is kept as a reject with its reason and never counts as anything: an import says how many
of its lines arrived.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from tiebreak.checks.parse import nearest, shown
from tiebreak.datasets.foreign import MISSING, follow
from tiebreak.datasets.foreign_rows import IMPORTED, foreign_rows, raw_rows
from tiebreak.datasets.import_rows import ALIASES, ORDER_WORDS, VOTE_WORDS, AnswerRow, VerdictRow, VoteRow
from tiebreak.datasets.judgment_rows import JUDGMENT_ALIASES, JudgmentRow
from tiebreak.datasets.reading import Located
from tiebreak.datasets.reading.files import unreadable
from tiebreak.errors import ImportFormatError, InputError, UsageError
from tiebreak.records import VOTES, Context, Vote, canonical_json
from tiebreak.records.judges import VERDICT_WORDS

Row = TypeVar("Row", AnswerRow, VoteRow, VerdictRow, JudgmentRow)
RAW = 2_000
"""Characters of a rejected line that are kept."""


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
    return _read(path, AnswerRow, fields or {}, VOTE_WORDS)


def read_votes(
    path: Path, fields: Mapping[str, str] | None = None, values: Mapping[str, Vote] | None = None
) -> Imported[VoteRow]:
    """Votes: `case`, `vote` and, as far as known, `rater` and `note`. `values` adds to `VOTE_WORDS`, or overrides it.

    Raises:
        ImportFormatError, UsageError: as `read_answers`.
    """
    return _read(path, VoteRow, fields or {}, vote_words(values))


def read_verdicts(
    path: Path, fields: Mapping[str, str] | None = None, values: Mapping[str, Vote] | None = None
) -> Imported[VerdictRow]:
    """Verdicts of a judge: `case`, `verdict`, `judge`, `reply` and `order`; as `read_votes`."""
    return _read(path, VerdictRow, fields or {}, vote_words(values))


def read_judgments(
    path: Path, fields: Mapping[str, str] | None = None, values: Mapping[str, Vote] | None = None
) -> Imported[JudgmentRow]:
    """What a judge was asked and said: `case`, `verdict` and whatever else `JudgmentRow` holds; as `read_votes`. A
    verdict that is no word of ours comes as it stands: whether it is one is for its kind to say."""
    return _read(path, JudgmentRow, fields or {}, vote_words(values))


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


def _read(path: Path, kind: type[Row], mapping: Mapping[str, str], words: Mapping[str, Vote]) -> Imported[Row]:
    if path.suffix.lower() not in IMPORTED and path.is_file():
        raise unknown_ending(path)
    names = [name.name for name in fields(kind) if name.name != "line"]
    for name in mapping:
        if name not in names:
            raise UsageError(f"There is no field {shown(name)} to map.", hint=nearest(name, names))
    digest = source_hash(path)
    reader = _RowReader(kind, mapping, words)
    rows: list[Row] = []
    rejects: list[Reject] = []
    for row in foreign_rows(path, ImportFormatError):
        taken = row if isinstance(row, InputError) else reader.take(row)
        if isinstance(taken, InputError):
            name = f"{taken.field}: " if taken.field else ""
            reason = f"{name}{taken.message}" + (f" {taken.hint}" if taken.hint else "")
            rejects.append(Reject(line=taken.line or 0, reason=reason, raw=""))
        else:
            rows.append(taken)
    if not rows and rejects:
        first = rejects[0]
        message = f"None of the {len(rejects)} lines can be taken; the first: {first.reason}"
        raise ImportFormatError(message, path=str(path), line=first.line)
    if not rows:
        raise ImportFormatError("The file holds no row.", path=str(path))
    return Imported(rows=tuple(rows), rejects=tuple(with_raw(rejects, path)), source_hash=digest, mapping=reader.found)


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


class _RowReader(Generic[Row]):
    """Turns rows into records of one kind."""

    def __init__(self, kind: type[Row], mapping: Mapping[str, str], words: Mapping[str, Vote]) -> None:
        self._kind = kind
        self._mapping = mapping
        of_kind = _OF_JUDGMENTS if kind is JudgmentRow else _CONVERT
        self._aliases = JUDGMENT_ALIASES if kind is JudgmentRow else ALIASES
        self._plan = [
            (name.name, name.default is NO_DEFAULT, of_kind.get(name.name, _text))
            for name in fields(kind)
            if name.name != "line"
        ]
        self._words = words
        self.found: dict[str, str] = dict(mapping)

    def take(self, row: Located) -> Row | InputError:
        """The record of a row, or why there is none."""
        values = row.mapping or {}
        record: dict[str, Any] = {}
        for name, needed, convert in self._plan:
            path, value = self._look_up(name, values)
            if value is None or value == "":
                # An empty answer is an answer; an empty vote is none.
                if name == "text" and path is not None:
                    record[name] = ""
                elif needed:
                    hint = None if path else f"The fields here are {', '.join(map(shown, values)) or 'none'}."
                    return row.refuse("There is nothing here.", (name,), hint)
                continue
            try:
                record[name] = convert(value, self._words)
            except ValueError as problem:
                return row.refuse(str(problem), (name,))
        return self._kind(line=row.line(()) or 0, **record)

    def _look_up(self, name: str, values: Mapping[str, object]) -> tuple[str | None, object]:
        if name in self._mapping:
            value = follow(values, self._mapping[name])[1]
            return (None, None) if value is MISSING else (self._mapping[name], value)
        claimed = self._mapping.values()
        for path in (self.found.get(name, name), name, *self._aliases.get(name, ())):
            if path in values and path not in claimed:
                self.found[name] = path
                return path, values[path]
        return None, None


Convert = Callable[[object, Mapping[str, Vote]], object]


def _text(value: object, words: Mapping[str, Vote]) -> str:
    del words
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return canonical_json(value)
    raise ValueError(f"Expected text, not {'a list' if isinstance(value, list) else 'a mapping'}.")


def _number(value: object, words: Mapping[str, Vote]) -> float:
    del words
    try:
        number = float(cast("str", value)) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or number < 0 or isinstance(value, bool):
        raise ValueError(f"Expected a number from 0 up, not {shown(value)}.")
    return number


def _count(value: object, words: Mapping[str, Vote]) -> int:
    number = _number(value, words)
    if not number.is_integer():
        raise ValueError(f"Expected a whole number, not {shown(value)}.")
    return int(number)


def _vote(value: object, words: Mapping[str, Vote]) -> Vote:
    word = _text(value, words).strip().lower()
    if word not in words:
        raise ValueError(f"{shown(value)} is no vote that is known here. Say what it means with a value map.")
    return words[word]


def _side(value: object, words: Mapping[str, Vote]) -> str:
    side = words.get(_text(value, words).strip().lower())
    if side not in ("A", "B"):
        raise ValueError(f"Expected side A or B, not {shown(value)}.")
    return side


def _order(value: object, words: Mapping[str, Vote]) -> str:
    word = _text(value, words).strip().lower()
    if word not in ORDER_WORDS:
        raise ValueError(f"Expected the order ab or ba, or whether it was swapped, not {shown(value)}.")
    return ORDER_WORDS[word]


def _passages(value: object, words: Mapping[str, Vote], *, ids: bool = False) -> tuple[Context, ...]:
    """Passages as texts or as mappings, also as JSON text; one text is one passage. Of `ids` each text is an id."""
    del words
    found = _json_of(value) if isinstance(value, str) and value.lstrip()[:1] in ("[", "{") else value
    items = cast("list[object]", found) if isinstance(found, list) else [found]
    return tuple(_passage(item, number, ids) for number, item in enumerate(items, start=1))


def _passage(item: object, number: int, is_id: bool) -> Context:
    if isinstance(item, str):
        return Context(id=item, text="") if is_id else Context(id=str(number), text=item)
    if isinstance(item, Mapping):
        told = cast("Mapping[str, object]", item)
        names = ("id", "source", "doc_id", "document_id")
        id_ = next((told[name] for name in names if isinstance(told.get(name), str | int)), number)
        text = next((told[name] for name in ("text", "content", "page_content") if isinstance(told.get(name), str)), "")
        title = told.get("title")
        return Context(id=str(id_), text=str(text), title=title if isinstance(title, str) else None)
    if is_id and isinstance(item, int):
        return Context(id=str(item), text="")
    raise ValueError(f"Expected passages as texts or as mappings with id and text, not {shown(item)}.")


_CONVERT: Mapping[str, Convert] = {
    **dict.fromkeys(("ttft", "latency", "cost"), _number),
    **dict.fromkeys(("prompt_tokens", "completion_tokens"), _count),
    **dict.fromkeys(("vote", "verdict"), _vote),
    "side": _side,
    "order": _order,
    "contexts": _passages,
    "retrieved": partial(_passages, ids=True),
}


def _said(value: object, words: Mapping[str, Vote]) -> str | int | float:
    """A number, a word for a side, or what stands there."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = _text(value, words).strip()
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return words.get(text.lower(), text)


def _repeat(value: object, words: Mapping[str, Vote]) -> int:
    number = _count(value, words)
    if number > MOST_REPEATS:
        raise ValueError(f"Expected a repeat from 0 to {MOST_REPEATS:,}, not {shown(value)}.")
    return number


def _shown_order(value: object, words: Mapping[str, Vote]) -> str:
    return "single" if value == "single" else _order(value, words)


def _one_of(*known: str) -> Convert:
    def convert(value: object, words: Mapping[str, Vote]) -> str:
        word = _text(value, words).strip().lower()
        if word not in known:
            raise ValueError(f"Expected one of {', '.join(known)}, not {shown(value)}.")
        return word

    return convert


def _json_of(value: object) -> object:
    """What a cell of a table holds as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise ValueError("Expected JSON.") from None


def _replies(value: object, words: Mapping[str, Vote]) -> tuple[str, ...]:
    """Raw replies: a list, also as JSON text, or one text."""
    found = value
    if isinstance(value, str):
        try:
            found = _json_of(value)
        except ValueError:
            found = None
    if isinstance(found, list) and all(isinstance(one, str) for one in cast("list[object]", found)):
        return tuple(cast("list[str]", found))
    return (_text(value, words),)


def _claims(value: object, words: Mapping[str, Vote]) -> tuple[Mapping[str, object], ...]:
    del words
    found = _json_of(value)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in cast("list[object]", found)):
        raise ValueError("Expected a list of claims.")
    return tuple(cast("list[dict[str, object]]", found))


def _mapping(value: object, words: Mapping[str, Vote]) -> Mapping[str, object]:
    del words
    found = _json_of(value)
    if not isinstance(found, dict):
        raise ValueError("Expected a mapping.")
    return cast("dict[str, object]", found)


MOST_REPEATS = 10_000
_OF_JUDGMENTS: Mapping[str, Convert] = {
    **dict.fromkeys(("cost", "seconds"), _number),
    **dict.fromkeys(("prompt_tokens", "completion_tokens"), _count),
    "verdict": _said,
    "state": _one_of("valid", "unparseable", "error"),
    "kind": _one_of(*VERDICT_WORDS),
    "side": _side,
    "order": _shown_order,
    "repeat": _repeat,
    "replies": _replies,
    "claims": _claims,
    "definition": _mapping,
}
"""Of `JudgmentRow`: some of its words mean more than in other rows."""
