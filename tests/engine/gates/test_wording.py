"""How numbers are written wherever gates, reports and screens speak of them."""

import pytest

from tiebreak.amounts import money
from tiebreak.gates import expand, title_of
from tiebreak.gates.wording import percent, spent
from tiebreak.records import Gate, Policy


@pytest.mark.parametrize(
    ("rate", "written"),
    [(0, "0 %"), (1, "100 %"), (0.95, "95 %"), (0.999, "99.9 %"), (0.0004, "0.04 %"), (0.99996, "99.996 %")],
)
def test_a_share_never_reads_as_all_or_nothing_unless_it_is(rate: float, written: str) -> None:
    assert percent(rate) == written


@pytest.mark.parametrize(
    ("usd", "written"),
    [
        (0, "$0.00"),
        (3.5, "$3.50"),
        (0.0021, "$0.0021"),
        (0.00000123, "$0.0000012"),
        (0.6, "$0.60"),
        (-0.000054, "−$0.000054"),
        (0.126, "$0.13"),
    ],
)
def test_small_amounts_keep_two_digits(usd: float, written: str) -> None:
    assert money(usd) == written


@pytest.mark.parametrize(
    ("usd", "unknown", "written"),
    [
        (0.0, 0, "$0.00"),
        (0.12, 0, "$0.12"),
        (0.12, 1, "$0.12 and 1 answer of unknown cost"),
        (0.12, 3000, "$0.12 and 3,000 answers of unknown cost"),
        (0.0, 88, "cost unknown"),
    ],
)
def test_an_unknown_cost_never_reads_as_nothing_spent(usd: float, unknown: int, written: str) -> None:
    assert spent(usd, unknown, "answer") == written


def _titles(*gates: Gate) -> list[str]:
    return [title_of(planned.gate) for planned in expand(Policy(name="p", gates={"human": gates}), ())]


def test_gates_of_one_title_are_told_apart_by_their_scopes() -> None:
    of_set = Gate(id="set", metric="win_rate", at_least=0.5, source="calibrated", judge="fair")
    fixed = Gate(id="once", metric="win_rate", at_least=0.5, source="calibrated", judge="fair", scope="fixed_n")
    assert _titles(of_set) == ["win rate ≥ 50 % (calibrated)"]
    assert _titles(of_set, fixed) == [
        "win rate ≥ 50 % · this set (calibrated)",
        "win rate ≥ 50 % · fixed n (calibrated)",
    ]


def test_gates_that_differ_in_nothing_that_is_told_bear_their_ids() -> None:
    strict = Gate(id="strict", title="Wins", metric="win_rate", at_least=0.6)
    mild = Gate(id="mild", title="Wins", metric="win_rate", at_least=0.5)
    wide = Gate(id="wide", title="Wins", metric="win_rate", at_least=0.5, scope="population")
    assert _titles(strict, mild) == ["Wins · strict", "Wins · mild"]
    assert _titles(strict, mild, wide) == ["Wins · this set · strict", "Wins · this set · mild", "Wins · population"]
