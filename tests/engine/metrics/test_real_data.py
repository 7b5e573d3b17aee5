"""The metrics on public annotated data, against the figures that others published or worked out."""

import csv
import json
from statistics import fmean
from typing import Any

import pytest

from support.verification import verification_file
from tiebreak.metrics import AnswerMetric, SetMetric, find_metric, measure, metrics
from tiebreak.metrics.claims import claim_labels
from tiebreak.metrics.examples import item
from tiebreak.metrics.kinds.classification import Pair
from tiebreak.metrics.kinds.rouge import rouge_l, rouge_n

pytestmark = pytest.mark.real_data


def test_rouge_of_every_pair_of_xsum_is_that_of_rouge_score() -> None:
    with verification_file("xsum_hallucination/rouge_pairs.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1992
    means: dict[str, list[float]] = {"r1_nostem": [], "r2_nostem": [], "rl_nostem": []}
    for row in rows:
        texts = row["candidate"], row["reference"]
        found = {
            "r1_nostem": rouge_n(1, *texts)[2],
            "r2_nostem": rouge_n(2, *texts)[2],
            "rl_nostem": rouge_l(*texts)[2],
        }
        for column, value in found.items():
            assert value == pytest.approx(float(row[column]), abs=5.1e-7), (row["system_bbcid"], column)
            means[column].append(value)
    expected = json.loads(verification_file("expected.json").read_text())["xsum_hallucination"]["figures"]
    for column, values in means.items():
        assert fmean(values) == pytest.approx(expected["rouge_mean_f1_stem"]["value"][column], abs=5e-6)


def test_the_eleven_ragchecker_metrics_are_those_of_the_file() -> None:
    written: dict[str, Any] = json.loads(verification_file("ragchecker/checking_outputs.json").read_text())
    columns: dict[str, list[float]] = {}
    for result in written["results"]:
        labelled = item(claims=claim_labels(result))
        assert len(result["metrics"]) == 11
        for name, expected in result["metrics"].items():
            metric, k = find_metric(f"ragchecker_{name}")[1:]
            assert isinstance(metric, AnswerMetric)
            value = measure(metric, k, labelled).value
            assert value == pytest.approx(expected, abs=1e-12), name
            columns.setdefault(name, []).append(value or 0.0)
    assert {f"ragchecker_{name}" for name in columns} == {n for n, m in metrics().items() if "claims" in m.needs}
    published = {name: value for part in written["metrics"].values() for name, value in part.items()}
    assert {name: round(100 * fmean(values), 1) for name, values in columns.items()} == published


@pytest.mark.parametrize(("judge", "file"), [("gpt-3.5-turbo", "gpt-3.5-turbo"), ("pandalm-7b", "pandalm-7b")])
def test_macro_figures_of_pandalm_judges_are_the_published_ones(judge: str, file: str) -> None:
    """Verdicts against the majority of three annotators; what is no verdict counts as a tie, as in the publication."""
    people = json.loads(verification_file("pandalm/testset-v1.json").read_text())
    verdicts = json.loads(verification_file(f"pandalm/{file}-testset-v1.json").read_text())
    name = {"gpt-3.5-turbo": "gpt_result", "pandalm-7b": "pandalm_result"}[judge]
    pairs: list[Pair] = []
    for person, verdict in zip(people, verdicts, strict=True):
        votes = [person[f"annotator{n}"] for n in (1, 2, 3)]
        said = str(verdict.get(name, verdict.get("verdict")))
        pairs.append(Pair(str(max(set(votes), key=votes.count)), said if said in ("1", "2") else "0"))
    accuracy = fmean(expected == predicted for expected, predicted in pairs)
    found = [accuracy]
    for figure in ("macro_precision", "macro_recall", "macro_f1"):
        metric = find_metric(figure).metric
        assert isinstance(metric, SetMetric)
        found.append(metric.of_set(pairs) or 0.0)
    figures = json.loads(verification_file("expected.json").read_text())["pandalm"]["figures"]
    assert [round(100 * figure, 2) for figure in found] == figures[f"judge_{judge}_acc_P_R_F1_macro_pct"]["published"]
