"""The plan of a session: which cases, in a random order that a seed fixes.

The intervals assume cases in random order: rating the risky ones first showed 74 % where the truth was 95 %.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from tiebreak.errors import UsageError
from tiebreak.records import Case, digest


def seeded_order(case_ids: Iterable[str], seed: int) -> tuple[str, ...]:
    """The ids sorted by SHA-256 of seed and id: independent of the file's order, of Python's version and of its random.

    A case keeps its place relative to the others when cases are added or taken out.
    """
    return tuple(sorted(case_ids, key=lambda case_id: (_place(case_id, seed), case_id)))


def risk_first(risks: Mapping[str, float], seed: int) -> tuple[str, ...]:
    """The ids with the greatest risk first, those of one risk in seeded order.

    For gates that one hit decides: of 5 harmful answers among 500 the first is met after 3 ratings instead of 64. What
    is seen in this order is no random part of the cases and never enters a mean.

    Raises:
        ValueError: for a risk that is not a number.
    """
    if any(math.isnan(risk) for risk in risks.values()):
        raise ValueError("a risk is a number")
    return tuple(sorted(seeded_order(risks, seed), key=lambda case_id: -risks[case_id]))


def _place(case_id: str, seed: int) -> str:
    return digest(f"{seed}:{case_id}".encode("utf-8", "surrogatepass"))


def planned_cases(
    cases: Sequence[Case], *, seed: int, segment: str | None = None, n: int | None = None
) -> tuple[str, ...]:
    """Ids of the first `n` cases (all by default) of a segment (any by default), in seeded order.

    Raises:
        UsageError: when the segment holds no case, or fewer than `n`.
    """
    return seeded_order((case.id for case in cases_to_plan(cases, segment, n)), seed)[:n]


def cases_to_plan(cases: Sequence[Case], segment: str | None = None, n: int | None = None) -> list[Case]:
    """The cases that `n` are to be planned of.

    Raises:
        UsageError: when the segment holds no case, or fewer than `n`.
    """
    chosen = [case for case in cases if segment is None or case.segment == segment]
    place = f"segment “{segment}”" if segment is not None else "this dataset"
    if not chosen:
        known = ", ".join(sorted({case.segment for case in cases if case.segment is not None}))
        hint = f"Its segments are {known}." if segment is not None and known else "Add cases first."
        raise UsageError(f"There is no case in {place}.", hint=hint)
    if n is not None and not 1 <= n <= len(chosen):
        raise UsageError(f"{n} cases cannot be planned: {place} has {len(chosen)}.", hint=f"Plan 1 to {len(chosen)}.")
    return chosen
