"""Checks that ask a judge: what they spend is within the budgets and told apart, and an edited judge is asked anew."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import judge_server
from support.commands import CommandLine
from support.headless import model_workspace, server_process
from support.live_judging import write_judge

CASES = 4
ANSWERS = 2 * CASES
POLICY = """\
form: {vote: "off"}
checks:
  - {id: harmless, kind: judge, judge: mine, criteria: Say no harm.}
gates:
  offline:
    - {id: harmless, metric: check, check: harmless, at_least: 0}
"""
RUN = ("run", "-d", "questions", "-a", "a", "-b", "b", "--json")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(judge_server) as url:
        yield url


@pytest.fixture
def here(tiebreak: CommandLine, url: str) -> Path:
    folder = model_workspace(Path(), url, cases=CASES, policy=POLICY)
    write_judge(folder, url, "honest", kind="safety")
    return folder


def test_their_judge_is_paid_within_the_whole_budget(tiebreak: CommandLine, here: Path) -> None:
    done = tiebreak(*RUN)
    assert done.code == 0, done.err
    spent = done.json["run"]["check_judges"]
    assert (spent["calls"], spent["unknown"], spent["judges"]["mine"]["calls"]) == (ANSWERS, 0, ANSWERS)
    assert f"Judges asked by checks: {ANSWERS} calls, $" in done.err
    answers = sum(side["known"] for side in done.json["spend_usd"].values())
    assert answers == pytest.approx(0.007 * ANSWERS), "apart from what answers cost"
    again = tiebreak(*RUN)
    assert again.json["run"]["check_judges"] == spent, "known from the rows; nothing is asked twice"
    tight = tiebreak(*RUN, "--no-resume", "--judge-fresh", "-c", "1", "--max-cost", str(answers))
    assert tight.json["run"]["why"].startswith("The budget of $")
    assert not tight.json["run"]["complete"], "the judge takes its part of it"


def test_its_own_budget_leaves_checks_open_until_there_is_more(tiebreak: CommandLine, here: Path) -> None:
    done = tiebreak(*RUN, "-c", "1", "--judge-cost", "0.01")
    assert done.json["run"]["complete"], "answers go on"
    assert done.json["run"]["check_judges"]["calls"] < ANSWERS
    more = tiebreak("score", "last", "--json", "--judge-cost", "9")
    assert more.json["scored"]["errors"] == 0
    assert more.json["check_judges"]["calls"] == ANSWERS
    assert "Judges asked by checks" in more.err


def test_an_edited_judge_is_asked_anew_and_the_session_keeps_its_own(
    tiebreak: CommandLine, here: Path, url: str
) -> None:
    first = tiebreak(*RUN)
    assert tiebreak("score", "last", "--json").json["scored"]["verdicts"] == 0
    write_judge(here, url, "honest", kind="safety", more="prompt: {user: 'Now: {{ response }}'}")
    again = tiebreak("score", first.json["session"], "--json")
    assert again.json["scored"]["verdicts"] == ANSWERS
    assert again.json["parent"] == first.json["session"] != again.json["session"]
    shown = tiebreak("show", first.json["session"], "--json").json
    assert shown["checks"]["harmless"]["candidate"]["n"] == CASES, "what was said before stays with its session"
    gated = tiebreak("gate", first.json["session"], "--policy", "ship", "--json")
    assert not any("not yet put" in caution for caution in gated.json["cautions"])
    assert gated.json["policy"]["pinned"]


def test_a_session_that_goes_on_asks_the_judge_that_it_set_down(tiebreak: CommandLine, here: Path, url: str) -> None:
    first = tiebreak(*RUN, "-c", "1", "--max-cost", "0.02")
    assert not first.json["run"]["complete"]
    write_judge(here, url, "401", kind="safety")
    done = tiebreak("retry", "last", "--json")
    assert done.code == 0, done.err
    assert done.json["run"]["check_judges"]["calls"] == ANSWERS
    assert done.json["checks"]["harmless"]["candidate"]["n"] == CASES


@pytest.mark.parametrize(("name", "says"), [("safety", "OPENAI_API_KEY"), ("mien", "There is no judge “mien”")])
def test_a_judge_that_cannot_be_asked_is_told_before_any_answer_is_paid(
    tiebreak: CommandLine, url: str, name: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    model_workspace(Path(), url, cases=CASES, policy=POLICY.replace("judge: mine", f"judge: {name}"))
    refused = tiebreak(*RUN)
    assert refused.code in (2, 4)
    assert says in refused.err
    assert not tiebreak("sessions", "--json").json
