"""Counts and costs that no call has tell nothing, and no column of the database overflows."""

import pytest

from tiebreak.records import Cost
from tiebreak.targets.chunkjson import MAX_COUNT, Json, as_count
from tiebreak.targets.usage import MAX_COST, told_cost, usage_from


@pytest.mark.parametrize("count", [MAX_COUNT + 1, 2**63, 10**400, -1, 1.0, True, "7", None])
def test_what_is_no_count_tells_nothing(count: object) -> None:
    assert as_count(count) is None
    usage = usage_from({"prompt_tokens": count, "completion_tokens": 5})
    assert (usage.prompt_tokens, usage.completion_tokens) == (None, 5)


def test_the_largest_sum_of_counts_fits_a_column() -> None:
    whole: Json = {"prompt_tokens": MAX_COUNT, "completion_tokens": MAX_COUNT, "total_tokens": 3 * MAX_COUNT}
    usage = usage_from(whole | {"completion_tokens_details": {"reasoning_tokens": MAX_COUNT}})
    assert usage.completion_tokens is not None
    assert usage.completion_tokens * 1_000_000 < 2**63


@pytest.mark.parametrize("cost", [float("inf"), float("nan"), 10**400, -0.01, MAX_COST * 2, True, "1"])
def test_what_is_no_cost_tells_nothing(cost: object) -> None:
    assert told_cost({"cost": cost}) is None


def test_a_cost_that_is_told_is_taken() -> None:
    assert told_cost({"cost": 0.25}) == Cost(usd=0.25, source="provider")
