"""`tiebreak bisect`, against a model that fails by what its prompt says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import model_server
from support.headless import server_process
from support.prompted import A, B, command, prompted_workspace, ran
from support.workspaces import make_workspace
from tiebreak.errors import UsageError
from tiebreak_store import Store


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(model_server) as url:
        yield url


def bisect(folder: Path, *words: object, code: int = 0) -> dict[str, Any]:
    outcome = command(folder, "bisect", "last", *words, "--json")
    assert outcome.exit_code == code, outcome.output
    return json.loads(outcome.stdout)


def changes(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(hunk["old"], hunk["new"]) for hunk in told["found"]]


def test_the_words_that_break_it_are_found_and_asking_again_is_free(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, "obeys?fails=two words"))
    told = bisect(folder, "q-0")
    assert (told["ending"], told["settled"], told["why"]) == ("found", "words", "")
    assert changes(told) == [("full sentences", "two words")]
    assert told["found"][0]["line"] == 3
    assert [told[name] for name in ("a", "b", "a_with_found", "b_without_found")] == [
        {"fails": 0, "of": 3},
        {"fails": 3, "of": 3},
        {"fails": 3, "of": 3},
        {"fails": 0, "of": 3},
    ]
    assert 0 < told["usage"]["calls"] <= told["likely_calls"]
    assert told["usage"]["usd"] > 0
    again = bisect(folder, "q-0")
    assert again["usage"]["calls"] == 0
    assert (again["found"], again["usage"]["usd"]) == (told["found"], 0)
    outcome = command(folder, "bisect", "last", "q-0")
    assert "Found: this change makes it fail." in outcome.stdout
    assert "@@ prompt.system, line 3\n- full sentences\n+ two words\n" in outcome.stdout
    assert "A's with these changes alone fails 3 of 3 (29.2 % to 100 %)." in outcome.stdout
    assert "0 calls" in outcome.stdout
    assert "3 changes between A and B, 1 case, 3 answers of each to a prompt" in outcome.stderr


def test_nothing_of_it_counts_in_the_session(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, "obeys?fails=two words"))

    def all_records() -> tuple[int, list[str]]:
        with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
            sessions = [one.id for one in store.sessions()]
            return sum(len(store.load_session(id_).responses) for id_ in sessions), sessions

    before = all_records()
    bisect(folder, "q-0", "q-1")
    assert all_records() == before
    assert before[0] == 6


def test_changes_that_work_only_together_are_told_as_such(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, "obeys?fails=two words|sorry"))
    told = bisect(folder, "q-0", "--times", 1)
    assert told["ending"] == "interaction"
    assert [new.strip() for _, new in changes(told)] == ["two words", "sorry"]
    assert "make it fail together" in command(folder, "bisect", "last", "q-0", "--times", 1).stdout


def test_another_cause_beside_the_one_found_is_told(tmp_path: Path, url: str) -> None:
    b = B.replace("Cite the page", "In two words, cite the page")
    folder = ran(prompted_workspace(tmp_path, url, "obeys?fails=two words", b=b))
    told = bisect(folder, "q-0", "--times", 1)
    assert (told["ending"], told["b_without_found"]) == ("found", {"fails": 1, "of": 1})
    assert "something else in the change does it as well" in command(folder, "bisect", "last", "q-0", "-k", 1).stdout


def test_the_model_may_be_the_cause(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, "obeys", b_model="obeys?fails=lamp"))
    told = bisect(folder, "q-0", "--times", 1)
    assert [hunk["place"] for hunk in told["found"]] == ["target"]


def test_what_wavers_is_not_reproduced(tmp_path: Path, url: str) -> None:
    """B fails one answer of three, in its session and ever after."""
    folder = prompted_workspace(tmp_path, url, "obeys?fails=two words&of=3")
    told = command(folder, "run", "-d", "questions", "-a", "a", "-b", "b", "--samples", 3, "--json")
    assert told.exit_code == 1, told.output
    told = bisect(folder, "q-0", code=3)
    assert (told["ending"], told["found"], told["b"]) == ("not_reproduced", [], {"fails": 1, "of": 3})
    assert "Not reproduced" in command(folder, "bisect", "last", "q-0").stdout


def test_a_budget_ends_it_with_the_best_so_far(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, "obeys?fails=two words|sorry"))
    told = bisect(folder, "q-0", "--times", 1, "--max-calls", 4, code=3)
    assert (told["ending"], told["usage"]["calls"], told["settled"]) == ("budget", 4, None)
    assert told["found"]
    assert "4 calls are made that were allowed" in told["why"]
    outcome = command(folder, "bisect", "last", "q-0", "--times", 1, "--max-cost", 0.00001, "--fresh")
    assert outcome.exit_code == 3
    assert "The budget of $0.00001 is spent" in outcome.stdout
    assert "no call beyond $0.00001" in outcome.stderr


def test_prompts_that_cannot_be_made_or_are_refused_are_passed_over(tmp_path: Path, url: str) -> None:
    mixed = "our customers.%0ABe kind and patient.%0AAnswer in full"
    folder = ran(prompted_workspace(tmp_path, url, f"obeys?fails=two words&refuses={mixed}"))
    told = bisect(folder, "q-0", "--times", 1)
    assert changes(told) == [("full sentences", "two words")]
    assert told["invalid"] == 2  # the first change alone, and without the second one
    broken = A.replace("Be kind and patient.", "{% if true %}Be short.\nBe quick.\n{% endif %}Say two words.")
    other = ran(prompted_workspace(tmp_path / "other", url, "obeys?fails=two words", b=broken))
    told = bisect(other, "q-0", "--times", 1)
    assert told["ending"] == "found"
    assert told["invalid"] > 0


def test_the_plan_alone_asks_nothing(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, "obeys?fails=two words"))
    outcome = command(folder, "bisect", "last", "q-0", "--dry-run")
    assert outcome.exit_code == 0
    assert "+ Answer in two words." in outcome.stdout
    assert not (folder / ".tiebreak" / "trials.db").exists()
    told = json.loads(command(folder, "bisect", "last", "q-0", "--dry-run", "--json").stdout)
    assert (told["checks"], len(told["changes"])) == ({"q-0": ["contains"]}, 3)


def test_what_cannot_be_bisected_is_said(tmp_path: Path, url: str) -> None:
    folder = ran(prompted_workspace(tmp_path, url, "obeys", b=A))
    with pytest.raises(UsageError, match="have the same prompt"):
        command(folder, "bisect", "last", "q-0", catch=False)
    other = ran(prompted_workspace(tmp_path / "other", url, "obeys"))
    for words, message in (
        (("last", "q-0"), "No check tells B's answer"),
        (("last",), "Which case is meant"),
        (("last", "nope"), "There is no case"),
        (("last", "q-0", "--check", '{"kind": "contains", "all": ["x"]}'), "does not pass on the good answer"),
    ):
        with pytest.raises(UsageError, match=message):
            command(other, "bisect", *words, catch=False)
    recorded = make_workspace(tmp_path / "recorded")
    command(recorded, "run", "-d", "small", "-a", "plain", "-b", "warm")
    with pytest.raises(UsageError, match="are recorded"):
        command(recorded, "bisect", "last", "greet-1", catch=False)
