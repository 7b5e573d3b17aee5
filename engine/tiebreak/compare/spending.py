"""Costs and times of both sides over the same cases."""

import math
from collections.abc import Mapping, Sequence

from tiebreak.compare.pairing import Columns
from tiebreak.compare.result import CostOfSide, LatencyOfSide
from tiebreak.stats.ranks import nearest_rank


def cost_of(columns: Columns) -> tuple[CostOfSide, CostOfSide]:
    """Costs of the cases that both sides were told the price of; the parts are those of all answers compared."""
    cost, success = columns.columns.get("cost"), columns.columns.get("success")
    pairs = len(columns.case_ids)

    def of(side: int) -> CostOfSide:
        values = (cost.a if side == 0 else cost.b) if cost is not None else ()
        passed: dict[int, float] = {}
        if success is not None:
            passed = dict(zip(success.pair, success.a if side == 0 else success.b, strict=True))
        known = cost.pair if cost is not None else ()
        successes = sum(passed.get(pair, 0.0) == 1.0 for pair in known)
        usd = math.fsum(values)
        return CostOfSide(
            usd=usd,
            unknown=pairs - len(values),
            per_answer=usd / len(values) if values else None,
            successes=successes,
            per_success=usd / successes if successes else None,
            parts=dict(sorted(columns.parts[side].items())),
        )

    return of(0), of(1)


def latency_of(columns: Columns) -> Mapping[str, tuple[LatencyOfSide, LatencyOfSide]]:
    """Of the cases that both sides timed."""
    found = {name: columns.columns.get(name) for name in ("ttft", "total")}
    return {name: (_latency(c.a), _latency(c.b)) for name, c in found.items() if c is not None and c.pair}


def _latency(times: Sequence[float]) -> LatencyOfSide:
    ordered = sorted(times)
    mean = math.fsum(ordered) / len(ordered)
    p50, p95, p99 = (nearest_rank(ordered, hundredths) for hundredths in (50, 95, 99))
    ladder = tuple(nearest_rank(ordered, hundredths) for hundredths in range(0, 101, 5))
    return LatencyOfSide(n=len(ordered), mean=mean, p50=p50, p95=p95, p99=p99, ladder=ladder)
