"""Whether a judge changed, from what it said of the same questions in two rounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.calibration.drift import judge_drift

QUESTIONS: st.SearchStrategy[object] = st.integers(0, 20)
ROUND = st.dictionaries(QUESTIONS, st.sampled_from([None, 0.0, 0.5, 1.0]), max_size=20)


def test_only_questions_of_both_rounds_with_two_valid_verdicts_count() -> None:
    before: dict[object, float | None] = {"a": 0.0, "b": 1.0, "c": None, "d": 1.0, "e": None, "only": 1.0}
    after: dict[object, float | None] = {"a": 1.0, "b": 1.0, "c": 1.0, "d": None, "e": None, "new": 0.0}
    found = judge_drift(before, after, number=2)
    assert (found.round, found.n, found.changed, found.up, found.down, found.lost) == (2, 2, 1, 1, 0, 2)
    assert found.share == 0.5


def test_a_drift_to_one_side_is_told_from_one_to_both() -> None:
    first: dict[object, float | None] = dict.fromkeys(range(12), 0.0)
    one_side = judge_drift(first, {**first, **dict.fromkeys(range(6), 1.0)}, number=1)
    assert one_side.p == pytest.approx(2 * 0.5**6)
    assert one_side.to_one_side
    low, high = dict.fromkeys(range(3), 0.0), dict.fromkeys(range(3), 1.0)
    over = {n + 3: 1 - value for n, value in low.items()}
    both = judge_drift({**low, **over}, {**high, **dict.fromkeys(over, 0.0)}, number=1)
    assert (both.up, both.down, both.p, both.to_one_side) == (3, 3, 1.0, False)


def test_nothing_in_common_is_no_drift() -> None:
    found = judge_drift({}, {"a": 1.0}, number=1)
    assert (found.n, found.share, found.p, found.to_one_side) == (0, None, 1.0, False)


@pytest.mark.parametrize(
    ("before", "after", "other"),
    [
        (("m-1",), ("m-1",), False),
        (("m-1",), ("m-1", "m-2"), True),
        (("m-1", "m-2"), ("m-2",), False),
        ((), ("m-2",), False),
        (("m-1",), (), False),
    ],
)
def test_another_model(before: tuple[str, ...], after: tuple[str, ...], other: bool) -> None:
    found = judge_drift({}, {}, number=1, served=(before, after), fingerprints=(after, before))
    assert found.other_model is other
    assert (found.served_before, found.served_after) == (before, after)
    assert (found.fingerprints_before, found.fingerprints_after) == (after, before)
    same = judge_drift({}, {}, number=1, served=(("m",), ("m",)), fingerprints=(before, after))
    assert (same.other_model, same.other_fingerprint) == (False, other)


@given(ROUND, ROUND)
def test_the_rounds_mirror_each_other(one: dict[object, float | None], two: dict[object, float | None]) -> None:
    there, back = judge_drift(one, two, number=1), judge_drift(two, one, number=1)
    assert (there.n, there.changed, there.lost, there.p) == (back.n, back.changed, back.lost, back.p)
    assert (there.up, there.down) == (back.down, back.up)
    low, high = there.interval if there.n else (0.0, 1.0)
    assert low <= (there.share or 0.0) + 1e-12
    assert (there.share or 0.0) <= high + 1e-12
