"""A gate may name a metric; it becomes a gate on the mean score of a check that measures it."""

import re
from pathlib import Path

import pytest

from tiebreak.checks import run_checks
from tiebreak.errors import WorkspaceError
from tiebreak.metrics.examples import item
from tiebreak.workspace.policies import read_policy


def policy_file(folder: Path, text: str) -> Path:
    path = folder / "ship.yaml"
    path.write_text(text)
    return path


def test_the_metric_becomes_a_check_of_the_policy(tmp_path: Path) -> None:
    policy = read_policy(
        policy_file(
            tmp_path,
            """\
checks: [{kind: max_length, chars: 400}]
gates:
  offline:
    - {id: a, metric: rouge_l, at_least: 0.3}
    - {id: b, metric: rouge_l, at_least: 0.3, each_segment: true}
    - {id: c, metric: recall@5, at_least: 0.8, on: baseline, scope: population}
    - {id: d, metric: win_rate, at_least: 0.5}
""",
        )
    )
    assert [(spec.id, spec.kind, dict(spec.params)) for spec in policy.checks[1:]] == [
        ("metric:rouge_l", "metric", {"name": "rouge_l"}),
        ("metric:recall@5", "metric", {"name": "recall@5"}),
    ]
    gates = policy.gates["offline"]
    assert [(gate.metric, gate.check) for gate in gates] == [
        ("score", "metric:rouge_l"),
        ("score", "metric:rouge_l"),
        ("score", "metric:recall@5"),
        ("win_rate", None),
    ]
    assert (gates[1].each_segment, gates[2].on, gates[2].at_least) == (True, "baseline", 0.8)


def test_a_check_of_that_id_stays_as_it_is_written(tmp_path: Path) -> None:
    text = """\
checks: [{kind: metric, id: "metric:rouge_l", name: rouge_l, at_least: 0.2}]
gates: {offline: [{id: a, metric: rouge_l, at_least: 0.3}]}
"""
    (spec,) = read_policy(policy_file(tmp_path, text)).checks
    assert spec.params == {"name": "rouge_l", "at_least": 0.2}


@pytest.mark.parametrize(
    ("metric", "says"),
    [
        ("rouge_x", "There is no metric “rouge_x”.\nDid you mean “rouge_1”?"),
        ("pass@0", "the k is at least 1"),
        ("class_f1", "“class_f1” needs a class: write class_f1@billing."),
        ("macro_f1, regression: {measure: score}", "so no pairs of it can be compared"),
        ("perplexity", "“perplexity” has no upper end"),
        ("recall", "“recall” needs a number: write recall@5."),
        ("recall@0", "the k is at least 1"),
        ("rouge_l, check: short", "`check` does not go with `rouge_l`."),
    ],
)
def test_what_cannot_be_a_gate_is_refused_in_its_line(tmp_path: Path, metric: str, says: str) -> None:
    path = policy_file(tmp_path, f"gates:\n  offline:\n    - {{id: a, metric: {metric}, at_least: 0.5}}\n")
    with pytest.raises(WorkspaceError) as refused:
        read_policy(path)
    assert (refused.value.line, says in f"{refused.value.message}\n{refused.value.hint}") == (3, True)


NO_POLICIES = (
    "gates: 3\n",
    "gates: {offline: 3}\n",
    "gates: {offline: [3]}\n",
    "checks: 3\ngates: {offline: [{id: a, metric: mrr, at_least: 1}]}\n",
)


@pytest.mark.parametrize("text", NO_POLICIES)
def test_what_is_no_policy_is_still_refused_as_such(tmp_path: Path, text: str) -> None:
    with pytest.raises(WorkspaceError):
        read_policy(policy_file(tmp_path, text))


def test_the_check_scores_and_judges_only_where_it_is_told_to(tmp_path: Path) -> None:
    text = """\
checks:
  - {kind: metric, name: token_f1}
  - {kind: metric, id: near, name: edit_distance, at_most: 0.5}
  - {kind: metric, id: refuses, name: correct_refusal}
gates: {offline: [{id: a, metric: score, check: metric, at_least: 0.5}]}
"""
    specs = read_policy(policy_file(tmp_path, text)).checks
    found = item("three weeks", reference="two days")
    results = run_checks(found.case, found.response, specs)
    assert (results[0].status, results[0].value) == ("pass", 0.0)
    assert (results[1].status, results[2].status) == ("fail", "not_applicable")
    assert results[2].detail == "not applicable: an answer is expected"
    refusal = item("I'm sorry, but I can't help with that.", expect="refuse")
    assert [r.value for r in run_checks(refusal.case, refusal.response, specs)] == [None, None, 1.0]


def test_the_gates_on_the_page_load(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text()
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    gates = read_policy(policy_file(tmp_path, block)).gates["offline"]
    assert [(gate.metric, gate.check) for gate in gates] == [
        ("score", "metric:rouge_l"),
        ("score", "metric:recall@5"),
        ("score", "metric:edit_distance"),
        ("figure", "metric:macro_f1"),
        ("figure", "metric:class_recall@billing"),
        ("pass_at_k", "metric:pass@3"),
        ("regression", "metric:rouge_l"),
    ]
