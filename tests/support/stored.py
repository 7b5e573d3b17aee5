"""Sessions and records for the store, which fit together by their hashes."""

from collections.abc import Sequence
from typing import Any

from tiebreak.records import (
    ROLES,
    Ballot,
    Case,
    CheckResult,
    CheckSpec,
    Config,
    Dataset,
    DatasetCard,
    ModelTarget,
    Plan,
    Policy,
    Presentation,
    Rater,
    Response,
    Run,
    Session,
    SessionRole,
)
from tiebreak.records.judges import Judge, JudgePrompt, Judgment, seal_of
from tiebreak.records.triage import TriageDecision
from tiebreak_store import NewSession

CHECKS = (
    CheckSpec(id="polite", kind="contains", params={"text": "please"}),
    CheckSpec(id="short", kind="max_length", params={"characters": 500}),
)
JUDGE = Judge(
    name="judge",
    kind="safety",
    target=ModelTarget(model="test/judge"),
    prompt=JudgePrompt(system="Judge.", user="{{ response }}"),
)
RATER = Rater(id="rater", name="A rater")


def cases_of(n: int) -> tuple[Case, ...]:
    return tuple(Case(id=f"case-{i}", input=f"question {i}", segment=("even", "odd")[i % 2]) for i in range(n))


def new_session(
    session_id: str = "s1", cases: Sequence[Case] = cases_of(4), *, created_at: str = "2026-01-01", **session: Any
) -> NewSession:
    """A session over all the cases, in reverse order."""
    dataset = Dataset(card=DatasetCard(name="questions"), cases=tuple(cases))
    configs: dict[SessionRole, Config] = {
        role: Config(name=f"the {role}", target=ModelTarget(model=f"test/{role}")) for role in ROLES
    }
    policy = Policy(name="standard", checks=CHECKS)
    runs: dict[SessionRole, Run] = {
        role: Run(
            id=f"{session_id}-{role}",
            config_hash=configs[role].version,
            dataset_hash=dataset.version,
            seed=7,
            created_at=created_at,
        )
        for role in ROLES
    }
    plan = Plan(case_ids=tuple(case.id for case in reversed(cases)), seed=7, policy_hash=policy.version)
    made: dict[str, Any] = {"kind": "arena", "title": f"Session {session_id}"}
    return NewSession(
        dataset=dataset,
        configs=configs,
        policy=policy,
        session=Session(
            id=session_id,
            plan=plan,
            dataset_hash=dataset.version,
            policy_hash=policy.version,
            runs={role: run.id for role, run in runs.items()},
            created_at=created_at,
            **(made | session),
        ),
        runs=runs,
        rater=RATER,
    )


def response_of(new: NewSession, role: SessionRole, position: int, **fields: Any) -> Response:
    """An answer to the case at a position."""
    case = new.dataset.by_id[new.session.plan.case_ids[position]]
    attempt = fields.get("attempt", 1)
    made: dict[str, Any] = {
        "id": f"{new.session.id}-{role}-{position}-{attempt}",
        "status": "ok",
        "text": f"{role} says yes",
        "fingerprint": f"{role} {position}",
        "started_at": "2026-01-01T00:00:00.000000Z",
    }
    return Response(run_id=new.runs[role].id, case_id=case.id, case_hash=case.version, **(made | fields))


def results_of(response: Response) -> list[CheckResult]:
    return [
        CheckResult(response_id=response.id, check_id=spec.id, check_hash=spec.version, status="pass", value=1.0)
        for spec in CHECKS
    ]


def presentation_of(new: NewSession, position: int, **fields: Any) -> Presentation:
    """The first answers of both roles at a position, shown."""
    made: dict[str, Any] = {
        "id": f"{new.session.id}-shown-{position}",
        "rater_id": RATER.id,
        "left_response": f"{new.session.id}-baseline-{position}-1",
        "right_response": f"{new.session.id}-candidate-{position}-1",
        "shown_at": "2026-01-01T00:00:00.000000Z",
    }
    case_id = new.session.plan.case_ids[position]
    return Presentation(session_id=new.session.id, position=position, case_id=case_id, **(made | fields))


def ballot_of(presentation: Presentation, number: int, kind: Any = "vote", value: Any = "A", **fields: Any) -> Ballot:
    """The ballot of a number; higher numbers are later."""
    made: dict[str, Any] = {"id": f"{presentation.session_id}-b{number:06d}", "at": "2026-01-02T00:00:00.000000Z"}
    return Ballot(presentation_id=presentation.id, kind=kind, value=value, **(made | fields))


def judgment_of(new: NewSession, position: int, **fields: Any) -> Judgment:
    """What `JUDGE` says of the baseline's first answer at a position; keep the judge first."""
    made: dict[str, Any] = {
        "id": f"{new.session.id}-judgment-{position}",
        "kind": JUDGE.kind,
        "response_a": f"{new.session.id}-baseline-{position}-1",
        "order": "single",
        "status": "valid",
        "verdict": "compliant",
        "replies": ("It keeps to it.",),
        "prompt_fingerprint": f"prompt {position}",
        "at": "2026-01-02T00:00:00.000000Z",
        "seal_nonce": "nonce",
        "session_id": new.session.id,
    }
    made |= fields
    made.setdefault("seal", seal_of(made["verdict"], made["seal_nonce"]))
    return Judgment(
        judge_hash=JUDGE.version,
        case_id=new.session.plan.case_ids[position],
        **made,
    )


def decision_of(new: NewSession, position: int, number: int, **fields: Any) -> TriageDecision:
    """What the rater decides about the first answers at a position; higher numbers are later."""
    made: dict[str, Any] = {
        "id": f"{new.session.id}-d{number:06d}",
        "batch": f"batch {number}",
        "field": "status",
        "value": "confirmed",
        "at": "2026-01-02T00:00:00.000000Z",
        "rater_id": RATER.id,
    }
    return TriageDecision(
        baseline_run=new.runs["baseline"].id,
        candidate_run=new.runs["candidate"].id,
        case_id=new.session.plan.case_ids[position],
        candidate_response=f"{new.session.id}-candidate-{position}-1",
        baseline_response=f"{new.session.id}-baseline-{position}-1",
        **(made | fields),
    )
