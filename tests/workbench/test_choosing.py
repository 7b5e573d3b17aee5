"""What Setup says before a session starts: what stands in the way, what cannot be decided, what it will cost."""

import json
from pathlib import Path

import pytest

from support.live import RUBRIC, open_bench
from support.workspaces import QUESTIONS, make_workspace, recording, write_lines
from tiebreak.errors import UsageError
from tiebreak.workspace import Workspace
from tiebreak_workbench.starting.choosing import Choices, Choosing, Remark

PRICED = "target: {kind: model, model: openai/gpt-4o-mini}\nparameters: {max_tokens: 100}\n"


def choosing(folder: Path, choices: Choices | None = None, **environ: str) -> Choosing:
    found = Choosing(Workspace.open(folder), choices or Choices(), seed=11, environ=environ)
    found.resolve()
    return found


def texts(found: Choosing, level: str) -> list[str]:
    return [remark.text for remark in found.remarks() if remark.level == level]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "ws")


def test_what_is_not_chosen_is_preselected(folder: Path) -> None:
    found = choosing(folder)
    assert found.choices == Choices(dataset="small", baseline="plain", candidate="warm", policy="ship")
    assert found.problems == {}
    assert (found.seed, found.pool_size(), len(found.setup().plan().case_ids)) == (11, 6, 6)
    assert list(found.segments) == ["bye", "greet", "json", "refuse"]
    assert found.remarks() == [Remark(level="note", text="Recorded answers: this costs nothing.")]


def test_one_config_is_compared_with_itself_and_it_is_said(folder: Path) -> None:
    (folder / "configs" / "warm.yaml").unlink()
    found = choosing(folder)
    assert (found.choices.baseline, found.choices.candidate) == ("plain", "plain")
    assert texts(found, "note") == [
        "Both sides are the same config: this measures noise alone.",
        "Recorded answers: this costs nothing.",
    ]


def test_sides_are_swapped(folder: Path) -> None:
    found = choosing(folder, Choices(cases=3))
    before = found.setup()
    found.resolve(found.swapped())
    after = found.setup()
    assert (after.baseline, after.candidate) == (before.candidate, before.baseline)
    assert after.plan() == before.plan()


def test_a_segment_narrows_the_plan_and_does_not_outlive_its_dataset(folder: Path) -> None:
    found = choosing(folder, Choices(segment="greet"))
    assert found.pool_size() == 2
    assert set(found.setup().plan().case_ids) == {"greet-1", "greet-2"}
    other = folder / "datasets" / "other.jsonl"
    other.write_text(json.dumps({"id": "one", "input": "1?", "segment": "sums"}) + "\n")
    found.resolve(Choices(dataset="other", segment="greet"))
    assert texts(found, "problem") == ["There is no case in segment “greet”. Its segments are sums."]


@pytest.mark.parametrize("cases", [0, 7, -1])
def test_an_impossible_number_of_cases_is_a_problem(folder: Path, cases: int) -> None:
    found = choosing(folder, Choices(cases=cases))
    assert texts(found, "problem") == [f"{cases} cases cannot be planned: this dataset has 6. Plan 1 to 6."]


def test_a_seed_beyond_the_database_is_a_problem(folder: Path) -> None:
    assert "too large" in texts(choosing(folder, Choices(seed=2**63)), "problem")[0]
    with open_bench(folder) as bench:
        assert bench.start(choosing(folder, Choices(seed=2**63 - 1)).setup())


@pytest.mark.parametrize(
    ("file", "text", "field", "words"),
    [
        ("datasets/small/cases.jsonl", "{oops\n", "dataset", "cases.jsonl:1"),
        ("datasets/small/cases.jsonl", "", "dataset", "cases.jsonl"),
        ("configs/plain.yaml", "target: {kind: model, modle: x}\n", "baseline", "modle"),
        ("configs/warm.yaml", "prompt: {user: '{{ oops'}\n", "candidate", "warm.yaml"),
        ("policies/ship.yaml", "gates: {human: [{id: x, metric: winrate}]}\n", "policy", "winrate"),
        ("recordings/plain.jsonl", "", "baseline", "recording is empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_the_problem_of_its_line(
    folder: Path, file: str, text: str, field: str, words: str
) -> None:
    wanted = Choices(dataset="small", baseline="plain", candidate="warm", policy="ship")
    (folder / file).write_text(text)
    found = choosing(folder, wanted)
    assert list(found.problems) == [field]
    (problem,) = texts(found, "problem")
    assert problem.startswith(f"{field}: ")
    assert words in problem
    with pytest.raises(UsageError, match=f"^{field}: "):
        found.setup()


def test_a_name_that_is_not_there_is_a_problem_with_the_nearest_one(folder: Path) -> None:
    assert "Did you mean “warm”?" in choosing(folder, Choices(candidate="wram")).problems["candidate"]


def test_a_workspace_without_anything_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    found = choosing(tmp_path)
    assert {"dataset", "baseline", "candidate"} <= found.problems.keys()
    assert found.policy is not None  # there is a default one
    assert found.pool_size() == 0
    assert list(found.segments) == []


def test_a_gate_that_this_many_cases_cannot_decide_is_said_in_a_sentence(folder: Path) -> None:
    policy = RUBRIC.replace("at_least: 0.5}", "at_least: 0.95, scope: population}", 1)
    (folder / "policies" / "ship.yaml").write_text(policy)
    found = choosing(folder)
    (warning,) = texts(found, "warning")
    assert "≥ 95 % of the population needs 88 clean cases; this set has 6." in warning
    assert found.setup()  # a warning does not stop anybody


def test_a_gate_on_what_is_not_there_is_a_problem(folder: Path) -> None:
    (folder / "policies" / "ship.yaml").write_text(
        "gates: {human: [{id: x, metric: rubric, dimension: charm, at_least: 3}]}\n"
    )
    assert any("no dimension “charm”" in problem for problem in texts(choosing(folder), "problem"))


def test_cases_that_a_recording_does_not_answer_are_said(folder: Path) -> None:
    some = dict.fromkeys(list(QUESTIONS)[:4], "Yes.")
    write_lines(folder / "recordings" / "warm.jsonl", recording(some))
    found = choosing(folder)
    (warning,) = texts(found, "warning")
    assert warning.startswith("B: the recording has no answer for 2 cases of 6, such as ")
    found.resolve(Choices(segment="refuse"))
    assert texts(found, "warning") == ["B: the recording has no answer for 1 case of 1, such as refuse-1."]
    (folder / "recordings" / "warm.jsonl").unlink()
    found.resolve(Choices())
    assert "candidate" in found.problems  # said here, not after the session was set down


def test_an_unknown_price_is_said_and_a_known_one_estimated(folder: Path) -> None:
    (folder / "configs" / "plain.yaml").write_text(PRICED)
    (folder / "configs" / "warm.yaml").write_text(
        "target: {kind: model, model: some-model, base_url: 'http://127.0.0.1:9/v1'}\n"
    )
    found = choosing(folder, OPENAI_API_KEY="sk-x")
    unknown, known, _ = texts(found, "note")
    assert unknown == "B: no price is known for some-model."
    assert known.startswith("The other side costs at most about $0.000")
    found.resolve(Choices(baseline="plain", candidate="plain"))
    assert any(note.startswith("Costs at most about $0.000") for note in texts(found, "note"))


def test_a_missing_key_is_a_problem_and_nothing_is_called_free(folder: Path) -> None:
    (folder / "configs" / "plain.yaml").write_text(PRICED)
    found = choosing(folder)
    (problem,) = texts(found, "problem")
    assert problem.startswith("A: ")
    assert "OPENAI_API_KEY" in problem
    assert not [note for note in texts(found, "note") if "costs nothing" in note]


def test_what_alone_is_there_and_broken_is_named_not_passed_over(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", policy="gates: {human: [{id: x, metric: nope, zero: true}]}\n")
    (folder / "datasets" / "small" / "dataset.yaml").write_text("nme: small\n")
    choosing = Choosing(Workspace.open(folder), Choices(), seed=1, environ={})
    choosing.resolve()
    assert choosing.policy is None
    assert "nope" in choosing.problems["policy"]
    assert "nme" in choosing.problems["dataset"]


def names(found: Choosing) -> tuple[str | None, str | None]:
    return found.choices.baseline, found.choices.candidate


def test_a_broken_config_is_the_candidate_until_it_is_mended(folder: Path) -> None:
    broken = folder / "configs" / "aaa.yaml"
    broken.write_text("target: [\n")
    found = choosing(folder)
    assert names(found) == ("plain", "aaa")
    assert found.problems["candidate"].startswith("configs/aaa.yaml:")
    broken.write_text("name: new\n" + (folder / "configs" / "plain.yaml").read_text())
    found.resolve()
    assert names(found) == ("plain", "new")
    assert found.problems == {}


def test_two_config_files_are_never_one_config_against_itself(folder: Path) -> None:
    assert names(choosing(folder, Choices(candidate="plain"))) == ("warm", "plain")
    assert names(choosing(folder, Choices(baseline="warm"))) == ("warm", "plain")
    for name in ("plain", "warm"):
        (folder / "configs" / f"{name}.yaml").write_text("target: [\n")
    found = choosing(folder)
    assert names(found) == ("plain", "warm")
    assert {"baseline", "candidate"} <= found.problems.keys()


def test_two_files_of_one_name_are_named_and_told_apart_once_mended(folder: Path) -> None:
    config = folder / "configs" / "warm.yaml"
    text = config.read_text()
    config.write_text("name: plain\n" + text)
    found = choosing(folder)
    assert "is also that of plain.yaml" in found.problems["baseline"]
    with pytest.raises(UsageError):
        found.setup()
    config.write_text(text)
    found.resolve()
    assert names(found) == ("plain", "warm")
    assert found.problems == {}


def test_prompts_that_cannot_be_rendered_are_told_with_place_and_number(folder: Path) -> None:
    (folder / "prompts").mkdir()
    (folder / "prompts" / "b.md").write_text("Be warm.\n{{ contxts }}\n")
    for name, prompt in (
        ("plain", "  user: >\n    {% if segment != 'greet' %}{{ metadata.plan }}{% endif %}\n"),
        ("warm", "  system: Hi.\n  user_file: ../prompts/b.md\n"),
    ):
        config = folder / "configs" / f"{name}.yaml"
        config.write_text(config.read_text() + "prompt:\n" + prompt)
    a, b = texts(choosing(folder), "problem")
    assert a.startswith("A: configs/plain.yaml:3: prompt.user: Line 1 of the template: “plan” is unknown.")
    assert "for 4 cases of 6; the first is “" in a
    assert "default('')" in a
    assert b.startswith(
        "B: configs/warm.yaml:4: prompt.user_file: Line 2 of ../prompts/b.md: “contxts” is unknown. Did you mean"
    )
    assert "for any case" in b
    assert texts(choosing(folder, Choices(segment="greet", baseline="plain", candidate="plain")), "problem") == []


def test_a_gate_that_cannot_be_decided_is_told_with_file_line_and_field(folder: Path) -> None:
    (folder / "policies" / "ship.yaml").write_text(
        "gates:\n  human:\n    - {id: x, metric: win_rate, at_least: 0.5}\n"
        "    - {id: y, metric: win_rate, at_least: 50}\n"
    )
    (problem,) = texts(choosing(folder), "problem")
    assert problem.startswith("policies/ship.yaml:4: gates.human[1].at_least: Gate “y”: ")
    assert "For 50 % write 0.5." in problem


def test_parameters_that_nobody_knows_are_passed_on_and_told(folder: Path) -> None:
    (folder / "configs" / "plain.yaml").write_text(PRICED.replace("100}", "100, guided_json: {}}"))
    found = choosing(folder, OPENAI_API_KEY="sk-x")
    assert "A: parameter passed on as it is: guided_json." in texts(found, "note")


@pytest.mark.parametrize(("base_url", "told"), [(None, 1), ("http://localhost:8000/v1", 0)])
def test_floating_names_are_one_quiet_line(folder: Path, base_url: str | None, told: int) -> None:
    target = {"kind": "model", "model": "openai/gpt-4.1"} | ({} if base_url is None else {"base_url": base_url})
    for name in ("plain", "warm"):
        (folder / "configs" / f"{name}.yaml").write_text(json.dumps({"target": target}))
    found = [text for text in texts(choosing(folder, Choices()), "note") if "Floating" in text]
    assert len(found) == told
    assert all("A and B: openai/gpt-4.1 (dated: openai/gpt-4.1-2025-04-14)." in text for text in found)
