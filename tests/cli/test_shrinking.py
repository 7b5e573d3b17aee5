"""`tiebreak promote --shrink`: the smallest question that still tells the bad config from the good one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import model_server
from support.headless import server_process
from support.prompted import command, prompted_workspace, ran
from support.workspaces import make_workspace
from tiebreak.datasets import load_dataset

LONG = (
    "Hello there. I hope that you are well.\n\n"
    "I bought a lamp last week. It is blue! How long can I return it for a refund? Please be quick.\n\n"
    "Yours, Kim"
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(model_server) as url:
        yield url


def promote(folder: Path, case: str, *words: object) -> dict[str, Any]:
    outcome = command(folder, "promote", "last", case, "-d", "kept", "--check", "contains", "--json", *words)
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.stdout)


def test_a_question_is_cut_down_to_what_makes_it_fail(tmp_path: Path, url: str) -> None:
    """B fails on blue lamps; without the word refund neither side knows what is meant, which is another failure."""
    models = ("obeys?needs=refund", "obeys?fails=lamp|blue&needs=refund")
    folder = ran(
        prompted_workspace(tmp_path, url, models[0], b_model=models[1], questions={"q": LONG, "other": "A refund?"})
    )
    told = promote(folder, "q", "--shrink", "--max-calls", 400)
    assert told["shrunk"]["ending"] == "shrunk"
    (case,) = load_dataset(folder / "datasets" / "kept").cases
    assert case.question.split() == ["lamp", "blue!", "refund?"]
    assert told["case"]["metadata"]["promoted"]["shrunk"] == {"words_before": 31, "words_after": 3}
    assert [check.id for check in case.checks] == ["contains"]
    assert 0 < told["shrunk"]["progress"]["calls"] <= 400
    again = promote(folder, "q", "--shrink", "--dry-run", "--allow-alike", "--offline")
    assert again["shrunk"]["progress"]["calls"] == 0
    assert again["case"]["input"] == case.input  # every answer that the search wants is there
    outcome = command(folder, "promote", "last", "q", "-d", "kept", "--shrink", "--dry-run", "--allow-alike")
    assert "Shrunk from 31 to 3 words." in outcome.stdout
    assert "Shrinking: at most 200 calls (--max-calls; at worst it would take" in outcome.stderr


def test_a_budget_keeps_the_smallest_so_far(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, "obeys", b_model="obeys?fails=lamp|blue", questions={"q": LONG}))
    told = promote(folder, "q", "--shrink", "--max-calls", 8)
    assert told["shrunk"]["ending"] == "budget"
    assert 2 < told["shrunk"]["words_after"] < told["shrunk"]["words_before"]
    assert "lamp" in told["case"]["input"]
    assert "8 calls are made" in told["shrunk"]["why"]


def test_what_does_not_fail_again_is_written_whole(tmp_path: Path, url: str) -> None:
    models = ("obeys", "obeys?fails=lamp&of=2")
    folder = prompted_workspace(tmp_path, url, models[0], b_model=models[1], questions={"q": LONG})
    command(folder, "run", "-d", "questions", "-a", "a", "-b", "b")  # passes
    command(folder, "rerun", "last", "--no-resume")  # fails
    told = promote(folder, "q", "--shrink", "--good", "A")
    assert told["shrunk"]["ending"] == "not_reproduced"
    assert told["case"]["input"] == LONG


def test_recorded_answers_are_not_asked_anything_else(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path, questions={"q": LONG}, a={"q": "Thirty days."}, b={"q": "No."})
    command(folder, "run", "-d", "small", "-a", "plain", "-b", "warm")
    outcome = command(folder, "promote", "last", "q", "-d", "kept", "--good", "A", "--shrink")
    assert outcome.exit_code == 0, outcome.output
    assert "no model is asked" in outcome.stderr
    assert "does not fail any more" not in outcome.stdout
    assert "could not be tried: no answer to them is recorded" in outcome.stdout
    (case,) = load_dataset(folder / "datasets" / "kept").cases
    assert case.input == LONG
