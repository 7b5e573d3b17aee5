"""The exact test of "no more than a margin worse": against full enumeration, and its level."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.stats.flips import mcnemar
from tiebreak.stats.paired_rates import (
    greatest_difference,
    least_difference,
    score_statistic,
    within_margin,
    worse_than_margin,
)


def enumerated(losses: int, wins: int, n: int, margin: float) -> float:
    """The same by adding up every table, over a fine grid of shares."""
    tables = [(c, b) for c in range(n + 1) for b in range(n + 1 - c)]

    def z(c: int, b: int) -> float:
        return float(score_statistic(np.array([float(c)]), np.array([float(b)]), n, margin)[0])

    bad = [(c, b) for c, b in tables if z(c, b) >= z(losses, wins) - 1e-9]
    worst = 0.0
    for step in range(401):
        least, most = max(0.0, margin), (1 + margin) / 2
        lost = least + (most - least) * step / 400
        won = lost - margin
        same = max(0.0, 1 - lost - won)
        chance = math.fsum(
            math.factorial(n)
            / (math.factorial(c) * math.factorial(b) * math.factorial(n - c - b))
            * lost**c
            * won**b
            * same ** (n - c - b)
            for c, b in bad
        )
        worst = max(worst, chance)
    return worst


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_it_is_what_adding_up_every_table_gives(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 14))
    losses = data.draw(st.integers(0, n))
    wins = data.draw(st.integers(0, n - losses))
    margin = data.draw(st.sampled_from([-0.2, -0.05, 0.0, 0.02, 0.05, 0.2]))
    found = worse_than_margin(losses, wins, n, margin)
    if losses - wins <= margin * n:
        assert found == 1
    else:
        assert found == pytest.approx(enumerated(losses, wins, n, margin), rel=0.02)


@pytest.mark.parametrize(
    ("losses", "wins", "n", "margin", "p"),
    [
        (6, 0, 6, 0.02, 0.51**6),  # by hand: every case flips, and 51 % of the flips are losses
        (6, 0, 6, 0.0, 0.5**6),
        (1, 0, 1, 0.0, 0.5),
        (3, 3, 10, 0.0, 1.0),
        (1, 0, 100, 0.02, 1.0),
    ],
)
def test_small_tables_by_hand(losses: int, wins: int, n: int, margin: float, p: float) -> None:
    assert worse_than_margin(losses, wins, n, margin) == pytest.approx(p, rel=1e-6)


@pytest.mark.parametrize("margin", [0.0, 0.02, 0.1])
@pytest.mark.parametrize("n", [8, 20])
def test_it_keeps_its_level_whatever_the_share_of_flips(n: int, margin: float) -> None:
    tables = [(c, b) for c in range(n + 1) for b in range(n + 1 - c)]
    alarm = [(c, b) for c, b in tables if worse_than_margin(c, b, n, margin) < 0.05]
    for extra in (0.001, 0.01, 0.05, 0.15, 0.3, 0.45):
        won = min(extra, (1 - margin) / 2)
        lost = won + margin
        same = max(0.0, 1 - won - lost)
        size = math.fsum(
            math.comb(n, c) * math.comb(n - c, b) * lost**c * won**b * same ** (n - c - b) for c, b in alarm
        )
        assert size <= 0.05 * 1.01


def test_it_agrees_with_the_comparison_of_two_runs() -> None:
    """`diff` tells mid-p McNemar, two-sided: twice as much."""
    for losses, wins, n in [(5, 0, 40), (25, 12, 80), (12, 3, 100)]:
        assert 2 * worse_than_margin(losses, wins, n) == pytest.approx(mcnemar(losses, wins).mid, rel=0.3)


@pytest.mark.parametrize("wrong", [(-1, 0, 5, 0.0), (4, 3, 5, 0.0), (1, 0, 5, 1.0), (1, 0, 5, -1.0)])
def test_counts_that_cannot_be_are_refused(wrong: tuple[int, int, int, float]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        worse_than_margin(*wrong)


@pytest.mark.parametrize(
    ("losses", "wins", "n", "margin", "p"),
    [
        (0, 0, 59, 0.05, 0.95**59),  # by hand: no case is lost, where 5 % are
        (0, 5, 5, 0.0, 0.5**5),
        (2, 0, 40, 0.05, 1.0),
    ],
)
def test_that_it_is_surely_within_the_margin(losses: int, wins: int, n: int, margin: float, p: float) -> None:
    assert within_margin(losses, wins, n, margin) == pytest.approx(p, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_bound_is_where_the_test_turns(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 40))
    losses = data.draw(st.integers(0, n))
    wins = data.draw(st.integers(0, n - losses))
    alpha = data.draw(st.sampled_from([0.01, 0.05]))
    low, high = least_difference(losses, wins, n, alpha), greatest_difference(losses, wins, n, alpha)
    assert -1 <= low <= (wins - losses) / n <= high <= 1
    if low > -1:
        assert within_margin(losses, wins, n, -low) <= alpha
        assert within_margin(losses, wins, n, max(-0.9999, -low - 0.0003)) > alpha
    if high < 1:
        assert worse_than_margin(losses, wins, n, -high) <= alpha
