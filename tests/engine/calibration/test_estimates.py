"""The judge's mean, people's, and the calibrated one, side by side; and which form of it may be used."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.calibration import Estimates, estimates
from tiebreak.stats.confidence_sequence import Histogram, conf_seq
from tiebreak.stats.paired import paired_difference
from tiebreak.stats.ppi import Powered, powered_mean
from tiebreak.stats.ppi_live import LivePowered, live_powered_mean


def a_set(n: int, of_which: int, *, agrees: float = 0.85, seed: int = 1) -> tuple[dict[str, float], dict[str, float]]:
    """Verdicts of a set of `n` cases and people's labels on `of_which` of them."""
    rng = random.Random(seed)
    truth = {f"c{index}": rng.choices([0.0, 0.5, 1.0], [0.4, 0.2, 0.4])[0] for index in range(n)}
    judged = {
        case: value if rng.random() < agrees else rng.choice([v for v in (0.0, 0.5, 1.0) if v != value])
        for case, value in truth.items()
    }
    return judged, dict(rng.sample(sorted(truth.items()), of_which))


def test_with_enough_labels_it_is_ppi_with_all_three_side_by_side() -> None:
    judged, labels = a_set(500, 60)
    found = estimates(judged, labels, planned=True)
    assert (found.form, found.why) == ("fixed_n", "")
    assert isinstance(found.detail, Powered)
    both = sorted(labels)
    direct = powered_mean(
        [labels[case] for case in both],
        [judged[case] for case in both],
        [value for case, value in sorted(judged.items()) if case not in labels],
    )
    assert found.detail == direct
    assert (found.calibrated.mean, found.calibrated.low, found.calibrated.high) == (
        direct.mean,
        direct.low,
        direct.high,
    )
    people = paired_difference([labels[case] for case in both])
    assert (found.human.mean, found.human.low, found.human.high) == pytest.approx(
        (people.mean, people.low, people.high)
    )
    assert (found.raw.n, found.raw.low, found.raw.width) == (500, None, None)
    assert found.raw.mean == pytest.approx(sum(judged.values()) / 500)
    assert found.labels_saved == pytest.approx(direct.effective_n - 60)
    assert direct.labels_saved > 10
    assert found.calibrated.width is not None
    assert found.human.width is not None
    assert found.calibrated.width < found.human.width


def live(found: Estimates) -> LivePowered:
    assert found.form == "live"
    assert isinstance(found.detail, LivePowered)
    assert (found.effective_n, found.labels_saved) == (None, None)
    return found.detail


def test_before_the_planned_number_it_is_the_live_form() -> None:
    judged, labels = a_set(500, 60)
    found = estimates(judged, labels, planned=False)
    assert "planned number" in found.why
    both = sorted(labels)
    assert live(found) == live_powered_mean(
        [labels[case] for case in both], [judged[case] for case in both], list(judged.values())
    )
    low, high = conf_seq(Histogram.of(labels.values()))
    assert (found.human.low, found.human.high) == (low, high)
    assert estimates(judged, labels, planned=False, live_weight=0.8).weight == 0.8


def test_rules_of_ppi() -> None:
    judged, labels = a_set(500, 29)
    assert estimates(judged, labels, planned=True).why == "29 labels; PPI++ needs 30"
    cases = sorted(judged)[:40]
    for losses, form in ((9, "live"), (10, "fixed_n")):
        few = {case: 0.0 if index < losses else 1.0 for index, case in enumerate(cases)}
        found = estimates(judged, few, planned=True)
        assert found.form == form
        assert found.why == ("31 wins and 9 losses; PPI++ needs 10 of each" if form == "live" else "")
        turned = estimates(judged, {case: 1 - value for case, value in few.items()}, planned=True)
        assert turned.form == form
    ties = dict.fromkeys(cases, 0.5)
    assert estimates(judged, ties, planned=True).why == "0 wins and 0 losses; PPI++ needs 10 of each"


def test_few_disagreements_in_one_direction_are_a_caution() -> None:
    truth = {f"c{index:03}": float(index % 2) for index in range(400)}
    wrong = {case: 1.0 for index, case in enumerate(truth) if index % 20 == 0}
    for n, leaning, cautions in ((50, wrong, 1), (180, wrong, 1), (181, wrong, 0), (50, {**wrong, "c001": 0.0}, 0)):
        labels = dict(list(truth.items())[:n])
        found = estimates({**truth, **leaning}, labels, planned=True)
        assert (found.form, len(found.cautions)) == ("fixed_n", cautions), n
    said = estimates({**truth, **wrong}, dict(list(truth.items())[:50]), planned=True).cautions
    assert said[0].startswith("3 disagreements in 50 labels and none the other way")
    assert estimates({**truth, **wrong}, dict(list(truth.items())[:50]), planned=False).cautions == ()


def test_a_set_that_people_labelled_whole_has_nothing_to_learn() -> None:
    judged, labels = a_set(60, 60)
    assert "every judged case has a label" in estimates(judged, labels, planned=True).why


def test_without_a_label_the_judge_stands_alone_and_nothing_is_calibrated() -> None:
    judged, _ = a_set(40, 0)
    found = estimates(judged, {}, planned=False)
    assert (found.human.mean, found.human.low, found.human.high) == (None, 0, 1)
    assert (found.calibrated.mean, found.calibrated.low, found.calibrated.high) == (None, 0, 1)
    assert found.raw.mean is not None


def test_labels_without_a_verdict_are_left_out() -> None:
    judged, labels = a_set(100, 40)
    assert estimates(judged, {**labels, "other": 1.0}, planned=True) == estimates(judged, labels, planned=True)


def test_what_is_no_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="no valid verdict"):
        estimates({}, {"a": 1.0}, planned=True)
    for judged, labels in (({"a": 3.0}, {}), ({"a": 1.0}, {"a": -1.0})):
        with pytest.raises(ValueError, match="between 0 and 1"):
            estimates(judged, labels, planned=True)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 80), st.integers(0, 10**6), st.booleans())
def test_the_order_of_cases_does_not_matter(labelled: int, seed: int, planned: bool) -> None:
    judged, labels = a_set(120, labelled, seed=seed)
    found = estimates(judged, labels, planned=planned)
    turned = estimates(dict(reversed(judged.items())), dict(reversed(labels.items())), planned=planned)
    assert (turned.form, turned.why, turned.calibrated.n) == (found.form, found.why, labelled)
    assert (turned.calibrated.low, turned.calibrated.high) == pytest.approx(
        (found.calibrated.low, found.calibrated.high)
    )
