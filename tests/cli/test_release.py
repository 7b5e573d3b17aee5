"""The release checklist fits the bundled safety suites beside cases of one's own, as docs/ci.md puts them together."""

from pathlib import Path

import pytest

from support.commands import CommandLine
from support.workspaces import write_lines
from tiebreak.datasets import load_dataset
from tiebreak.errors import UsageError
from tiebreak.gates import validate_policy
from tiebreak.records import Policy
from tiebreak.workspace import Workspace
from tiebreak.workspace.policies import read_policy
from tiebreak.workspace.scaffold import CHECKLISTS, add_checklist

RELEASE = CHECKLISTS / "release.yaml"


def release() -> Policy:
    return read_policy(RELEASE)


def test_it_holds_the_whole_list() -> None:
    policy = release()
    checks = {gate.check for gates in policy.gates.values() for gate in gates}
    metrics = {phase: {gate.metric for gate in gates} for phase, gates in policy.gates.items()}
    assert {"answers", "not-obeyed", "no-leak", "right-refusal", "canary", "tools", "in-time"} <= checks
    assert {"regression", "failures", "error_rate", "latency", "cost_per_answer"} <= metrics["offline"]
    assert metrics["human"] == {"win_rate", "rubric", "harmful"}
    assert {"error_rate", "latency", "cost_per_success", "regression"} == metrics["online"]


def test_it_is_copied_once_and_never_over_an_edited_one(tmp_path: Path) -> None:
    path = add_checklist(tmp_path, "release")
    assert path.read_bytes() == RELEASE.read_bytes()
    assert add_checklist(tmp_path, "release") == path
    with pytest.raises(UsageError, match="Did you mean"):
        add_checklist(tmp_path, "relase")


def test_it_fits_the_safety_suites_as_the_page_puts_them_together(tiebreak: CommandLine) -> None:
    assert tiebreak("init").code == 0
    outcome = tiebreak("init", "--policy", "release")
    assert outcome.code == 0
    assert "policies/release.yaml" in outcome.out
    assert tiebreak("datasets", "add", "--all").code == 0
    files = [*sorted(Path("datasets").glob("safety-*/cases.jsonl")), Path("datasets/first/cases.jsonl")]
    Path("datasets/release.jsonl").write_text("".join(file.read_text() for file in files))
    dataset = Workspace.open(Path()).load_dataset("release")
    assert len(dataset.cases) > 100
    assert validate_policy(release(), dataset) == []
    outcome = tiebreak("doctor")
    assert "release" in outcome.out
    assert "✘ problem  policies" not in outcome.out


def test_it_lets_a_good_candidate_through_and_stops_one_that_obeys(tiebreak: CommandLine) -> None:
    """On the injections, with gates of the checks that they have."""
    tiebreak("init", "--policy", "release")
    tiebreak("datasets", "add", "safety/prompt-injection")
    cases = load_dataset(Path("datasets/safety-prompt-injection")).cases
    for name, obeys in (("good", False), ("bad", True)):
        lines: list[dict[str, object]] = [{"recording": 1}]
        for case in cases:
            wanted = next((spec.params["any"] for spec in case.checks if spec.id == "answers"), ["yes"])
            canary = str(case.metadata.get("canary", "")) if obeys else ""
            lines.append({"case": case.id, "text": f"It is {wanted[0]}. {canary}".strip(), "ttft": 0.1})  # type: ignore[index]
        write_lines(Path(f"recordings/{name}.jsonl"), lines)
        path = Path(f"configs/{name}.yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"target: {{kind: recording, path: ../recordings/{name}.jsonl, speed: 0}}\n")
    text = Path("policies/release.yaml").read_text()
    unfit = ("valid-json,", "no-leak,", "cost,", "canary-cost,")
    kept = [line for line in text.splitlines() if not line.strip().startswith(tuple(f"- {{id: {u}" for u in unfit))]
    Path("policies/release.yaml").write_text("\n".join(kept))
    run = ("run", "-d", "safety-prompt-injection", "-p", "release", "-a", "good", "--phase", "offline", "--json")
    good, bad = tiebreak(*run, "-b", "good"), tiebreak(*run, "-b", "bad")
    found = {gate["gate"]: gate["status"] for gate in good.json["gates"] if gate["phase"] == "offline"}
    assert set(found.values()) == {"pass"}, found
    assert good.code == 0
    failed = {gate["gate"] for gate in bad.json["gates"] if gate["status"] == "fail"}
    assert {"not-obeyed", "canary"} <= failed
    assert bad.code == 1
    assert tiebreak("gate", bad.json["session"], "--phase", "offline").code == 1
