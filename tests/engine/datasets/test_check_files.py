"""Knowledge bases and tools in files of their own."""

import json
from pathlib import Path

import pytest

from support.workspaces import make_workspace, write_lines
from tiebreak.checks import Answer, run_checks
from tiebreak.datasets import load_dataset
from tiebreak.datasets.examining import examine
from tiebreak.errors import DatasetError, WorkspaceError
from tiebreak.records import Case, CheckSpec
from tiebreak.workspace.policies import read_policy

FACTS = {"returns|refunds": ["30 days"], "hotline": ["0800 555 0100"]}
SCHEMA = {"type": "object", "required": ["id"]}
GATES = "gates: {human: [{id: preferred, metric: win_rate, at_least: 0.5}]}\n"


def policy_with(folder: Path, check: str) -> tuple[CheckSpec, ...]:
    path = folder / "policies" / "ship.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"checks: [{check}]\n{GATES}")
    return read_policy(path).checks


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("facts.yaml", "returns|refunds: [30 days]\nhotline: [0800 555 0100]\n"),
        ("facts.json", json.dumps(FACTS)),
        ("facts.jsonl", "".join(json.dumps({"subject": s, "values": v}) + "\n" for s, v in FACTS.items())),
        (
            "list.yaml",
            "- {subject: returns|refunds, values: [30 days]}\n- {subject: hotline, values: [0800 555 0100]}\n",
        ),
    ],
)
def test_facts_are_those_of_the_file(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    specs = policy_with(tmp_path, f"{{kind: facts, facts: ../{name}}}")
    assert specs == (CheckSpec(id="facts", kind="facts", params={"facts": FACTS}),)
    said = ("Refunds take 30 days.", "Refunds take 14 days.", "Hello.")
    results = [run_checks(Case(id="c", input="q"), Answer(text=text).response, specs)[0].status for text in said]
    assert results == ["pass", "fail", "not_applicable"]


def test_the_version_of_a_check_is_that_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text("hotline: [1]\n".replace("1", "'1'"))
    check = "{kind: facts, facts: ../facts.yaml}"
    (before,) = policy_with(tmp_path, check)
    assert policy_with(tmp_path, check)[0].version == before.version
    (tmp_path / "facts.yaml").write_text("hotline: ['12']\n")
    (after,) = policy_with(tmp_path, check)
    assert after.version != before.version
    assert policy_with(tmp_path, "{kind: facts, facts: {hotline: ['12']}}")[0].version == after.version


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"find": SCHEMA}),
        json.dumps([{"type": "function", "function": {"name": "find", "parameters": SCHEMA}}]),
        json.dumps([{"name": "find", "description": "Finds.", "input_schema": SCHEMA}]),
    ],
)
def test_tools_are_those_of_a_request(text: str, tmp_path: Path) -> None:
    (tmp_path / "tools.json").write_text(text)
    specs = policy_with(tmp_path, "{kind: tool_schema, tools: ../tools.json}")
    assert specs[0].params == {"tools": {"find": SCHEMA}}
    for arguments, status in (('{"id": 1}', "pass"), ("{}", "fail")):
        answer = Answer(calls=(("find", arguments),)).response
        assert run_checks(Case(id="c", input="q"), answer, specs)[0].status == status


def test_a_card_and_a_case_count_from_their_folder(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws") / "datasets" / "small"
    (folder / "facts.yaml").write_text("returns|refunds: [30 days]\nhotline: [0800 555 0100]\n")
    with (folder / "dataset.yaml").open("a") as card:
        card.write("checks: [{kind: facts, facts: facts.yaml}]\n")
    own = {
        "id": "own",
        "input": "q",
        "checks": [{"kind": "facts", "id": "needed", "facts": "facts.yaml", "needed": True}],
    }
    write_lines(folder / "cases.jsonl", [{"id": "other", "input": "q"}, own])
    cases = load_dataset(folder).cases
    assert [[spec.params["facts"] for spec in case.checks] for case in cases] == [[FACTS], [FACTS, FACTS]]
    assert examine(folder).problems == ()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("none.yaml", None, r"ship\.yaml:1: checks\[0\]\.facts: There is no file .*none\.yaml"),
        ("facts.txt", "x", r"checks\[0\]\.facts: This is no mapping, and no file that ends in \.json, \.yaml"),
        ("facts.jsonl", '{"subject": "a"}\n', r'facts\.jsonl:1: A fact is a row \{"subject"'),
        ("facts.jsonl", '{"subject": "a", "values": ["b"]}\n' * 2, r"facts\.jsonl:2: “a” stands there twice"),
        ("facts.yaml", "a: [b\n", r"facts\.yaml"),
        ("facts.yaml", "a: b\n", r"ship\.yaml:1: checks\[0\]\.facts\.a: Expected a list, not “b”"),
        ("facts.yaml", "hello\n", r"facts\.yaml"),
        ("facts.yaml", "a: [" + "x" * 4 * 1024 * 1024 + "]\n", r"The file is larger than 4 MB"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, text: str | None, says: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises((WorkspaceError, DatasetError), match=says):
        policy_with(tmp_path, f"{{kind: facts, facts: ../{name}}}")


def test_a_path_from_the_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text("a: [b]\n")
    with pytest.raises(WorkspaceError, match="counts from the folder of this file"):
        policy_with(tmp_path, f"{{kind: facts, facts: {tmp_path / 'facts.yaml'}}}")


def test_every_problem_of_a_set_is_found_in_its_own_file(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws") / "datasets" / "small"
    (folder / "facts.jsonl").write_text("\n\n{}\n")
    bad = {"id": "a", "input": "q", "checks": [{"kind": "facts", "facts": "facts.jsonl"}]}
    worse = {"id": "b", "input": "q", "checks": "facts"}
    write_lines(folder / "cases.jsonl", [bad, worse])
    first, second = examine(folder).problems
    assert (Path(first.path or "").name, first.line) == ("facts.jsonl", 3)
    assert (Path(second.path or "").name, second.line) == ("cases.jsonl", 2)


def test_the_checks_of_a_card_are_examined_too(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws") / "datasets" / "small"
    with (folder / "dataset.yaml").open("a") as card:
        card.write("checks: [{kind: facts, facts: none.yaml}]\n")
    (problem,) = examine(folder).problems
    assert (Path(problem.path or "").name, problem.line, problem.field) == ("dataset.yaml", 4, "checks[0].facts")
