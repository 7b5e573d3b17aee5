"""A config against itself: the flip rate, its interval, and the margin below which a difference shows nothing."""

import math
from collections.abc import Sequence

import pytest

from tiebreak.compare import Place
from tiebreak.compare.noise import Noise, noise_of
from tiebreak.records.outcomes import CaseOutcome, Counted, Scored


def outcome(n: int, *passes: bool) -> CaseOutcome:
    answers = tuple(
        Counted(
            response_id=f"{n}-{sample}",
            sample=sample,
            status="ok",
            broken=False,
            scores=(Scored(check_id="good", check_hash="v", status="pass" if passed else "fail"),),
        )
        for sample, passed in enumerate(passes)
    )
    return CaseOutcome(case_id=f"c{n:04}", case_hash="h", answers=answers)


def success(a: Sequence[CaseOutcome], b: Sequence[CaseOutcome], places: dict[str, Place] | None = None) -> Noise:
    found = noise_of(a, b, places or {})
    assert found.measures[0].measure == "success"
    return found.measures[0]


def test_flips_both_ways_over_cases() -> None:
    """10 flips in 100 cases: the exact interval of Clopper and Pearson, and a margin of 1.96 · √(0.1 / 100)."""
    a = [outcome(n, n % 20 != 0) for n in range(100)]
    b = [outcome(n, n % 20 != 1) for n in range(100)]
    noise = success(a, b)
    assert (noise.n, noise.groups, noise.rate) == (100, 100, pytest.approx(0.1))
    assert noise.interval == pytest.approx((0.0490, 0.1762), abs=1e-4)
    assert noise.margin == pytest.approx(0.06198, abs=1e-5)
    assert noise.alarms(0) == pytest.approx(0.5)
    assert noise.alarms(noise.margin) == pytest.approx(0.025)


def test_the_check_itself_is_told_beside_success() -> None:
    both = [outcome(1, True)], [outcome(1, False)]
    assert [noise.measure for noise in noise_of(*both, {}).measures] == ["success", "check good", "error_rate"]


def test_samples_tell_how_often_two_answers_differ_not_how_often_means_do() -> None:
    """A coin that falls 2 and 2 on both sides has equal means, and flips every second time all the same."""
    noise = success([outcome(1, True, True, False, False)], [outcome(1, False, True, False, True)])
    assert (noise.rate, noise.error) == (0.5, 0)
    low, high = noise.interval
    assert low <= 0.5 <= high


def test_cases_of_a_group_move_together() -> None:
    a, b = [outcome(n, True) for n in range(4)], [outcome(n, False) for n in range(4)]
    alone = success(a, b)
    grouped = success(a, b, {f"c{n:04}": Place(group="same") for n in range(4)})
    assert (alone.error, grouped.error) == (pytest.approx(0.5), pytest.approx(1.0))
    assert (alone.groups, grouped.groups) == (4, 1)


def test_what_never_flips_has_no_margin_and_says_how_sure_that_is() -> None:
    same = [outcome(n, True) for n in range(12)]
    noise = success(same, same)
    assert (noise.rate, noise.margin, noise.alarms(0.0)) == (0, 0, 0)
    assert noise.interval == pytest.approx((0, 1 - math.pow(0.025, 1 / 12)))


def test_cases_that_were_not_answered_twice_are_left_out_with_the_reason() -> None:
    gone = CaseOutcome(case_id="c0001", case_hash="h", excluded="rate_limit")
    found = noise_of([outcome(0, True), outcome(1, True)], [outcome(0, True), gone], {})
    assert (found.pairs, dict(found.excluded)) == (1, {"B: rate_limit": 1})


def scored(n: int, *values: float) -> CaseOutcome:
    answers = tuple(
        Counted(
            response_id=f"{n}-{sample}",
            sample=sample,
            status="ok",
            broken=False,
            scores=(Scored(check_id="rouge", check_hash="v", status="pass", value=value),),
        )
        for sample, value in enumerate(values)
    )
    return CaseOutcome(case_id=f"c{n:04}", case_hash="h", answers=answers)


def test_scores_tell_how_far_two_askings_lie_apart() -> None:
    one = [scored(n, 0.5, 0.7) for n in range(40)]
    other = [scored(n, 0.8 if n % 2 else 0.4) for n in range(40)]
    found = noise_of(one, other, {})
    (noise,) = found.scores
    assert (noise.measure, noise.n, noise.groups) == ("score rouge", 40, 40)
    assert (noise.distance, noise.sd) == (pytest.approx(0.2), pytest.approx(0.2))
    low, high = noise.interval
    assert low < 0.2 < high
    assert noise.margin == pytest.approx(1.959964 * 0.2 / math.sqrt(40))
    assert noise.alarms(noise.margin) == pytest.approx(0.025)
    assert noise_of(one, other, {f"c{n:04}": Place(group="g") for n in range(40)}).scores[0].groups == 1


def test_what_only_passes_or_fails_has_no_scores() -> None:
    assert noise_of([outcome(1, True)], [outcome(1, False)], {}).scores == ()
