"""What is given to `tiebreak import`, as one sheet: questions, answers by side, votes, verdicts, and what was refused.

Answers come one a line, told apart by their side, config or model; or two a line, in columns such as `answer_a` and
`answer_b`; or in two files, A's first.
"""

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, TypeVar

from tiebreak.checks.parse import nearest, shown
from tiebreak.datasets.foreign_rows import IMPORTED, foreign_rows
from tiebreak.datasets.import_rows import ALIASES, BY_QUESTION, AnswerRow, Side, VerdictRow, VoteRow
from tiebreak.datasets.importing import (
    Imported,
    Reading,
    Reject,
    read_judgments,
    read_verdicts,
    read_votes,
    unknown_ending,
)
from tiebreak.datasets.judgment_rows import JudgmentRow
from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.records import ROLES, SessionRole, Vote
from tiebreak_workbench.imports.beside import VotesBeside, read_beside, votes_beside, with_names
from tiebreak_workbench.imports.kept_rows import KeptRows
from tiebreak_workbench.imports.questions import CASE_FIELDS, RETRIEVED, Questions
from tiebreak_workbench.imports.sheet import NOWHERE, ROLE_OF, SIDE_OF, Sheet, What, columns_of
from tiebreak_workbench.starting.naming import told_apart

Row = TypeVar("Row", AnswerRow, VoteRow, VerdictRow, JudgmentRow)

PAIRS = tuple(
    (f"{name}{a}", f"{name}{b}")
    for a, b in (("_a", "_b"), ("_1", "_2"), ("1", "2"))
    for name in ("answer", "response", "output", "text")
)
"""Columns that hold both answers of a case."""
BESIDE_A_PAIR = ("vote", *ALIASES["vote"])
"""Columns that are taken for a vote where both answers stand in one line. Beside a single answer most of these words
say something of that answer, so that only `vote` is taken."""


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


class _Loose(NamedTuple):
    """An answer of one a line, whose side shows when all are read: its number, and what it says of itself."""

    number: int
    case: str
    side: Side | None
    label: str | None


def read_sheet(
    kept: KeptRows,
    files: tuple[Path, ...],
    what: What,
    *,
    fields: Mapping[str, str],
    values: Mapping[str, Vote],
    names: Mapping[SessionRole, str],
    both: bool,
    questions: bool,
) -> Sheet:
    """Read what was given. The answers are put into `kept`, which is the caller's to close.

    `names` says what the sides are called. `both` asks for answers of both, `questions` for the cases as well.

    Raises:
        ImportFormatError: for a file that cannot be read, or of which no line can be taken.
        UsageError: for a map that names an unknown field, or sides that cannot be told apart.
        WorkspaceError: where there is no room to keep the answers.
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
    sheet = Sheet(files, kept)
    beside: VotesBeside | None = None
    if what == "answers":
        pair = _read_answers(sheet, fields, names, both, questions)
        beside = votes_beside(sheet, fields, values, BESIDE_A_PAIR if pair else BESIDE_A_PAIR[:1])
        sheet.names = {role: sheet.names.get(role, SIDE_OF[role]) for role in ROLES}
    else:
        sheet.names = {role: names.get(role, SIDE_OF[role]) for role in ROLES}
        own = {n: column for n, column in fields.items() if n not in CASE_FIELDS or (n, what) == ("kind", "judgments")}
        words = with_names(values, names)
        if what == "votes":
            sheet.votes = _taken(sheet, read_votes(files[0], own, words))
        elif what == "judgments":
            sheet.judgments = _taken(sheet, read_judgments(files[0], own, words))
        else:
            sheet.verdicts = _taken(sheet, read_verdicts(files[0], own, words))
    asked = {n: c for n, c in fields.items() if (n, what) != ("kind", "judgments")}
    read_beside(sheet, beside, Questions(sheet, asked) if questions else None)
    sheet.unused = _unused(sheet)
    return sheet


def _taken(sheet: Sheet, imported: Imported[Row]) -> list[Row]:
    """The rows of one reading; its rejects and its columns are noted."""
    sheet.rejects.extend(imported.rejects)
    sheet.note(imported.mapping)
    return list(imported.rows)


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
    loose: list[_Loose] = []
    for path, some in groupby(sources, key=attrgetter("path")):
        readings = [(source, Reading(AnswerRow, source.fields)) for source in some]
        for row in foreign_rows(path, ImportFormatError):
            refused: set[str] = set()
            for source, reading in readings:
                taken = reading.take(row)
                if isinstance(taken, Reject):
                    reason = _reason(taken, source, sources, sheet.files)
                    if reason not in refused:  # both answers of a line may lack the same
                        refused.add(reason)
                        sheet.reject(taken.line, reason, path)
                elif source.side is None:
                    loose.append(_Loose(sheet.kept.add(taken), taken.case, taken.side, _label(taken)))
                else:
                    role = ROLE_OF[source.side]
                    if role not in sheet.names:
                        sheet.names[role] = names.get(role) or _label(taken) or _called(source, sheet.files)
                    sheet.put(role, taken.case, sheet.kept.add(taken), path)
        for source, reading in readings:
            reading.finish(path)
            found = reading.found
            if len(sources) > 1:
                found = {f"answer of {source.side}" if name == "text" else name: at for name, at in found.items()}
            sheet.note(found)
    if loose:
        _put_sides(sheet, loose, names, both)
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


def _reason(reject: Reject, source: _Source, sources: Sequence[_Source], files: Sequence[Path]) -> str:
    """Why a line is refused, naming the answer in it that this is about."""
    if len(sources) == len(files):
        return reject.reason
    return re.sub("^text: ", f"{source.fields['text']}: ", reject.reason)


def _called(source: _Source, files: Sequence[Path]) -> str:
    """A side that neither config nor model names goes by its file or its column, unless that says no more than A."""
    if len(files) > 1:
        place = files.index(source.path)
        return str(Path(told_apart(files)[place]).with_suffix(""))
    column = source.fields["text"]
    return str(source.side) if any(column in pair for pair in PAIRS) else column


def _put_sides(sheet: Sheet, loose: Sequence[_Loose], names: Mapping[SessionRole, str], both: bool) -> None:
    """Answers one a line: by their side, or else by their config or model."""
    sided = any(one.side for one in loose)
    labels = list(dict.fromkeys(one.label for one in loose if one.label is not None))
    roles: Mapping[str, SessionRole] = {} if sided else _roles(labels, names, sheet.files[0], both)
    for number, case_id, side, label in loose:
        role = ROLE_OF[side] if side else roles.get(label or "")
        if role is None:
            what = "side" if sided else "config"
            why = f"is of {shown(label)}, which is neither of the two" if label and not sided else f"names no {what}"
            sheet.reject(sheet.kept.line(number), f"The line {why}.")
            continue
        sheet.names.setdefault(role, names.get(role) or label or SIDE_OF[role])
        sheet.put(role, case_id, number, sheet.files[0])
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
