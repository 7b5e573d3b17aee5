"""What is imported twice is there once, and what an import suggests to type works as it is written."""

import re
import shlex
from pathlib import Path

import pytest

from support.commands import CommandLine
from support.workspaces import make_workspace, write_lines

DATA = Path(__file__).parents[1] / "engine" / "imports" / "data"
LM_EVAL = "samples_talk_2026-11-21T18-00-00.000000.jsonl"
FILES = (
    ("promptfoo/results.json",),
    ("promptfoo/promptfooconfig.yaml",),
    ("inspect/first.eval", "inspect/second.json"),
    ("inspect/first-zstd.eval", "inspect/second.json"),
    ("openai-evals/first.jsonl", "openai-evals/second.jsonl"),
    ("llm/logs.db",),
    ("llm/logs-0.26.db",),
    ("langsmith/runs.jsonl",),
    ("langfuse/traces.json",),
    ("braintrust/first.jsonl", "braintrust/second.jsonl"),
    (f"lm-eval/org__first/{LM_EVAL}", f"lm-eval/org__second/{LM_EVAL}"),
    ("llm-comparator/pairs.json",),
    ("arena/battles.json",),
    ("mt-bench/gpt-4_pair.jsonl",),
    ("alpaca-eval/annotations.json",),
    ("ifeval/first/eval_results_strict.jsonl", "ifeval/second/eval_results_strict.jsonl"),
    ("otel/traces.json",),
)
DONE = (0, 1, 3)
"""Codes of a command that did what it was asked; gates may have failed, or be open."""
UNFIT_POLICY = "gates: {offline: [{metric: check, check: nowhere, zero: true}]}\n"
SECOND_POLICY = "gates: {human: [{id: half, metric: win_rate, at_least: 0.5}]}\n"


def suggested(text: str) -> list[list[str]]:
    """The commands that a text suggests, as a shell reads them, without `tiebreak`."""
    return [shlex.split(line)[1:] for line in re.findall(r"`(tiebreak [^`]*)`", text)]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("files", FILES, ids=lambda files: files[0])
def test_an_import_is_done_once_and_says_so(tiebreak: CommandLine, files: tuple[str, ...]) -> None:
    paths = [DATA / file for file in files]
    first = tiebreak("import", *paths)
    assert first.code == 0, first.written
    sessions = tiebreak("sessions", "--json").json
    again = tiebreak("import", *paths)
    assert again.code == 0, again.written
    assert "already imported" in again.out
    assert "Nothing was changed." in again.out
    assert tiebreak("sessions", "--json").json == sessions
    assert tiebreak("import", *paths, "--json").json["already"] is True
    commands = suggested(first.out)
    assert commands
    for words in commands:
        if words[0] != "run":  # which asks models; below it is typed where there is one
            typed = tiebreak(*words)
            assert typed.code in DONE, (words, typed.written)


def test_what_is_suggested_after_a_config_runs_in_any_folder_and_with_several_policies(
    tiebreak: CommandLine, tmp_path: Path
) -> None:
    folder = make_workspace(tmp_path / "my evals")
    for name in ("plain", "warm"):
        (folder / "configs" / f"{name}.yaml").unlink()
    (folder / "policies" / "other.yaml").write_text(SECOND_POLICY)
    (folder / "policies" / "a unfit.yaml").write_text(
        "gates: {offline: [{metric: check, check: nowhere, zero: true}]}\n"
    )
    file = tmp_path / "my tests.yaml"
    file.write_text(
        "prompts: ['Answer: {{question}}']\n"
        "providers: [{id: 'openai:chat:m', label: one}, {id: 'openai:chat:m', label: two, config: {temperature: 1}}]\n"
        "tests: [{vars: {question: Hello}, assert: [{type: contains, value: Hi}]}]\n"
    )
    told = tiebreak("import", file, "-w", folder)
    assert told.code == 0, told.written
    (words,) = suggested(told.out)
    assert words == ["run", "-d", "my-tests", "-a", "one", "-b", "two", "-p", "other", "-w", str(folder)]
    # Everything is found and fits: the key alone is missing on this machine.
    typed = tiebreak(*words)
    assert typed.code == 2
    assert "OPENAI_API_KEY" in typed.err


@pytest.mark.usefixtures("small")
def test_a_config_that_was_half_imported_is_made_whole_and_one_that_was_edited_stays(tiebreak: CommandLine) -> None:
    file = DATA / "promptfoo" / "promptfooconfig.yaml"
    tiebreak("import", file)
    second = Path("configs/second.yaml")
    whole = second.read_bytes()
    second.unlink()
    told = tiebreak("import", file)
    assert (told.code, second.read_bytes()) == (0, whole)
    assert "There already, and left as they were: first." in told.out
    second.write_text("target: {kind: model, model: openai/other}\n")
    refused = tiebreak("import", file)
    assert refused.code == 2
    assert "config “second” already, with another content than promptfooconfig.yaml" in refused.err
    assert "other" in second.read_text()


@pytest.mark.usefixtures("small")
def test_files_of_one_name_are_told_apart_by_their_folders(tiebreak: CommandLine) -> None:
    told = tiebreak("import", *(DATA / f"ifeval/{side}/eval_results_strict.jsonl" for side in ("first", "second")))
    assert "from first/eval_results_strict.jsonl and second/eval_results_strict.jsonl" in told.out
    for side in ("old", "new"):
        rows = [{"case": "greet-1", "text": f"The {side} one."}, {"case": "", "text": "nothing"}]
        write_lines(Path(side) / "answers.jsonl", rows)
    told = tiebreak("import", "old/answers.jsonl", "new/answers.jsonl", "-d", "small")
    assert told.code == 0, told.written
    assert "from old/answers.jsonl and new/answers.jsonl are now in the new session" in told.out
    assert "(old/answers vs new/answers, imported)" in told.out
    assert "line 2: new/answers.jsonl: " in told.out
    again = tiebreak("import", "old/answers.jsonl", "new/answers.jsonl", "-d", "small")
    assert "old/answers.jsonl and new/answers.jsonl was already imported" in again.out
