"""Bisecting for machines: what would be asked, and what came of it."""

from tiebreak_workbench.trials.bisecting import Bisection, BisectPlan


def plan_plain(plan: BisectPlan) -> dict[str, object]:
    """For machines: what would be asked."""
    return {
        "cases": [case.id for case in plan.cases],
        "checks": {case_id: [spec.id for spec in specs] for case_id, specs in plan.specs.items()},
        "changes": plan.difference.hunks,
        "times": plan.times,
        "likely_calls": plan.likely_calls,
        "most_calls": plan.most_calls,
        "usd_a_call": plan.usd_a_call,
    }


def bisection_plain(plan: BisectPlan, found: Bisection) -> dict[str, object]:
    """For machines: what came of it."""
    return {
        **plan_plain(plan),
        "ending": found.ending,
        "why": found.why,
        "found": found.found,
        "settled": found.settled,
        "a": found.a,
        "b": found.b,
        "a_with_found": found.with_only,
        "b_without_found": found.without,
        "tried": found.tried,
        "invalid": found.invalid,
        "usage": found.progress,
    }
