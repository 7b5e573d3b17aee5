"""`tiebreak rerun` of chosen cases: fixed, flaky or failing still, beside any session."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support import model_server
from support.headless import server_process
from support.prompted import A, B, command, prompted_workspace, ran, write_config
from tiebreak.errors import PromptError, UsageError, WorkspaceError

MODEL = "obeys?fails=two words"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(model_server) as url:
        yield url


def rerun(folder: Path, *words: object, code: int = 0) -> dict[str, Any]:
    outcome = command(folder, "rerun", "last", *words, "--json")
    assert outcome.exit_code == code, outcome.output
    return json.loads(outcome.stdout)


def verdicts(told: dict[str, Any]) -> dict[str, tuple[str, int, int]]:
    return {case["case"]: (case["verdict"], case["passes"], case["of"]) for case in told["cases"]}


def test_an_edited_config_mends_what_it_mends(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, f"{MODEL}|kind 1"))
    assert verdicts(rerun(folder, "--filter", "class:regression", "--times", 2, code=1)) == {
        "q-1": ("still_failing", 0, 2)
    }
    write_config(folder, "b", B.replace("two words", "three words"), url, f"{MODEL}|kind 1")
    told = rerun(folder, "q-1", "q-0", "--times", 5)
    assert verdicts(told) == {"q-1": ("fixed", 5, 5), "q-0": ("still_passing", 5, 5)}
    assert told["cases"][0]["interval"] == [pytest.approx(0.4782, abs=1e-4), 1.0]
    assert told["usage"]["calls"] == 10
    assert told["cases"][0]["answers"][0]["response"]["text"] == "Thirty days."
    assert rerun(folder, "q-1", "q-0", "--times", 5)["usage"]["calls"] == 0
    assert rerun(folder, "q-1", "--times", 5, "--no-resume")["usage"]["calls"] == 5
    outcome = command(folder, "rerun", "last", "q-1", "--times", 5)
    assert "1 fixed" in outcome.stdout
    assert "5 of 5" in outcome.stdout
    assert "47.8 % to 100 %" in outcome.stdout
    assert "may still fail in up to 52.2 %" in outcome.stdout
    assert "1 case to “b”, 5 answers each: at most 5 calls" in outcome.stderr
    assert len(json.loads(command(folder, "sessions", "--json").stdout)) == 1


def test_an_unchanged_config_that_does_both_is_flaky(tmp_path: Path, url: str) -> None:
    folder = prompted_workspace(tmp_path, url, f"{MODEL}&of=2")
    command(folder, "run", "-d", "questions", "-a", "a", "-b", "b", "--samples", 2)
    told = rerun(folder, "--failed", "--times", 4)
    assert {case["verdict"] for case in told["cases"]} == {"flaky"}
    assert (told["cases"][0]["passes"], told["cases"][0]["of"], told["config"]["unchanged"]) == (2, 4, True)
    once = rerun(folder, "q-0", "--times", 1, "--no-resume")
    assert verdicts(once) == {"q-0": ("flaky", 1, 1)}  # it failed before, with this very config
    assert "The config is unchanged" in command(folder, "rerun", "last", "q-0", "--times", 1).stdout


def test_what_is_learned_is_written_down_in_one_act(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, MODEL))
    write_config(folder, "b", B.replace("two words", "three words"), url, MODEL)
    outcome = command(folder, "rerun", "last", "-f", "class:regression", "--times", 2)
    assert "With --mark" in outcome.stdout
    told = rerun(folder, "-f", "class:regression", "--times", 2, "--mark")
    assert told["marked"]["cases"] == 3

    def fixed() -> int:
        return len(json.loads(command(folder, "triage", "last", "-f", "status:fixed", "--json").stdout)["cases"])

    assert fixed() == 3
    command(folder, "triage", "last", "--undo")
    assert fixed() == 0


def test_another_model_another_config_an_edited_prompt(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, MODEL))
    told = rerun(folder, "q-0", "--model", "obeys")
    assert (told["config"]["name"], verdicts(told)["q-0"][0]) == ("b on obeys", "fixed")
    told = rerun(folder, "q-0", "--config", "a")
    assert verdicts(told)["q-0"][0] == "fixed"
    edited = tmp_path / "edited.txt"
    edited.write_text(A)
    told = rerun(folder, "q-0", "--prompt", edited)
    assert (told["config"]["name"], verdicts(told)["q-0"][0]) == ("b with edited.txt", "fixed")
    edited.write_text("{{ nothing }} here")
    with pytest.raises(PromptError, match="“nothing” is unknown"):
        command(folder, "rerun", "last", "q-0", "--prompt", edited, catch=False)
    edited.write_text("{{ open")
    with pytest.raises(WorkspaceError, match=r"edited\.txt"):
        command(folder, "rerun", "last", "q-0", "--prompt", edited, catch=False)


def test_an_end_before_its_time_keeps_what_came(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, MODEL))
    told = rerun(folder, "q-0", "q-1", "q-2", "--times", 2, "--max-cost", 0.001, "--concurrency", 1, code=3)
    assert told["ended"]["reason"] == "budget"
    assert 0 < told["usage"]["calls"] < 6
    assert told["cases"][0]["of"] > 0
    no = rerun(folder, "q-0", "--model", "404", code=4)
    assert no["cases"][0]["verdict"] == "not_answered"
    assert "does not exist" in command(folder, "rerun", "last", "q-0", "--model", "404").stdout


def test_which_cases_is_asked_before_anything(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, MODEL))
    for words, message in (
        (("last", "--times", 3), "Which cases are to be asked again"),
        (("last", "nope"), "Neither run has a case"),
        (("last", "-f", "class:fix"), "No case is left"),
        (("last", "q-0", "--phase", "offline"), "have no gates"),
        (("last", "q-0", "--config", "nope"), "no config “nope”"),
        (("last", "q-0", "--model", "obeys", "--max-cost", 1), "No price is known"),
    ):
        with pytest.raises(UsageError, match=message):
            command(folder, "rerun", *words, catch=False)
    outcome = command(folder, "rerun", "last", "-f", "class:regression", "--dry-run")
    assert outcome.stdout.split() == ["q-0", "q-1", "q-2"]
    assert not (folder / ".tiebreak" / "trials.db").exists()


def test_offline_only_answers_that_are_there_are_looked_at(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, MODEL))
    rerun(folder, "q-0", "--times", 2, code=1)
    config = folder / "configs" / "b.yaml"
    config.write_text(config.read_text().replace("kind: model", "kind: model, api_key_env: GONE_KEY"))
    told = rerun(folder, "q-0", "--times", 2, "--offline", code=1)
    assert (verdicts(told), told["usage"]["calls"]) == ({"q-0": ("still_failing", 0, 2)}, 0)
    assert verdicts(rerun(folder, "q-1", "--times", 2, "--offline", code=1)) == {"q-1": ("still_failing", 0, 1)}
    found = json.loads(command(folder, "show", "last", "q-0", "--json").stdout)["findings"]
    assert [(one["verdict"], one["passes"], one["of"]) for one in found] == [("still_failing", 0, 2)] * 2
    with closing(sqlite3.connect(folder / ".tiebreak" / "trials.db")) as plain, plain:
        plain.execute("UPDATE finding SET told = '{}' WHERE seq = (SELECT min(seq) FROM finding)")
    told = json.loads(command(folder, "show", "last", "q-0", "--json").stdout)
    assert (len(told["findings"]), told["findings_unread"]) == (1, 1)
    shown = command(folder, "show", "last", "q-0").stdout
    assert "1 finding of asking again or bisecting was kept by another version" in shown
