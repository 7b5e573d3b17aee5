"""Orders of which every stretch is a small picture of the whole."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.errors import UsageError
from tiebreak.records import Case, DatasetCard
from tiebreak.stats.strata import default_strata, proportional_order, strata_of

SIZES = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 30), min_size=1)


def strata(sizes: dict[str, int]) -> dict[str, str | None]:
    return {f"{name}{i}": name for name, size in sizes.items() for i in range(size)}


@given(SIZES, st.integers(0, 99))
def test_every_stretch_is_proportional_within_two_cases(sizes: dict[str, int], seed: int) -> None:
    given_ = strata(sizes)
    order = proportional_order(given_, seed)
    assert sorted(order) == sorted(given_)
    for begin in (0, len(order) // 3):
        seen: Counter[str | None] = Counter()
        for n, case_id in enumerate(order[begin:], start=1):
            seen[given_[case_id]] += 1
            assert all(abs(seen[name] - n * size / len(order)) < 2 for name, size in sizes.items())


@given(SIZES, st.integers(0, 99))
def test_the_order_of_the_file_does_not_matter(sizes: dict[str, int], seed: int) -> None:
    given_ = strata(sizes)
    assert proportional_order(dict(reversed(given_.items())), seed) == proportional_order(given_, seed)


def test_the_order_is_the_same_everywhere() -> None:
    given_ = strata({"a": 4, "b": 2})
    assert proportional_order(given_, 7) == ("a3", "a1", "b0", "a2", "a0", "b1")
    assert proportional_order({}, 7) == ()


def test_every_case_is_in_a_sample_equally_often() -> None:
    given_ = strata({"a": 7, "b": 2, "c": 1})
    drawn: Counter[str] = Counter()
    for seed in range(4000):
        drawn.update(proportional_order(given_, seed)[:4])
    # 4 of 10, 4,000 times: 1,600, with a standard deviation of 31.
    assert all(1600 - 155 < drawn[case_id] < 1600 + 155 for case_id in given_)


def test_what_cases_may_be_drawn_by() -> None:
    cases = [
        Case(id="a", input="q", segment="s", tags=("y", "x"), metadata={"lang": "de"}),
        Case(id="b", input="q", kind="golden"),
    ]
    assert strata_of(cases, "segment") == {"a": "s", "b": None}
    assert strata_of(cases, "kind") == {"a": "typical", "b": "golden"}
    assert strata_of(cases, "tags") == {"a": "x y", "b": None}
    assert strata_of(cases, "metadata.lang") == {"a": "de", "b": None}
    with pytest.raises(UsageError, match="cannot be drawn by “colour”"):
        strata_of(cases, "colour")
    with pytest.raises(UsageError, match=r"No case has “metadata\.colour”"):
        strata_of(cases, "metadata.colour")


@pytest.mark.parametrize(
    ("card", "segments", "rated", "by"),
    [
        (None, ("s", "t"), 1, "segment"),
        (None, ("s", "t"), 2, None),
        (None, ("s", "t"), None, None),
        (None, ("s", "s"), 1, None),
        ("kind", ("s", "s"), 1, "kind"),
        ("none", ("s", "t"), 1, None),
    ],
)
def test_what_is_drawn_by_where_nobody_says(
    card: str | None, segments: tuple[str, ...], rated: int | None, by: str | None
) -> None:
    cases = [Case(id=str(n), input="q", segment=segment) for n, segment in enumerate(segments)]
    assert default_strata(DatasetCard(name="d", strata=card), cases, rated=rated) == by
