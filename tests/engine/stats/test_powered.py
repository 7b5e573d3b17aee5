"""Means that a judge sharpens: what must hold whatever people and judge say."""

import math
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.stats.confidence_sequence import Histogram, conf_seq
from tiebreak.stats.distributions import t_quantile
from tiebreak.stats.ppi import powered_mean
from tiebreak.stats.ppi_live import live_powered_mean

VALUES = st.sampled_from([0.0, 0.5, 1.0])
LABELLED = st.lists(st.tuples(VALUES, VALUES), min_size=3, max_size=60)
REST = st.lists(VALUES, min_size=2, max_size=80)


def parted(labelled: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [y for y, _ in labelled], [f for _, f in labelled]


@settings(max_examples=60, deadline=None)
@given(LABELLED, REST)
def test_a_weight_of_nothing_is_people_alone(labelled: list[tuple[float, float]], rest: list[float]) -> None:
    y, f = parted(labelled)
    found = powered_mean(y, f, rest, weight=0)
    n, mean = len(y), fmean(y)
    se = math.sqrt(math.fsum((one - mean) ** 2 for one in y) / ((n - 2) * n))
    assert (found.mean, found.se, found.effective_n, found.labels_saved) == pytest.approx((mean, se, n, 0))
    assert found.high - found.mean == pytest.approx(t_quantile(0.975, n - 2) * se)


@settings(max_examples=60, deadline=None)
@given(LABELLED, REST)
def test_a_judge_that_always_says_the_same_changes_nothing(
    labelled: list[tuple[float, float]], rest: list[float]
) -> None:
    y, _ = parted(labelled)
    found = powered_mean(y, [0.5] * len(y), [0.5] * len(rest))
    assert (found.weight, found.mean, found.effective_n) == (0, pytest.approx(fmean(y)), len(y))


@settings(max_examples=60, deadline=None)
@given(LABELLED, REST, st.floats(-3, 3))
def test_a_judge_that_is_off_by_the_same_everywhere_is_put_right(
    labelled: list[tuple[float, float]], rest: list[float], off: float
) -> None:
    y, f = parted(labelled)
    honest = powered_mean(y, f, rest)
    shifted = powered_mean(y, [one + off for one in f], [one + off for one in rest])
    assert (shifted.mean, shifted.se, shifted.weight) == pytest.approx(
        (honest.mean, honest.se, honest.weight), abs=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(LABELLED, REST)
def test_swapping_the_sides_mirrors_the_estimate(labelled: list[tuple[float, float]], rest: list[float]) -> None:
    y, f = parted(labelled)
    one = powered_mean(y, f, rest)
    other = powered_mean([1 - v for v in y], [1 - v for v in f], [1 - v for v in rest])
    assert (other.low, other.high) == pytest.approx((1 - one.high, 1 - one.low), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(LABELLED, REST)
def test_labels_are_never_lost_by_the_weight_it_takes_itself(
    labelled: list[tuple[float, float]], rest: list[float]
) -> None:
    y, f = parted(labelled)
    found = powered_mean(y, f, rest)
    assert 0 <= found.weight <= 1
    if found.weight < 1:
        assert found.labels_saved >= -1e-9
    if 0 < found.weight < 1:
        rho = math.fsum((a - fmean(y)) * (b - fmean(f)) for a, b in labelled) / math.sqrt(
            math.fsum((a - fmean(y)) ** 2 for a in y) * math.fsum((b - fmean(f)) ** 2 for b in f)
        )
        share = len(rest) / (len(y) + len(rest))
        assert found.effective_n == pytest.approx(len(y) / (1 - rho**2 * share))


def test_at_the_best_weight_both_forms_of_the_effective_number_agree() -> None:
    y = [0.0, 0.5, 1.0, 1.0, 0.0, 1.0, 0.5, 0.0] * 5
    f = [0.0, 0.5, 1.0, 0.5, 0.0, 1.0, 1.0, 0.5] * 5
    rest = [0.0, 0.5, 1.0] * 40
    covariance = fmean(a * b for a, b in zip(y, f, strict=True)) - fmean(y) * fmean(f)
    spread = fmean(b * b for b in f) - fmean(f) ** 2
    best = covariance / spread * len(rest) / (len(rest) + len(y))
    given_one = powered_mean(y, f, rest, weight=best)
    assert given_one.effective_n == pytest.approx(powered_mean(y, f, rest).effective_n)
    assert powered_mean(y, f, rest, weight=1).effective_n < given_one.effective_n


def test_a_contrary_judge_is_not_listened_to_and_forcing_it_costs_labels() -> None:
    y, f = [0.0, 1.0] * 20, [1.0, 0.0] * 20
    assert powered_mean(y, f, [0.0, 1.0] * 50).weight == 0
    assert powered_mean(y, f, [0.0, 1.0] * 50, weight=0.5).labels_saved < 0


def test_without_cases_that_only_the_judge_saw_the_labels_stand_alone() -> None:
    for rest in ([], [1.0]):
        found = powered_mean([0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0], rest)
        assert (found.weight, found.mean, found.effective_n) == (0, 0.5, 4)


def test_what_cannot_be_calibrated_is_refused() -> None:
    with pytest.raises(ValueError, match="pair up"):
        powered_mean([1.0], [], [])
    with pytest.raises(ValueError, match="at least 3"):
        powered_mean([1.0, 0.0], [1.0, 0.0], [0.5, 0.5])
    for weight, rest in ((1.5, [0.0, 1.0]), (0.5, [1.0])):
        with pytest.raises(ValueError, match="weight"):
            powered_mean([1.0, 0.0, 1.0], [1.0, 0.0, 0.0], rest, weight=weight)


# -- the live form


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=60), REST)
def test_live_without_weight_is_the_interval_of_the_labels(
    labelled: list[tuple[float, float]], rest: list[float]
) -> None:
    y, f = parted(labelled)
    found = live_powered_mean(y, f, [*f, *rest], weight=0)
    assert (found.low, found.high) == pytest.approx(conf_seq(Histogram.of(y)), abs=1e-9)
    assert found.mean == pytest.approx(fmean(y))


@settings(max_examples=60, deadline=None)
@given(LABELLED, REST, st.floats(0, 1))
def test_the_live_interval_holds_its_mean_and_agrees_with_its_evidence(
    labelled: list[tuple[float, float]], rest: list[float], weight: float
) -> None:
    y, f = parted(labelled)
    found = live_powered_mean(y, f, [*f, *rest], weight=weight)
    assert 0 <= found.low <= found.mean + 1e-9
    assert found.mean <= found.high + 1e-9 <= 1 + 2e-9
    threshold = math.log(2 / 0.05)
    if 0.02 < found.low < 0.98:
        assert found.log_evidence(found.low - 0.01, 1) > threshold > found.log_evidence(found.low + 0.01, 1)
    if 0.02 < found.high < 0.98:
        assert found.log_evidence(found.high + 0.01, -1) > threshold > found.log_evidence(found.high - 0.01, -1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=40), REST)
def test_the_order_of_labels_does_not_matter(labelled: list[tuple[float, float]], rest: list[float]) -> None:
    mixed = labelled[::-1]
    one = live_powered_mean(*parted(labelled), [*parted(labelled)[1], *rest])
    assert live_powered_mean(*parted(mixed), [*parted(labelled)[1], *rest]) == one


def test_a_good_judge_narrows_the_live_interval() -> None:
    y = [1.0, 0.0, 1.0, 1.0, 0.5] * 20
    judged = [*y, *y, *y, *y]
    sharp, alone = (live_powered_mean(y, y, judged, weight=weight) for weight in (0.5, 0.0))
    assert sharp.high - sharp.low < 0.75 * (alone.high - alone.low)


def test_before_the_first_label_everything_is_possible() -> None:
    found = live_powered_mean([], [], [1.0, 0.0])
    assert math.isnan(found.mean)
    assert (found.low, found.high) == (0, 1)


@pytest.mark.parametrize(
    ("labels", "judged", "judged_set", "says"),
    [
        ([1.0], [], [1.0], "pair up"),
        ([], [], [], "0 judged cases"),
        ([1.0, 0.0], [1.0, 0.0], [1.0], "1 judged cases"),
        ([1.5], [1.0], [1.0], "between 0 and 1"),
    ],
)
def test_what_no_set_can_hold_is_refused(
    labels: list[float], judged: list[float], judged_set: list[float], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        live_powered_mean(labels, judged, judged_set)
