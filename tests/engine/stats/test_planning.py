import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.stats.confidence_sequence import Histogram, log_wealth
from tiebreak.stats.planning import failures_allowed, successes_to_pass, zero_failures_to_pass

THRESHOLD = math.log(20)


@given(
    st.tuples(st.integers(0, 80), st.integers(0, 40), st.integers(0, 300)),
    st.sampled_from([0.3, 0.5, 0.75, 0.95, 0.98]),
)
@settings(max_examples=150, deadline=None)
def test_one_success_fewer_would_not_do(counts: tuple[int, int, int], m0: float) -> None:
    def wealth(further: int) -> float:
        return log_wealth(Histogram((0.0, 0.5, 1.0), (counts[0], counts[1], counts[2] + further)), m0)

    needed = successes_to_pass(Histogram((0.0, 0.5, 1.0), counts), m0)
    assert needed is not None
    assert wealth(needed) >= THRESHOLD - 1e-9
    assert needed == 0 or wealth(needed - 1) < THRESHOLD


def test_certainty_is_out_of_reach() -> None:
    assert zero_failures_to_pass(1.0) is None
    assert failures_allowed(1.0, 1000) is None


def test_a_claim_of_nothing_needs_one_case() -> None:
    assert successes_to_pass(Histogram(), 0.0) == 1
    assert successes_to_pass(Histogram((1.0,), (1,)), 0.0) == 0


@pytest.mark.parametrize(
    ("m0", "n", "allowed"),
    [
        (0.95, 87, None),
        (0.95, 88, 0),
        (0.95, 100, 0),
        (0.95, 200, 2),
        (0.95, 300, 5),
        (0.95, 500, 12),
        (0.98, 200, None),
        (0.98, 300, 0),
        (0.98, 500, 2),
    ],
)
def test_failures_allowed(m0: float, n: int, allowed: int | None) -> None:
    assert failures_allowed(m0, n) == allowed
