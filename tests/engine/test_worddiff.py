"""Two texts told as one."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.worddiff import LENGTH_LIMIT, TOKEN_LIMIT, Run, diff_words, merge_words

WORDS = st.lists(st.sampled_from(["one ", "two ", "three, ", "\n", "(four)", "日本", "  ", "five"]), max_size=25)
TEXTS = WORDS.map("".join)


@settings(deadline=None)  # the first comparison loads what it compares with
@given(TEXTS, TEXTS)
def test_what_is_told_gives_both_texts_back(left: str, right: str) -> None:
    runs = merge_words(left, right)
    assert all(run.text for run in runs)
    assert "".join(run.text for run in runs if run.change != "added") == left
    assert "".join(run.text for run in runs if run.change != "removed") == right


@given(TEXTS, TEXTS)
def test_what_went_stands_before_what_came_in_its_place(left: str, right: str) -> None:
    changes = [run.change for run in merge_words(left, right)]
    assert ("added", "removed") not in set(pairwise(changes))


@given(TEXTS)
def test_equal_texts_differ_nowhere(text: str) -> None:
    assert "".join(run.text for run in merge_words(text, text) if run.change == "same") == text


def test_a_changed_phrase_is_told_whole() -> None:
    assert merge_words("You get 30 days free.", "You get one week free.") == [
        Run("You get ", "same"),
        Run("30 days", "removed"),
        Run("one week", "added"),
        Run(" free.", "same"),
    ]


def test_texts_too_long_to_compare_are_told_whole() -> None:
    left = "a\n" * (TOKEN_LIMIT + 1)
    assert merge_words(left, "b\n") == [Run(left, "removed"), Run("b\n", "added")]


def test_one_text_or_two_the_same_is_compared() -> None:
    """However long the lines are: neither way looks at what is too long for the other."""
    shared = "word " * (LENGTH_LIMIT // 5)
    left, right = f"{shared}\nbefore\n", f"{shared}\nafter\n"
    assert merge_words(left, right) == [Run(left, "removed"), Run(right, "added")]
    assert diff_words(left, right) == ([Run(left, "removed")], [Run(right, "added")])
    assert merge_words(left, left) == [Run(left, "same")]
    assert diff_words("", left) == ([], [Run(left, "added")])
