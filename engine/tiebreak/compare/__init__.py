"""Two runs of the same cases, compared case by case: a pure fold of their outcomes into one frozen record."""

from collections.abc import Collection, Iterable, Mapping

from tiebreak.compare.differs import Differs, differences, of_checks, refuse
from tiebreak.compare.measures import measure_diffs, order_of
from tiebreak.compare.merging import merged
from tiebreak.compare.pairing import Columns, Place
from tiebreak.compare.result import Comparison, Flip, MeasureDiff, SegmentDiff, Side
from tiebreak.compare.spending import cost_of, latency_of
from tiebreak.compare.wiring import changes_between
from tiebreak.records.outcomes import CaseOutcome

__all__ = ["Comparison", "Differs", "Flip", "MeasureDiff", "Place", "SegmentDiff", "Side", "compare"]


def compare(
    baseline: Side,
    candidate: Side,
    outcomes_a: Iterable[CaseOutcome],
    outcomes_b: Iterable[CaseOutcome],
    places: Mapping[str, Place],
    *,
    allow: Collection[str] = (),
    alpha: float = 0.05,
) -> Comparison:
    """All there is to say of two runs.

    `outcomes_…` come in the order of their case ids and are taken in one after the other, so that memory holds numbers
    only: some 25 bytes a case and measure. `places` says of each case its segment and group. `allow` names what may
    differ all the same: `dataset`, `samples`, `parameters`, `checks` or `judge`; what does is kept in the result.

    Raises:
        UsageError: with the list of what differs and must not.
        ValueError: where the outcomes are not in order.
    """
    found = differences(baseline, candidate)
    refuse(found, allow)
    columns = Columns(places)
    for a, b in merged(outcomes_a, outcomes_b):
        columns.add(a, b)
    found = [*found, *of_checks(columns.other_versions)]
    refuse(found, allow)
    size = baseline.cases if baseline.dataset_hash == candidate.dataset_hash else None
    measures = measure_diffs(columns, alpha=alpha, size=size)
    return Comparison(
        baseline=baseline,
        candidate=candidate,
        alpha=alpha,
        overridden=tuple(found),
        changes=changes_between(baseline.config, candidate.config),
        pairs=len(columns.case_ids),
        excluded=dict(sorted(columns.excluded.items())),
        measures=tuple(sorted(measures, key=order_of)),
        worse=columns.flips(worse=True),
        better=columns.flips(worse=False),
        cost=cost_of(columns),
        latency=latency_of(columns),
    )
