"""From what a file says to the records that are kept of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from tiebreak.checks import checks_for, run_checks
from tiebreak.checks.parse import shown
from tiebreak.datasets.import_rows import AnswerRow, PairOrder
from tiebreak.records import (
    ROLES,
    Ballot,
    Case,
    CheckResult,
    CheckSpec,
    Context,
    Cost,
    Dataset,
    IdMaker,
    Policy,
    Presentation,
    Rater,
    Response,
    Session,
    SessionRole,
    Timings,
    Usage,
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
STEP = 100
"""Answers between two calls of it."""
VERDICTS: Mapping[PairOrder | None, str] = {None: VERDICT, "ab": f"{VERDICT}/ab", "ba": f"{VERDICT}/ba"}
"""The dimension of a label that holds a judge's verdict, by the order in which the pair was judged."""
JUDGE = "judge:"
"""How the id and the name of a rater begin that is no person."""
Spoken = tuple[str, str, str]
"""Rater, case, and of a verdict its dimension: it has one for each order in which the pair was judged."""
NOBODY = "imported"
"""The rater, or the judge, where the file names none."""
BLANK = Response(id="", run_id="", case_id="", case_hash="", fingerprint="", status="imported", started_at="")
"""A response that nothing is known of. Without a fingerprint it is never taken for the answer to a later request."""


@dataclass(slots=True)
class Desk:
    """One session, new or stored, and what is being added to it. Lines that cannot be used are refused in the sheet."""

    session: Session
    dataset: Dataset
    policy: Policy
    at: str
    """The moment of the import, which is all that is known of when anything happened."""
    counting: dict[tuple[SessionRole, str], str] = field(default_factory=dict[tuple[SessionRole, str], str])
    """Side and case → the response that counts."""
    attempts: dict[tuple[SessionRole, str], int] = field(default_factory=dict[tuple[SessionRole, str], int])
    spoken: dict[Spoken, object] = field(default_factory=dict[Spoken, object])
    """The vote or verdict that stands."""
    responses: list[Response] = field(default_factory=list[Response])
    check_results: list[CheckResult] = field(default_factory=list[CheckResult])
    checks: dict[str, CheckSpec] = field(default_factory=dict[str, CheckSpec])
    presentations: list[Presentation] = field(default_factory=list[Presentation])
    ballots: list[Ballot] = field(default_factory=list[Ballot])
    raters: dict[str, Rater] = field(default_factory=dict[str, Rater])
    placeholders: int = 0
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
                desk.counting[role, case_id] = answers[0].id
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

    def take_answers(self, sheet: Sheet, progress: Progress) -> None:
        """A response for each answer, and what the checks say of it."""
        total = sum(map(len, sheet.answers.values()))
        for role, rows in sheet.answers.items():
            for row in rows.values():
                if (role, row.case) in self.counting:
                    sheet.reject(row.line, f"The session already has {SIDE_OF[role]}'s answer to {shown(row.case)}.")
                elif (case := self._case(row.case, row.line, sheet)) is not None:
                    self._keep(role, case, _response(row))
                    if not len(self.responses) % STEP:
                        progress("Checking answers", len(self.responses), total)

    def stand_in(self, case_ids: Iterable[str]) -> None:
        """A response without an answer wherever a label came without one."""
        for case_id in dict.fromkeys(case_ids):
            for role in ROLES:
                if case_id in self.positions and (role, case_id) not in self.counting:
                    self._keep(role, self.dataset.by_id[case_id], BLANK)
                    self.placeholders += 1

    def _case(self, case_id: str, line: int, sheet: Sheet) -> Case | None:
        if case_id in self.positions:
            return self.dataset.by_id[case_id]
        known = case_id in self.dataset.by_id
        where = "The session's plan" if known else f"The dataset {shown(self.dataset.card.name)}"
        sheet.reject(line, f"{where} has no case {shown(case_id)}.")
        return None

    def _keep(self, role: SessionRole, case: Case, said: Response) -> None:
        attempt = self.attempts.get((role, case.id), 0) + 1
        response = replace(
            said,
            id=self.new_id(),
            run_id=self.session.runs[role],
            case_id=case.id,
            case_hash=case.version,
            started_at=self.at,
            attempt=attempt,
        )
        self.responses.append(response)
        self.counting[role, case.id] = response.id
        self.attempts[role, case.id] = attempt
        specs = checks_for(case, self.policy)
        results = run_checks(case, response, specs)
        self.check_results += results
        if not {result.check_hash for result in results} <= self.checks.keys():
            self.checks |= {spec.version: spec for spec in specs}

    # -- votes and verdicts

    def take_votes(self, sheet: Sheet, rater: str | None) -> int:
        """Ballots of the named raters; returns the number of votes."""
        taken = 0
        for row in sheet.votes:
            name = row.rater or rater or NOBODY
            if name.startswith(JUDGE):
                sheet.reject(row.line, f"{shown(name)} is a judge, whose word is no vote: import it as a verdict.")
                continue
            shown_to = self._present(sheet, row.line, row.case, name, row.vote)
            if shown_to is not None:
                self._cast(shown_to, "vote", row.vote)
                if row.note:
                    self._cast(shown_to, "note", row.note)
                taken += 1
        return taken

    def take_verdicts(self, sheet: Sheet, judge: str | None) -> int:
        """Labels of a rater who is a judge; returns their number."""
        taken = 0
        for row in sheet.verdicts:
            name = f"{JUDGE}{row.judge or judge or NOBODY}"
            dimension = VERDICTS[row.order]
            shown_to = self._present(sheet, row.line, row.case, name, row.verdict, dimension)
            if shown_to is not None:
                self._cast(shown_to, "label", row.verdict, dimension)
                if row.reply:
                    self._cast(shown_to, "note", row.reply)
                taken += 1
        return taken

    def _present(
        self, sheet: Sheet, line: int, case_id: str, rater: str, says: Vote, dimension: str = ""
    ) -> Presentation | None:
        """The showing that a vote or verdict is about; None where it is refused, or was said before."""
        if self._case(case_id, line, sheet) is None:
            return None
        missing = [SIDE_OF[role] for role in ROLES if (role, case_id) not in self.counting]
        if missing:
            sheet.reject(line, f"The session has no answer of {' and '.join(missing)} to {shown(case_id)}.")
            return None
        spoken = (rater, case_id, dimension)
        if spoken in self.spoken:
            stands = self.spoken[spoken]
            if stands != says:
                sheet.reject(line, f"{shown(rater)} has already said {shown(stands)} of {shown(case_id)}; that stands.")
            return None
        self.spoken[spoken] = says
        self.raters.setdefault(rater, Rater(id=rater, name=rater))
        presentation = Presentation(
            id=self.new_id(),
            session_id=self.session.id,
            position=self.positions[case_id],
            case_id=case_id,
            rater_id=rater,
            left_response=self.counting["baseline", case_id],
            right_response=self.counting["candidate", case_id],
            shown_at=self.at,
        )
        self.presentations.append(presentation)
        return presentation

    def _cast(self, shown_to: Presentation, kind: BallotKind, value: str, dimension: str | None = None) -> None:
        self.ballots.append(
            Ballot(
                id=self.new_id(),
                presentation_id=shown_to.id,
                kind=kind,
                value=value,
                dimension=dimension,
                at=self.at,
            )
        )


def _response(row: AnswerRow) -> Response:
    """What a row says of a response. An answer without text is a failed one, as it is when it comes live."""
    tokens = row.prompt_tokens is not None or row.completion_tokens is not None
    return replace(
        BLANK,
        status="ok" if row.text else "empty",
        fault=None if row.text else "target",
        text=row.text,
        timings=Timings(ttft=row.ttft, total=row.latency),
        usage=Usage(
            prompt_tokens=row.prompt_tokens,
            completion_tokens=row.completion_tokens,
            source="recorded" if tokens else "unknown",
        ),
        cost=Cost(usd=row.cost, source="unknown" if row.cost is None else "recorded"),
        served_model=row.model,
        system_fingerprint=row.system_fingerprint,
        contexts=_contexts(row),
    )


def _contexts(row: AnswerRow) -> tuple[Context, ...]:
    """The passages of an answer; their ids may stand in a column of their own."""
    if not row.retrieved or not row.contexts:
        return row.contexts or row.retrieved
    if len(row.retrieved) != len(row.contexts):
        return row.retrieved
    return tuple(
        replace(passage, id=named.id, text=passage.text or named.text)
        for passage, named in zip(row.contexts, row.retrieved, strict=True)
    )
