"""`tiebreak rerun` after an import: what cannot be asked, or judged anew, says so and says the way on."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.prompted import command
from tiebreak.errors import UsageError

DATA = Path(__file__).parents[1] / "engine" / "imports" / "data"
MODEL = "openai/gpt-4.1-mini"


def imported(folder: Path, *files: str) -> Any:
    for name in ("datasets", "configs", "policies"):
        (folder / name).mkdir(parents=True)
    outcome = command(folder, "import", *(DATA / file for file in files))
    assert outcome.exit_code == 0, outcome.output
    return outcome


def test_an_import_says_where_to_see_what_broke(tmp_path: Path) -> None:
    outcome = imported(
        tmp_path,
        "real/lm-eval/first/samples_talk_2026-11-21T21-00-00.000000.jsonl",
        "real/lm-eval/second/samples_talk_2026-11-21T21-00-00.000000.jsonl",
    )
    session = json.loads(command(tmp_path, "sessions", "--json").stdout)[0]["id"]
    assert f"`tiebreak triage {session}" in outcome.stdout
    assert "\n  row 4: first/samples_talk" in outcome.stdout


def test_a_config_without_a_file_is_told_with_the_way_on(tmp_path: Path) -> None:
    imported(tmp_path, "promptfoo/results.json")
    with pytest.raises(UsageError, match="no file in configs/, as after an import") as told:
        command(tmp_path, "rerun", "last", "--failed", catch=False)
    assert told.value.hint is not None
    assert "--model" in told.value.hint


def test_what_would_be_asked_is_told_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    imported(tmp_path, "promptfoo/results.json")
    words = ("rerun", "last", "--failed", "--model", MODEL)
    outcome = command(tmp_path, *words, "--dry-run")
    assert (outcome.exit_code, outcome.stdout.split()) == (0, ["hello"])
    assert "at most 1 call; $0.0" in outcome.stderr
    assert "needs a key" in str(command(tmp_path, *words).exception)


def test_verdicts_of_a_tool_are_not_taken_for_checks_of_ours(tmp_path: Path) -> None:
    folders = ("first", "second")
    imported(tmp_path, *(f"real/lm-eval/{one}/samples_talk_2026-11-21T21-00-00.000000.jsonl" for one in folders))
    for words in (("--failed", "--config", "a"), ("--failed", "--times", 2)):
        (tmp_path / "configs" / "a.yaml").write_text(f"target: {{kind: model, model: {MODEL}}}\n")
        with pytest.raises(UsageError, match=r"can be put to. It fails lm-eval/exact_match in 3 cases") as told:
            command(tmp_path, "rerun", "last", *words, catch=False)
        assert "promote" in str(told.value.hint)
