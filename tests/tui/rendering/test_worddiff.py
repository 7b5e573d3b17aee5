import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from tiebreak.worddiff import TOKEN_LIMIT, Run, diff_words
from tiebreak_tui.rendering.palette import STYLES, Palette
from tiebreak_tui.rendering.worddiff import styled

WORDS = st.lists(st.sampled_from(["one ", "two ", "three, ", "\n", "(four)", "日本", "  "]), max_size=25).map("".join)
PALETTE = Palette(**dict.fromkeys(STYLES, Style()))


@given(WORDS, WORDS)
def test_runs_give_both_sides_back_and_share_the_same_words(left: str, right: str) -> None:
    left_runs, right_runs = diff_words(left, right)
    assert "".join(run.text for run in left_runs) == left
    assert "".join(run.text for run in right_runs) == right
    assert {run.change for run in left_runs} <= {"same", "removed"}
    assert {run.change for run in right_runs} <= {"same", "added"}
    left_same, right_same = (
        "".join(run.text for run in runs if run.change == "same") for runs in (left_runs, right_runs)
    )
    assert "".join(left_same.split()) == "".join(right_same.split())


@given(WORDS)
def test_equal_answers_differ_nowhere(text: str) -> None:
    assert diff_words(text, text) == ([Run(text, "same")], [Run(text, "same")]) if text else ([], [])


def test_a_changed_phrase_is_one_run() -> None:
    left, right = diff_words("You get 30 days free.", "You get one whole week free.")
    assert left == [Run("You get ", "same"), Run("30 days", "removed"), Run(" free.", "same")]
    assert right == [Run("You get ", "same"), Run("one whole week", "added"), Run(" free.", "same")]


@pytest.mark.parametrize("change", ["removed", "added"])
def test_a_difference_shows_without_colour(change: str) -> None:
    runs = diff_words("a b", "a c")[0 if change == "removed" else 1]
    assert styled(runs, PALETTE).plain == {"removed": "a [-b-]", "added": "a {+c+}"}[change]


def test_long_answers_are_compared_by_line() -> None:
    lines = [f"line {number}, with words in it\n" for number in range(TOKEN_LIMIT // 8)]
    changed = [*lines[:5], "another line\n", *lines[6:]]
    left, _ = diff_words("".join(lines), "".join(changed))
    assert [run.text for run in left if run.change == "removed"] == [lines[5]]


def test_answers_too_long_to_compare_are_said_to_differ_whole() -> None:
    left, right = "a\n" * (TOKEN_LIMIT + 1), "b\n"
    assert diff_words(left, right) == ([Run(left, "removed")], [Run(right, "added")])
