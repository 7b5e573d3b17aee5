"""Lines through points: log odds and robust least squares."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.stats.regress import fit_log_odds, robust_slope

POINTS = st.lists(st.tuples(st.floats(-1, 1), st.sampled_from([0.0, 0.5, 1.0])), min_size=10, max_size=60)


@settings(max_examples=60, deadline=None)
@given(POINTS)
def test_where_there_is_a_best_line_its_gradient_is_nothing(points: list[tuple[float, float]]) -> None:
    x, shares = [a for a, _ in points], [b for _, b in points]
    found = fit_log_odds(x, shares)
    if found is not None:
        left = [share - 1 / (1 + math.exp(-found.start - found.slope * a)) for a, share in points]
        assert math.fsum(left) == pytest.approx(0, abs=1e-6)
        assert math.fsum(a * one for a, one in zip(x, left, strict=True)) == pytest.approx(0, abs=1e-6)
        assert min(found.start_se, found.slope_se) > 0


def test_without_slope_it_is_the_share() -> None:
    found = fit_log_odds([-1, 1] * 20, [1, 1, 1, 1, 1, 1, 0, 0] * 5)
    assert found is not None
    assert found.slope == pytest.approx(0, abs=1e-9)
    assert found.share_at_zero == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("x", "shares"),
    [
        ([1.0] * 9, [0.0, 1.0, 1.0] * 3),
        ([-1.0, -0.5, 0.5, 1.0], [1.0] * 4),
        ([-1.0, -0.5, 0.5, 1.0], [0.0, 0.0, 1.0, 1.0]),
        ([-1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]),
        ([], []),
    ],
    ids=["no spread", "all won", "parted", "parted but for one point", "nothing"],
)
def test_where_the_best_line_is_endless_there_is_none(x: list[float], shares: list[float]) -> None:
    assert fit_log_odds(x, shares) is None


def test_points_without_a_share_are_refused() -> None:
    with pytest.raises(ValueError, match="share between 0 and 1"):
        fit_log_odds([1.0], [2.0])
    with pytest.raises(ValueError, match="share between 0 and 1"):
        fit_log_odds([1.0], [])
    with pytest.raises(ValueError, match="x and a y"):
        robust_slope([1.0], [])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=10, max_size=40))
def test_hc3_is_the_jackknife_of_the_definition(points: list[tuple[float, float]]) -> None:
    """(XᵀX)⁻¹ Xᵀ diag(e²/(1−h)²) X (XᵀX)⁻¹, with matrices."""
    x, y = np.array([a for a, _ in points]), np.array([b for _, b in points])
    if len({round(a, 2) for a, _ in points}) < 4:
        return
    design = np.column_stack([np.ones(len(x)), x])
    inverse = np.linalg.inv(design.T @ design)
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    if leverage.max() > 0.99:
        return
    beta = inverse @ design.T @ y
    left = (y - design @ beta) / (1 - leverage)
    covariance = inverse @ design.T @ np.diag(left**2) @ design @ inverse
    found = robust_slope(x.tolist(), y.tolist())
    assert found is not None
    assert found.value == pytest.approx(float(beta[1]), abs=1e-7)
    assert found.se == pytest.approx(math.sqrt(covariance[1, 1]), abs=1e-7)
    assert found.low <= found.value <= found.high
    assert (found.p < 0.05) == (not found.low <= 0 <= found.high) or abs(found.p - 0.05) < 1e-6


def test_a_slope_is_found_and_nothing_is_not() -> None:
    rng = random.Random(2)
    x = [rng.uniform(-1, 1) for _ in range(100)]
    noise = [rng.gauss(0, 0.3) for _ in range(100)]
    there = robust_slope(x, [0.4 * a + b for a, b in zip(x, noise, strict=True)])
    not_there = robust_slope(x, noise)
    assert there is not None
    assert not_there is not None
    assert there.low > 0
    assert not_there.p > 0.05


def test_too_few_points_or_one_that_fixes_the_line_give_none() -> None:
    assert robust_slope(list(range(9)), [0.0] * 9) is None
    assert robust_slope([1.0] * 20, [0.0, 1.0] * 10) is None
    assert robust_slope([*[0.0] * 19, 1.0], [*[0.0, 1.0] * 9, 0.0, 1.0]) is None
    flat = robust_slope(list(range(20)), [0.5] * 20)
    assert flat is not None
    assert (flat.value, flat.p) == (0, 1)
