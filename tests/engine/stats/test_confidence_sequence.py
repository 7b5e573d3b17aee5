import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.stats.confidence_sequence import Histogram, conf_seq, log_wealth, lower_bound, upper_bound
from tiebreak.stats.intervals import wilson

histograms = st.dictionaries(
    st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75, 1.0]), st.integers(0, 400), max_size=5
).map(Histogram.of_counts)


@given(histograms, st.sampled_from([0.01, 0.05, 0.1]))
@settings(max_examples=200, deadline=None)
def test_a_bound_is_where_the_wealth_reaches_its_threshold(histogram: Histogram, alpha: float) -> None:
    low, high = lower_bound(histogram, alpha), upper_bound(histogram, alpha)
    assert 0 <= low <= high <= 1
    if histogram.n:
        assert low <= histogram.mean + 1e-12
        assert high >= histogram.mean - 1e-12
    threshold = math.log(1 / alpha)
    if low > 0:
        assert log_wealth(histogram, low) == pytest.approx(threshold, abs=1e-6)
        assert log_wealth(histogram, low * (1 - 1e-6)) >= threshold
    if high < 1:
        assert log_wealth(histogram, high, -1) == pytest.approx(threshold, abs=1e-6)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=30), st.randoms())
def test_order_does_not_matter(values: list[float], random: Random) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)
    assert Histogram.of(values) == Histogram.of(shuffled)


def test_empty_says_nothing() -> None:
    assert conf_seq(Histogram()) == (0.0, 1.0)
    assert log_wealth(Histogram(), 0.5) == 0.0
    assert math.isnan(Histogram().mean)


def test_the_mirror_swaps_the_sides() -> None:
    histogram = Histogram.of_counts({0.0: 3, 0.5: 4, 1.0: 11})
    low, high = conf_seq(histogram)
    assert conf_seq(histogram.mirrored) == pytest.approx((1 - high, 1 - low))
    assert log_wealth(histogram, 0.6, -1) == pytest.approx(log_wealth(histogram.mirrored, 0.4))


@pytest.mark.parametrize(("edge", "side"), [(0.0, 1), (1.0, -1)])
def test_at_the_edge_of_the_range_one_case_off_it_disproves(edge: float, side: int) -> None:
    way = 1 if side == 1 else -1
    assert log_wealth(Histogram((edge, 0.5), (9, 0)), edge, way) == 0.0
    assert log_wealth(Histogram((edge, 0.5), (9, 1)), edge, way) == math.inf


def test_a_value_that_was_seen_no_times_changes_nothing() -> None:
    assert conf_seq(Histogram((0.0, 0.5, 1.0), (4, 0, 9))) == pytest.approx(conf_seq(Histogram((0.0, 1.0), (4, 9))))


@pytest.mark.parametrize("p", [0.5, 0.7, 0.95])
def test_looking_after_every_case_misses_in_at_most_five_percent(p: float) -> None:
    """Exact: the probability that any of the first 60 intervals misses p. Wilson's, for contrast, misses far more."""

    def missed(interval: tuple[float, float]) -> bool:
        return not interval[0] <= p <= interval[1]

    paths, wilson_paths = {0: 1.0}, {0: 1.0}
    for n in range(1, 61):
        paths = _step(paths, p)
        paths = {s: w for s, w in paths.items() if not missed(conf_seq(Histogram((0.0, 1.0), (n - s, s))))}
        wilson_paths = _step(wilson_paths, p)
        wilson_paths = {s: w for s, w in wilson_paths.items() if not missed(wilson(s, n))}
    assert 1 - sum(paths.values()) <= 0.05
    assert 1 - sum(wilson_paths.values()) > 0.2


def _step(paths: dict[int, float], p: float) -> dict[int, float]:
    """Weights of paths by their number of successes, one case on."""
    following: dict[int, float] = {}
    for s, weight in paths.items():
        following[s] = following.get(s, 0.0) + weight * (1 - p)
        following[s + 1] = following.get(s + 1, 0.0) + weight * p
    return following
