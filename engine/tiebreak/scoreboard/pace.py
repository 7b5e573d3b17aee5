"""How long each side took to answer and what an answer cost: for a reader, never for a gate.

In the Arena answers are fetched while one reads, a few at once, so its times say how it felt and no more. Gates of
latency take those of headless runs alone (`tiebreak.gates.latency`).
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from tiebreak.records import Response, SessionRole
from tiebreak.stats.ranks import nearest_rank

Timed = Literal["ttft", "total", "usd"]


class Pace(NamedTuple):
    """Seconds, or US dollars: nearest-rank quantiles of the counting answers that have the figure."""

    n: int
    p50: float
    p95: float


Paces = Mapping[SessionRole, Mapping[Timed, Pace]]


def paces_of(responses: Iterable[Response], roles: Mapping[str, SessionRole]) -> Paces:
    """Of each side, by the run an answer is of; what nothing is known of is left out.

    Counting are the first attempts that were ended neither by infrastructure nor by the user. Answers taken over from
    an earlier run were not timed here, and paid for there.
    """
    counting: dict[tuple[str, str, int], Response] = {}
    for response in responses:
        key = response.run_id, response.case_id, response.sample
        known = counting.get(key)
        first = known is None or (response.attempt, response.id) < (known.attempt, known.id)
        if response.run_id in roles and not response.excluded and first:
            counting[key] = response
    seen: dict[SessionRole, dict[Timed, list[float]]] = {}
    for response in counting.values():
        if response.reused_from is not None:
            continue
        of_side = seen.setdefault(roles[response.run_id], {})
        figures: dict[Timed, float | None] = {
            "ttft": response.timings.ttft,
            "total": response.timings.total,
            "usd": response.cost.usd,
        }
        for name, value in figures.items():
            if value is not None:
                of_side.setdefault(name, []).append(value)
    return {role: {name: _pace(values) for name, values in found.items()} for role, found in seen.items()}


def _pace(values: list[float]) -> Pace:
    values.sort()
    return Pace(len(values), nearest_rank(values, 50), nearest_rank(values, 95))
