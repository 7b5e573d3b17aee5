"""Paired differences, flips, corrections for many tests, and what a number of cases can find."""

import math
from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.stats.flips import mcnemar
from tiebreak.stats.multiplicity import benjamini_hochberg, holm
from tiebreak.stats.paired import finite_population, paired_difference
from tiebreak.stats.power import (
    Spread,
    cases_for_passes,
    cases_for_scores,
    cases_of_a_set,
    difference_of_passes,
    difference_of_scores,
    power_of_passes,
    power_of_scores,
)

DIFFERENCES = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=6, max_size=60)
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20)
M_IFEVAL = (40, 20)
"""Prompts of M-IFEval that gpt-4o follows and gpt-4o-mini does not, and those of which the reverse is true."""


def test_a_regression_of_published_results_is_found() -> None:
    found = mcnemar(*M_IFEVAL)
    assert found.exact == pytest.approx(0.0135, abs=5e-5)
    assert found.mid < found.exact


@given(DIFFERENCES)
def test_each_case_its_own_group_is_no_grouping(differences: list[float]) -> None:
    alone = paired_difference(differences)
    grouped = paired_difference(differences, range(len(differences)))
    assert (grouped.mean, grouped.groups) == (alone.mean, alone.groups)
    assert grouped.se == pytest.approx(alone.se)


@given(DIFFERENCES)
def test_copies_of_a_case_in_one_group_add_no_evidence(differences: list[float]) -> None:
    once = paired_difference(differences)
    groups = [*range(len(differences)), *range(len(differences))]
    twice = paired_difference([*differences, *differences], groups)
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))
    assert twice.n == 2 * once.n


@given(DIFFERENCES)
def test_the_sides_swapped_give_the_mirror(differences: list[float]) -> None:
    one, other = paired_difference(differences), paired_difference([-d for d in differences])
    assert one.low is not None
    assert other.high == pytest.approx(-one.low)
    p, q = one.p_below(), other.p_below()
    assert p is not None
    assert q is not None
    assert p + q == pytest.approx(1)
    assert one.p_value() == pytest.approx(other.p_value())


@given(DIFFERENCES, st.floats(0.001, 0.2))
def test_interval_and_p_value_agree(differences: list[float], alpha: float) -> None:
    found = paired_difference(differences, alpha=alpha)
    p = found.p_value()
    assert p is not None
    assert found.low is not None
    assert found.high is not None
    if abs(p - alpha) > 1e-9 and found.se:
        assert (p < alpha) == (not found.low <= 0 <= found.high)


def test_few_groups_are_told_and_very_few_refused() -> None:
    assert paired_difference([0.0, 1.0] * 10).caution == ""
    few = paired_difference([0.0, 1.0] * 10, [i // 2 for i in range(20)])
    assert few.caution == "only 10 independent cases or groups: the interval is somewhat too narrow"
    assert few.low is not None
    none = paired_difference([0.0, 1.0] * 10, [i // 4 for i in range(20)])
    assert (none.low, none.high, none.p_value(), none.bounds(0.05)) == (None, None, None, None)
    assert "no interval: 5 independent" in none.caution
    with pytest.raises(ValueError, match="no difference"):
        paired_difference([])


def test_differences_without_spread_are_not_certain() -> None:
    """Six the same way are what a fair coin gives in one of 64 throws of six, on either side."""
    assert paired_difference([-0.1] * 6).p_below() == 0.5**6
    assert paired_difference([0.1] * 6).p_value() == 2 * 0.5**6
    assert paired_difference([0.1] * 12, [n // 2 for n in range(12)]).p_value() == 2 * 0.5**6
    assert paired_difference([0.0] * 6).p_value() == 1


def test_a_set_that_was_seen_whole_leaves_nothing_open() -> None:
    part = paired_difference([0.0, 1.0] * 10, out_of=40)
    assert part.se == pytest.approx((paired_difference([0.0, 1.0] * 10).se or 0) * math.sqrt(0.5))
    whole = paired_difference([0.0, 1.0] * 10, out_of=20)
    assert (whole.low, whole.high) == (0.5, 0.5)
    assert (whole.p_value(), whole.p_value(0.5)) == (0.0, 1.0)
    assert finite_population(0, 10) == 1
    with pytest.raises(ValueError, match="11 of 10"):
        finite_population(11, 10)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_against_exact_sums(one: int, other: int) -> None:
    flips, fewer = one + other, min(one, other)
    tail = sum((Fraction(math.comb(flips, k), 2**flips) for k in range(fewer + 1)), Fraction(0))
    seen = Fraction(math.comb(flips, fewer), 2**flips)
    assert mcnemar(one, other) == pytest.approx((float(min(1, 2 * tail)), float(min(1, 2 * tail - seen))))
    assert mcnemar(one, other) == mcnemar(other, one)


def test_mcnemar_of_many_flips_and_of_none() -> None:
    assert mcnemar(0, 0) == (1.0, 1.0)
    assert mcnemar(50_500, 49_500).exact == pytest.approx(2 * NormalDist().cdf(-999 / math.sqrt(100_000)), rel=1e-3)
    with pytest.raises(ValueError, match="not negative"):
        mcnemar(-1, 3)


@given(P_VALUES)
def test_adjusted_p_values_keep_their_order_and_never_fall(p_values: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        adjusted = adjust(p_values)
        assert all(p * (1 - 1e-12) <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
        order = sorted(range(len(p_values)), key=p_values.__getitem__)
        assert all(adjusted[i] <= adjusted[j] for i, j in pairwise(order))
    assert all(q <= h * (1 + 1e-12) for q, h in zip(benjamini_hochberg(p_values), holm(p_values), strict=True))
    assert holm([]) == benjamini_hochberg([]) == []


@pytest.mark.parametrize(("n", "points"), [(50, 18), (80, 14), (100, 13), (200, 9), (500, 6)])
def test_what_a_number_of_cases_can_find_at_a_disagreement_of_a_fifth(n: int, points: int) -> None:
    found = difference_of_passes(0.2, n)
    assert found is not None
    assert math.ceil(100 * found) == points


@given(st.floats(0.05, 1), st.integers(30, 5000), st.floats(0.01, 0.2), st.floats(0.5, 0.99))
def test_number_difference_and_power_turn_each_other_around(
    disagreement: float, n: int, alpha: float, power: float
) -> None:
    difference = difference_of_passes(disagreement, n, alpha=alpha, power=power)
    if difference is not None:
        assert cases_for_passes(disagreement, difference, alpha=alpha, power=power) == pytest.approx(n, rel=1e-6)
        if difference < 0.999 * disagreement:
            assert power_of_passes(disagreement, n, difference, alpha=alpha) == pytest.approx(power, abs=1e-6)
    spread = Spread(between=disagreement / 4, within_a=0.1, within_b=0.2, samples_a=3, samples_b=2)
    wanted = difference_of_scores(spread, n, alpha=alpha, power=power)
    if wanted <= 1:
        assert cases_for_scores(spread, wanted, alpha=alpha, power=power) == pytest.approx(n)
        assert power_of_scores(spread, n, wanted, alpha=alpha) == pytest.approx(power)


def test_published_numbers_of_cases() -> None:
    assert math.ceil(cases_for_passes(0.2, 0.05)) == 626
    assert math.ceil(cases_for_scores(Spread(between=1 / 9, within_a=1 / 6, within_b=1 / 6), 0.03)) == 3876
    assert cases_of_a_set(384.16, 500) == 218
    assert difference_of_passes(0.05, 5) is None
    with pytest.raises(ValueError, match="share of cases on which the sides differ"):
        cases_for_passes(0.1, 0.2)
    with pytest.raises(ValueError, match="alpha"):
        cases_for_passes(0.2, 0.1, alpha=1.0)
