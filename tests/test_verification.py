"""What is known from elsewhere, in public data and worked-out values, is each held by a test.

Where a collection has what no test holds and no line here puts off, this fails.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from support.verification import VARIABLE, verification_file

pytest_plugins = ["pytester"]
TESTS = Path(__file__).parent
CARRIED = {
    "engine/stats/reference_values.json": {
        "log_wealth", "conf_seq", "wilson", "zero_failures_to_pass", "clopper_pearson", "mean_ci", "mcnemar",
        "n_paired", "n_mcnemar", "holm", "bh",
    },
    "engine/stats/judge_reference_values.json": {
        "kappa", "ac1", "fleiss", "krippendorff", "position_bias_p", "length_controlled", "ppi_plusplus",
        "calibrated_cs", "info_ppi_py_ci",
    },
    "engine/metrics/reference_values.json": {
        "pass_at_k", "rouge", "bleu_sentence", "chrf_sentence", "bleu_corpus", "fuzz",
    },
}  # fmt: skip
"""File of values beside the test that is named like it → functions whose reference values it holds."""
NOT_BUILT = {
    "watching what was released": {
        "log_wealth_monitor", "laney", "xmr", "cusum", "quantile_ci", "psi", "ks",
    },
    "other ways, for comparison": {"info_beta_binomial_cs", "info_confseq"},
}  # fmt: skip
"""What Tiebreak does not compute yet → functions of it."""
DATA = {
    "mifeval": "engine/checks/test_ifeval.py",
    "xsum_hallucination": "engine/metrics/test_real_data.py",
    "ragchecker": "engine/metrics/test_real_data.py",
    "pandalm": "engine/metrics/test_real_data.py",
    "llmbar": "engine/calibration/test_real_data.py",
}
"""Set → the test that repeats figures of it."""
DATA_NOT_USED = {"azure_llm_trace"}
"""Sets for watching what was released."""


def reference_values() -> list[dict[str, Any]]:
    folder = os.environ.get(VARIABLE)
    path = Path(folder).parent / "reference" / "reference_values.json" if folder else None
    if path is None or not path.exists():
        pytest.skip("the reference values are not here")
    return json.loads(path.read_text())["cases"]


def test_every_reference_value_of_what_is_built_is_held_by_a_test() -> None:
    known = reference_values()
    told = [*CARRIED.values(), *NOT_BUILT.values()]
    every = {name for names in told for name in names}
    assert sum(map(len, told)) == len(every), "each function in one place"
    assert {case["fn"] for case in known} == every
    for file, functions in CARRIED.items():
        held = json.loads((TESTS / file).read_text())["cases"]
        wanted = {case["id"]: case for case in known if case["fn"] in functions}
        assert {case["id"] for case in held} == set(wanted)
        for case in held:
            for part in ("fn", "args", "expected", "tol"):
                assert case[part] == wanted[case["id"]][part], case["id"]


@pytest.mark.parametrize("file", CARRIED)
def test_each_function_has_a_test_of_its_own(file: str) -> None:
    """The values in the file are asked for by name."""
    values = TESTS / file
    source = (values.parent / f"test_{values.stem}.py").read_text()
    held = {case["fn"] for case in json.loads(values.read_text())["cases"]}
    assert held == CARRIED[file]
    assert [name for name in held if not re.search(rf'"{name}"[,)\s]', source.partition("def test_the_file")[0])] == []


@pytest.mark.real_data
def test_every_set_of_real_data_is_used() -> None:
    sets = set(json.loads(verification_file("expected.json").read_text()))
    assert sets == set(DATA) | DATA_NOT_USED
    for name, test in DATA.items():
        source = (TESTS / test).read_text()
        assert "real_data" in source
        assert re.search(rf'verification_file\("{name}["/]', source)


@pytest.mark.parametrize(("data", "outcome"), [(None, {"skipped": 2}), (".", {"failed": 1, "passed": 1})])
def test_with_the_data_no_test_of_it_is_skipped(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, data: str | None, outcome: dict[str, int]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if data is not None:
        monkeypatch.setenv(VARIABLE, data)
    pytester.makeconftest((TESTS / "conftest.py").read_text())
    pytester.makeini("[pytest]\nmarkers = real_data\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(
        "import pytest\n"
        "pytestmark = pytest.mark.real_data\n"
        "def test_one(): pytest.skip('it is not here')\n"
        "def test_other(): pass\n"
    )
    pytester.runpytest_inprocess().assert_outcomes(**outcome)
