"""Two runs' outcomes brought together case by case, one after the other."""

from collections.abc import Iterable, Iterator

from tiebreak.records.outcomes import CaseOutcome


def merged(
    one: Iterable[CaseOutcome], other: Iterable[CaseOutcome]
) -> Iterator[tuple[CaseOutcome | None, CaseOutcome | None]]:
    """Outcomes of the same case side by side; both come in the order of their case ids.

    Raises:
        ValueError: where they do not.
    """
    left, right = _ascending(one), _ascending(other)
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a.case_id < b.case_id):
            yield a, None
            a = next(left, None)
        elif a is None or b.case_id < a.case_id:
            yield None, b
            b = next(right, None)
        else:
            yield a, b
            a, b = next(left, None), next(right, None)


def _ascending(outcomes: Iterable[CaseOutcome]) -> Iterator[CaseOutcome]:
    last = None
    for outcome in outcomes:
        if last is not None and outcome.case_id <= last:
            raise ValueError(f"outcomes are not in the order of their cases: {outcome.case_id!r} after {last!r}")
        last = outcome.case_id
        yield outcome
