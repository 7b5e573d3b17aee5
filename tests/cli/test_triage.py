"""triage, promote and the case that show prints, on a session that was really run."""

import json
from pathlib import Path
from typing import cast

import pytest

from support.commands import CommandLine
from support.workspaces import make_workspace
from tiebreak.datasets import load_dataset
from tiebreak_store import Store

LONG = "Well, that is a long story. " * 20


@pytest.fixture
def ran(tiebreak: CommandLine) -> str:
    """A session in which q-0 and q-1 got too long, q-2 got short enough, and q-3 stayed."""
    questions = {f"q-{n}": f"Question {n} about lamps?" for n in range(4)}
    make_workspace(
        Path(),
        questions=questions,
        a={"q-0": "Thirty days.", "q-1": "Thirty.", "q-2": LONG, "q-3": "No."},
        b={"q-0": LONG, "q-1": LONG, "q-2": "Yes.", "q-3": "No."},
    )
    session: str = tiebreak("run", "-d", "small", "-a", "plain", "-b", "warm", "--json").json["session"]
    return session


def test_regressions_are_listed_first(tiebreak: CommandLine, ran: str) -> None:
    outcome = tiebreak("triage")
    assert outcome.code == 0
    assert "2 worse  1 better  1 passing as before" in outcome.out
    assert outcome.out.index("q-0") < outcome.out.index("q-1") < outcome.out.index("q-2") < outcome.out.index("q-3")
    assert "−max_length" in outcome.out
    told = tiebreak("triage", f"{ran}:A", f"{ran}:B", "--json", "-n", 1).json
    assert (told["listed"], len(told["cases"])) == (4, 1)
    first = told["cases"][0]
    assert (first["case"], first["class"], first["worse"]) == ("q-0", "regression", ["max_length"])
    assert first["decided"] == {"status": "open", "cause": None, "assignee": None, "note": None}


def test_filters_search_and_groups(tiebreak: CommandLine, ran: str) -> None:
    def listed(*arguments: str) -> list[str]:
        return [row["case"] for row in tiebreak("triage", "last", *arguments, "--json").json["cases"]]

    assert listed("--filter", "class:fix,regression check:max_length") == ["q-0", "q-1", "q-2"]
    assert listed("--search", "thirty") == ["q-0", "q-1"]
    assert listed("--search", "thirty question 1") == ["q-1"]
    assert listed("-f", "class:fix", "-s", "stroy") == ["q-2"]
    assert "“stroy” was also read as story" in tiebreak("triage", "-s", "stroy").out
    assert [g["cases"] for g in tiebreak("triage", "--group", "--json").json["groups"]] == [["q-0", "q-1"]]
    assert "max_length" in tiebreak("triage", "--group").out
    slip = tiebreak("triage", "-f", "check:max_lenght")
    assert "No case has check:max_lenght. Did you mean “max_length”?" in slip.err
    assert "Nothing is left" in slip.out


def test_deciding_in_all_its_ways(tiebreak: CommandLine, ran: str) -> None:
    one = tiebreak("triage", "last", "--set", "status=confirmed,cause=prompt", "--note", "too long, again", "q-0")
    assert "1 case now has: status confirmed, cause prompt, note too long, again" in one.out
    every = tiebreak("triage", "-f", "class:regression", "--set", "status=accepted", "--all")
    assert "2 cases now have: status accepted" in every.out
    assert "accepted, prompt" in tiebreak("triage", "-f", "cause:prompt").out
    assert tiebreak("triage", "--undo", "--json").json["cases"] == 2
    history = tiebreak("triage", "--history", "q-0")
    assert "too long, again" in history.out
    assert "takes back “accepted”" in history.out
    assert "was so already" in tiebreak("triage", "last", "--set", "cause=prompt", "q-0").out
    assert "Nothing was decided" in tiebreak("triage", "--history", "q-3").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-f", "stauts:open"), "Did you mean “status”?"),
        (("last", "--set", "cause=luck", "q-0"), "There is no cause “luck”"),
        (("last", "--set", "mood=bad", "q-0"), "There is no field “mood”"),
        (("last", "--set", "status", "q-0"), "is no pair"),
        (("--set", "status=fixed"), "Which cases are meant?"),
        (("last", "--set", "status=fixed", "--all", "q-0"), "Which cases are meant?"),
        (("last", "--set", "status=fixed", "nope"), "Neither run has a case “nope”"),
        (("last", "q-0"), "Nothing is said of what to do with q-0"),
        (("--undo",), "no decision of yours"),
        (("--undo", "--note", "x"), "one of them at a time"),
        (("nothing",), "There is no session “nothing”"),
        (("last:A", "last:A"), "are the same run"),
    ],
)
def test_slips_are_told(tiebreak: CommandLine, ran: str, arguments: tuple[str, ...], message: str) -> None:
    outcome = tiebreak("triage", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err


def test_nothing_is_made_where_nothing_is(tiebreak: CommandLine, small: Path) -> None:
    outcome = tiebreak("triage")
    assert (outcome.code, "There is no session here yet" in outcome.err) == (2, True)
    assert not (small / ".tiebreak").exists()


def test_show_prints_a_case_in_full(tiebreak: CommandLine, ran: str) -> None:
    tiebreak("triage", "last", "--set", "status=confirmed", "q-0")
    shown = tiebreak("show", "last", "q-0")
    assert shown.code == 0
    for text in (
        "prompt of A and B",
        "user: Question 0 about lamps?",
        "Thirty days.",
        LONG.strip(),
        "decided: confirmed",
    ):
        assert text in shown.out
    told = tiebreak("show", "last", "q-0", "--json").json
    assert told["prompts"]["baseline"] == [{"role": "user", "content": "Question 0 about lamps?"}]
    assert (told["decided"]["status"], told["judgments"], len(told["decisions"])) == ("confirmed", [], 1)


def test_promoting(tiebreak: CommandLine, ran: str) -> None:
    tried = tiebreak("promote", "last", "q-0", "-d", "kept", "--dry-run")
    assert "Not written" in tried.out
    assert not Path("datasets/kept").exists()
    told = tiebreak("promote", "last", "q-0", "-d", "kept", "--check", "length", "--id", "lamp", "--json").json
    assert (told["good"], told["checks"], told["case"]["id"]) == ("A", ["length"], "lamp")
    (case,) = load_dataset(Path("datasets/kept")).cases
    assert (case.id, case.kind, [spec.kind for spec in case.checks]) == ("lamp", "regression", ["length"])
    with Store.open(Path(".tiebreak/tiebreak.db")) as store:
        run = store.run("last:B").run
    made = cast("dict[str, object]", case.metadata["promoted"])
    assert (made["session"], made["run"], made["config_version"]) == (ran, run.id, run.config_hash)
    again = tiebreak("promote", "last", "q-0", "-d", "kept")
    assert (again.code, "asks nearly the same already: case “lamp”" in again.err) == (2, True)
    assert tiebreak("promote", "last", "q-0", "-d", "kept", "--allow-alike").code == 0
    assert [case.id for case in load_dataset(Path("datasets/kept")).cases] == ["lamp", "q-0"]


def test_checks_that_are_promoted_stand_beside_each_other(tiebreak: CommandLine, ran: str) -> None:
    thirty, days = '{"kind": "contains", "all": ["Thirty"]}', '{"kind": "contains", "all": ["days"]}'
    assert tiebreak("promote", "last", "q-0", "--check", thirty, "--check", days).code == 0
    assert tiebreak("promote", "last", "q-0", "--check", '{"kind": "contains", "any": ["Thirty days"]}').code == 0
    (case,) = load_dataset(Path("datasets/regressions")).cases
    wanted = {"contains": {"all": ["Thirty"]}, "contains-2": {"all": ["days"]}, "contains-3": {"any": ["Thirty days"]}}
    assert {spec.id: dict(spec.params) for spec in case.checks if spec.kind == "contains"} == wanted
    again = tiebreak("promote", "last", "q-0", "--check", days)
    assert (again.code, "has these checks already" in again.err) == (2, True)
    named = '{"kind": "contains", "id": "contains-2", "all": ["Thirty", "days"]}'  # its id says which it replaces
    assert tiebreak("promote", "last", "q-0", "--check", named).code == 0
    (case,) = load_dataset(Path("datasets/regressions")).cases
    assert {spec.id: dict(spec.params) for spec in case.checks}["contains-2"] == {"all": ["Thirty", "days"]}
    both = tiebreak("promote", "last", "q-0", "--check", named, "--check", named.replace('"Thirty", ', ""))
    assert (both.code, "Two checks are called “contains-2”." in both.err) == (2, True), both.err
    told = tiebreak("promote", "last", "q-0", "-d", "once", "--check", days, "--check", f" {days}", "--json")
    assert (told.code, told.json["checks"]) == (0, ["contains"])
    bad = tiebreak("promote", "last", "q-0", "--check", '{"kind": "contains"')
    assert (bad.code, "The check is no JSON: Expecting" in bad.err) == (2, True)


def test_promoting_into_its_own_dataset_gives_the_case_its_check(tiebreak: CommandLine, ran: str) -> None:
    before = load_dataset(Path("datasets/small"))
    told = tiebreak("promote", "last", "q-0", "-d", "small", "--check", "length")
    assert "q-0 in " in told.out
    after = load_dataset(Path("datasets/small"))
    assert list(after.by_id) == list(before.by_id)
    changed = [case.id for case in after.cases if case != before.by_id[case.id]]
    assert changed == ["q-0"]
    assert "length" in [spec.kind for spec in after.by_id["q-0"].checks]
    assert after.by_id["q-0"].kind == before.by_id["q-0"].kind
    again = tiebreak("promote", "last", "q-0", "-d", "small", "--check", "length")
    assert (again.code, "has these checks already" in again.err) == (2, True)
    smaller = tiebreak("promote", "last", "q-1", "-d", "small", "--check", "length", "--shrink")
    assert (smaller.code, "is not made smaller" in smaller.err) == (2, True)


def test_an_id_that_could_not_be_read_back_is_not_written(tiebreak: CommandLine, ran: str) -> None:
    refused = tiebreak("promote", "last", "q-0", "-d", "kept", "--id", "new\tcase")
    assert (refused.code, "An id is 1 to 200 visible characters" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("q-3",), "not plain which answer"),
        (("q-3", "--good", "B"), "No check tells the two answers apart"),
        (("q-0", "--good", "C"), "“C” is no side"),
        (("nope",), "There is no case “nope”"),
        (("q-0", "--check", "sparkle"), "Proposed are"),
        (("q-0", "--check", json.dumps({"kind": "contains", "all": ["story"]})), "does not pass on the good answer"),
        (("q-0", "--check", json.dumps({"kind": "sparkle"})), "no check of kind"),
    ],
)
def test_what_cannot_be_promoted(tiebreak: CommandLine, ran: str, arguments: tuple[str, ...], message: str) -> None:
    outcome = tiebreak("promote", "last", *arguments, "-d", "kept")
    assert outcome.code == 2
    assert message in outcome.err
    assert not Path("datasets/kept").exists()
