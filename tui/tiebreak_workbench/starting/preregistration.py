"""What was decided before the first answer, written down before the first answer."""

from collections.abc import Callable

from tiebreak.records import Event, Session, stamp, utc_now
from tiebreak.records.judges import Judge
from tiebreak.records.sessions import EventKind


def first_events(session: Session, new_id: Callable[[], str]) -> list[Event]:
    """What a session begins with: its plan with all that was fixed by then, and of a child what it comes from."""
    plan, at = session.plan, stamp(utc_now())
    told: dict[EventKind, dict[str, object]] = {
        "plan": {
            "plan": plan.version,
            "policy": session.policy_hash,
            "dataset": session.dataset_hash,
            "planned": len(plan.case_ids),
            "seed": plan.seed,
            "segment": plan.segment,
            **({"strata": plan.strata} if plan.strata is not None else {}),
            "blind": session.blind,
        }
    }
    if session.parent_id is not None:
        told["fork"] = {"parent": session.parent_id, "reason": session.fork_reason}
    return [Event(id=new_id(), session_id=session.id, kind=kind, at=at, detail=detail) for kind, detail in told.items()]


def judge_event(id_: str, session_id: str, judge: Judge, max_cost: float | None, *, fresh: bool = False) -> Event:
    """Which judge goes along with a session from now on, with what is no part of its version; `fresh` where it takes
    over nothing that it was told before."""
    budget = min((known for known in (judge.budget, max_cost) if known is not None), default=None)
    detail = {
        "judge": judge.version,
        "name": judge.name,
        "kind": judge.kind,
        "model": judge.model_label,
        "repeats": judge.repeats,
        "budget": budget,
        **({"fresh": True} if fresh else {}),
    }
    return Event(id=id_, session_id=session_id, kind="judge", at=stamp(utc_now()), detail=detail)
