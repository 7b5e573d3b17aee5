"""Place, length and family: what a judge may lean to."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.calibration import (
    BothOrders,
    favour,
    length_alarm,
    length_controlled,
    position_bias,
    swap_averaged,
)
from tiebreak.calibration.verbosity import squashed

VERDICT = st.sampled_from([None, 0.0, 0.5, 1.0])
ORDERS = st.builds(BothOrders, VERDICT, VERDICT)


@pytest.mark.parametrize(
    ("case", "value"),
    [
        (BothOrders(1, 1), 1),
        (BothOrders(0, 0), 0),
        (BothOrders(0.5, 0.5), 0.5),
        (BothOrders(1, 0), 0.5),
        (BothOrders(1, 0.5), 0.5),
        (BothOrders(None, 1), None),
        (BothOrders(None, None), None),
    ],
)
def test_two_orders_make_one_value(case: BothOrders, value: float | None) -> None:
    assert swap_averaged(case) == value


@settings(max_examples=60, deadline=None)
@given(st.lists(ORDERS, max_size=60))
def test_position_figures_add_up_and_mirror(cases: list[BothOrders]) -> None:
    found = position_bias(cases)
    assert found.n + found.excluded == len(cases)
    assert found.consistent + found.first_favoured + found.second_favoured == found.n
    # The baseline's view of the same verdicts: it lost what the candidate won, and stood where that did not.
    mirrored = [
        BothOrders(*[None if value is None else 1 - value for value in (case.shown_second, case.shown_first)])
        for case in cases
    ]
    assert position_bias(mirrored) == found
    turned = position_bias([BothOrders(case.shown_second, case.shown_first) for case in cases])
    assert (turned.first_favoured, turned.second_favoured) == (found.second_favoured, found.first_favoured)
    if found.first_picked is not None:
        assert turned.first_picked == pytest.approx(1 - found.first_picked)


def test_a_judge_that_always_picks_the_first_is_found() -> None:
    found = position_bias([BothOrders(1, 0)] * 20)
    assert (found.consistency, found.first_picked, found.favours, found.biased) == (0, 1, "first", True)
    assert found.p == pytest.approx(2 / 2**20)
    assert found.consistency_interval[0] == 0
    steady = position_bias([BothOrders(1, 1), BothOrders(0, 0), BothOrders(0.5, 0.5)])
    assert (steady.consistency, steady.p, steady.favours, steady.biased) == (1, 1, None, False)
    assert steady.first_picked == 0.5
    assert position_bias([BothOrders(0, 1)] * 3).favours == "second"


def test_half_a_flip_leans_to_the_place_where_it_did_better() -> None:
    found = position_bias([BothOrders(1, 0.5), BothOrders(0.5, 0), BothOrders(0.5, 1)])
    assert (found.first_favoured, found.second_favoured, found.consistent) == (2, 1, 0)


def test_without_a_pair_of_verdicts_nothing_is_said() -> None:
    found = position_bias([BothOrders(None, 1)])
    assert (found.n, found.excluded, found.consistency, found.first_picked, found.p) == (0, 1, None, None, 1)
    with pytest.raises(ValueError, match="0, ½ or 1"):
        position_bias([BothOrders(0.7, 1)])
    with pytest.raises(ValueError, match="0, ½ or 1"):
        swap_averaged(BothOrders(None, 2))


# -- length


def wordy_judge(rng: random.Random, n: int, lean: float) -> tuple[list[float], list[float], list[float]]:
    """People who do not care for length, and a judge who does by `lean` log odds."""
    lengths = [rng.gauss(40, 100) for _ in range(n)]
    human = [float(rng.random() < 0.5) for _ in range(n)]
    judge = [
        float(rng.random() < 1 / (1 + math.exp(-(2.5 * (said - 0.5) * 2 + lean * math.tanh(length / 100)))))
        for said, length in zip(human, lengths, strict=True)
    ]
    return judge, human, lengths


def test_the_alarm_rings_for_a_judge_who_likes_length_more_than_people_do() -> None:
    judge, human, lengths = wordy_judge(random.Random(1), 300, 2.5)
    found = length_alarm(judge, human, lengths)
    assert found is not None
    assert found.rings
    assert found.slope.low > 0
    fit = length_controlled(judge, lengths)
    assert fit is not None
    assert fit.controlled < fit.raw
    assert fit.fit.slope > 0


def test_it_is_silent_where_people_like_the_longer_answer_as_much() -> None:
    rng = random.Random(1)
    lengths = [rng.gauss(40, 100) for _ in range(300)]
    human = [float(rng.random() < 1 / (1 + math.exp(-2 * math.tanh(length / 100)))) for length in lengths]
    found = length_alarm(human, human, lengths)
    assert found is not None
    assert (found.slope.value, found.slope.p, found.rings) == (0, 1, False)
    fit = length_controlled(human, lengths)
    assert fit is not None
    assert fit.controlled < fit.raw - 0.02  # and here the diagnostic takes away what was earned


def test_a_noisy_judge_among_people_who_like_length_does_not_ring() -> None:
    rng = random.Random(3)
    lengths = [rng.gauss(0, 100) for _ in range(400)]
    human = [float(rng.random() < 1 / (1 + math.exp(-2 * math.tanh(length / 100)))) for length in lengths]
    judge = [said if rng.random() < 0.6 else float(rng.random() < 0.5) for said in human]
    found = length_alarm(judge, human, lengths)
    assert found is not None
    assert found.slope.p < 0.05
    assert not found.rings


def test_lengths_are_squashed_by_their_spread() -> None:
    assert squashed([]) == []
    assert squashed([5.0, 5.0]) == [0, 0]
    assert squashed([-1.0, 1.0]) == pytest.approx([math.tanh(-1), math.tanh(1)])
    assert squashed([-10.0, 10.0]) == squashed([-1.0, 1.0])
    for strange in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite"):
            squashed([1.0, strange])


def test_where_length_explains_nothing_or_all_there_is_no_controlled_rate() -> None:
    assert length_controlled([1.0, 0.0, 1.0], [7.0, 7.0, 7.0]) is None
    assert length_controlled([1.0, 1.0, 0.0, 0.0], [9.0, 8.0, -3.0, -5.0]) is None
    assert length_alarm([1.0] * 20, [0.0, 1.0] * 10, [3.0] * 20) is None
    with pytest.raises(ValueError, match="zip"):
        length_alarm([1.0], [1.0, 0.0], [3.0])


# -- family


def test_favour_is_what_the_judge_gives_above_people() -> None:
    human = [0.0, 0.5, 1.0, 0.0, 1.0, 0.5] * 10
    judge = [min(1.0, said + (0.5 if index % 3 == 0 else 0)) for index, said in enumerate(human)]
    found = favour(judge, human)
    assert found.mean == pytest.approx(sum(a - b for a, b in zip(judge, human, strict=True)) / 60)
    assert found.low is not None
    assert found.low > 0
    assert favour(human, human).mean == 0
    grouped = favour(judge, human, [index // 10 for index in range(60)])
    assert grouped.groups == 6
    with pytest.raises(ValueError, match="zip"):
        favour([1.0], [])
