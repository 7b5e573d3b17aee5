"""Every figure here was made by other libraries; `source` in the file names them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tiebreak.stats.confidence_sequence import Histogram, conf_seq, log_wealth
from tiebreak.stats.distributions import t_quantile
from tiebreak.stats.flips import mcnemar
from tiebreak.stats.intervals import clopper_pearson, wilson
from tiebreak.stats.multiplicity import benjamini_hochberg, holm
from tiebreak.stats.paired import standard_error, sums_of
from tiebreak.stats.planning import zero_failures_to_pass
from tiebreak.stats.power import Spread, cases_for_passes, cases_for_scores

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


@pytest.mark.parametrize("case", cases("clopper_pearson"))
def test_clopper_pearson(case: dict[str, Any]) -> None:
    args = case["args"]
    interval = clopper_pearson(args["s"], args["n"], args["alpha"])
    assert interval == pytest.approx(tuple(case["expected"]), abs=case["tol"])


@pytest.mark.parametrize("case", cases("mean_ci"))
def test_the_mean_of_paired_differences(case: dict[str, Any]) -> None:
    values, groups = case["args"]["x"], case["args"]["clusters"]
    mean, squares, count = sums_of(values, groups)
    error = standard_error(len(values), squares, count)
    reach = t_quantile(0.975, count - 1) * error
    assert (mean, error, mean - reach, mean + reach) == pytest.approx(tuple(case["expected"]), abs=case["tol"])


@pytest.mark.parametrize("case", cases("mcnemar"))
def test_mcnemar(case: dict[str, Any]) -> None:
    assert mcnemar(case["args"]["b"], case["args"]["c"]) == pytest.approx(tuple(case["expected"]), abs=case["tol"])


@pytest.mark.parametrize("case", cases("n_paired"))
def test_cases_for_scores(case: dict[str, Any]) -> None:
    args = case["args"]
    spread = Spread(
        between=args["omega2"],
        within_a=args.get("s2a", 0),
        within_b=args.get("s2b", 0),
        samples_a=args.get("ka", 1),
        samples_b=args.get("kb", 1),
    )
    assert cases_for_scores(spread, args["delta"]) == pytest.approx(case["expected"], abs=case["tol"])


@pytest.mark.parametrize("case", cases("n_mcnemar"))
def test_cases_for_passes(case: dict[str, Any]) -> None:
    found = cases_for_passes(case["args"]["psi"], case["args"]["delta"])
    assert found == pytest.approx(case["expected"], abs=case["tol"])


@pytest.mark.parametrize(("function", "adjust"), [("holm", holm), ("bh", benjamini_hochberg)])
def test_adjusted_p_values(function: str, adjust: Any) -> None:
    (param,) = cases(function)
    (case,) = param.values
    assert adjust(case["args"]["p"]) == pytest.approx(case["expected"], abs=case["tol"])


def test_the_file_holds_all_of_them() -> None:
    counts = Counter(case["fn"] for case in CASES)
    assert counts == {
        "log_wealth": 16,
        "conf_seq": 14,
        "wilson": 6,
        "zero_failures_to_pass": 1,
        "clopper_pearson": 6,
        "mcnemar": 5,
        "mean_ci": 2,
        "n_paired": 4,
        "n_mcnemar": 1,
        "holm": 1,
        "bh": 1,
    }
