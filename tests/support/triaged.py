"""Things on record about the runs of a session, for triage."""

from typing import Any

from support.stored import CHECKS, ballot_of, judgment_of, presentation_of, response_of
from tiebreak.records import ROLES, CheckResult, CheckSpec, SessionRole, Timings
from tiebreak_store import NewSession, Store

OTHER = CheckSpec(id="polite", kind="contains", params={"text": "thank you"})
"""Another version of a check."""


def record(store: Store, new: NewSession, role: SessionRole, position: int, *, passes: str = "", **fields: Any) -> None:
    """An answer that passes the checks named in a text, and fails the others."""
    response = response_of(new, role, position, **fields)
    results = [
        CheckResult(
            response_id=response.id,
            check_id=spec.id,
            check_hash=spec.version,
            status="pass" if spec.id in passes else "fail",
            value=float(spec.id in passes),
        )
        for spec in CHECKS
    ]
    store.record_answer(response, None, [] if response.excluded else results, CHECKS).result()


def recorded(
    store: Store, new: NewSession, number: int, act: str, role: SessionRole, position: int, passes: str
) -> None:
    """One more thing on record. Attempts have the number of the act, so that each is a new one."""
    attempt: dict[str, Any] = {"attempt": number + 1, "timings": Timings(total=float(number))}
    answered = [r for r in store.iter_responses(new.session.id) if r.run_id == new.runs[role].id and not r.excluded]
    match act:
        case "first" if all(r.case_id != new.session.plan.case_ids[position] for r in answered):
            record(store, new, role, position, passes=passes, **(attempt | {"attempt": 1}))
        case "answer":
            record(store, new, role, position, passes=passes, status="ok" if passes else "empty", **attempt)
        case "sample":
            record(store, new, role, position, passes=passes, sample=number % 3, **attempt)
        case "failure":
            record(store, new, role, position, status="error", fault="infra", **attempt)
        case "check" | "mend" | "version" if answered:
            spec = OTHER if act == "version" else CHECKS[0]
            result = CheckResult(
                response_id=answered[position % len(answered)].id,
                check_id="polite" if act == "version" else "late",
                check_hash=spec.version,
                status="error" if act == "check" else "pass" if passes else "fail",
                value=number / 100 if act == "version" else None,
            )
            store.record_verdicts([result], (*CHECKS, OTHER)).result()
        case "vote" | "judge":
            pair = [
                next((r.id for r in store.iter_responses(new.session.id) if r.run_id == new.runs[one].id and
                      r.case_id == new.session.plan.case_ids[position]), None)
                for one in ROLES
            ]  # fmt: skip
            if None in pair:
                return
            value = "A" if passes else "B"
            if act == "judge":
                judgment = judgment_of(
                    new, position, id=f"j{number}", response_a=pair[0], response_b=pair[1], order="ab", verdict=value
                )
                store.record_judgment(judgment).result()
                return
            shown = presentation_of(new, position, id=f"p{number}", left_response=pair[0], right_response=pair[1])
            store.record_presentation(shown)
            store.record_ballot(ballot_of(shown, number, value=value)).result()
        case _:
            pass
