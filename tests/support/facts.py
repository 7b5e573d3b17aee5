"""A session in a few words: its plan, its facts, and the board they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tiebreak.records import (
    Ballot,
    Case,
    CheckResult,
    CheckSpec,
    Cost,
    Dimension,
    Event,
    Form,
    Gate,
    Phase,
    Plan,
    Policy,
    Presentation,
    Response,
    ResponseError,
    Session,
    SessionRole,
    Timings,
    Vote,
)
from tiebreak.scoreboard import Fact, Scoreboard, Snapshot

SIDES: dict[str, SessionRole] = {"A": "baseline", "B": "candidate"}


def policy_of(
    *gates: Gate,
    phase: Phase = "human",
    checks: Sequence[CheckSpec] = (),
    dimensions: Sequence[Dimension] = (),
    **rest: Any,
) -> Policy:
    form = rest.pop("form", None) or Form(dimensions=tuple(dimensions))
    return Policy(name="test", form=form, checks=tuple(checks), gates={phase: tuple(gates)} if gates else {}, **rest)


def session_of(
    case_ids: Sequence[str],
    *,
    blind: bool = False,
    runs: Mapping[SessionRole, str] | None = None,
    strata: str | None = None,
) -> Session:
    return Session(
        id="session",
        kind="arena",
        plan=Plan(case_ids=tuple(case_ids), seed=1, policy_hash="p", strata=strata),
        dataset_hash="d",
        policy_hash="p",
        runs=runs or {"baseline": "run-A", "candidate": "run-B"},
        blind=blind,
    )


@dataclass
class Story:
    """Facts as they come; every method adds one and returns it."""

    facts: list[Fact] = field(default_factory=list[Fact])
    numbers: Any = field(default_factory=count)

    def id(self) -> str:
        return f"{next(self.numbers):06d}"

    def answer(self, case_id: str, side: str, **fields: Any) -> Response:
        made: dict[str, Any] = {
            "status": "ok",
            "text": "hello",
            "case_hash": case_id,
            "fingerprint": "f",
            "started_at": "",
        }
        response = Response(id=f"r{self.id()}", run_id=f"run-{side}", case_id=case_id, **(made | fields))
        self.facts.append(response)
        return response

    def failure(self, case_id: str, side: str, code: str = "rate_limit", **fields: Any) -> Response:
        """An attempt that infrastructure ended."""
        error = ResponseError(code=code, message=code)
        return self.answer(case_id, side, status="error", fault="infra", error=error, text="", **fields)

    def stopped(self, case_id: str, side: str, *, seen: bool = True, **fields: Any) -> Response:
        """An attempt that the rater stopped, by default once its first token was there."""
        timings = Timings(ttft=0.2 if seen else None)
        return self.answer(case_id, side, status="interrupted", fault="user", timings=timings, **fields)

    def broken(self, case_id: str, side: str, **fields: Any) -> Response:
        return self.answer(case_id, side, status="empty", text="", **fields)

    def priced(self, case_id: str, side: str, usd: float | None) -> Response:
        return self.answer(case_id, side, cost=Cost(usd=usd, source="config"))

    def shown(self, left: Response, right: Response | None, rater: str = "rater", **fields: Any) -> Presentation:
        presentation = Presentation(
            id=f"p{self.id()}",
            session_id="session",
            position=0,
            case_id=left.case_id,
            rater_id=rater,
            left_response=left.id,
            right_response=right.id if right is not None else None,
            **fields,
        )
        self.facts.append(presentation)
        return presentation

    def pair(self, case_id: str, rater: str = "rater") -> Presentation:
        """Two whole answers, shown."""
        return self.shown(self.answer(case_id, "A"), self.answer(case_id, "B"), rater)

    def ballot(self, presentation: Presentation, kind: Any, value: Any = None, **fields: Any) -> Ballot:
        ballot = Ballot(id=f"b{self.id()}", presentation_id=presentation.id, kind=kind, value=value, **fields)
        self.facts.append(ballot)
        return ballot

    def vote(self, presentation: Presentation, vote: Vote, **fields: Any) -> Ballot:
        return self.ballot(presentation, "vote", vote, **fields)

    def skip(self, presentation: Presentation) -> Ballot:
        return self.ballot(presentation, "skip")

    def undo(self, ballot: Ballot) -> Ballot:
        fields: dict[str, Any] = {"presentation_id": ballot.presentation_id, "supersedes": ballot.id}
        undo = Ballot(id=f"b{self.id()}", kind="undo", **fields)
        self.facts.append(undo)
        return undo

    def score(self, presentation: Presentation, dimension: str, side: str, score: int, **fields: Any) -> Ballot:
        response_id = presentation.left_response if side == "A" else presentation.right_response
        return self.ballot(presentation, "score", score, dimension=dimension, response_id=response_id, **fields)

    def checked(self, response: Response, spec: CheckSpec, status: Any, **fields: Any) -> CheckResult:
        made: dict[str, Any] = {"check_id": spec.id, "check_hash": spec.version, "status": status}
        result = CheckResult(response_id=response.id, **(made | fields))
        self.facts.append(result)
        return result

    def served(self, case_id: str, side: str, model: str | None, **fields: Any) -> Response:
        """A whole answer, given by a model that named itself."""
        return self.answer(case_id, side, requested_model="asked", served_model=model, **fields)

    def event(self, kind: Any, **detail: object) -> Event:
        event = Event(id=f"e{self.id()}", session_id="session", kind=kind, at="", detail=detail)
        self.facts.append(event)
        return event

    def board(
        self, cases: Sequence[Case], policy: Policy, *, timed_runs: Sequence[str] = (), **session: Any
    ) -> Scoreboard:
        plan = session_of([case.id for case in cases], **session)
        return Scoreboard.of(plan, policy, {case.id: case for case in cases}, self.facts, timed_runs=timed_runs)

    def snapshot(self, cases: Sequence[Case], policy: Policy | None = None, **session: Any) -> Snapshot:
        return self.board(cases, policy or policy_of(), **session).snapshot()


def cases_of(n: int, **fields: Any) -> list[Case]:
    return [Case(id=f"c{i}", input=f"question {i}", **fields) for i in range(n)]
