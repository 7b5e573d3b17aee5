"""What plain files say, before it is laid on a desk: answers by side, votes, verdicts, questions, and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from tiebreak.datasets.foreign_rows import raw_rows
from tiebreak.datasets.import_rows import AnswerRow, Side, VerdictRow, VoteRow
from tiebreak.datasets.importing import RAW, Reject
from tiebreak.datasets.judgment_rows import JudgmentRow
from tiebreak.errors import ImportFormatError
from tiebreak.records import ROLES, Case, SessionRole
from tiebreak_workbench.starting.naming import told_apart

What = Literal["answers", "votes", "verdicts", "judgments"]
WHATS: tuple[What, ...] = ("answers", "votes", "verdicts", "judgments")
ROLE_OF: Mapping[Side, SessionRole] = {"A": "baseline", "B": "candidate"}
SIDE_OF: Mapping[SessionRole, Side] = {role: side for side, role in ROLE_OF.items()}


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
