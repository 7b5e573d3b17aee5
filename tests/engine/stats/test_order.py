import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.errors import UsageError
from tiebreak.records import Case
from tiebreak.stats.order import planned_cases, risk_first, seeded_order

CASES = [Case(id=f"c{i}", input="q", segment="billing" if i % 3 else "returns") for i in range(30)]


def test_the_order_is_the_same_everywhere() -> None:
    assert seeded_order(["a", "b", "c", "d", "e"], 7) == ("c", "e", "a", "d", "b")
    assert seeded_order(["a", "b", "c", "d", "e"], 8) == ("e", "a", "c", "d", "b")


@given(st.lists(st.text(), unique=True), st.integers())
def test_the_order_of_the_file_does_not_matter(case_ids: list[str], seed: int) -> None:
    order = seeded_order(case_ids, seed)
    assert sorted(order) == sorted(case_ids)
    assert seeded_order(reversed(case_ids), seed) == order
    assert seeded_order(case_ids[:-1], seed) == tuple(c for c in order if c in case_ids[:-1])


def test_every_case_comes_first_equally_often() -> None:
    firsts = [seeded_order(["a", "b", "c", "d"], seed)[0] for seed in range(2000)]
    assert all(430 < firsts.count(case_id) < 570 for case_id in "abcd")


def test_a_lone_surrogate_has_a_place() -> None:
    assert len(seeded_order(["\ud800", "x"], 1)) == 2


def test_segment_and_n() -> None:
    returns = planned_cases(CASES, seed=3, segment="returns")
    assert len(returns) == 10
    assert set(returns) == {f"c{i}" for i in range(0, 30, 3)}
    assert planned_cases(CASES, seed=3, segment="returns", n=4) == returns[:4]


@pytest.mark.parametrize(
    ("segment", "n", "says"),
    [
        ("refunds", None, "no case in segment “refunds”. Its segments are billing, returns."),
        ("returns", 11, "segment “returns” has 10"),
        (None, 0, "Plan 1 to 30"),
    ],
)
def test_what_cannot_be_planned(segment: str | None, n: int | None, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        planned_cases(CASES, seed=3, segment=segment, n=n)
    assert says in str(refused.value)


def test_an_empty_dataset() -> None:
    with pytest.raises(UsageError, match="Add cases first"):
        planned_cases([], seed=1)


@given(
    st.dictionaries(st.text(min_size=1, max_size=5), st.sampled_from([0.0, 0.3, 1.0]), max_size=30), st.integers(0, 99)
)
def test_the_greatest_risk_comes_first_and_equal_ones_in_seeded_order(risks: dict[str, float], seed: int) -> None:
    found = risk_first(risks, seed)
    assert sorted(found) == sorted(risks)
    assert [risks[case] for case in found] == sorted(risks.values(), reverse=True)
    for level in (0.0, 0.3, 1.0):
        same = [case for case in found if risks[case] == level]
        assert tuple(same) == seeded_order(same, seed)


def test_a_risk_is_a_number() -> None:
    with pytest.raises(ValueError, match="a number"):
        risk_first({"a": float("nan")}, 1)
