"""What plain files say, before it is laid on a desk: answers by side, votes, verdicts, questions, and refusals."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import Literal

from tiebreak.checks.parse import shown
from tiebreak.datasets.foreign_rows import foreign_rows, raw_rows
from tiebreak.datasets.import_rows import Side, VerdictRow, VoteRow
from tiebreak.datasets.importing import RAW, Reject
from tiebreak.datasets.judgment_rows import JudgmentRow
from tiebreak.datasets.reading import Located
from tiebreak.errors import ImportFormatError
from tiebreak.records import ROLES, Dataset, SessionRole
from tiebreak_workbench.imports.kept_rows import KeptRows
from tiebreak_workbench.starting.naming import told_apart

What = Literal["answers", "votes", "verdicts", "judgments"]
WHATS: tuple[What, ...] = ("answers", "votes", "verdicts", "judgments")
ROLE_OF: Mapping[Side, SessionRole] = {"A": "baseline", "B": "candidate"}
SIDE_OF: Mapping[SessionRole, Side] = {role: side for side, role in ROLE_OF.items()}
NOWHERE = ""
"""Where a field is looked for that must not be recognised by a usual name."""
LOOKED_AT = 100
"""Rows that are looked at to learn the names of the columns."""


def columns_of(path: Path) -> list[str]:
    """The names of the columns, as far as the first rows tell.

    Raises:
        ImportFormatError: for a file that cannot be read.
    """
    rows = (row for row in foreign_rows(path, ImportFormatError) if isinstance(row, Located))
    return list(dict.fromkeys(name for row in islice(rows, LOOKED_AT) for name in row.mapping or {}))


@dataclass(slots=True)
class Sheet:
    """What was read. Cases that no row of answers, votes or verdicts is about are not in it."""

    files: tuple[Path, ...]
    kept: KeptRows
    """The rows of answers, which are not held."""
    answers: dict[SessionRole, dict[str, int]] = field(
        default_factory=lambda: {role: dict[str, int]() for role in ROLES}
    )
    """Case → the number of its answer among those kept."""
    names: dict[SessionRole, str] = field(default_factory=dict[SessionRole, str])
    """What the sides are called."""
    votes: list[VoteRow] = field(default_factory=list[VoteRow])
    verdicts: list[VerdictRow] = field(default_factory=list[VerdictRow])
    judgments: list[JudgmentRow] = field(default_factory=list[JudgmentRow])
    asked: Dataset | None = None
    """The cases whose questions the files carry, where they carry any."""
    rejects: list[Reject] = field(default_factory=list[Reject])
    mapping: dict[str, str] = field(default_factory=dict[str, str])
    """Field → the column it was read from."""
    used: set[str] = field(default_factory=set[str])
    """Columns that something was read from."""
    unused: tuple[str, ...] = ()
    """Columns that nothing was read from."""
    remarks: list[str] = field(default_factory=list[str])
    """What else is to be said of the file."""
    unusable: Reject | None = None
    """The first question that makes no case, where none does."""
    told: Mapping[Path, str] = field(init=False)
    """What each of the files is called in messages."""
    _without_raw: dict[Path, list[int]] = field(default_factory=dict[Path, list[int]])
    """Which of the rejects, by their index, still lack the line as it stands in a file."""

    def __post_init__(self) -> None:
        self.told = dict(zip(self.files, told_apart(self.files), strict=True))

    def reject(self, line: int, reason: str, path: Path | None = None) -> None:
        """Refuse a line, of the first file unless another is named."""
        path = path or self.files[0]
        place = f"{self.told[path]}: " if len(self.files) > 1 else ""
        self._without_raw.setdefault(path, []).append(len(self.rejects))
        self.rejects.append(Reject(line=line, reason=f"{place}{reason}", raw=""))

    def note(self, found: Mapping[str, str]) -> None:
        """Say which columns fields were read from."""
        for name, column in found.items():
            if column != NOWHERE:
                self.used.add(column)
                self.mapping.setdefault(name, column)

    def put(self, role: SessionRole, case_id: str, number: int, path: Path) -> None:
        """Take an answer of a side, the first that there is to a case."""
        first = self.answers[role].setdefault(case_id, number)
        if first != number:
            told = f"Line {self.kept.line(first)} already holds {SIDE_OF[role]}'s answer to {shown(case_id)}."
            self.reject(self.kept.line(number), told, path)

    def refuse_answer(self, role: SessionRole, case_id: str, reason: str) -> None:
        """Refuse an answer that was taken."""
        number = self.answers[role].pop(case_id)
        self.reject(self.kept.line(number), reason, dict(zip(ROLES, self._files_of_sides(), strict=True))[role])

    def all_rejects(self) -> tuple[Reject, ...]:
        """Every line that was refused, by line, as it stands in its file."""
        for path, indexes in self._without_raw.items():
            wanted = {self.rejects[index].line for index in indexes}
            raw = {number: text for number, text in raw_rows(path, ImportFormatError) if number in wanted}
            for index in indexes:
                reject = self.rejects[index]
                self.rejects[index] = replace(reject, raw=raw.get(reject.line, "").rstrip("\r\n")[:RAW])
        self._without_raw.clear()
        return tuple(sorted(self.rejects, key=lambda reject: reject.line))

    def drop(self, line: int, case_id: str, path: Path) -> None:
        """Take out the answers to a case that stand in a line."""
        for role, file in zip(ROLES, self._files_of_sides(), strict=True):
            answer = self.answers[role].get(case_id)
            if file == path and answer is not None and self.kept.line(answer) == line:
                del self.answers[role][case_id]

    def _files_of_sides(self) -> tuple[Path, ...]:
        return self.files if len(self.files) == 2 else self.files * 2

    def drop_said(self, lines: Collection[int]) -> None:
        """Take out what some lines say about answers."""
        self.votes = [row for row in self.votes if row.line not in lines]
        self.verdicts = [row for row in self.verdicts if row.line not in lines]
        self.judgments = [row for row in self.judgments if row.line not in lines]

    def case_ids(self) -> list[str]:
        """Every case that a row is about, in the order of the file."""
        sides = (
            ((self.kept.line(number), case_id) for case_id, number in answers.items())
            for answers in self.answers.values()
        )
        answered = (case_id for _, case_id in merge(*sides, key=itemgetter(0)))  # each side is in order already
        return list(dict.fromkeys(chain(answered, (row.case for row in self.said))))

    @property
    def said(self) -> tuple[VoteRow | VerdictRow | JudgmentRow, ...]:
        """Everything that is about answers."""
        return (*self.votes, *self.verdicts, *self.judgments)
