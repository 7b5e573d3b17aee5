"""Published figures of PandaLM and LLMBar, taken in by `tiebreak import` and worked out by `tiebreak calibrate`."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.commands import CommandLine
from support.verification import verification_file

pytestmark = pytest.mark.real_data

MODELS = {"gpt-3.5-turbo": "gpt_result", "pandalm-7b": "pandalm_result"}


def expected(name: str) -> dict[str, Any]:
    return json.loads(verification_file("expected.json").read_text())[name]["figures"]


def lines(path: str, rows: Iterable[Mapping[str, object]]) -> str:
    """A list of rows as a file of lines, which is what is imported."""
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def rows_of(name: str) -> list[dict[str, Any]]:
    return json.loads(verification_file(name).read_text())


def calibrated(tiebreak: CommandLine, judge: str, code: int) -> dict[str, Any]:
    done = tiebreak("calibrate", "last", "--judge", judge, "--json")
    assert done.code == code, done.err
    [line] = done.json["lines"]
    return line


@pytest.fixture
def pandalm(tiebreak: CommandLine, small: Path) -> CommandLine:
    """The session of 999 pairs with three annotators and two judges; one judge also with its garbage taken for ties."""
    file = lines("pandalm.jsonl", rows_of("pandalm/testset-v1.json"))
    columns = ("-f", "question=instruction", "-f", "answer_a=response1", "-f", "answer_b=response2")
    done = tiebreak(
        "import", file, "-f", "case=idx", *columns, "-f", "segment=cmp_key", "-f", "vote=annotator1", "--rater", "one"
    )
    assert done.code == 0, done.err
    for number, name in ((2, "two"), (3, "three")):
        vote = ("-f", "case=idx", "-f", f"vote=annotator{number}")
        assert tiebreak("import", file, "--what", "votes", "-s", "last", *vote, "--rater", name).code == 0
    for model, field in MODELS.items():
        said = lines(f"{model}.jsonl", rows_of(f"pandalm/{model}-testset-v1.json"))
        verdict = ("import", said, "--what", "verdicts", "-s", "last", "-f", "case=idx", "-f", f"verdict={field}")
        assert tiebreak(*verdict, "--rater", model).code == 0
        assert tiebreak(*verdict, "--rater", f"{model}, garbage a tie", "--value", "garbage=tie").code == 0
    return tiebreak


def test_pandalm(pandalm: CommandLine) -> None:
    wanted = {name: one["value"] for name, one in expected("pandalm").items()}
    for model in MODELS:
        line = calibrated(pandalm, f"{model}, garbage a tie", code=1)
        labels = dict(zip("012", ("tie", "A", "B"), strict=True))
        assert (line["n"], line["excluded"], line["status"]) == (999, 0, "failed")
        assert {n: line["of_people"][label] for n, label in labels.items()} == wanted["labels_majority"]
        macro = line["macro"]
        told = [round(100 * x, 2) for x in (line["agreement"], macro["precision"], macro["recall"], macro["f1"])]
        assert told == wanted[f"judge_{model}_acc_P_R_F1_macro_pct"]
        assert line["agreed"] == wanted[f"judge_{model}_agree_n"]
        assert line["kappa"]["value"] == pytest.approx(wanted[f"judge_{model}_cohen_kappa"], abs=1e-12)
        assert matrices(line, "of_judge") == wanted[f"win_lose_tie_matrix_{model}"]
        assert matrices(line, "of_people") == wanted["win_lose_tie_matrix_human"]
        people = line["people"]
        kappas = {tuple(two["raters"]): two["kappa"]["value"] for two in people["pairs"]}
        assert kappas == {
            ("one", "three"): pytest.approx(wanted["cohen_kappa_annotator1_3"], abs=1e-12),
            ("one", "two"): pytest.approx(wanted["cohen_kappa_annotator1_2"], abs=1e-12),
            ("three", "two"): pytest.approx(wanted["cohen_kappa_annotator2_3"], abs=1e-12),
        }
        assert people["unanimous"] == wanted["unanimous_rows"]
        assert people["fleiss_kappa"] == pytest.approx(wanted["fleiss_kappa"], abs=1e-12)
        assert people["krippendorff_alpha"] == pytest.approx(wanted["krippendorff_alpha_nominal"], abs=1e-12)


def matrices(line: Mapping[str, Any], whose: str) -> dict[str, list[int]]:
    """Wins, losses and ties of the first model of each published pair; segments name the pair in either order."""
    found: dict[str, list[int]] = {}
    published = expected("pandalm")["win_lose_tie_matrix_human"]["value"]
    for name in published:
        one, other = name.split(" vs ")
        as_a, as_b = (line["segments"].get(f"{a}_{b}") for a, b in ((one, other), (other, one)))
        counts = [as_a[whose], {"A": 0, "B": 0, "tie": 0}] if as_a else [{"A": 0, "B": 0, "tie": 0}, as_b[whose]]
        if as_a and as_b:
            counts = [as_a[whose], as_b[whose]]
        first, second = counts
        found[name] = [first["A"] + second["B"], first["B"] + second["A"], first["tie"] + second["tie"]]
    return found


def test_pandalms_garbage_left_out_or_counted_as_wrong(pandalm: CommandLine) -> None:
    wanted = {name: one["value"] for name, one in expected("pandalm").items()}
    line = calibrated(pandalm, "gpt-3.5-turbo", code=1)
    assert (line["n"], line["excluded"]) == (974, 25)
    assert line["excluded_reasons"] == {"no verdict of it was imported": 25}
    assert round(100 * line["agreement"], 2) == wanted["judge_gpt-3.5-turbo_acc_garbage_dropped_pct"]
    wrong = round(100 * line["agreement_with_excluded_as_wrong"], 2)
    assert wrong == wanted["judge_gpt-3.5-turbo_acc_garbage_as_wrong_pct"]


def test_llmbar_in_both_orders(tiebreak: CommandLine, small: Path) -> None:
    folder = verification_file("llmbar")
    for name, one in expected("llmbar").items():
        place = name.removeprefix("LLMBar/").removesuffix("/Vanilla")
        check_llmbar(tiebreak, folder / place, one)


def check_llmbar(tiebreak: CommandLine, folder: Path, one: Mapping[str, Any]) -> None:
    """One judge on one subset: the gold labels are votes, its verdicts in each order are labels of their own."""
    rows = json.loads((folder / "result.json").read_text())
    asked = json.loads((folder.parent / "dataset.json").read_text())
    cases = [
        {"case": str(n), "question": row["input"], "answer_a": row["output_1"], "answer_b": row["output_2"],
         "vote": row["label"], "rater": "gold"}
        for n, row in enumerate(asked)
    ]  # fmt: skip
    said = [
        {"case": str(n), "order": order, "verdict": row["results"][-1][f"swap = {swapped}"]["winner"]}
        for n, row in enumerate(rows)
        for order, swapped in (("ab", False), ("ba", True))
    ]
    assert tiebreak("import", lines("cases.jsonl", cases), "-a", folder.parent.name, "-b", folder.name).code == 0
    verdicts = lines("said.jsonl", said)
    assert tiebreak("import", verdicts, "--what", "verdicts", "-s", "last", "--rater", folder.name).code == 0
    done = tiebreak("calibrate", "last", "--judge", folder.name, "--json")
    [line] = done.json["lines"]
    wanted, position, orders = one["value"], line["position"], line["orders"]
    assert position["n"] == wanted["n"] == len(rows)
    assert {
        "correct_original": orders["ab"]["agreed"],
        "correct_swapped": orders["ba"]["agreed"],
        "correct_both": line["agreed"],
        "same_verdict": position["consistent"],
    } == {key: wanted[key] for key in ("correct_original", "correct_swapped", "correct_both", "same_verdict")}
    for key, value in (
        ("accuracy_avg", (orders["ab"]["agreed"] + orders["ba"]["agreed"]) / 2 / len(rows)),
        ("position_agreement", position["consistency"]),
        ("first_position_pick_rate", position["first_picked"]),
        ("kappa_vs_label_original", orders["ab"]["kappa"]["value"]),
        ("kappa_vs_label_swapped", orders["ba"]["kappa"]["value"]),
        ("kappa_original_vs_swapped", position["kappa_of_orders"]["value"]),
    ):
        assert value == pytest.approx(wanted[key], abs=5e-7), key
