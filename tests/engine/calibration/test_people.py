"""How far people agree: pairs, complete tables, and tables with holes."""

import pytest

from tiebreak.calibration.people import people_agreement

LABELS = ("A", "B", "tie")


def test_without_two_raters_on_a_case_there_is_nothing_to_say() -> None:
    assert people_agreement([], LABELS) is None
    assert people_agreement([{"ada": "A"}, {"ben": "B"}], LABELS) is None


def test_two_raters_on_every_case() -> None:
    cases = [{"ada": "A", "ben": "A"}] * 6 + [{"ada": "B", "ben": "B"}] * 3 + [{"ada": "A", "ben": "B"}]
    found = people_agreement(cases, LABELS)
    assert found is not None
    assert (found.raters, found.cases, found.unanimous) == (("ada", "ben"), 10, 9)
    (pair,) = found.pairs
    # Observed .9, by chance .7·.6 + .3·.4 = .54: κ = .36 / .46.
    assert pair.kappa is not None
    assert pair.kappa.value == pytest.approx(0.36 / 0.46)
    # Fleiss takes both raters' shares together: by chance .65² + .35².
    assert found.fleiss == pytest.approx((0.9 - 0.545) / (1 - 0.545))
    # Krippendorff for n = 20 labels: 1 − (n − 1)·(disagreeing pairs) / (n_A·n_B) = 1 − 19·1 / (13·7).
    assert found.alpha == pytest.approx(1 - 19 / 91)


def test_raters_come_in_alphabetical_order_and_each_pair_once() -> None:
    found = people_agreement([{"cleo": "A", "ada": "A", "ben": "B"}], LABELS)
    assert found is not None
    assert [(pair.one, pair.other) for pair in found.pairs] == [("ada", "ben"), ("ada", "cleo"), ("ben", "cleo")]
    assert found.unanimous == 0


def test_a_case_that_one_rater_left_out_keeps_fleiss_from_being_told_but_not_alpha() -> None:
    cases = [{"ada": "A", "ben": "A"}, {"ada": "B", "ben": "B"}, {"ada": "A"}]
    found = people_agreement(cases, LABELS)
    assert found is not None
    assert (found.cases, found.fleiss, found.alpha) == (2, None, 1.0)


def test_points_that_are_near_count_as_nearly_the_same() -> None:
    near = [{"ada": n, "ben": min(5, n + 1)} for n in (1, 2, 3, 4, 5)]
    far = [{"ada": n, "ben": 6 - n} for n in (1, 2, 3, 4, 5)]
    points = (1, 2, 3, 4, 5)
    told = [people_agreement(cases, points, "ordinal") for cases in (near, far)]
    assert told[0] is not None
    assert told[1] is not None
    assert (told[0].alpha or 0) > 0.5 > 0 > (told[1].alpha or 0)
