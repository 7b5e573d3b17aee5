"""Several datasets in one run, and the regression set that goes along with every one."""

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from support import model_server
from support.commands import COMMAND, CommandLine, environment, outcome_of, run_process
from support.headless import model_workspace, server_process
from support.model_server import ModelServer
from support.workspaces import write_lines
from tiebreak.errors import TiebreakError, UsageError
from tiebreak_cli.commands import app
from tiebreak_store import Store, StoredSession

POLICY = """\
form: {vote: optional}
checks:
  - {kind: max_length, chars: 400}
gates:
  offline:
    - {id: short, metric: check, check: max_length, at_least: 0.9}
"""
FOUR = {"id": "four", "kind": "max_length", "words": 4}
PIPED = {"COLUMNS": None}
"""As where nobody looks: whatever else ran in this process may have set it."""
EMPTY = {"id": "some", "kind": "length", "min_words": 50}


def more_cases(folder: Path, dataset: str, count: int, **fields: object) -> None:
    lines = [{"id": f"{dataset}-{n}", "input": f"{dataset} {n}?", **fields} for n in range(count)]
    write_lines(folder / "datasets" / dataset / "cases.jsonl", lines)
    (folder / "datasets" / dataset / "dataset.yaml").write_text(f"name: {dataset}\ntask: chat\n")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(model_server) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, url: str) -> Path:
    """Datasets `questions` with 12 cases and `more` with 3; configs a and b."""
    folder = model_workspace(tmp_path, url, policy=POLICY)
    more_cases(folder, "more", 3)
    return folder


def run(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(app, ["run", "-a", "a", "-b", "b", *words, "--workspace", str(folder)], env=PIPED)


def sessions(folder: Path) -> dict[str, StoredSession]:
    """By dataset; one each."""
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        found = [store.load_session(one.id) for one in store.sessions()]
    assert len({one.dataset.card.name for one in found}) == len(found)
    return {one.dataset.card.name: one for one in found}


def answers(stored: StoredSession) -> int:
    return len({one.id for one in stored.responses})


def last(folder: Path) -> str:
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        return store.load_session("last").dataset.card.name


def test_each_dataset_has_a_session_of_its_own_in_one_list(folder: Path) -> None:
    found = run(folder, "-d", "questions", "-d", "more", "--json")
    assert found.exit_code == 0, found.stderr
    assert [(one["dataset"]["name"], one["run"]["answers"]) for one in json.loads(found.stdout)] == [
        ("questions", {"planned": 24, "in": 24}),
        ("more", {"planned": 6, "in": 6}),
    ]
    stored = sessions(folder)
    assert {name: answers(one) for name, one in stored.items()} == {"questions": 24, "more": 6}
    assert last(folder) == "questions"
    assert "30 of 30 answers · " in found.stderr
    assert found.stderr.splitlines()[-2:] == [
        f"questions: Every answer is in. `tiebreak arena -r {stored['questions'].session.id} -w {folder}` rates them.",
        f"more: Every answer is in. `tiebreak arena -r {stored['more'].session.id} -w {folder}` rates them.",
    ]
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        assert {(one.kind, one.origin) for one in store.sessions()} == {("arena", "run")}
    again = run(folder, "-d", "questions", "-d", "more")
    assert {name: answers(one) for name, one in sessions(folder).items()} == {"questions": 24, "more": 6}
    assert again.stdout.index("All datasets") > again.stdout.rindex("Decision:")
    for name, one in stored.items():
        assert f"{one.session.id}" in again.stdout.split("All datasets")[1]
        assert name in again.stdout.split("All datasets")[1]


def test_the_worst_of_all_is_the_exit_code(folder: Path) -> None:
    more_cases(folder, "hard", 2, checks=[{"id": "three", "kind": "max_length", "words": 3}])
    gates = "gates:\n  offline: [{id: g, regression: {measure: success}}]\n"
    (folder / "policies" / "ship.yaml").write_text(f"form: {{vote: optional}}\n{gates}")
    assert run(folder, "-d", "questions", "-d", "more").exit_code == 0
    assert run(folder, "-d", "questions", "-d", "hard", "-d", "more").exit_code == 1
    (folder / "policies" / "ship.yaml").write_text(f"form: {{vote: optional}}\n{gates.replace('offline', 'human')}")
    assert run(folder, "-d", "questions", "-d", "more").exit_code == 0
    assert run(folder, "-d", "questions", "-d", "more", "--phase", "offline").exit_code == 3


def test_several_candidates_over_several_datasets(folder: Path) -> None:
    (folder / "configs" / "c.yaml").write_text((folder / "configs" / "b.yaml").read_text().replace("b.", "c."))
    found = run(folder, "-b", "c", "-d", "questions", "-d", "more", "-n", "2", "--json")
    assert found.exit_code == 0, found.stderr
    assert [[one["title"] for one in each["sessions"]] for each in json.loads(found.stdout)] == [
        ["a vs b", "a vs c"],
        ["a vs b", "a vs c"],
    ]


def test_the_regression_set_goes_along_whole_with_gates_of_its_own(folder: Path) -> None:
    more_cases(folder, "regressions", 3, checks=[FOUR], kind="regression")
    found = run(folder, "-d", "questions", "-n", "2", "--json")
    assert found.exit_code == 0, found.stderr
    assert (
        "The regression set goes along: 3 cases of “regressions”. --no-regressions leaves the set out." in found.stderr
    )
    report = json.loads(found.stdout)
    assert (report["dataset"]["name"], report["planned"]) == ("questions", 2)
    along = report["regressions"]
    assert (along["dataset"]["name"], along["planned"], along["policy"]["name"]) == ("regressions", 3, "regressions")
    assert [(gate["title"], gate["status"]) for gate in along["gates"]] == [("no failed four", "pass")]
    assert last(folder) == "questions"
    assert run(folder, "-d", "more", "--no-regressions", "--json").exit_code == 0
    assert set(sessions(folder)) == {"questions", "more", "regressions"}


def test_a_promoted_case_that_fails_again_fails_the_run(folder: Path) -> None:
    more_cases(folder, "regressions", 1, checks=[EMPTY])
    found = run(folder, "-d", "questions")
    assert found.exit_code == 1
    assert "no failed some" in found.stdout
    assert run(folder, "-d", "questions", "--no-regressions").exit_code == 0
    assert run(folder, "-d", "questions", "--phase", "human", "--json").exit_code == 3, "the set has no say in it"


def test_promoting_is_enough_for_a_case_to_run_from_then_on(tiebreak: CommandLine, url: str) -> None:
    folder = model_workspace(Path(), url, b="normal?words=9", policy=POLICY)
    assert tiebreak("run", "-d", "questions", "-a", "a", "-b", "b").code == 0
    check = '{"id": "brief", "kind": "max_length", "words": 5}'
    told = tiebreak("promote", "last", "case-003", "-d", "regressions", "--check", check, "--good", "A")
    assert told.code == 0, told.err
    assert "Every later `tiebreak run` asks it." in told.out
    found = tiebreak("run", "-d", "questions", "-a", "a", "-b", "b", "--json")
    assert found.code == 1, found.err
    assert found.json["decision"] == "pass"
    assert found.json["regressions"]["planned"] == 1
    assert [gate["status"] for gate in found.json["regressions"]["gates"]] == ["fail"]
    assert {name: answers(one) for name, one in sessions(folder).items()} == {"questions": 24, "regressions": 2}


def test_the_set_named_by_itself_has_its_own_gates_too(folder: Path) -> None:
    more_cases(folder, "regressions", 2, checks=[FOUR])
    (folder / "policies" / "other.yaml").write_text(POLICY)
    alone = run(folder, "-d", "regressions", "--json")
    assert alone.exit_code == 0, alone.stderr
    assert json.loads(alone.stdout)["policy"]["name"] == "regressions"
    both = run(folder, "-d", "questions", "-d", "regressions", "-p", "ship", "-n", "1", "--no-regressions", "--json")
    assert [(one["dataset"]["name"], one["planned"]) for one in json.loads(both.stdout)] == [
        ("questions", 1),
        ("regressions", 2),
    ]
    own = folder / "policies" / "regressions.yaml"
    own.write_text("form: {vote: optional}\ngates:\n  offline: [{id: g, metric: error_rate, at_most: 0}]\n")
    own = run(folder, "-d", "questions", "-p", "ship", "-n", "1", "--json")
    assert [gate["gate"] for gate in json.loads(own.stdout)["regressions"]["gates"]] == ["g"]


def test_a_policy_of_the_set_is_no_choice_for_other_datasets(folder: Path) -> None:
    (folder / "policies" / "regressions.yaml").write_text(POLICY)
    found = run(folder, "-d", "questions", "-n", "1", "--json")
    assert json.loads(found.stdout)["policy"]["name"] == "ship"


def test_without_a_check_a_case_of_the_set_must_not_get_worse(folder: Path) -> None:
    more_cases(folder, "regressions", 2)
    report = json.loads(run(folder, "-d", "questions", "-n", "1", "--json").stdout)
    assert [(gate["gate"], gate["status"]) for gate in report["regressions"]["gates"]] == [("not-worse", "pass")]


def test_one_budget_is_for_all_datasets(folder: Path) -> None:
    found = run(folder, "-d", "more", "-d", "questions", "--max-cost", "0.04", "-c", "1")
    assert found.exit_code == 3, found.stderr
    stored = sessions(folder)
    spent = sum(one.cost.usd or 0 for each in stored.values() for one in each.responses)
    assert 0.04 <= spent <= 0.04 + max(one.cost.usd or 0 for each in stored.values() for one in each.responses)
    assert answers(stored["more"]) == 6
    id_ = stored["questions"].session.id
    assert (
        f"more: Every answer is in. `tiebreak arena -r {stored['more'].session.id} -w {folder}` rates them."
        in found.stderr
    )
    assert "questions: The budget of $0.04 is spent." in found.stderr
    assert f"goes on with all; `tiebreak retry {id_} -w {folder}` with this alone." in found.stderr
    # What the other one cost is counted also where this one is asked first.
    run(folder, "-d", "questions", "-d", "more", "--max-cost", "0.04", "-c", "1")
    assert sum(answers(one) for one in sessions(folder).values()) == sum(answers(one) for one in stored.values())
    assert run(folder, "-d", "more", "-d", "questions", "--max-cost", "1").exit_code == 0


@pytest.mark.parametrize("twice", [("questions", "questions"), ("questions", "datasets/questions")])
def test_a_dataset_given_twice_is_refused(folder: Path, twice: tuple[str, str]) -> None:
    found = run(folder, "-d", twice[0], "-d", twice[1])
    assert isinstance(found.exception, UsageError)
    assert "“questions” is given as a dataset twice." in str(found.exception)
    assert not (folder / ".tiebreak").exists()


def test_a_broken_set_is_told_with_the_way_around_it_before_anything_is_asked(folder: Path) -> None:
    more_cases(folder, "regressions", 0)
    (folder / "datasets" / "regressions" / "cases.jsonl").write_text('{"id": "x", "input": 7}\n')
    found = run(folder, "-d", "questions")
    assert isinstance(found.exception, TiebreakError)
    assert "cases.jsonl" in getattr(found.exception, "where", "")
    assert "--no-regressions leaves the set out." in (found.exception.hint or "")
    assert not (folder / ".tiebreak").exists()
    assert run(folder, "-d", "questions", "-n", "1", "--no-regressions").exit_code == 0


async def test_an_interrupt_keeps_what_is_there_and_says_how_each_goes_on(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = model_workspace(tmp_path, server.base_url, "normal", "stall_after", policy=POLICY)
        more_cases(folder, "more", 3)
        words = ("run", "-d", "questions", "-d", "more", "-a", "a", "-b", "b")
        process = await asyncio.create_subprocess_exec(
            *COMMAND, *words, cwd=folder, env=environment(folder), stdout=-1, stderr=-1
        )
        assert process.stderr is not None
        for _ in range(2):
            assert (await process.stderr.readline()).startswith(b"Started session")
        await server.called.wait()
        process.send_signal(signal.SIGINT)
        assert (await process.stderr.readline()).startswith(b"Stopping")
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
        found = outcome_of(process.returncode, out.decode(), err.decode())
        assert found.code == 130
        stored = sessions(folder)
        assert stored["more"].responses == ()
        for name, one in stored.items():
            (line,) = [line for line in found.err.splitlines() if line.startswith(f"{name}: ")]
            assert line.endswith(f"`tiebreak retry {one.session.id}` with this alone.")
        config = folder / "configs" / "b.yaml"
        config.write_text(config.read_text().replace("stall_after", "normal"))
        again = await run_process(folder, *words, "--json")
        assert again.code == 0, again.err
        assert [one["run"]["complete"] for one in again.json] == [True, True]
