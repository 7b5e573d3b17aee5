"""What is given to `tiebreak import`, as one sheet: questions, answers by side, votes, verdicts, and what was refused.

Answers come one a line, told apart by their side, config or model; or two a line, in columns such as `answer_a` and
`answer_b`; or in two files, A's first.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from tiebreak.checks.parse import nearest, shown
from tiebreak.datasets.cases import case_from
from tiebreak.datasets.foreign import MISSING, follow
from tiebreak.datasets.import_rows import VOTE_WORDS, AnswerRow, Side, VerdictRow, VoteRow
from tiebreak.datasets.importing import RAW, Imported, Reject, read_answers, read_judgments, read_verdicts, read_votes
from tiebreak.datasets.judgment_rows import JudgmentRow
from tiebreak.datasets.reading import Located
from tiebreak.datasets.reading.files import read_lines
from tiebreak.datasets.tables import STREAMED, tolerant_rows
from tiebreak.errors import ImportFormatError, InputError, UsageError
from tiebreak.records import ROLES, Case, SessionRole, Vote, canonical_json

Row = TypeVar("Row", AnswerRow, VoteRow, VerdictRow, JudgmentRow)
What = Literal["answers", "votes", "verdicts", "judgments"]
WHATS: tuple[What, ...] = ("answers", "votes", "verdicts", "judgments")
ROLE_OF: Mapping[Side, SessionRole] = {"A": "baseline", "B": "candidate"}
SIDE_OF: Mapping[SessionRole, Side] = {role: side for side, role in ROLE_OF.items()}

PAIRS = (("answer_a", "answer_b"), ("response_a", "response_b"), ("output_a", "output_b"), ("text_a", "text_b"))
"""Columns that hold both answers of a case."""
CASE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "question": ("question", "input", "prompt", "query", "messages"),
    "reference": ("reference", "ideal", "expected"),
    "segment": ("segment",),
    "kind": ("kind",),
    "expect": ("expect",),
}
"""Fields of a case that a file of answers or votes may carry, and the columns that are taken for them."""
LOOKED_AT = 100
"""Rows that are looked at to learn the names of the columns."""
NOWHERE = ""
"""Where a field is looked for that must not be recognised by a usual name."""


def _names(kind: type[AnswerRow | VoteRow | VerdictRow | JudgmentRow]) -> tuple[str, ...]:
    return tuple(member.name for member in fields(kind) if member.name != "line")


ANSWER_FIELDS = _names(AnswerRow)
OF_ONE_SIDE = tuple(name for name in ANSWER_FIELDS if name not in ("case", "text", "side"))
KNOWN: Mapping[What, tuple[str, ...]] = {
    "answers": (
        *ANSWER_FIELDS,
        *(f"{name}_{side}" for name in ("answer", *OF_ONE_SIDE) for side in "ab"),
        *(name for name in _names(VoteRow) if name != "case"),
        *CASE_COLUMNS,
    ),
    "votes": (*_names(VoteRow), *CASE_COLUMNS),
    "verdicts": (*_names(VerdictRow), *CASE_COLUMNS),
    "judgments": (*_names(JudgmentRow), *(name for name in CASE_COLUMNS if name != "kind")),
}
"""What a field map may name."""


@dataclass(slots=True)
class Sheet:
    """What was read. Cases that no row of answers, votes or verdicts is about are not in it."""

    files: tuple[Path, ...]
    answers: dict[SessionRole, dict[str, AnswerRow]] = field(
        default_factory=lambda: {role: dict[str, AnswerRow]() for role in ROLES}
    )
    names: dict[SessionRole, str] = field(default_factory=dict[SessionRole, str])
    """What the sides are called."""
    votes: list[VoteRow] = field(default_factory=list[VoteRow])
    verdicts: list[VerdictRow] = field(default_factory=list[VerdictRow])
    judgments: list[JudgmentRow] = field(default_factory=list[JudgmentRow])
    cases: dict[str, Case] = field(default_factory=dict[str, Case])
    """By id, as far as the file carries the questions."""
    rejects: list[Reject] = field(default_factory=list[Reject])
    mapping: dict[str, str] = field(default_factory=dict[str, str])
    """Field → the column it was read from."""
    unusable: Reject | None = None
    """The first question that makes no case, where none does."""
    _without_raw: dict[Path, list[int]] = field(default_factory=dict[Path, list[int]])
    """Which of the rejects, by their index, still lack the line as it stands in a file."""

    def reject(self, line: int, reason: str, path: Path | None = None) -> None:
        """Refuse a line, of the first file unless another is named."""
        path = path or self.files[0]
        place = f"{path.name}: " if len(self.files) > 1 else ""
        self._without_raw.setdefault(path, []).append(len(self.rejects))
        self.rejects.append(Reject(line=line, reason=f"{place}{reason}", raw=""))

    def all_rejects(self) -> tuple[Reject, ...]:
        """Every line that was refused, by line, as it stands in its file."""
        for path, indexes in self._without_raw.items():
            wanted = {self.rejects[index].line for index in indexes}
            raw = {number: text for number, text in read_lines(path, ImportFormatError) if number in wanted}
            for index in indexes:
                reject = self.rejects[index]
                self.rejects[index] = replace(reject, raw=raw.get(reject.line, "").rstrip("\r\n")[:RAW])
        self._without_raw.clear()
        return tuple(sorted(self.rejects, key=lambda reject: reject.line))

    def drop(self, line: int, case_id: str, path: Path) -> None:
        """Take out what a line says of a case."""
        for role, file in zip(ROLES, self.files if len(self.files) == 2 else self.files * 2, strict=True):
            answer = self.answers[role].get(case_id)
            if file == path and answer is not None and answer.line == line:
                del self.answers[role][case_id]
        self.votes = [row for row in self.votes if row.line != line]
        self.verdicts = [row for row in self.verdicts if row.line != line]
        self.judgments = [row for row in self.judgments if row.line != line]

    def case_ids(self) -> list[str]:
        """Every case that a row is about, in the order of the file."""
        rows = [row for by_case in self.answers.values() for row in by_case.values()]
        ordered = sorted(rows, key=lambda row: row.line)
        return list(dict.fromkeys(row.case for row in (*ordered, *self.said)))

    @property
    def said(self) -> tuple[VoteRow | VerdictRow | JudgmentRow, ...]:
        """Everything that is about answers."""
        return (*self.votes, *self.verdicts, *self.judgments)


class _Source(NamedTuple):
    """One reading of a file: whose answers, and where their fields are."""

    path: Path
    fields: Mapping[str, str]
    side: Side | None = None


def read_sheet(
    files: tuple[Path, ...],
    what: What,
    *,
    fields: Mapping[str, str],
    values: Mapping[str, Vote],
    names: Mapping[SessionRole, str],
    both: bool,
    questions: bool,
) -> Sheet:
    """Read what was given.

    `names` says what the sides are called. `both` asks for answers of both, `questions` for the cases as well.

    Raises:
        ImportFormatError: for a file that cannot be read, or of which no line can be taken.
        UsageError: for a map that names an unknown field, or sides that cannot be told apart.
    """
    for name in fields:
        if name not in KNOWN[what]:
            raise UsageError(f"There is no field {shown(name)} to map.", hint=nearest(name, KNOWN[what]))
    for file in files:
        if file.suffix.lower() not in STREAMED and file.is_file():
            hint = f"Known endings are {', '.join(STREAMED)}. If it is of another tool, say --from TOOL."
            raise ImportFormatError("Only files of lines can be imported.", path=str(file), hint=hint)
    sheet = Sheet(files)
    if what == "answers":
        _read_answers(sheet, fields, names, both)
        if "vote" in fields or "vote" in columns_of(files[0]):
            _read_votes_beside(sheet, fields, _with_names(values, sheet.names))
        sheet.names = {role: sheet.names.get(role, SIDE_OF[role]) for role in ROLES}
    else:
        sheet.names = {role: names.get(role, SIDE_OF[role]) for role in ROLES}
        own = {n: column for n, column in fields.items() if n not in CASE_COLUMNS or (n, what) == ("kind", "judgments")}
        words = _with_names(values, names)
        if what == "votes":
            sheet.votes = _taken(sheet, read_votes(files[0], own, words))
        elif what == "judgments":
            sheet.judgments = _taken(sheet, read_judgments(files[0], own, words))
        else:
            sheet.verdicts = _taken(sheet, read_verdicts(files[0], own, words))
    if questions:
        _read_cases(sheet, {n: c for n, c in fields.items() if (n, what) != ("kind", "judgments")})
    return sheet


def columns_of(path: Path) -> set[str]:
    """The names of the columns, as far as the first rows tell."""
    rows = (row for row in tolerant_rows(path, ImportFormatError) if isinstance(row, Located))
    return {name for row in islice(rows, LOOKED_AT) for name in row.mapping or {}}


# -- answers


def _read_answers(sheet: Sheet, fields: Mapping[str, str], names: Mapping[SessionRole, str], both: bool) -> None:
    sources = _sources(sheet.files, fields)
    for source in sources:
        imported = read_answers(source.path, source.fields)
        if len(sources) > 1:
            imported = _placed(sheet, source, imported)
        rows = _taken(sheet, imported)
        if source.side is not None:
            role = ROLE_OF[source.side]
            sheet.names[role] = names.get(role) or _label(rows[0]) or _called(source, sheet.files)
            for row in rows:
                _put(sheet, role, row, source.path)
        else:
            _put_sides(sheet, rows, names, both)


def _sources(files: Sequence[Path], fields: Mapping[str, str]) -> list[_Source]:
    shared = {name: column for name, column in fields.items() if name in ANSWER_FIELDS}
    if len(files) == 2:
        return [
            _Source(path, {**shared, "side": NOWHERE}, side)
            for path, side in zip(files, ("A", "B"), strict=True)
        ]  # fmt: skip
    columns = columns_of(files[0])
    given = (fields.get("answer_a"), fields.get("answer_b"))
    if any(given) and not all(given):
        raise UsageError("Only one of answer_a and answer_b is mapped.", hint="Map both, or neither.")
    pair = given if all(given) else next((pair for pair in PAIRS if columns.issuperset(pair)), None)
    if pair is None:
        return [_Source(files[0], shared)]
    sources: list[_Source] = []
    sides: tuple[Side, Side] = ("A", "B")
    for side, column in zip(sides, pair, strict=True):
        own = {name: f"{name}_{side.lower()}" for name in OF_ONE_SIDE}
        found = {n: fields.get(key, key) for n, key in own.items() if key in fields or key in columns}
        sources.append(_Source(files[0], {**shared, **found, "text": column or "", "side": NOWHERE}, side))
    return sources


def _placed(sheet: Sheet, source: _Source, imported: Imported[AnswerRow]) -> Imported[AnswerRow]:
    """The same, with reasons and columns that say which file or which answer they are about, and none said twice."""
    column = source.fields.get("text", imported.mapping.get("text", "text"))
    known = {(reject.line, reject.reason) for reject in sheet.rejects}
    rejects: list[Reject] = []
    for reject in imported.rejects:
        if len(sheet.files) > 1:
            reason = f"{source.path.name}: {reject.reason}"
        else:
            reason = re.sub("^text: ", f"{column}: ", reject.reason)
        if (reject.line, reason) not in known:
            rejects.append(replace(reject, reason=reason))
    mapping = {f"answer of {source.side}" if name == "text" else name: at for name, at in imported.mapping.items()}
    return replace(imported, rejects=tuple(rejects), mapping=mapping)


def _called(source: _Source, files: Sequence[Path]) -> str:
    """A side that neither config nor model names goes by its file or its column, unless that says no more than A."""
    if len(files) > 1:
        return source.path.stem
    column = source.fields["text"]
    return str(source.side) if any(column in pair for pair in PAIRS) else column


def _put_sides(sheet: Sheet, rows: Sequence[AnswerRow], names: Mapping[SessionRole, str], both: bool) -> None:
    """Answers one a line: by their side, or else by their config or model."""
    sided = any(row.side for row in rows)
    labels = list(Counter(label for row in rows if (label := _label(row)) is not None))
    roles: Mapping[str, SessionRole] = {} if sided else _roles(labels, names, sheet.files[0], both)
    for row in rows:
        label = _label(row)
        role = ROLE_OF[row.side] if row.side else roles.get(label or "")
        if role is None:
            what = "side" if sided else "config"
            why = f"is of {shown(label)}, which is neither of the two" if label and not sided else f"names no {what}"
            sheet.reject(row.line, f"The line {why}.")
            continue
        sheet.names.setdefault(role, names.get(role) or label or SIDE_OF[role])
        _put(sheet, role, row, sheet.files[0])
    if both and not all(sheet.answers.values()):
        raise _one_side(sheet.files[0])


def _roles(
    labels: Sequence[str], names: Mapping[SessionRole, str], path: Path, both: bool
) -> Mapping[str, SessionRole]:
    """Config → side: as `names` say, or else the first to come is A."""
    for name in names.values():
        if both and name not in labels:
            raise UsageError(f"The file has no answers of {shown(name)}.", hint=nearest(name, labels))
    told = Counter(names.values())
    roles: dict[str, SessionRole] = {name: r for r, name in names.items() if name in labels and told[name] == 1}
    rest = [label for label in labels if label not in roles]
    for role in ROLES:
        if both and role not in names and len(labels) == 2 and rest:
            roles[rest.pop(0)] = role
    if both and len(labels) < 2:
        raise _one_side(path)
    if both and len(roles) < 2:
        known = ", ".join(map(shown, labels[:10]))
        message = f"The file has answers of {len(labels)} configs, and a session compares two."
        raise UsageError(message, hint=f"Choose with -a NAME -b NAME of {known}.")
    return roles


def _one_side(path: Path) -> ImportFormatError:
    return ImportFormatError(
        "The file has answers of one side only, and a session compares two.",
        path=str(path),
        hint="Name two files, A's first; or say with -f config=COLUMN or -f side=COLUMN whose answer each line is.",
    )


def _label(row: AnswerRow) -> str | None:
    return row.config or row.model


def _put(sheet: Sheet, role: SessionRole, row: AnswerRow, path: Path) -> None:
    first = sheet.answers[role].setdefault(row.case, row)
    if first is not row:
        sheet.reject(row.line, f"Line {first.line} already holds {SIDE_OF[role]}'s answer to {shown(row.case)}.", path)


# -- votes and verdicts


def _with_names(values: Mapping[str, Vote], names: Mapping[SessionRole, str]) -> Mapping[str, Vote]:
    """A vote may name the winning config, where its name is not already a word for something else."""
    own: dict[str, Vote] = {}
    if len(set(names.values())) == 2:
        own = {name: SIDE_OF[role] for role, name in names.items() if name.strip().lower() not in VOTE_WORDS}
    return {**own, **values}


def _read_votes_beside(sheet: Sheet, fields: Mapping[str, str], values: Mapping[str, Vote]) -> None:
    """Votes in a file of answers. A line without one is nothing to refuse."""
    column = fields.get("vote", "vote")
    voted = {
        row.line(())
        for row in tolerant_rows(sheet.files[0], ImportFormatError)
        if isinstance(row, Located) and follow(row.mapping or {}, column)[1] not in (MISSING, None, "")
    }
    if not voted:
        return
    own = {name: fields[name] for name in ("case", "vote", "rater", "note") if name in fields}
    imported = read_votes(sheet.files[0], {"vote": column, **own}, values)
    known = {reject.line for reject in sheet.rejects}
    rejects = tuple(r for r in imported.rejects if r.line in voted and r.line not in known)
    sheet.votes = _taken(sheet, replace(imported, rejects=rejects))


def _taken(sheet: Sheet, imported: Imported[Row]) -> list[Row]:
    """The rows of one reading; its rejects and its columns are noted."""
    sheet.rejects.extend(imported.rejects)
    for name, column in imported.mapping.items():
        if column != NOWHERE:
            sheet.mapping.setdefault(name, column)
    return list(imported.rows)


# -- questions


def _read_cases(sheet: Sheet, fields: Mapping[str, str]) -> None:
    """The questions that stand beside answers and votes. The first line of a case counts."""
    wanted = set(sheet.case_ids())
    where = sheet.mapping["case"]
    inputs: dict[str, tuple[object, Path, int]] = {}
    for path in sheet.files:
        for row in tolerant_rows(path, ImportFormatError):
            if isinstance(row, InputError):
                continue
            values = row.mapping or {}
            case_id = _id_of(follow(values, where)[1])
            found = dict(_case_fields(values, fields))
            if case_id not in wanted or "input" not in found:
                continue
            line = row.line(()) or 0
            asked, first_path, first_line = inputs.setdefault(case_id, (found["input"], path, line))
            if asked != found["input"]:
                place = f"Line {first_line}" + (f" of {first_path.name}" if first_path != path else "")
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


def _case_fields(values: Mapping[str, object], mapped: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    for name, usual in CASE_COLUMNS.items():
        columns: Iterable[str] = (mapped[name],) if name in mapped else usual
        for column in columns:
            value = follow(values, column)[1]
            if value not in (MISSING, None, ""):
                yield "input" if name == "question" else name, value
                break
