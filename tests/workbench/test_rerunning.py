"""Which cases are asked again, and what answers say of them."""

from itertools import product

import pytest

from tiebreak_workbench.trials.rerunning import MARKS, AgainVerdict, verdict_of


@pytest.mark.parametrize(
    ("passes", "failed_before", "same", "verdict"),
    [
        (3, True, False, "fixed"),
        (0, True, False, "still_failing"),
        (3, False, False, "still_passing"),
        (0, False, False, "now_failing"),
        (3, True, True, "flaky"),
        (0, False, True, "flaky"),
        (3, False, True, "still_passing"),
        (0, True, True, "still_failing"),
        (3, None, True, "passing"),
        (0, None, True, "failing"),
        (3, None, False, "passing"),
        (0, None, False, "failing"),
    ],
)
def test_a_verdict_is_a_change_only_of_what_was_answered_before(
    passes: int, failed_before: bool | None, same: bool, verdict: AgainVerdict
) -> None:
    assert verdict_of(passes, 3, failed_before=failed_before, same=same) == verdict


def test_mixed_answers_are_flaky_whatever_was_before_and_plain_ones_are_never_marked() -> None:
    for before, same in product((True, False, None), (True, False)):
        assert verdict_of(1, 3, failed_before=before, same=same) == "flaky"
        assert verdict_of(0, 0, failed_before=before, same=same) == "not_answered"
    assert set(MARKS) == {"flaky", "fixed"}
