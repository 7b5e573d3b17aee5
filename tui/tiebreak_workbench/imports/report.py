"""What an import did, for a person and for machines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tiebreak.datasets.importing import Reject
from tiebreak.gates.wording import plural
from tiebreak_workbench.imports.sheet import What
from tiebreak_workbench.shell import HERE, command

SHOWN = 10
"""Rejects that are told in words; JSON and the database have them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """`words()` says it in sentences, a line each."""

    files: tuple[str, ...]
    what: What
    session: str
    """The session that was made, or added to."""
    already: bool = False
    """The same was imported before, perhaps from another file, so that nothing was done now."""
    new_session: bool = False
    title: str = ""
    cases: int = 0
    """Cases that something was taken for."""
    answers: int = 0
    votes: int = 0
    verdicts: int = 0
    judgments: int = 0
    judges: Mapping[str, str] = field(default_factory=dict[str, str])
    """Version → name, of the judges whose judgments were taken."""
    placeholders: int = 0
    """Answers that nobody gave, made because a label needs one to stand on."""
    raters: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict[str, str])
    """Field → the column it was read from."""
    unused: tuple[str, ...] = ()
    """Columns that nothing was read from."""
    untold: tuple[str, ...] = ()
    """What not every answer says."""
    remarks: tuple[str, ...] = ()
    rejects: tuple[Reject, ...] = ()

    def words(self, folder: Path = HERE) -> str:
        """For a person, with commands for the workspace of a folder."""
        name = " and ".join(self.files)
        if self.already:
            told = f"{name} was already imported, into session {self.session}. Nothing was changed."
            return " ".join((told, *self.remarks))
        shows = f"`{command(('show', self.session), folder)}` shows it."
        return "\n".join((self._taken(name), *self._details(folder), shows))

    def _taken(self, name: str) -> str:
        counts = (
            (self.answers, "answer"),
            (self.votes, "vote"),
            (self.verdicts, "verdict"),
            (self.judgments, "judgment"),
        )
        taken = " and ".join(plural(count, noun) for count, noun in counts if count) or "Nothing"
        where = f"new session {self.session} ({self.title})" if self.new_session else f"session {self.session}"
        return f"{taken} on {plural(self.cases, 'case')} from {name} are now in the {where}."

    def _details(self, folder: Path) -> Iterable[str]:
        weighs = command(("calibrate",), folder)
        if self.raters:
            yield f"Given by {', '.join(self.raters)}."
        if self.judges:
            told = ", ".join(f"{name} {version[:8]}" for version, name in self.judges.items())
            yield f"Judged by {told}; `{weighs}` weighs it."
        if self.verdicts:
            yield f"Verdicts of a judge are kept as labels, which no win rate counts; `{weighs}` weighs them."
        if self.placeholders:
            yield f"{plural(self.placeholders, 'answer')} did not come with the labels; the checks leave them out."
        yield f"Read {', '.join(f'{field} from “{column}”' for field, column in self.mapping.items())}."
        if self.unused:
            yield f"Not used: {', '.join(f'“{column}”' for column in self.unused)}; -f FIELD=COLUMN takes one."
        if self.untold:
            yield f"Not told by every answer: {', '.join(self.untold)}."
        yield from self.remarks
        if self.rejects:
            yield f"{plural(len(self.rejects), 'line')} not taken:"
            yield from (f"  line {reject.line}: {reject.reason}" for reject in self.rejects[:SHOWN])
        if len(self.rejects) > SHOWN:
            yield f"  and {len(self.rejects) - SHOWN} more; --json lists them all."
