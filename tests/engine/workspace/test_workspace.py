"""A workspace lists what is in it, broken files too, and finds each by name or path."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tiebreak.datasets import FieldMap
from tiebreak.errors import DatasetError, UsageError, WorkspaceError
from tiebreak.workspace import Workspace, default_policy, is_empty

CONFIG = "target: {kind: model, model: openai/gpt-4.1-mini}\n"
POLICY = "gates: {human: [{id: preferred, metric: win_rate, at_least: 0.5}]}\n"
CASE = '{"id": "a", "input": "Hello"}\n'


def write(folder: Path, files: Mapping[str, str]) -> Workspace:
    """A workspace with these files, by path."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Workspace.open(folder)


def test_an_empty_folder_is_told_from_a_workspace(tmp_path: Path) -> None:
    workspace = write(tmp_path, {"notes.txt": "x"})
    assert (workspace.kind, is_empty(tmp_path)) == ("empty", True)
    assert workspace.datasets == workspace.configs == workspace.policies == ()
    assert write(tmp_path, {"configs/a.yaml": CONFIG}).kind == "workspace"
    assert workspace.database == tmp_path / ".tiebreak" / "tiebreak.db"
    assert workspace.name == tmp_path.name


def test_folders_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="There is no such folder"):
        Workspace.open(tmp_path / "nothing")
    with pytest.raises(WorkspaceError, match="this is a file"):
        Workspace.open(tmp_path / "file")


def test_datasets_wherever_they_are(tmp_path: Path) -> None:
    workspace = write(
        tmp_path,
        {
            "dataset.yaml": "name: root\ntitle: The root",
            "cases.jsonl": CASE,
            "datasets/one/dataset.yaml": "description: |\n  Two\n  lines",
            "datasets/one/cases.jsonl": "not read for the list",
            "datasets/two.csv": "id,question\na,Hello\n",
            "datasets/three.yaml": "cases: [{id: a, input: Hello}]",
            "datasets/notes.txt": "x",
            "datasets/.hidden.csv": "x",
            "datasets/empty/README": "x",
        },
    )
    assert [(e.name, e.title, e.error) for e in workspace.datasets] == [
        ("one", "Two lines", None),
        ("root", "The root", None),
        ("three", "", None),
        ("two", "Read from two.csv.", None),
    ]
    assert workspace.load_dataset("root").cases[0].id == "a"
    assert workspace.load_dataset("two").cases[0].input == "Hello"


def test_what_is_broken_is_listed_with_its_reason(tmp_path: Path) -> None:
    workspace = write(
        tmp_path,
        {
            "configs/good.yaml": CONFIG,
            "configs/bad.yaml": "target: {kind: modle}",
            "policies/bad.yaml": "gates: {}",
            "datasets/bad/dataset.yaml": "tittle: x",
            "datasets/cardless/cases.jsonl": CASE,
        },
    )
    bad, good = workspace.configs
    assert (good.name, good.title, good.error) == ("good", "openai/gpt-4.1-mini", None)
    assert (bad.name, str(bad.error)) == (
        "bad",
        f"{tmp_path}/configs/bad.yaml:1: target.kind: There is no kind “modle” here. Did you mean “model”?",
    )
    assert "decides nothing" in str(workspace.policies[0].error)
    assert [e.name for e in workspace.datasets if e.error] == ["bad", "cardless"]
    with pytest.raises(WorkspaceError, match="There is no kind “modle”"):
        workspace.load_config("bad")


def test_two_with_one_name(tmp_path: Path) -> None:
    workspace = write(tmp_path, {"configs/a.yaml": CONFIG, "configs/b.yaml": "name: a\n" + CONFIG})
    assert [entry.error is None for entry in workspace.configs] == [True, False]
    with pytest.raises(WorkspaceError, match=r"b\.yaml: name: The name “a” is also that of a\.yaml\."):
        workspace.load_config("a")


def test_names_and_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = write(tmp_path, {"configs/warm.yaml": "name: Warm one\n" + CONFIG, "policies/ship.yaml": POLICY})
    for name in (
        "Warm one",
        "configs/warm.yaml",
        "warm.yaml",
        Path("configs/warm.yaml"),
        tmp_path / "configs/warm.yaml",
    ):
        assert workspace.load_config(name).name == "Warm one"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.csv").write_text("q\nHello\n")
    monkeypatch.chdir(elsewhere)
    assert workspace.load_dataset("mine.csv", FieldMap(input="q")).cases[0].input == "Hello"
    assert workspace.load_policy("ship").name == "ship"


def test_names_that_are_unknown(tmp_path: Path) -> None:
    workspace = write(tmp_path, {"configs/warm.yaml": CONFIG})
    with pytest.raises(UsageError, match=r"There is no config “wram”\. Did you mean “warm”\?"):
        workspace.load_config("wram")
    with pytest.raises(UsageError, match="There is no config “”"):
        workspace.load_config("")
    with pytest.raises(UsageError, match=r"There is no dataset “x”\. .*datasets is empty\."):
        workspace.load_dataset("x")


def test_an_edit_is_seen_at_once(tmp_path: Path) -> None:
    workspace = write(tmp_path, {"configs/a.yaml": CONFIG})
    first = workspace.load_config("a").version
    write(tmp_path, {"configs/a.yaml": CONFIG + "retries: 1\n"})
    assert workspace.load_config("a").version != first


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("gates:\n  human:\n    - {id: a, metric: winrate}\n", ":3: gates.human[0].metric", "Did you mean “win_rate”?"),
        ("gates: {human: []}\n", ":1: gates", "A policy without a gate decides nothing."),
        ("name: ''\n" + POLICY, ":1: name", "The name is empty."),
        (POLICY + "max_skipped: 5\n", ":2: max_skipped", "from 0 to 1"),
        (POLICY + "checks:\n  - {kind: max_length}\n", ":3: checks[0]", ""),
        (POLICY + "checks:\n  - kind: contains\n    any: [no]\n", ":4: checks[0].any[0]", '"no" in quotes'),
        (
            POLICY + "checks:\n  - kind: contains\n    any: [x]\n  - kind: contains\n    any: [y]\n",
            ":5: checks[1]",
            "Two",
        ),
        (POLICY + "form: {dimensions: [{name: a}, {name: a}]}", ":2: form.dimensions[1].name", "two dimensions “a”"),
        ("[]", ":1", "A policy is a mapping"),
    ],
)
def test_bad_policies(tmp_path: Path, text: str, where: str, said: str) -> None:
    workspace = write(tmp_path, {"policies/p.yaml": text})
    with pytest.raises(WorkspaceError) as caught:
        workspace.load_policy("p")
    assert f"policies/p.yaml{where}" in str(caught.value)
    assert said in str(caught.value)


def test_flat_checks_of_a_policy(tmp_path: Path) -> None:
    workspace = write(tmp_path, {"policies/p.yaml": POLICY + "checks: [{id: brief, kind: max_length, chars: 9}]"})
    (check,) = workspace.load_policy("p").checks
    assert (check.id, check.kind, check.params) == ("brief", "max_length", {"chars": 9})


def test_the_default_policy_asks_for_half_the_votes() -> None:
    policy = default_policy()
    ((gate,),) = policy.gates.values()
    assert (gate.metric, gate.at_least, gate.scope, policy.form.vote) == ("win_rate", 0.5, "set", "required")


def test_a_dataset_that_is_broken_says_where(tmp_path: Path) -> None:
    workspace = write(tmp_path, {"datasets/d/dataset.yaml": "task: chat", "datasets/d/cases.jsonl": CASE + "{"})
    with pytest.raises(DatasetError, match=r"datasets/d/cases\.jsonl:2: This line is not JSON"):
        workspace.load_dataset("d")
