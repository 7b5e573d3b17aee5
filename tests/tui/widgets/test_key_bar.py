"""The last line of a place: whole keys or none, and always the way to help and out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.triage_app import triaging
from tiebreak_tui.widgets.key_bar import fitting

SIZES = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 3)), max_size=12)


@given(SIZES, st.integers(0, 120))
def test_what_fits_is_taken_the_least_spare_first(sizes: list[tuple[int, int]], width: int) -> None:
    taken = fitting(sizes, width)
    used = sum(sizes[place][0] + 1 for place in taken) - 1
    assert used <= max(width, 0)
    assert taken == sorted(set(taken))
    for left in set(range(len(sizes))) - set(taken):
        cells, spare = sizes[left]
        needed = sum(sizes[place][0] + 1 for place in taken if sizes[place][1] <= spare)
        assert needed + cells > width, "it is left out for no more needed key"


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (100, 30), (110, 30), (120, 40), (200, 60)])
async def test_help_and_the_way_out_are_never_cut(tmp_path: Path, size: tuple[int, int]) -> None:
    async with triaging(tmp_path / "ws", size=size) as (seat, _):
        await seat.until(lambda: seat.terminal.rows[-1].rstrip().endswith("q Leave ? Help"))
        assert "→ Next worse" in seat.terminal.rows[-1]


async def test_the_keys_follow_the_size_of_the_terminal(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws", size=(80, 24)) as (seat, _):
        await seat.until(lambda: "? Help" in seat.terminal.rows[-1])
        assert "← Worse before" not in seat.text
        await seat.terminal.pilot.resize_terminal(200, 60)
        await seat.sees("← Worse before", "? Help")
        await seat.terminal.pilot.resize_terminal(60, 20)
        await seat.until(lambda: "← Worse before" not in seat.text and "? Help" in seat.text)
