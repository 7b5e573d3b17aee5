"""Keys that are pressed and keys that are held down, on a clock of the test's own."""

from collections.abc import Iterable
from itertools import pairwise

import pytest

from tiebreak_tui.presses import REPEAT, Presses, Verdict, bound


def verdicts(times: Iterable[float], binding: str | None = "vote.a", key: str = "left") -> list[Verdict]:
    presses = Presses()
    return [presses.judge(key, at, binding) for at in times]


def acts(found: list[Verdict]) -> int:
    """How often the key acts: one that waits does unless the same key follows and is held."""
    following = [*found[1:], "act"]
    return sum(
        verdict == "act" or (verdict == "wait" and after not in ("held", "quiet"))
        for verdict, after in zip(found, following, strict=True)
    )


@pytest.mark.parametrize("delay", [0.225, 0.5, 1.0])
@pytest.mark.parametrize("every", [0.015, 0.03, 0.09, 0.12])
@pytest.mark.parametrize("binding", ["vote.a", "score.3", "case.skip", "answer.again", "place.leave", "setup.quit"])
def test_a_held_key_acts_once(delay: float, every: float, binding: str) -> None:
    found = verdicts([0.0, *(delay + every * n for n in range(40))], binding)
    assert acts(found) == 1
    assert found.count("held") == 1  # said once, not forty times


@pytest.mark.parametrize("gap", [0.2, 0.25, 0.4, 1.0, 5.0])
def test_deliberate_presses_all_count(gap: float) -> None:
    assert acts(verdicts(gap * n for n in range(10))) == 10


def test_a_press_after_a_held_key_counts() -> None:
    held = [0.0, *(0.5 + 0.03 * n for n in range(20))]
    assert acts(verdicts([*held, held[-1] + 2])) == 2
    assert verdicts([*held, held[-1] + 2])[-1] == "act"


def test_different_keys_in_quick_turns_all_act_at_once() -> None:
    presses = Presses()
    keys = [
        ("left", "vote.a"),
        ("t", "vote.tie"),
        ("1", "score.1"),
        ("left", "vote.a"),
        ("j", None),
        ("left", "vote.a"),
    ]
    found = [presses.judge(key, 0.05 * n, binding) for n, (key, binding) in enumerate(keys)]
    assert found == ["act"] * 6


def test_what_rates_nothing_repeats_freely() -> None:
    assert verdicts((0.03 * n for n in range(30)), None, "j") == ["act"] * 30
    assert verdicts((0.03 * n for n in range(30)), "case.next", "enter") == ["act"] * 30


@pytest.mark.parametrize("binding", ["case.undo", "score.clear"])
def test_a_held_undo_goes_on_slowly(binding: str) -> None:
    times = [0.0, *(0.5 + 0.03 * n for n in range(100))]
    found = verdicts(times, binding, "u")
    assert set(found) == {"act", "quiet"}
    acted = [at for at, verdict in zip(times, found, strict=True) if verdict == "act"]
    assert all(later - earlier >= 0.3 for earlier, later in pairwise(acted))
    assert 10 <= len(acted) <= 12
    assert verdicts([0.0, REPEAT + 0.01, 2 * REPEAT + 0.02], binding, "u") == ["act"] * 3


def test_keys_are_found_by_all_their_names() -> None:
    assert bound({"vote.tie": "t,space", "vote.a": "left"}) == {"t": "vote.tie", "space": "vote.tie", "left": "vote.a"}
