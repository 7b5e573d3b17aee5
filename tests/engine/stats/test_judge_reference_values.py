"""Agreement and calibrated means: every figure here was made by other libraries; `source` in the file names them."""

import json
from collections import Counter
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest

from tiebreak.calibration import BothOrders, length_controlled, position_bias
from tiebreak.stats.kappa import cohen_kappa, gwet_ac1, weighted_kappa
from tiebreak.stats.ppi import powered_mean
from tiebreak.stats.ppi_live import live_powered_mean
from tiebreak.stats.raters import fleiss_kappa, krippendorff_alpha
from tiebreak.stats.regress import fit_log_odds

FILE = Path(__file__).parent / "judge_reference_values.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text())["cases"]


def cases(function: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["fn"] == function]


def only(function: str) -> dict[str, Any]:
    (param,) = cases(function)
    (case,) = param.values
    return case


@pytest.mark.parametrize("case", cases("kappa"))
def test_kappa(case: dict[str, Any]) -> None:
    table, weights = case["args"]["table"], case["args"]["weights"]
    value, error = case["expected"]
    if weights is None:
        found = cohen_kappa(table)
        assert found is not None
        assert (found.value, found.se) == pytest.approx((value, error), abs=case["tol"])
        assert weighted_kappa(table, 0) == pytest.approx(value, abs=case["tol"])
    else:
        assert weighted_kappa(table, {"linear": 1, "quadratic": 2}[weights]) == pytest.approx(value, abs=case["tol"])


@pytest.mark.parametrize("case", cases("ac1"))
def test_ac1(case: dict[str, Any]) -> None:
    assert gwet_ac1(case["args"]["table"]) == pytest.approx(case["expected"], abs=case["tol"])


def test_fleiss() -> None:
    case = only("fleiss")
    assert fleiss_kappa(case["args"]["counts"]) == pytest.approx(case["expected"], abs=case["tol"])


@pytest.mark.parametrize("case", cases("krippendorff"))
def test_krippendorff(case: dict[str, Any]) -> None:
    args = case["args"]
    assert krippendorff_alpha(args["ratings"], args["level"]) == pytest.approx(case["expected"], abs=case["tol"])


@pytest.mark.parametrize("case", cases("position_bias_p"))
def test_position_bias(case: dict[str, Any]) -> None:
    first, second = case["args"]["first"], case["args"]["second"]
    found = position_bias([*[BothOrders(1, 0)] * first, *[BothOrders(0, 1)] * second, *[BothOrders(1, 1)] * 9])
    assert found.p == pytest.approx(case["expected"], abs=case["tol"])


def test_length_controlled() -> None:
    case = only("length_controlled")
    expected, tolerance = case["expected"], case["tol"]
    found = length_controlled(case["args"]["verdict"], case["args"]["dlen"])
    assert found is not None
    assert (found.fit.start, found.fit.slope) == pytest.approx(tuple(expected["beta"]), abs=tolerance)
    assert (found.fit.start_se, found.fit.slope_se) == pytest.approx(tuple(expected["se"]), abs=tolerance)
    assert (found.controlled, found.raw) == pytest.approx((expected["lc_win_rate"], expected["raw"]), abs=tolerance)
    assert fit_log_odds([1.0, 1.0], [0.0, 1.0]) is None


@pytest.mark.parametrize("case", cases("ppi_plusplus"))
def test_powered_means(case: dict[str, Any]) -> None:
    args, expected = case["args"], case["expected"]
    found = powered_mean(args["y"], args["f"], args["F"], weight=args.get("lam"))
    seen = {"lam": found.weight, "est": found.mean, "se": found.se, "lo": found.low, "hi": found.high}
    assert {name: seen[name] for name in expected} == pytest.approx(expected, abs=case["tol"])


def test_the_interval_is_wider_than_the_normal_one_of_ppi_python_and_has_its_middle() -> None:
    case = only("info_ppi_py_ci")
    args, (low, high) = case["args"], case["expected"]
    found = powered_mean(args["y"], args["f"], args["F"], alpha=args["alpha"])
    assert (found.low + found.high) / 2 == pytest.approx((low + high) / 2, abs=case["tol"])
    assert found.low < low < high < found.high
    # Theirs is the normal quantile with n for n − 2 and N for N − 1.
    n, others = found.n, found.judged_only
    elsewhere = [value - sum(args["F"]) / others for value in args["F"]]
    beside = found.weight**2 * sum(value**2 for value in elsewhere) / others / (others - 1)
    labelled = found.se**2 - beside
    theirs = (labelled * (n - 2) / n + beside * (others - 1) / others) ** 0.5 * NormalDist().inv_cdf(0.975)
    assert high - low == pytest.approx(2 * theirs, abs=case["tol"])


def test_live_powered_mean() -> None:
    case = only("calibrated_cs")
    args = case["args"]
    judged_set = [*args["f"]]
    # The rest of the set brings its mean to the given one.
    rest = 70
    wanted = args["fbar"] * (rest + len(judged_set)) - sum(judged_set)
    judged_set += [wanted / rest] * rest
    found = live_powered_mean(args["y"], args["f"], judged_set, weight=args["lam"])
    assert found.judged_mean == pytest.approx(args["fbar"], abs=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(case["expected"]), abs=case["tol"])


def test_the_file_holds_all_of_them() -> None:
    assert Counter(case["fn"] for case in CASES) == {
        "kappa": 5,
        "ac1": 2,
        "fleiss": 1,
        "krippendorff": 3,
        "position_bias_p": 3,
        "length_controlled": 1,
        "ppi_plusplus": 2,
        "info_ppi_py_ci": 1,
        "calibrated_cs": 1,
    }
