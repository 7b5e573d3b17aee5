"""A sample that was drawn in proportion, stratum by stratum: how much of the set is in it, and how far it is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tiebreak.records import Case, Plan
from tiebreak.scoreboard.snapshot import InStratum, Snapshot
from tiebreak.stats.order import cases_to_plan
from tiebreak.stats.strata import strata_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Counts of cases."""

    name: str
    cases: int
    """Those that the sample was drawn from."""
    planned: int
    answered: int
    """Both sides have answers that count."""
    rated: int
    """Of the planned ones, those that a rater gave what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    drawn_by: str
    """Such as `segment`."""
    strata: tuple[Stratum, ...]
    """By name; the cases that have none of what is drawn by stand last."""


def sample_of(plan: Plan, cases: Iterable[Case], snapshot: Snapshot) -> Sample | None:
    """How the sample of a plan stands; None for a plain one. `cases` are all of the dataset, as they were pinned."""
    if plan.strata is None:
        return None
    stratum = strata_of(cases_to_plan(tuple(cases), plan.segment), plan.strata)
    found, planned = Counter(stratum.values()), Counter(stratum[case_id] for case_id in plan.case_ids)
    return Sample(
        drawn_by=plan.strata,
        strata=tuple(
            Stratum(
                name=name if name is not None else f"no {plan.strata}",
                cases=found[name],
                planned=planned[name],
                answered=snapshot.strata.get(InStratum(name, "answered"), 0),
                rated=snapshot.strata.get(InStratum(name, "rated"), 0),
            )
            for name in sorted(found, key=lambda name: (name is None, name or ""))
        ),
    )
