"""Puts checks to answers."""

from collections.abc import Iterable

from tiebreak.checks.base import CheckUnavailable, Verdict
from tiebreak.checks.parse import build_check
from tiebreak.records import Case, CheckResult, CheckSpec, Policy, Response, canonical_json

BROKEN_DETAIL = {
    "empty": "the answer is empty",
    "truncated": "the answer was cut off by the token limit",
    "filtered": "the provider's filter stopped the answer",
    "malformed": "the answer broke the protocol",
}


def checks_for(case: Case, policy: Policy) -> tuple[CheckSpec, ...]:
    """The checks of a case's answers: the policy's, then the case's own; under one id the case's own is taken."""
    if not case.checks:
        return policy.checks
    return tuple({spec.id: spec for spec in (*policy.checks, *case.checks)}.values())


def run_checks(case: Case, response: Response, specs: Iterable[CheckSpec]) -> list[CheckResult]:
    """One result per check. A broken answer fails all of them; an excluded one is not checked at all.

    A check that cannot judge the answer, or that this version does not know, gives `error`; it never raises.
    """
    if response.excluded:
        return []
    return [_result(spec, response, *_judged(case, response, spec)) for spec in specs]


def _judged(case: Case, response: Response, spec: CheckSpec) -> tuple[Verdict | None, str]:
    if response.broken:
        return Verdict.of(False, BROKEN_DETAIL.get(response.status, "there is no whole answer")), ""
    if response.status == "imported":
        return Verdict("not_applicable", "the label came without its answer"), ""
    try:
        check = build_check(spec.kind, canonical_json(spec.params))
    except (KeyError, ValueError):
        return None, f"this version of Tiebreak cannot run the check of kind “{spec.kind}” as it is written"
    try:
        return check.judge(case, response), ""
    except CheckUnavailable as unavailable:
        return None, str(unavailable)


def _result(spec: CheckSpec, response: Response, verdict: Verdict | None, problem: str) -> CheckResult:
    return CheckResult(
        response_id=response.id,
        check_id=spec.id,
        check_hash=spec.version,
        status=verdict.status if verdict else "error",
        value=verdict.value if verdict else None,
        detail=verdict.detail if verdict else problem,
    )
