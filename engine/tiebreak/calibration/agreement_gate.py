"""The gate that a judge has to pass before its verdicts are used: agreement with people of at least 80 %."""

import math
from dataclasses import dataclass
from typing import Literal

from tiebreak.stats.confidence_sequence import Histogram, log_wealth
from tiebreak.stats.planning import successes_to_pass

GateStatus = Literal["pass", "fail", "pending"]
LEAST = 0.8
ALPHA_PASS = 0.05
ALPHA_FAIL = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementGate:
    """Decided by W±, so that it may be looked at after every label: 47 of 50, 91 of 100, 176 of 200 pass 80 %."""

    status: GateStatus
    least: float
    n: int
    """Independent units."""
    needed: int | None
    """Further agreements in a row after which it passes; None where none would do."""
    reason: str
    """Why it is pending; empty otherwise."""


def agreement_gate(
    agreed: Histogram,
    *,
    least: float = LEAST,
    excluded: int = 0,
    alpha_pass: float = ALPHA_PASS,
    alpha_fail: float = ALPHA_FAIL,
) -> AgreementGate:
    """Whether the mean of `agreed` (1 or 0 a case, the mean of its cases for a group) is at least `least`.

    `excluded` cases have no valid verdict; they never help to pass and are named in the reason.

    Raises:
        ValueError: for a limit that is not between 0 and 1.
    """
    if not 0 < least < 1:
        raise ValueError("the least agreement lies between 0 and 1")
    n = agreed.n
    needed = successes_to_pass(agreed, least, alpha_pass)
    status = agreement_status(agreed, least=least, alpha_pass=alpha_pass, alpha_fail=alpha_fail)
    if status != "pending":
        needed = 0 if status == "pass" else needed
        return AgreementGate(status=status, least=least, n=n, needed=needed, reason="")
    if n:
        reason = f"{n} labels settle it neither way; {needed} more agreements in a row would pass it"
    elif excluded:
        reason = f"nothing to compare: the judge gave no valid verdict on any of {excluded} cases"
    else:
        reason = "nothing to compare: no case has both a label and a verdict"
    return AgreementGate(status="pending", least=least, n=n, needed=needed, reason=reason)


def agreement_status(
    agreed: Histogram, *, least: float = LEAST, alpha_pass: float = ALPHA_PASS, alpha_fail: float = ALPHA_FAIL
) -> GateStatus:
    """What `agreement_gate` says, in one word."""
    if agreed.n and log_wealth(agreed, least) >= math.log(1 / alpha_pass):
        return "pass"
    if agreed.n and log_wealth(agreed, least, -1) >= math.log(1 / alpha_fail):
        return "fail"
    return "pending"
