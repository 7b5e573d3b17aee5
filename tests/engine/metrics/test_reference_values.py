"""Every figure here was made by other libraries; `source` in the file names them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tiebreak.metrics import AnswerMetric, find_metric, measure
from tiebreak.metrics.examples import item
from tiebreak.metrics.kinds.pass_at_k import pass_at_k
from tiebreak.metrics.kinds.rouge import rouge_l, rouge_n
from tiebreak.metrics.kinds.sacrebleu_scores import corpus_score

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "reference_values.json").read_text())["cases"]


def cases(function: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["fn"] == function]


def value(name: str, answer: str, reference: str) -> float | None:
    metric, k = find_metric(name)[1:]
    assert isinstance(metric, AnswerMetric)
    return measure(metric, k, item(answer, reference=reference)).value


@pytest.mark.parametrize("case", cases("pass_at_k"))
def test_pass_at_k(case: dict[str, Any]) -> None:
    assert pass_at_k(**case["args"]) == pytest.approx(case["expected"], abs=case["tol"])


@pytest.mark.parametrize("case", cases("rouge"))
def test_rouge(case: dict[str, Any]) -> None:
    answer, reference = case["args"]["hypothesis"], case["args"]["reference"]
    found = {
        "rouge1": rouge_n(1, answer, reference),
        "rouge2": rouge_n(2, answer, reference),
        "rougeL": rouge_l(answer, reference),
    }
    for name, triple in case["expected"].items():
        assert found[name] == pytest.approx(tuple(triple), abs=case["tol"])
    assert value("rouge_2", answer, reference) == pytest.approx(case["expected"]["rouge2"][2], abs=case["tol"])


@pytest.mark.parametrize("case", [*cases("bleu_sentence"), *cases("chrf_sentence")])
def test_bleu_and_chrf_of_a_sentence(case: dict[str, Any]) -> None:
    name = case["fn"].removesuffix("_sentence")
    found = value(name, case["args"]["hypothesis"], case["args"]["reference"])
    assert found == pytest.approx(case["expected"] / 100, abs=case["tol"] / 100)


@pytest.mark.parametrize("case", cases("bleu_corpus"))
def test_bleu_of_a_corpus(case: dict[str, Any]) -> None:
    pairs = [(h, (r,)) for h, r in zip(case["args"]["hypotheses"], case["args"]["references"], strict=True)]
    assert corpus_score("bleu", pairs) == pytest.approx(case["expected"] / 100, abs=case["tol"] / 100)


@pytest.mark.parametrize("case", cases("fuzz"))
def test_fuzzy_similarity_and_edit_distance(case: dict[str, Any]) -> None:
    a, b, expected = case["args"]["a"], case["args"]["b"], case["expected"]
    assert value("fuzzy_similarity", a, b) == pytest.approx(expected["ratio"] / 100, abs=case["tol"])
    assert value("token_set_similarity", a, b) == pytest.approx(expected["token_set_ratio"] / 100, abs=case["tol"])
    assert value("edit_distance", a, b) == pytest.approx(expected["levenshtein"] / max(len(a), len(b)))


def test_the_file_holds_them_all() -> None:
    functions = ("pass_at_k", "rouge", "bleu_sentence", "chrf_sentence", "bleu_corpus", "fuzz")
    assert [len(cases(function)) for function in functions] == [6, 2, 1, 1, 1, 1]
