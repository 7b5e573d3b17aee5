"""Judges in `retry`, `rerun` and `score`: put to what a session has, asked once, within a budget of their own."""

from collections.abc import Iterator
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
def answered(tiebreak: CommandLine, url: str) -> Path:
    """The current folder: a workspace with an answered session and a judge that has said nothing yet."""
    folder = Path()
    model_workspace(folder, url, cases=CASES)
    write_judge(folder, url, "honest")
    assert tiebreak(*RUN).code == 3
    return folder


def test_retry_puts_a_judge_to_answers_that_are_there(tiebreak: CommandLine, answered: Path) -> None:
    done = tiebreak("retry", "last", "--judge", "mine", "--json")
    assert done.code == 3, done.err
    (told,) = done.json["run"]["judging"]
    assert (told["judge"], told["planned"], told["answered"], told["complete"]) == ("mine", 2 * CASES, 2 * CASES, True)
    before = {one.id for one in kept(answered)}
    again = tiebreak("retry", "last", "--judge", "mine")
    assert "Every answer that could be was put to its judges" in again.err
    assert {one.id for one in kept(answered)} == before


def test_retry_keeps_to_the_budget_of_judging(tiebreak: CommandLine, answered: Path) -> None:
    done = tiebreak("retry", "last", "--judge", "mine", "--judge-cost", "0.01", "--json")
    (told,) = done.json["run"]["judging"]
    assert told["why"] == "The budget of $0.01 is spent."
    assert not told["complete"]
    assert "judgments still open; the same command goes on." in done.err


def test_rerun_judges_the_new_session_and_not_the_old_one(tiebreak: CommandLine, answered: Path) -> None:
    first = tiebreak("show", "last", "--json").json["session"]
    done = tiebreak("rerun", "last", "--judge", "mine", "--json")
    assert done.code == 3, done.err
    (told,) = done.json["run"]["judging"]
    assert told["session"] != first
    assert (told["answered"], told["complete"]) == (2 * CASES, True)
    assert {one.session_id for one in kept(answered)} == {told["session"]}


@pytest.mark.parametrize("command", ["retry", "rerun"])
def test_a_judge_that_is_none_is_refused_before_anything_is_asked(
    tiebreak: CommandLine, answered: Path, command: str
) -> None:
    before = tiebreak("sessions", "--json").json
    refused = tiebreak(command, "last", "--judge", "nobody")
    assert refused.code == 2
    assert "nobody" in refused.err
    assert tiebreak("sessions", "--json").json == before


def test_chosen_cases_take_no_judge(tiebreak: CommandLine, answered: Path) -> None:
    refused = tiebreak("rerun", "last", "case-000", "--judge", "mine")
    assert refused.code == 2
    assert "Leave --judge out" in refused.err


def test_score_puts_a_judge_in_the_place_of_the_checks(tiebreak: CommandLine, answered: Path) -> None:
    scored = tiebreak("score", "last", "--judge", "mine", "--judge-cost", "0.01", "-c", "1")
    assert scored.code == 3
    assert "The budget of $0.01 is spent." in scored.out
    whole = tiebreak("score", "last", "--judge", "mine", "--json")
    assert (whole.code, whole.json["run"]["answered"]) == (0, 2 * CASES)
    assert len({(one.case_id, one.order) for one in kept(answered)}) == len(kept(answered)) == 2 * CASES
    assert tiebreak("score", "last", "--judge", "mine", "--policy", "ship").code == 2
