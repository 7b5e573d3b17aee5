"""Judge files: complete from few lines, strict, and as the page says."""

import dataclasses
import re
from pathlib import Path

import pytest

from tiebreak.errors import UsageError, WorkspaceError
from tiebreak.records import RecordingTarget
from tiebreak.records.judges import Judge, JudgeDimension, JudgePrompt, Scale
from tiebreak.workspace import Workspace, init
from tiebreak.workspace.judges import KINDS, read_judge, shipped_judges
from tiebreak.workspace.trust import Trust

PAGE = (Path(__file__).parents[3] / "docs" / "judges.md").read_text(encoding="utf-8")
TARGET = "target: {model: openai/gpt-4.1-mini}\n"


def written(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / "judges" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_each_kind_comes_with_one_judge_that_works() -> None:
    assert sorted(judge.kind for judge in shipped_judges().values()) == sorted(KINDS)
    for judge in shipped_judges().values():
        assert judge.description
        assert f"`{judge.name}`" in PAGE


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_and_a_model_are_enough(tmp_path: Path, kind: str) -> None:
    judge = read_judge(written(tmp_path, f"kind: {kind}\n{TARGET}"), tmp_path)
    shipped = next(one for one in shipped_judges().values() if one.kind == kind)
    assert (judge.name, judge.prompt, judge.dimensions) == ("mine", shipped.prompt, shipped.dimensions)
    assert (judge.criteria, judge.parameters, judge.both_orders) == (shipped.criteria, shipped.parameters, True)
    assert judge.version != shipped.version


def test_a_prompt_may_come_from_a_file_and_be_half_ones_own(tmp_path: Path) -> None:
    path = written(tmp_path, f"kind: pairwise\n{TARGET}prompt: {{system_file: system.md}}\nparameters: {{}}\n")
    (tmp_path / "judges" / "system.md").write_text("Be strict. {{ criteria }}")
    judge = read_judge(path, tmp_path)
    assert judge.prompt.system == "Be strict. {{ criteria }}"
    assert judge.prompt.user == shipped_judges()["preference"].prompt.user
    assert judge.parameters == {}


@pytest.mark.parametrize(
    ("text", "line", "field", "why"),
    [
        ("kind: pairwize\n", 1, "kind", "Did you mean “pairwise”"),
        (TARGET, None, "kind", "is missing"),
        ("kind: pairwise\n", None, "target", "is missing"),
        ("kind: pairwise\nmodel: openai/x\n", 2, "model", "under `target`"),
        (f"kind: pairwise\n{TARGET}repeat: 3\n", 3, "repeat", "Did you mean “repeats”"),
        (f"kind: pairwise\n{TARGET}repeats: 0\n", 3, "repeats", "1 to 50"),
        (f"kind: pairwise\n{TARGET}budget: -1\n", 3, "budget", "0 or more"),
        (f"kind: pairwise\n{TARGET}budget: '1'\n", 3, "budget", "without quotes"),
        (f"kind: pairwise\n{TARGET}parsing: json\n", 3, "parsing", "auto, schema or block"),
        (f"kind: pairwise\n{TARGET}scale: {{low: 1}}\n", 3, "scale", "Only a judge of the kind rubric"),
        (f"kind: safety\n{TARGET}both_orders: false\n", 3, "both_orders", "Only a judge of the kind pairwise"),
        (f"kind: rubric\n{TARGET}scale: {{low: 5, high: 1}}\n", 3, "scale", "2 to 101 points"),
        (f"kind: rubric\n{TARGET}dimensions: []\n", 3, "dimensions", "scores nothing"),
        (
            f"kind: rubric\n{TARGET}dimensions: [{{name: a, description: b, levels: {{'6': c}}}}]\n",
            3,
            "dimensions[0].levels.6",
            "no point of the scale",
        ),
        (f"kind: pairwise\n{TARGET}parameters: {{temprature: 1}}\n", 3, "parameters.temprature", "temperature"),
        (
            f"kind: pairwise\n{TARGET}parameters: {{response_format: {{}}}}\n",
            3,
            "parameters.response_format",
            "parsing",
        ),
        (f"kind: pairwise\n{TARGET}prompt: {{user: '{{{{ response_1 }}}}'}}\n", 3, "prompt.user", "response_2"),
        (f"kind: pairwise\n{TARGET}prompt: {{system: '{{{{ question }}}}'}}\n", 3, "prompt.system", "unknown here"),
        (f"kind: pairwise\n{TARGET}prompt: {{system: '{{{{ response_1 }}}}'}}\n", 3, "prompt.system", "unknown here"),
        (f"kind: pairwise\n{TARGET}prompt: {{check: x}}\n", 3, "prompt.check", "Only a judge of faithfulness"),
        (f"kind: pairwise\n{TARGET}prompt: {{system_file: ../../x.md}}\n", 3, "prompt.system_file", "outside"),
        ("kind: pairwise\ntarget: {model: x, api_key_env: sk-123}\n", 2, "target.api_key_env", "never the key"),
        ("- kind: pairwise\n", None, None, "is a mapping"),
    ],
)
def test_slips_are_named(tmp_path: Path, text: str, line: int | None, field: str | None, why: str) -> None:
    with pytest.raises(WorkspaceError) as refused:
        read_judge(written(tmp_path, text), tmp_path)
    error = refused.value
    assert why in f"{error.message} {error.hint}"
    assert error.field == field
    if line is not None:
        assert error.line == line


def test_judges_are_listed_and_found_by_name(tmp_path: Path) -> None:
    workspace = Workspace.open(init(tmp_path / "shop"))
    assert [(entry.name, entry.error) for entry in workspace.judges] == [("house", None)]
    assert workspace.load_judge("house").kind == "pairwise"
    assert workspace.load_judge("rubric") == shipped_judges()["rubric"]
    written(workspace.folder, f"kind: safety\n{TARGET}", "rubric")
    assert workspace.load_judge("rubric").kind == "safety"
    with pytest.raises(UsageError, match="no judge “hous”"):
        workspace.load_judge("hous")


def test_what_it_may_cost_and_how_often_it_asks_make_no_other_judge(tmp_path: Path) -> None:
    judge = read_judge(written(tmp_path, f"kind: pairwise\n{TARGET}"), tmp_path)
    same = dataclasses.replace(judge, budget=2.0, repeats=3, description="x")
    assert same.version == judge.version
    assert dataclasses.replace(judge, criteria="x").version != judge.version


def test_recorded_replies_start_from_the_file(tmp_path: Path) -> None:
    judge = read_judge(written(tmp_path, "kind: pairwise\ntarget: {path: ../r.jsonl}\n"), tmp_path)
    assert judge.target == RecordingTarget(path="../r.jsonl")
    (tmp_path / "mine.yaml").write_text("kind: pairwise\ntarget: {path: r.jsonl}\n")
    assert read_judge(tmp_path / "mine.yaml", tmp_path).target == judge.target


def test_a_judge_that_is_a_program_has_to_be_trusted(tmp_path: Path) -> None:
    written(tmp_path, "kind: pairwise\ntarget: {command: [./judge.sh]}\n")
    trust = Trust.of({"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")})
    (wanted,) = trust.wanted(Workspace.open(tmp_path))
    assert (wanted.config, wanted.program.words) == ("judge mine", ("./judge.sh",))


def test_the_page_shows_what_loads_and_describes_every_field(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```yaml judge\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert read_judge(written(tmp_path, example), tmp_path).name == "tone"
    for record in (Judge, JudgePrompt, JudgeDimension, Scale):
        for field in dataclasses.fields(record):
            assert f"`{field.name}`" in PAGE, field.name
