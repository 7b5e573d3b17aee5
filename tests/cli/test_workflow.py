"""The workflow of docs/ci.md: its steps are really run, by a shell, in a workspace."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.commands import environment
from support.workspaces import QUESTIONS, make_workspace, recording, write_lines

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCK = re.search(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
assert BLOCK is not None
WORKFLOW: Any = yaml.safe_load(BLOCK[1])
JOB = WORKFLOW["jobs"]["gate"]
STEPS: dict[str, str] = {step["name"]: step["run"] for step in JOB["steps"] if "name" in step and "run" in step}


def run_step(name: str, folder: Path) -> int:
    """As the runner does: bash, ending at the first error."""
    shell = {**environment(folder / "home"), **JOB["env"], "DATASET": "small", "BASELINE": "plain", "CANDIDATE": "warm"}
    shell["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]]
    return subprocess.run(command, cwd=folder, env=shell, check=False, capture_output=True).returncode


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    make_workspace(tmp_path / "evals")
    return tmp_path


def test_its_steps_come_in_order_and_ask_for_what_they_need() -> None:
    assert list(STEPS) == ["Install", "Run", "Gate", "Comment"]
    assert WORKFLOW["permissions"] == {"contents": "read", "pull-requests": "write"}
    uses = [step["uses"].partition("@")[0] for step in JOB["steps"] if "uses" in step]
    assert uses == ["actions/checkout", "actions/setup-python", "actions/cache", "actions/upload-artifact"]
    always = [step["name"] for step in JOB["steps"] if "always()" in step.get("if", "")]
    assert always == ["Keep the reports", "Comment"]


def test_a_good_candidate(checkout: Path) -> None:
    assert run_step("Run", checkout) == 0
    assert run_step("Gate", checkout) == 0
    reports = checkout / "reports"
    assert {path.name for path in reports.iterdir()} == {
        "run.json", "comment.md", "report.html", "junit.xml", "gate.json", "events.jsonl",
    }  # fmt: skip
    assert json.loads((reports / "gate.json").read_text())["verdict"] == "pass"


def test_a_bad_candidate_gets_to_the_gate_and_no_further(checkout: Path) -> None:
    write_lines(checkout / "evals/recordings/warm.jsonl", recording(dict.fromkeys(QUESTIONS, "x" * 300)))
    assert run_step("Run", checkout) == 0
    assert run_step("Gate", checkout) == 1
    assert "✘ fail" in (checkout / "reports/comment.md").read_text()


def test_a_promoted_case_that_fails_again_ends_it_too(checkout: Path) -> None:
    case_id, question = next(iter(QUESTIONS.items()))
    case = {"id": case_id, "input": question, "checks": [{"id": "long", "kind": "length", "min_words": 500}]}
    write_lines(checkout / "evals/datasets/regressions/cases.jsonl", [case])
    (checkout / "evals/datasets/regressions/dataset.yaml").write_text("name: regressions\n")
    assert run_step("Run", checkout) == 0
    assert run_step("Gate", checkout) == 1
    assert json.loads((checkout / "reports/gate.json").read_text())["verdict"] == "pass"
    assert "no failed long" in (checkout / "reports/regressions.md").read_text()


def test_a_broken_file_ends_at_the_run(checkout: Path) -> None:
    (checkout / "evals/policies/ship.yaml").write_text("gates: 7\n")
    assert run_step("Run", checkout) == 2
