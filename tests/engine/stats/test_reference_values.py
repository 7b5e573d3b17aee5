"""Every figure here was made by other libraries; `source` in the file names them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tiebreak.stats.confidence_sequence import Histogram, conf_seq, log_wealth
from tiebreak.stats.intervals import wilson
from tiebreak.stats.planning import zero_failures_to_pass

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "reference_values.json").read_text())["cases"]


def cases(function: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["fn"] == function]


def histogram(args: dict[str, Any]) -> Histogram:
    return Histogram(tuple(map(float, args["values"])), tuple(args["counts"]))


@pytest.mark.parametrize("case", cases("log_wealth"))
def test_log_wealth(case: dict[str, Any]) -> None:
    args = case["args"]
    assert log_wealth(histogram(args), args["m0"], args["side"]) == pytest.approx(case["expected"], abs=case["tol"])


@pytest.mark.parametrize("case", cases("conf_seq"))
def test_conf_seq(case: dict[str, Any]) -> None:
    interval = conf_seq(histogram(case["args"]), case["args"]["alpha"])
    assert interval == pytest.approx(tuple(case["expected"]), abs=case["tol"])


@pytest.mark.parametrize("case", cases("wilson"))
def test_wilson(case: dict[str, Any]) -> None:
    args = case["args"]
    assert wilson(args["s"], args["n"], args["alpha"]) == pytest.approx(tuple(case["expected"]), abs=case["tol"])


@pytest.mark.parametrize("case", cases("zero_failures_to_pass"))
def test_zero_failures_to_pass(case: dict[str, Any]) -> None:
    needed = [zero_failures_to_pass(m0, case["args"]["alpha"]) for m0 in case["args"]["m0"]]
    assert needed == case["expected"]


def test_the_file_holds_all_four() -> None:
    counts = {fn: len(cases(fn)) for fn in ("log_wealth", "conf_seq", "wilson", "zero_failures_to_pass")}
    assert counts == {"log_wealth": 16, "conf_seq": 14, "wilson": 6, "zero_failures_to_pass": 1}
