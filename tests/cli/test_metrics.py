"""`tiebreak metrics`: the list, one metric, a session and labelled claims; and a gate on a metric from end to end."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from support.verification import verification_file
from support.workspaces import write_lines
from tiebreak.errors import DatasetError, UsageError
from tiebreak.metrics import metrics
from tiebreak.metrics.claims import LABELS
from tiebreak_cli.commands import app

CASES: list[dict[str, Any]] = [
    {"id": "a", "input": "Which team?", "reference": "billing", "segment": "easy"},
    {"id": "b", "input": "Which team?", "reference": "privacy", "segment": "easy"},
    {"id": "c", "input": "Which team?", "reference": "billing", "segment": "hard"},
    {"id": "d", "input": "Say hello.", "segment": "hard", "checks": [{"kind": "contains", "any": ["hello"]}]},
]
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "a": [
        {"case": "a", "text": "Billing."},
        {"case": "b", "text": '{"label": "privacy", "confidence": 0.75}'},
        {"case": "c", "text": "privacy"},
        {"case": "d", "text": "hello"},
    ],
    "b": [
        {"case": "a", "text": "billing"},
        {"case": "b", "text": "privacy"},
        {"case": "c", "text": "bill", "finish": "length"},
        {"case": "d", "text": "hi"},
    ],
}
POLICY = """\
gates:
  offline:
    - {id: right, metric: accuracy, at_least: 0.6}
    - {id: near, metric: edit_distance, at_most: 0.4}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_lines(tmp_path / "datasets" / "teams" / "cases.jsonl", CASES)
    card = "name: teams\ntask: classification\nmetrics: [accuracy, macro_f1, brier, pass@1]\n"
    (tmp_path / "datasets" / "teams" / "dataset.yaml").write_text(card)
    for name, answers in ANSWERS.items():
        write_lines(tmp_path / "recordings" / f"{name}.jsonl", [{"recording": 1}, *answers])
        (tmp_path / "configs").mkdir(exist_ok=True)
        target = f"target: {{kind: recording, path: ../recordings/{name}.jsonl}}\n"
        (tmp_path / "configs" / f"{name}.yaml").write_text(target)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "ship.yaml").write_text(POLICY)
    return tmp_path


def invoke(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(app, [*words, "--workspace", str(folder)])


def test_a_session_is_measured_by_its_card_and_its_gates_by_the_same_metrics(folder: Path) -> None:
    ran = invoke(folder, "run", "-d", "teams", "-a", "a", "-b", "b", "--json")
    report = json.loads(ran.stdout)
    gates = {gate["gate"]: gate for gate in report["gates"]}
    # Case c is cut: it scores 0 of accuracy and 1 of distance; case d has no reference, so that three count.
    assert (gates["right"]["status"], gates["right"]["value"], gates["right"]["n"]) == ("pass", pytest.approx(2 / 3), 3)
    assert (gates["near"]["status"], gates["near"]["value"]) == ("pass", pytest.approx(1 / 3, abs=1e-4))
    assert report["scores"]["metric:accuracy"]["baseline"] == {"mean": pytest.approx(2 / 3), "n": 3}
    assert ran.exit_code == 0

    found = json.loads(invoke(folder, "metrics", "--session", "last", "--json").stdout)
    assert found["dataset"]["task"] == "classification"
    assert [list(arm) for arm in found["arms"].values()] == [["accuracy", "macro_f1", "brier", "pass@1"]] * 2
    a, b = found["arms"]["baseline"], found["arms"]["candidate"]
    assert b["accuracy"]["value"] == pytest.approx(gates["right"]["value"])
    assert b["accuracy"]["missing"] == {"not applicable: no reference": 1}
    assert b["accuracy"]["confusion"]["billing"] == {"billing": 1, "privacy": 0, "(another)": 0, "(no answer)": 1}
    assert {name: one["value"] for name, one in b["accuracy"]["segments"].items()} == {"easy": 1.0, "hard": 0.0}
    assert (a["brier"]["value"], a["brier"]["n"], b["brier"]["n"]) == (0.0625, 1, 0)
    # Case d is right where its check passes; the others have only a reference.
    assert (a["pass@1"]["value"], b["pass@1"]["value"]) == (pytest.approx(3 / 4), pytest.approx(2 / 4))


def test_perplexity_is_that_of_the_recorded_tokens(folder: Path) -> None:
    likely = [{"case": "a", "text": "billing", "logprobs": [-1.0, -3.0]}, *ANSWERS["b"][1:]]
    write_lines(folder / "recordings" / "b.jsonl", [{"recording": 1}, *likely])
    invoke(folder, "run", "-d", "teams", "-a", "a", "-b", "b")
    arms = json.loads(invoke(folder, "metrics", "perplexity", "-s", "last", "--json").stdout)["arms"]
    b = arms["candidate"]["perplexity"]
    assert (b["value"], b["n"]) == (pytest.approx(math.exp(2)), 1)
    assert b["missing"] == {"not applicable: no log probabilities are recorded": 3}
    assert arms["baseline"]["perplexity"]["n"] == 0


def test_gates_on_figures_of_the_set_say_what_the_metrics_say(folder: Path) -> None:
    (folder / "policies" / "ship.yaml").write_text("""\
gates:
  offline:
    - {id: all, metric: macro_f1, at_least: 0.6}
    - {id: all-A, metric: macro_f1, at_least: 0.6, on: baseline}
    - {id: billing, metric: class_recall@billing, at_least: 0.5}
    - {id: sample, metric: pass@1, at_least: 0.5}
    - {id: kept, metric: accuracy, regression: {measure: score, margin: 0.1}}
""")
    ran = json.loads(invoke(folder, "run", "-d", "teams", "-a", "a", "-b", "b", "--json").stdout)
    names = ("macro_f1", "class_recall@billing", "pass@1")
    arms = {name: json.loads(invoke(folder, "metrics", name, "-s", "last", "--json").stdout)["arms"] for name in names}
    a, b = ({name: arms[name][role][name]["value"] for name in names} for role in ("baseline", "candidate"))
    found = {gate["gate"]: (gate["value"], gate["status"]) for gate in ran["gates"]}
    assert found == {
        "all": (pytest.approx(b["macro_f1"]), "pass"),
        "all-A": (pytest.approx(a["macro_f1"]), "pass"),
        "billing": (b["class_recall@billing"], "pass"),
        "sample": (b["pass@1"], "pass"),
        "kept": (0.0, "pass"),
    }
    again = json.loads(invoke(folder, "gate", "--json").stdout)
    assert {gate["gate"]: (gate["value"], gate["status"]) for gate in again["gates"]} == found


def test_a_session_for_people(folder: Path) -> None:
    invoke(folder, "run", "-d", "teams", "-a", "a", "-b", "b")
    shown = invoke(folder, "metrics", "-s", "last").stdout
    for words in ("accuracy", "0.6667", "3/4", "class down, prediction across", "1 case of A: no reference"):
        assert words in shown
    one = invoke(folder, "metrics", "exact_match", "-s", "last").stdout
    assert "exact_match" in one
    assert "hard" in one
    assert "macro_f1" not in one


def test_the_list_and_one_metric() -> None:
    listed = CliRunner().invoke(app, ["metrics", "--json"])
    assert [entry["name"] for entry in json.loads(listed.stdout)] == list(metrics())
    shown = CliRunner().invoke(app, ["metrics"]).stdout
    assert all(name in shown for name in metrics())
    for name in ("recall", "recall@k", "recall@3"):
        told = CliRunner().invoke(app, ["metrics", name]).stdout
        assert told.startswith("recall@k: The share of the relevant ids")
        assert "kb-5 and kb-9 are relevant" in told
    (entry,) = json.loads(CliRunner().invoke(app, ["metrics", "ece", "--json"]).stdout)
    assert (entry["of"], entry["broken_answer"], entry["better"]) == ("the whole set", "is left out", "lower")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["token_f2"], "Did you mean “token_f1”?"),
        (["--session", "last", "--claims", "x"], "A session or claims, not both."),
        (["recal@2", "--session", "last"], "Did you mean “recall@2”?"),
    ],
)
def test_mistakes_are_usage_errors(words: list[str], says: str) -> None:
    result = CliRunner().invoke(app, ["metrics", *words])
    assert isinstance(result.exception, UsageError)
    assert says in str(result.exception)


def labelled(**changes: object) -> dict[str, object]:
    entailed, neutral, _ = LABELS
    result: dict[str, object] = {
        "query_id": "1",
        "query": "q",
        "answer2response": [entailed, neutral],
        "response2answer": [entailed],
        "retrieved2response": [[entailed], [neutral]],
        "retrieved2answer": [[entailed]],
    }
    return {**result, **changes}


def test_claims_are_measured(tmp_path: Path) -> None:
    path = tmp_path / "checked.json"
    path.write_text(json.dumps({"results": [labelled(), labelled(query_id="2", response2answer=[LABELS[1]])]}))
    found = json.loads(CliRunner().invoke(app, ["metrics", "--claims", str(path), "--json"]).stdout)
    assert len(found) == 11
    assert (found["ragchecker_recall"]["value"], found["ragchecker_hallucination"]["value"]) == (0.5, 0.5)
    assert "ragchecker_recall" in CliRunner().invoke(app, ["metrics", "--claims", str(path)]).stdout
    other = CliRunner().invoke(app, ["metrics", "bleu", "--claims", str(path)])
    assert "“bleu” is not worked out from claims." in str(other.exception)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"result": []}, "checked.json:1: results: There are no results here."),
        ({"results": [3]}, "results[0]: A result is a mapping"),
        ({"results": [labelled(), labelled()]}, "results[1].query_id: Two results have the id “1”."),
        ({"results": [labelled(answer2response=["yes"])]}, "results[0]: `answer2response` holds 'yes'"),
    ],
)
def test_a_wrong_claims_file_is_refused_with_its_place(tmp_path: Path, content: object, says: str) -> None:
    path = tmp_path / "checked.json"
    path.write_text(json.dumps(content))
    result = CliRunner().invoke(app, ["metrics", "--claims", str(path)])
    assert isinstance(result.exception, DatasetError)
    assert says in str(result.exception)


@pytest.mark.real_data
def test_the_claims_of_ragcheckers_own_example() -> None:
    path = verification_file("ragchecker/checking_outputs.json")
    found = json.loads(CliRunner().invoke(app, ["metrics", "--claims", str(path), "--json"]).stdout)
    for part in json.loads(path.read_text())["metrics"].values():
        for name, value in part.items():
            assert round(100 * found[f"ragchecker_{name}"]["value"], 1) == value


def test_variants_are_held_against_their_sources(folder: Path) -> None:
    cases: list[dict[str, Any]] = []
    answers: dict[str, list[dict[str, Any]]] = {"a": [], "b": []}
    for number in range(4):
        cases.append({"id": f"s{number}", "input": "Which team?", "reference": "billing", "group": f"s{number}"})
        for kind in ("typos", "casing"):
            variant = {"source": f"s{number}", "kind": kind, "seed": 0, "copy": 1}
            cases.append({**cases[3 * number], "id": f"s{number}~{kind}", "metadata": {"variant": variant}})
    for case in cases:
        answers["a"].append({"case": case["id"], "text": "billing"})
        answers["b"].append({"case": case["id"], "text": "privacy" if case["id"] in ("s0~typos", "s3") else "billing"})
    write_lines(folder / "datasets" / "teams" / "cases.jsonl", cases)
    for name, lines in answers.items():
        write_lines(folder / "recordings" / f"{name}.jsonl", [{"recording": 1}, *lines])
    invoke(folder, "run", "-d", "teams", "-a", "a", "-b", "b")
    found = json.loads(invoke(folder, "metrics", "--session", "last", "--json").stdout)
    assert found["samples"] == {"baseline": None, "candidate": None}
    assert [(one["kind"], one["difference"]) for one in found["variants"]["baseline"]] == [("casing", 0), ("typos", 0)]
    typos, casing = found["variants"]["candidate"]
    # s0 lost by its typos, s3 won by them: no difference on average. Casing only wins back s3.
    assert (typos["kind"], typos["n"], typos["source"], typos["variant"], typos["difference"]) == (
        "typos",
        4,
        0.75,
        0.75,
        0,
    )
    assert (casing["variant"], casing["difference"]) == (1.0, 0.25)
    assert typos["interval"][0] < 0 < typos["interval"][1]
    shown = invoke(folder, "metrics", "-s", "last").stdout
    assert "+25.0 pp" in shown
    assert "Samples of one case" not in shown
