"""What stands beside the answers of a plain file: votes and questions, read together once the answers are known."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tiebreak.checks.parse import shown
from tiebreak.datasets.foreign import MISSING, follow
from tiebreak.datasets.foreign_rows import foreign_rows
from tiebreak.datasets.import_rows import VOTE_WORDS, VoteRow
from tiebreak.datasets.importing import Reading, Reject, vote_words
from tiebreak.datasets.reading import Located
from tiebreak.errors import ImportFormatError
from tiebreak.records import SessionRole, Vote
from tiebreak_workbench.imports.questions import Questions
from tiebreak_workbench.imports.sheet import SIDE_OF, Sheet, columns_of


class VotesBeside:
    """The votes in a column. A line without one is nothing to refuse, nor one that was refused already."""

    def __init__(self, sheet: Sheet, column: str, fields: Mapping[str, str], words: Mapping[str, Vote]) -> None:
        own = {name: fields[name] for name in ("case", "vote", "rater", "note") if name in fields}
        self._sheet = sheet
        self._column = column
        self._reading = Reading(VoteRow, {"vote": column, **own}, words)
        self._known = {reject.line for reject in sheet.rejects}
        sheet.note(self._reading.found)

    def take(self, row: Located) -> None:
        """The vote of a row, if it has one."""
        if _said(row, self._column) is None:
            return
        taken = self._reading.take(row)
        if not isinstance(taken, Reject):
            self._sheet.votes.append(taken)
        elif taken.line not in self._known:
            self._sheet.reject(taken.line, taken.reason)

    def finish(self, path: Path) -> None:
        """
        Raises:
            ImportFormatError: where none of the votes can be taken.
        """
        self._reading.finish(path)
        self._sheet.note(self._reading.found)


def votes_beside(
    sheet: Sheet, fields: Mapping[str, str], values: Mapping[str, Vote], usual: Sequence[str]
) -> VotesBeside | None:
    """Votes in a file of answers: in the column that is mapped, or in the first of the `usual` ones that holds any.

    A column that was taken for votes by its name alone and holds none is told and left.
    """
    path = sheet.files[0]
    words = with_names(values, sheet.names)
    known = vote_words(words)
    columns = columns_of(path)
    for column in [fields["vote"]] if "vote" in fields else [name for name in usual if name in columns]:
        sure = "vote" in fields or column == "vote"
        example: object = None
        for row in foreign_rows(path, ImportFormatError):
            said = _said(row, column) if isinstance(row, Located) else None
            if said is not None and (sure or str(said).strip().lower() in known):
                return VotesBeside(sheet, column, fields, words)
            example = said if example is None else example
        if example is not None:
            told = (
                f"“{column}” holds no vote that is known, such as {shown(example)}: say --value WORD=A for its words."
            )
            sheet.remarks.append(told)
    return None


def read_beside(sheet: Sheet, votes: VotesBeside | None, questions: Questions | None) -> None:
    """Read the files once more for what is wanted of them beside answers.

    Raises:
        ImportFormatError: where no vote can be taken although there are some.
    """
    for place, path in enumerate(sheet.files):
        own = votes if place == 0 else None
        if own is None and questions is None:
            continue
        for row in foreign_rows(path, ImportFormatError):
            if isinstance(row, Located):
                if own is not None:
                    own.take(row)
                if questions is not None:
                    questions.take(row, path)
        if own is not None:
            own.finish(path)
    if questions is not None:
        questions.finish()


def with_names(values: Mapping[str, Vote], names: Mapping[SessionRole, str]) -> Mapping[str, Vote]:
    """A vote may name the winning config, where its name is not already a word for something else."""
    own: dict[str, Vote] = {}
    if len(set(names.values())) == 2:
        own = {name: SIDE_OF[role] for role, name in names.items() if name.strip().lower() not in VOTE_WORDS}
    return {**own, **values}


def _said(row: Located, column: str) -> object:
    """What a row says in a column; None for nothing."""
    value = follow(row.mapping or {}, column)[1]
    return None if value in (MISSING, "") else value
