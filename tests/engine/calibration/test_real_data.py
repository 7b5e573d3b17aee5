"""Judges and annotators of PandaLM and LLMBar, against the figures that were published or worked out elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.verification import verification_file
from tiebreak.calibration import Agreement, BothOrders, Pair, agreement, position_bias
from tiebreak.stats.confusion import Confusion
from tiebreak.stats.intervals import wilson
from tiebreak.stats.kappa import cohen_kappa
from tiebreak.stats.raters import alpha_interval, fleiss_kappa, krippendorff_alpha

pytestmark = pytest.mark.real_data

TIE_FIRST_SECOND = (0, 1, 2)


def figures(name: str) -> dict[str, Any]:
    everything = json.loads(verification_file("expected.json").read_text())[name]["figures"]
    return {key: value["value"] for key, value in everything.items()}


def annotators() -> list[list[int]]:
    """A row an annotator."""
    rows = json.loads(verification_file("pandalm/testset-v1.json").read_text())
    return [[row[f"annotator{number}"] for row in rows] for number in (1, 2, 3)]


def majority() -> list[int]:
    return [max(set(votes), key=votes.count) for votes in zip(*annotators(), strict=True)]


def verdicts(judge: str) -> list[int | None]:
    """None is "garbage", what was no verdict."""
    rows = json.loads(verification_file(f"pandalm/{judge}-testset-v1.json").read_text())
    field = "gpt_result" if judge.startswith("gpt") else "pandalm_result"
    words = {"1": 1, "2": 2, "Tie": 0, "0": 0}
    return [words.get(str(row[field])) for row in rows]


def against_people(judge: str, *, garbage: int | None) -> Agreement:
    said = [garbage if verdict is None else verdict for verdict in verdicts(judge)]
    return agreement([Pair(*pair) for pair in zip(majority(), said, strict=True)], TIE_FIRST_SECOND, draws=200)


@pytest.mark.parametrize(("one", "other", "published"), [(1, 2, 0.85), (1, 3, 0.88), (2, 3, 0.86)])
def test_kappas_of_the_annotators(one: int, other: int, published: float) -> None:
    rows = annotators()
    table = Confusion.of(zip(rows[one - 1], rows[other - 1], strict=True), TIE_FIRST_SECOND)
    found = cohen_kappa(table.counts)
    assert found is not None
    assert found.value == pytest.approx(figures("pandalm")[f"cohen_kappa_annotator{one}_{other}"], abs=1e-12)
    assert round(found.value, 2) == published


def test_three_annotators_together() -> None:
    expected, rows = figures("pandalm"), annotators()
    counts = [[votes.count(label) for label in TIE_FIRST_SECOND] for votes in zip(*rows, strict=True)]
    assert fleiss_kappa(counts) == pytest.approx(expected["fleiss_kappa"], abs=1e-12)
    ratings = [[float(label) for label in row] for row in rows]
    found = krippendorff_alpha(ratings, "nominal")
    assert found == pytest.approx(expected["krippendorff_alpha_nominal"], abs=1e-12)
    interval = alpha_interval(ratings, "nominal")
    assert interval is not None
    assert (interval.units, interval.undefined) == (999, 0)
    assert interval.low < expected["krippendorff_alpha_nominal"] < interval.high


@pytest.mark.parametrize("judge", ["gpt-3.5-turbo", "pandalm-7b"])
def test_judges_of_pandalm_with_garbage_taken_for_a_tie(judge: str) -> None:
    expected = figures("pandalm")
    found = against_people(judge, garbage=0)
    assert dict(zip("012", found.confusion.of_people, strict=True)) == expected["labels_majority"]
    assert found.confusion.agreed == expected[f"judge_{judge}_agree_n"]
    assert found.share is not None
    assert round(100 * found.share, 2) == expected[f"judge_{judge}_acc_P_R_F1_macro_pct"][0]
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(expected[f"judge_{judge}_cohen_kappa"], abs=1e-12)
    assert found.kappa_interval is not None
    assert found.kappa_interval.low < found.kappa.value < found.kappa_interval.high
    interval = wilson(found.confusion.agreed, found.n)
    assert interval == pytest.approx(tuple(expected[f"judge_{judge}_acc_wilson95"]), abs=1e-6)
    assert found.gate.status == "fail"
    assert found.better_than_constant
    table = found.confusion.counts
    assert [round(100 * value, 2) for value in macro(table)] == expected[f"judge_{judge}_acc_P_R_F1_macro_pct"][1:]


def macro(table: tuple[tuple[int, ...], ...]) -> tuple[float, float, float]:
    """Precision, recall and F1 read from the table, averaged over the labels."""
    columns = list(zip(*table, strict=True))
    precision = [table[k][k] / sum(columns[k]) for k in range(3)]
    recall = [table[k][k] / sum(table[k]) for k in range(3)]
    f1 = [2 * p * r / (p + r) for p, r in zip(precision, recall, strict=True)]
    return sum(precision) / 3, sum(recall) / 3, sum(f1) / 3


def test_garbage_left_out_or_counted_as_wrong() -> None:
    expected = figures("pandalm")
    found = against_people("gpt-3.5-turbo", garbage=None)
    assert (found.excluded, found.n) == (25, 974)
    assert round(100 * (found.share or 0), 2) == expected["judge_gpt-3.5-turbo_acc_garbage_dropped_pct"]
    assert round(100 * (found.share_of_all or 0), 2) == expected["judge_gpt-3.5-turbo_acc_garbage_as_wrong_pct"]


def counted(published: str) -> int:
    """30 of "30 / 134 = 22.388059701492537%"."""
    return int(published.split("/")[0])


def test_judges_of_llmbar_in_both_orders() -> None:
    folder = verification_file("llmbar")
    files = sorted(folder.rglob("result.json"))
    assert len(files) >= 4
    for file in files:
        check_llmbar(file, folder)


def check_llmbar(file: Path, folder: Path) -> None:
    """The published counts lie beside the verdicts, or in the list of expected figures."""
    rows = json.loads(file.read_text())
    value = {"1": 1.0, "2": 0.0}  # of output_1
    cases = [
        BothOrders(*(value.get(str(row["results"][-1][f"swap = {swapped}"]["winner"])) for swapped in (False, True)))
        for row in rows
    ]
    labels = [value[str(row["label"])] for row in rows]
    correct = [[one == label for one in case] for case, label in zip(cases, labels, strict=True)]
    found = position_bias(cases)
    neither = sum(case == (None, None) for case in cases)  # counted as the same verdict by the publication
    beside = file.with_name("statistics.json")
    name = file.parent.relative_to(folder).as_posix()
    everything = json.loads(verification_file("expected.json").read_text())["llmbar"]["figures"]
    listed = everything.get(f"LLMBar/{name}/Vanilla")
    published = json.loads(beside.read_text()) if beside.exists() else listed["published"]
    assert {
        "correct_False": sum(one for one, _ in correct),
        "correct_True": sum(other for _, other in correct),
        "correct_both": sum(map(all, correct)),
        "equal": found.consistent + neither,
    } == {key: counted(published[key]) for key in ("correct_False", "correct_True", "correct_both", "equal")}, name
    if listed is None:
        return
    wanted = listed["value"]
    assert found.n == wanted["n"] == len(rows)
    assert found.consistency == pytest.approx(wanted["position_agreement"], abs=5e-7)
    assert found.first_picked == pytest.approx(wanted["first_position_pick_rate"], abs=5e-7)
    orders = (("original", [one for one, _ in cases]), ("swapped", [other for _, other in cases]))
    for order, said in orders:
        seen = agreement([Pair(*pair) for pair in zip(labels, said, strict=True)], (0.0, 1.0), draws=50)
        assert seen.kappa is not None
        assert seen.kappa.value == pytest.approx(wanted[f"kappa_vs_label_{order}"], abs=5e-7), (name, order)
    between = cohen_kappa(Confusion.of(((case[0], case[1]) for case in cases), (0.0, 1.0)).counts)
    assert between is not None
    assert between.value == pytest.approx(wanted["kappa_original_vs_swapped"], abs=5e-7)
