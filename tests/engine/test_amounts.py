"""How money, times and differences are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.amounts import dollars, fixed, money, points, seconds, signed


@pytest.mark.parametrize(
    ("value", "written"),
    [(5.4e-05, "+$0.000054"), (-0.0021, "−$0.0021"), (0.6, "+$0.60"), (0.0, "$0.00"), (-12.0, "−$12.00")],
)
def test_differences_of_money(value: float, written: str) -> None:
    assert signed(value, money) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.8, "0.8 s"), (0.043, "0.043 s"), (1234.5, "1,234 s"), (0.00042, "0.0004 s"), (1e-9, "0 s"), (-1.25, "−1.25 s")],
)
def test_times(value: float, written: str) -> None:
    assert seconds(value) == written


def test_what_reads_as_nothing_has_no_sign() -> None:
    assert [signed(value, fixed(2, " s")) for value in (-0.001, 0.001, -0.006)] == ["0.00 s", "0.00 s", "−0.01 s"]
    assert [points(value) for value in (-0.0001, 0.015, -0.12)] == ["0 pp", "+1.5 pp", "−12 pp"]
    assert [dollars(value) for value in (1, 0.5, 0.00005, 100)] == ["$1", "$0.5", "$0.00005", "$100"]


@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_no_power_of_ten_and_no_zero_with_a_sign(value: float) -> None:
    for text in (signed(value, money), signed(value, seconds), signed(value, fixed(2)), points(value), money(value)):
        assert "e" not in text
        assert text.startswith(("+", "−")) == any(digit in text for digit in "123456789") or text == money(value)
