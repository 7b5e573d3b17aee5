"""What a sheet adds to a session: which answers are taken, and what is said of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tiebreak.checks.parse import shown
from tiebreak.datasets.import_rows import PairOrder, VerdictRow, VoteRow
from tiebreak.records import (
    ROLES,
    Ballot,
    Dataset,
    IdMaker,
    Policy,
    Presentation,
    Rater,
    Session,
    SessionRole,
    Vote,
)
from tiebreak.records.sessions import BallotKind
from tiebreak.scoreboard import effective_ballots
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.report import VERDICT
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.imports.sheet import SIDE_OF, Sheet

Progress = Callable[[str, int, int | None], None]
"""Called with what is done now, how far it is, and of how much, where that is known."""
VERDICTS: Mapping[PairOrder | None, str] = {None: VERDICT, "ab": f"{VERDICT}/ab", "ba": f"{VERDICT}/ba"}
"""The dimension of a label that holds a judge's verdict, by the order in which the pair was judged."""
JUDGE = "judge:"
"""How the id and the name of a rater begin that is no person."""
Spoken = tuple[str, str, str]
"""Rater, case, and of a verdict its dimension: it has one for each order in which the pair was judged."""
NOBODY = "imported"
"""The rater, or the judge, where the file names none."""


class Saying(NamedTuple):
    """A vote or a verdict that is taken. Its showing and its ballots are made of it while they are put."""

    presentation: str
    case: str
    rater: str
    says: Vote
    note: str | None
    dimension: str | None
    """Of a verdict alone."""


@dataclass(slots=True)
class Desk:
    """One session, new or stored, and what is being added to it. Lines that cannot be used are refused in the sheet."""

    session: Session
    dataset: Dataset
    policy: Policy
    at: str
    """The moment of the import, which is all that is known of when anything happened."""
    counting: dict[SessionRole, dict[str, str]] = field(
        default_factory=lambda: {role: dict[str, str]() for role in ROLES}
    )
    """Side → case → the response that counts."""
    attempts: dict[tuple[SessionRole, str], int] = field(default_factory=dict[tuple[SessionRole, str], int])
    """Of sides and cases that were asked before: the last attempt."""
    spoken: dict[Spoken, object] = field(default_factory=dict[Spoken, object])
    """The vote or verdict that stands."""
    sayings: list[Saying] = field(default_factory=list[Saying])
    """The votes and verdicts that are taken."""
    placeholders: list[tuple[SessionRole, str]] = field(default_factory=list[tuple[SessionRole, str]])
    """Sides and cases without an answer, that a label came for."""
    raters: dict[str, Rater] = field(default_factory=dict[str, Rater])
    positions: Mapping[str, int] = field(init=False)
    new_id: IdMaker = field(default_factory=IdMaker)

    def __post_init__(self) -> None:
        self.positions = {case_id: position for position, case_id in enumerate(self.session.plan.case_ids)}

    @classmethod
    def of_stored(cls, stored: StoredSession, at: str) -> "Desk":
        """The desk of a session that is there, knowing what it holds."""
        desk = cls(stored.session, stored.dataset, stored.policy, at)
        board = scoreboard_of(stored)
        role_of: dict[str, SessionRole] = {run_id: role for role, run_id in stored.session.runs.items()}
        for response in (one for one in stored.responses if one.sample == 0):
            key = (role_of[response.run_id], response.case_id)
            desk.attempts[key] = max(desk.attempts.get(key, 0), response.attempt)
        for case_id in stored.session.plan.case_ids:
            for role, answers in board.case(case_id).counting.items():
                desk.counting[role][case_id] = answers[0].id
        shown_to = {p.id: (p.rater_id, p.case_id) for p in stored.presentations if p.queue == "random"}
        given: dict[tuple[str, str], list[Ballot]] = {}
        for ballot in stored.ballots:
            if ballot.presentation_id in shown_to:
                given.setdefault(shown_to[ballot.presentation_id], []).append(ballot)
        for key, ballots in given.items():
            for ballot in effective_ballots(ballots):
                if ballot.kind == "vote" or (ballot.kind == "label" and ballot.dimension in VERDICTS.values()):
                    desk.spoken[*key, ballot.dimension or ""] = ballot.value
        return desk

    # -- answers

    def take_answers(self, sheet: Sheet) -> int:
        """Decide which answers of the sheet are taken, and what their responses are called; returns their number."""
        taken = 0
        for role, answers in sheet.answers.items():
            counting = self.counting[role]
            for case_id in list(answers):
                if case_id in counting:
                    told = f"The session already has {SIDE_OF[role]}'s answer to {shown(case_id)}."
                    sheet.refuse_answer(role, case_id, told)
                elif case_id not in self.positions:
                    sheet.refuse_answer(role, case_id, self._unknown(case_id))
                else:
                    counting[case_id] = self.new_id()
                    taken += 1
        return taken

    def stand_in(self, case_ids: Iterable[str]) -> None:
        """A response without an answer wherever a label came without one."""
        for case_id in dict.fromkeys(case_ids):
            for role in ROLES:
                if case_id in self.positions and case_id not in self.counting[role]:
                    self.counting[role][case_id] = self.new_id()
                    self.placeholders.append((role, case_id))

    def lacks(self, case_id: str) -> list[str]:
        """The sides that have no answer to a case."""
        return [SIDE_OF[role] for role in ROLES if case_id not in self.counting[role]]

    def _unknown(self, case_id: str) -> str:
        known = case_id in self.dataset.by_id
        where = "The session's plan" if known else f"The dataset {shown(self.dataset.card.name)}"
        return f"{where} has no case {shown(case_id)}."

    # -- votes and verdicts

    def take_votes(self, sheet: Sheet, rater: str | None) -> int:
        """Ballots of the named raters; returns the number of votes."""
        taken = 0
        for row in sheet.votes:
            name = row.rater or rater or NOBODY
            if name.startswith(JUDGE):
                sheet.reject(row.line, f"{shown(name)} is a judge, whose word is no vote: import it as a verdict.")
                continue
            taken += self._say(sheet, row, row.vote, row.note, name, None)
        return taken

    def take_verdicts(self, sheet: Sheet, judge: str | None) -> int:
        """Labels of a rater who is a judge; returns their number."""
        taken = 0
        for row in sheet.verdicts:
            name = f"{JUDGE}{row.judge or judge or NOBODY}"
            taken += self._say(sheet, row, row.verdict, row.reply, name, VERDICTS[row.order])
        return taken

    def _say(
        self,
        sheet: Sheet,
        row: VoteRow | VerdictRow,
        says: Vote,
        note: str | None,
        rater: str,
        dimension: str | None,
    ) -> bool:
        """Take a vote or verdict; False where it is refused, or was said before."""
        if row.case not in self.positions:
            sheet.reject(row.line, self._unknown(row.case))
            return False
        missing = self.lacks(row.case)
        if missing:
            sheet.reject(row.line, f"The session has no answer of {' and '.join(missing)} to {shown(row.case)}.")
            return False
        spoken = (rater, row.case, dimension or "")
        if spoken in self.spoken:
            stands = self.spoken[spoken]
            if stands != says:
                told = f"{shown(rater)} has already said {shown(stands)} of {shown(row.case)}; that stands."
                sheet.reject(row.line, told)
            return False
        self.spoken[spoken] = says
        self.raters.setdefault(rater, Rater(id=rater, name=rater))
        self.sayings.append(Saying(self.new_id(), row.case, rater, says, note, dimension))
        return True

    def presentations(self) -> Iterator[Presentation]:
        """What was shown to whoever said something, made while it is asked for."""
        for one in self.sayings:
            yield Presentation(
                id=one.presentation,
                session_id=self.session.id,
                position=self.positions[one.case],
                case_id=one.case,
                rater_id=one.rater,
                left_response=self.counting["baseline"][one.case],
                right_response=self.counting["candidate"][one.case],
                shown_at=self.at,
            )

    def ballots(self) -> Iterator[Ballot]:
        """What was said, made while it is asked for."""
        for one in self.sayings:
            yield self._ballot(one, "label" if one.dimension else "vote", one.says, one.dimension)
            if one.note:
                yield self._ballot(one, "note", one.note)

    def _ballot(self, said: Saying, kind: BallotKind, value: str, dimension: str | None = None) -> Ballot:
        return Ballot(
            id=self.new_id(),
            presentation_id=said.presentation,
            kind=kind,
            value=value,
            dimension=dimension,
            at=self.at,
        )
