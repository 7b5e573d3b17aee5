"""What is given to `tiebreak import`, as one sheet: questions, answers by side, votes, verdicts, and what was refused.

Answers come one a line, told apart by their side, config or model; or two a line, in columns such as `answer_a` and
`answer_b`; or in two files, A's first.
"""

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from tiebreak.checks.parse import nearest, shown
from tiebreak.datasets.foreign import MISSING, follow
from tiebreak.datasets.foreign_rows import IMPORTED, foreign_rows
from tiebreak.datasets.import_rows import ALIASES, BY_QUESTION, VOTE_WORDS, AnswerRow, Side, VerdictRow, VoteRow
from tiebreak.datasets.importing import (
    Imported,
    Reject,
    read_answers,
    read_judgments,
    read_verdicts,
    read_votes,
    unknown_ending,
    vote_words,
)
from tiebreak.datasets.judgment_rows import JudgmentRow
from tiebreak.datasets.reading import Located
from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.records import ROLES, SessionRole, Vote
from tiebreak_workbench.imports.questions import CASE_FIELDS, RETRIEVED, read_cases
from tiebreak_workbench.imports.sheet import ROLE_OF, SIDE_OF, Sheet, What
from tiebreak_workbench.starting.naming import told_apart

Row = TypeVar("Row", AnswerRow, VoteRow, VerdictRow, JudgmentRow)

PAIRS = tuple(
    (f"{name}{a}", f"{name}{b}")
    for a, b in (("_a", "_b"), ("_1", "_2"), ("1", "2"))
    for name in ("answer", "response", "output", "text")
)
"""Columns that hold both answers of a case."""
LOOKED_AT = 100
"""Rows that are looked at to learn the names of the columns."""
BESIDE_A_PAIR = ("vote", *ALIASES["vote"])
"""Columns that are taken for a vote where both answers stand in one line. Beside a single answer most of these words
say something of that answer, so that only `vote` is taken."""
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
        *CASE_FIELDS,
    ),
    "votes": (*_names(VoteRow), *CASE_FIELDS),
    "verdicts": (*_names(VerdictRow), *CASE_FIELDS),
    "judgments": (*_names(JudgmentRow), *(name for name in CASE_FIELDS if name != "kind")),
}
"""What a field map may name."""


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
        # Unlike pathlib these take a name that no file can have for one that is not there.
        if os.path.isdir(file):  # noqa: PTH112
            hint = "Name the files in it; of several logs of a tool, all at once."
            raise ImportFormatError("This is a folder; files are imported.", path=str(file), hint=hint)
        if file.suffix.lower() not in IMPORTED and os.path.isfile(file):  # noqa: PTH113
            raise unknown_ending(file)
    sheet = Sheet(files)
    if what == "answers":
        pair = _read_answers(sheet, fields, names, both, questions)
        columns = columns_of(files[0])
        usual = BESIDE_A_PAIR if pair else BESIDE_A_PAIR[:1]
        for column in [fields["vote"]] if "vote" in fields else [name for name in usual if name in columns]:
            if _read_votes_beside(sheet, fields, column, _with_names(values, sheet.names)):
                break
        sheet.names = {role: sheet.names.get(role, SIDE_OF[role]) for role in ROLES}
    else:
        sheet.names = {role: names.get(role, SIDE_OF[role]) for role in ROLES}
        own = {n: column for n, column in fields.items() if n not in CASE_FIELDS or (n, what) == ("kind", "judgments")}
        words = _with_names(values, names)
        if what == "votes":
            sheet.votes = _taken(sheet, read_votes(files[0], own, words))
        elif what == "judgments":
            sheet.judgments = _taken(sheet, read_judgments(files[0], own, words))
        else:
            sheet.verdicts = _taken(sheet, read_verdicts(files[0], own, words))
    if questions:
        read_cases(sheet, {n: c for n, c in fields.items() if (n, what) != ("kind", "judgments")})
    sheet.unused = _unused(sheet)
    return sheet


def columns_of(path: Path) -> list[str]:
    """The names of the columns, as far as the first rows tell."""
    rows = (row for row in foreign_rows(path, ImportFormatError) if isinstance(row, Located))
    return list(dict.fromkeys(name for row in islice(rows, LOOKED_AT) for name in row.mapping or {}))


def _unused(sheet: Sheet) -> tuple[str, ...]:
    """In the order of the files."""
    used = {*sheet.used, *(column.partition(".")[0] for column in sheet.used), BY_QUESTION}
    return tuple(dict.fromkeys(name for path in sheet.files for name in columns_of(path) if name not in used))


# -- answers


def _read_answers(
    sheet: Sheet, fields: Mapping[str, str], names: Mapping[SessionRole, str], both: bool, questions: bool
) -> bool:
    """Whether both answers of a case stand in one line."""
    sources = _sources(sheet.files, fields, questions)
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
    return len(sources) > len(sheet.files)


def _sources(files: Sequence[Path], fields: Mapping[str, str], questions: bool) -> list[_Source]:
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
    pair = given if all(given) else next((pair for pair in PAIRS if set(columns).issuperset(pair)), None)
    if pair is None:
        return [_Source(files[0], shared)]
    sources: list[_Source] = []
    sides: tuple[Side, Side] = ("A", "B")
    for side, column in zip(sides, pair, strict=True):
        own = {name: f"{name}_{side.lower()}" for name in OF_ONE_SIDE}
        found = {n: fields.get(key, key) for n, key in own.items() if key in fields or key in columns}
        if questions and not {"contexts", "retrieved"} & {*shared, *found} and not set(RETRIEVED) & set(columns):
            found["contexts"] = NOWHERE  # passages that stand beside a question once were given with it
        sources.append(_Source(files[0], {**shared, **found, "text": column or "", "side": NOWHERE}, side))
    return sources


def _placed(sheet: Sheet, source: _Source, imported: Imported[AnswerRow]) -> Imported[AnswerRow]:
    """The same, with reasons and columns that say which file or which answer they are about, and none said twice."""
    column = source.fields.get("text", imported.mapping.get("text", "text"))
    known = {(reject.line, reject.reason) for reject in sheet.rejects}
    rejects: list[Reject] = []
    for reject in imported.rejects:
        if len(sheet.files) > 1:
            reason = f"{sheet.told[source.path]}: {reject.reason}"
        else:
            reason = re.sub("^text: ", f"{column}: ", reject.reason)
        if (reject.line, reason) not in known:
            rejects.append(replace(reject, reason=reason))
    mapping = {f"answer of {source.side}" if name == "text" else name: at for name, at in imported.mapping.items()}
    return replace(imported, rejects=tuple(rejects), mapping=mapping)


def _called(source: _Source, files: Sequence[Path]) -> str:
    """A side that neither config nor model names goes by its file or its column, unless that says no more than A."""
    if len(files) > 1:
        place = files.index(source.path)
        return str(Path(told_apart(files)[place]).with_suffix(""))
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


def _read_votes_beside(sheet: Sheet, fields: Mapping[str, str], column: str, values: Mapping[str, Vote]) -> bool:
    """Votes in a file of answers; whether the column holds any. A line without one is nothing to refuse.

    A column that was taken for votes by its name alone and holds none is told and left.
    """
    said = {
        row.line(()): value
        for row in foreign_rows(sheet.files[0], ImportFormatError)
        if isinstance(row, Located) and (value := follow(row.mapping or {}, column)[1]) not in (MISSING, None, "")
    }
    if not said:
        return False
    known_words = vote_words(values)
    sure = "vote" in fields or column == "vote"
    if not sure and not any(str(value).strip().lower() in known_words for value in said.values()):
        example = shown(next(iter(said.values())))
        sheet.remarks.append(
            f"“{column}” holds no vote that is known, such as {example}: say --value WORD=A for its words."
        )
        return False
    voted = said.keys()
    own = {name: fields[name] for name in ("case", "vote", "rater", "note") if name in fields}
    imported = read_votes(sheet.files[0], {"vote": column, **own}, values)
    known = {reject.line for reject in sheet.rejects}
    rejects = tuple(r for r in imported.rejects if r.line in voted and r.line not in known)
    sheet.votes = _taken(sheet, replace(imported, rejects=rejects))
    return True


def _taken(sheet: Sheet, imported: Imported[Row]) -> list[Row]:
    """The rows of one reading; its rejects and its columns are noted."""
    sheet.rejects.extend(imported.rejects)
    for name, column in imported.mapping.items():
        if column != NOWHERE:
            sheet.used.add(column)
            sheet.mapping.setdefault(name, column)
    return list(imported.rows)
