"""One case of two runs in full: what each side was asked, answered, cost and was found to be, and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tiebreak.errors import PromptError, UsageError
from tiebreak.metrics.claims import ClaimLabels
from tiebreak.prompts import PromptRenderer
from tiebreak.records import ROLES, Ballot, Case, CheckResult, Config, Message, Response, SessionRole
from tiebreak.records.judges import Judgment
from tiebreak.records.sessions import Queue
from tiebreak.records.triage import TriageDecision
from tiebreak.scoreboard import effective_ballots
from tiebreak.triage import Decided, Standing, Suggestion, suggest
from tiebreak_store import Store, StoredRun
from tiebreak_workbench.judges.seals import Seals


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An answer with what the checks said of it."""

    response: Response
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSide:
    """What one run made of the case. All texts are outside text."""

    role: SessionRole
    run: str
    config: Config
    messages: tuple[Message, ...]
    """What was sent: the prompt of the config as it renders for this case."""
    prompt_problem: str | None
    """Why the prompt does not render."""
    counting: tuple[Attempt, ...]
    """By sample."""
    others: tuple[Attempt, ...]
    """Attempts that do not count: ended by the infrastructure, by a person, or made later."""
    suggestion: Suggestion | None
    """A likely cause, where its answer fails."""

    @property
    def answer(self) -> Response | None:
        """The counting answer that raters see."""
        return self.counting[0].response if self.counting else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What a person, or an imported judge, said of the pair."""

    session: str
    rater: str
    kind: str
    value: str
    dimension: str | None
    at: str
    queue: Queue = "random"
    """Where it was given; what the risk queue brought enters no rate or mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """A case as a whole."""

    case: Case
    a: CaseSide
    b: CaseSide
    votes: tuple[Vote, ...]
    judgments: tuple[Judgment, ...]
    """In the order of recording, without those that are sealed to the rater."""
    sealed: int
    """Judgments that are sealed to the rater."""
    decided: Decided
    decisions: tuple[TriageDecision, ...]
    """Their whole history, oldest first."""

    @property
    def sides(self) -> tuple[CaseSide, CaseSide]:
        return self.a, self.b


def case_detail(
    store: Store,
    a: StoredRun,
    b: StoredRun,
    case_id: str,
    claims: ClaimLabels | None = None,
    seals: Mapping[str, Seals] = MappingProxyType({}),
) -> CaseDetail:
    """A case of two runs, read by its id alone, however large the runs are. It does not look whether a session of
    theirs is blind: whoever calls must have (`refuse_sealed`, or an open `Triage`). Without the `seals` of a session
    what judges say of the case there is left out, and counted as sealed.

    Raises:
        UsageError: where the candidate's dataset has no such case.
    """
    case = store.case(b.run.dataset_hash or "", case_id)
    if case is None:
        raise UsageError(f"There is no case “{case_id}” in {b.dataset}.")
    answers, checks = store.case_answers((a.run.id, b.run.id), case_id)
    sides = [_side(role, run, case, answers, checks, claims) for role, run in zip(ROLES, (a, b), strict=True)]
    sessions = store.sessions_of(a.run.id, b.run.id)
    decisions = list(store.iter_decisions(a.run.id, b.run.id, case_id))
    said = [
        (seals.get(session_id), one) for session_id in sessions for one in store.case_judgments(session_id, case_id)
    ]
    told = tuple(one for own, one in said if own is not None and not own.hides(case_id, one.judge_hash))
    return CaseDetail(
        case=case,
        a=sides[0],
        b=sides[1],
        votes=tuple(vote for session_id in sessions for vote in _votes(store, session_id, case_id)),
        judgments=told,
        sealed=len(said) - len(told),
        decided=Standing(decisions).decided(case_id),
        decisions=tuple(decisions),
    )


def _side(
    role: SessionRole,
    stored: StoredRun,
    case: Case,
    answers: Sequence[Response],
    checks: Sequence[CheckResult],
    claims: ClaimLabels | None,
) -> CaseSide:
    own = [
        Attempt(response=answer, checks=tuple(check for check in checks if check.response_id == answer.id))
        for answer in answers
        if answer.run_id == stored.run.id
    ]
    counting: dict[int, Attempt] = {}
    for attempt in own:
        if not attempt.response.excluded:
            counting.setdefault(attempt.response.sample, attempt)
    first = counting.get(min(counting)) if counting else None
    fails = first is not None and (first.response.broken or any(check.status == "fail" for check in first.checks))
    messages, problem = _asked(stored.config, case)
    return CaseSide(
        role=role,
        run=stored.run.id,
        config=stored.config,
        messages=messages,
        prompt_problem=problem,
        counting=tuple(counting[sample] for sample in sorted(counting)),
        others=tuple(one for one in own if counting.get(one.response.sample) is not one),
        suggestion=suggest(case, first.response, claims) if first is not None and fails else None,
    )


def _asked(config: Config, case: Case) -> tuple[tuple[Message, ...], str | None]:
    try:
        return PromptRenderer(config).render(case), None
    except PromptError as problem:
        return (), problem.message


def _votes(store: Store, session_id: str, case_id: str) -> list[Vote]:
    """What is in force, in the order in which it was given."""
    presentations, acts = store.case_acts(session_id, case_id)
    shown = {one.id: one for one in presentations}
    given: dict[tuple[str, Queue, frozenset[str | None]], list[Ballot]] = {}
    for act in acts:
        if (pair := shown.get(act.presentation_id)) is not None:
            key = (pair.rater_id, pair.queue, frozenset((pair.left_response, pair.right_response)))
            given.setdefault(key, []).append(act)
    return [
        Vote(
            session=session_id,
            rater=rater,
            kind=ballot.kind,
            value="" if ballot.value is None else str(ballot.value),
            dimension=ballot.dimension,
            at=ballot.at,
            queue=queue,
        )
        for (rater, queue, _), ballots in given.items()
        for ballot in effective_ballots(ballots)
    ]
