"""`tiebreak run --judge` and `tiebreak judge --review`: judging goes along, apart, and is taken up where it stopped."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support import judge_server
from support.commands import CommandLine
from support.headless import model_workspace, server_process
from support.live_judging import kept, write_judge

CASES = 4
RUN = ("run", "-d", "questions", "-a", "a", "-b", "b")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(judge_server) as url:
        yield url


@pytest.fixture
def here(tiebreak: CommandLine, url: str) -> Path:
    """The current folder, as a workspace with judges."""
    folder = Path()
    model_workspace(folder, url, cases=CASES)
    write_judge(folder, url, "honest")
    write_judge(folder, url, "first", name="firsty")
    write_judge(folder, url, "401", name="keyless")
    return folder


def test_judges_go_along_and_nothing_is_asked_twice(tiebreak: CommandLine, here: Path) -> None:
    first = tiebreak(*RUN, "--judge", "mine", "--judge", "firsty", "--json")
    assert first.code == 3, first.err  # the human gate is open: judges change no exit code
    told = {one["judge"]: one for one in first.json["run"]["judging"]}
    assert told.keys() == {"mine", "firsty"}
    for one in told.values():
        assert (one["planned"], one["answered"], one["open"], one["complete"]) == (2 * CASES, 2 * CASES, 0, True)
        assert (one["status"], one["usd"]) == ("uncalibrated", pytest.approx(0.007 * 2 * CASES))
    assert sum(side["known"] for side in first.json["spend_usd"].values()) == pytest.approx(0.007 * 2 * CASES)
    assert f"{4 * CASES} of {4 * CASES} judgments · $0.11" in first.err
    before = {judgment.id for judgment in kept(here)}
    again = tiebreak(*RUN, "--judge", "mine", "--judge", "firsty")
    assert f"{4 * CASES} of {4 * CASES} judgments" in again.err
    assert "Asked of judges" in again.out
    assert {judgment.id for judgment in kept(here)} == before
    with closing(sqlite3.connect(here / ".tiebreak" / "tiebreak.db")) as plain:
        events = plain.execute("SELECT count(*) FROM event WHERE kind = 'judge'").fetchone()
    assert events == (2,)  # each is set down once
    shown = tiebreak("show", "last", "--json")
    assert {one["name"]: one["answered"] for one in shown.json["judging"]} == {"mine": 8, "firsty": 8}


def test_a_judge_that_is_down_is_told_and_the_answers_are_in(tiebreak: CommandLine, here: Path) -> None:
    done = tiebreak(*RUN, "--judge", "keyless", "--judge", "mine", "--json")
    assert done.code == 3
    assert "The judge keyless is paused: 3 calls in a row" in done.err
    assert "judgments still open; the same command goes on." in done.err
    assert done.json["run"]["complete"]
    told = {one["judge"]: one for one in done.json["run"]["judging"]}
    assert told["mine"]["complete"]
    assert not told["keyless"]["complete"]
    assert told["keyless"]["open"] == 2 * CASES
    assert "401" in told["keyless"]["why"]


def test_a_budget_of_judging_is_its_own(tiebreak: CommandLine, here: Path) -> None:
    done = tiebreak(*RUN, "--judge", "mine", "--judge-cost", "0.02", "--json")
    (told,) = done.json["run"]["judging"]
    assert told["why"] == "The budget of $0.02 is spent."
    assert 0.02 <= told["usd"] < 0.06
    assert done.json["run"]["complete"]
    more = tiebreak(*RUN, "--judge", "mine", "--judge-cost", "1", "--json")
    assert more.json["run"]["judging"][0]["complete"]
    assert len({(j.case_id, j.order) for j in kept(here)}) == len(kept(here)) == 2 * CASES


def test_what_is_wrong_with_a_judge_is_said_before_anything_is_asked(tiebreak: CommandLine, here: Path) -> None:
    done = tiebreak(*RUN, "--judge", "nobody")
    assert done.code == 2
    assert not (here / ".tiebreak" / "tiebreak.db").exists()


def test_cases_worth_a_look_are_listed_with_reasons(tiebreak: CommandLine, here: Path) -> None:
    tiebreak(*RUN, "--judge", "mine", "--judge", "firsty")
    listed = tiebreak("judge", "last", "--review", "--json")
    assert listed.code == 0
    assert len(listed.json) == CASES
    assert {one["judge"] for one in listed.json} == {"firsty"}
    assert {reason["words"] for one in listed.json for reason in one["reasons"]} == {
        "the two orders contradict each other"
    }
    assert "the two orders contradict each other" in tiebreak("judge", "last", "--review").out
    assert "Nothing to look at" in tiebreak("judge", "last", "--review", "-j", "mine").out
    assert tiebreak("judge", "last").code == 2  # without --review a judge is to be named
