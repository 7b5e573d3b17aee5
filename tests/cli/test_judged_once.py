"""The very same prompt is judged once, over sessions and lanes: told before, counted after, asked anew on request."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import judge_server
from support.commands import CommandLine
from support.headless import model_workspace, server_process
from support.live_judging import kept, write_judge

CASES = 3
QUESTIONS = 2 * CASES
RUN = ("run", "-d", "questions", "-a", "a", "-b", "b")
CHECKED = """\
form: {vote: "off"}
checks:
  - {id: harmless, kind: judge, judge: mine, criteria: Say no harm.}
gates:
  offline:
    - {id: harmless, metric: check, check: harmless, at_least: 0}
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(judge_server) as url:
        yield url


@pytest.fixture
def judged(tiebreak: CommandLine, url: str) -> Path:
    """The current folder: a session that a judge of pairs has judged, and behind it one with the same answers."""
    model_workspace(Path(), url, cases=CASES)
    write_judge(Path(), url, "honest")
    assert tiebreak(*RUN, "--judge", "mine").code == 3
    assert tiebreak(*RUN, "--no-resume", "--reuse").code == 3
    return Path()


def test_a_second_session_over_the_same_answers_is_judged_for_nothing(tiebreak: CommandLine, judged: Path) -> None:
    done = tiebreak("judge", "last", "-j", "mine")
    assert done.code == 0, done.err
    assert f"mine: 0 calls, about $0.00; of {QUESTIONS} questions, {QUESTIONS} are already judged." in done.err
    assert "reused, at no cost" in done.out
    assert all(one.reused_from and one.cost.usd == 0 for one in kept(judged))
    (told,) = tiebreak("show", "last", "--json").json["judging"]
    assert (told["answered"], told["reused"], told["usd"]) == (QUESTIONS, QUESTIONS, 0.0)


@pytest.mark.parametrize("command", ["run", "retry", "score"])
def test_every_way_of_judging_takes_over_and_asks_anew_on_request(
    tiebreak: CommandLine, judged: Path, command: str
) -> None:
    arguments = RUN if command == "run" else (command, "last")
    fresh = tiebreak(*arguments, "--judge", "mine", "--judge-fresh")
    assert fresh.code in (0, 3), fresh.err
    assert {one.reused_from for one in kept(judged)} == {None}
    assert tiebreak(*RUN, "--no-resume", "--reuse", "--judge", "mine").code == 3
    assert len(kept(judged)) == QUESTIONS
    assert None not in {one.reused_from for one in kept(judged)}


def test_a_run_says_what_it_took_over(tiebreak: CommandLine, judged: Path) -> None:
    done = tiebreak("retry", "last", "--judge", "mine", "--json")
    (told,) = done.json["run"]["judging"]
    assert (told["reused"], told["usd"], told["complete"]) == (QUESTIONS, 0.0, True)
    assert f"of {QUESTIONS} questions, {QUESTIONS} are already judged." in done.err
    assert f"{QUESTIONS} reused, $0.00" in done.err


def test_redoing_asks_whatever_was_said(tiebreak: CommandLine, judged: Path) -> None:
    assert tiebreak("judge", "last", "-j", "mine", "--fresh", "--json").json["run"]["asked"] == QUESTIONS
    told = tiebreak("judge", "last", "-j", "mine", "--json").json["run"]
    assert (told["asked"], told["reused"], told["already_judged"]) == (0, 0, QUESTIONS)


def test_who_wants_a_judged_session_judged_afresh_is_told_how(tiebreak: CommandLine, judged: Path) -> None:
    fresh = ("judge", "last", "-j", "mine", "--fresh")
    assert "stands" not in tiebreak(*fresh).err
    again = tiebreak(*fresh)
    assert f"is not asked again: {QUESTIONS} of {QUESTIONS} questions" in again.err
    session = tiebreak("show", "last", "--json").json["session"]
    assert f"`tiebreak calibrate {session} --judge mine --redo` puts the cases" in again.err
    assert "--repeats 2 every question" in again.err
    assert tiebreak(*fresh, "--repeats", 2, "--json").json["run"]["asked"] == QUESTIONS
    assert "stands" not in tiebreak("judge", "last", "-j", "mine").err


def test_where_a_verdict_comes_from_goes_out_and_comes_in(
    tiebreak: CommandLine, judged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiebreak("judge", "last", "-j", "mine")
    said = kept(judged)
    tiebreak("export", "last", "--format", "judgments", "--to", "said.jsonl", "--unsealed")
    rows = [json.loads(line) for line in Path("said.jsonl").read_text().splitlines()]
    assert {row["reused_from"] for row in rows} == {one.reused_from for one in said}
    tiebreak("export", "last", "--to", "whole.jsonl", "--unsealed")
    (Path("there")).mkdir()
    whole = Path("whole.jsonl").resolve()
    monkeypatch.chdir("there")
    assert tiebreak("init", ".").code == 0
    done = tiebreak("import", str(whole))
    assert done.code == 0, done.err
    assert kept(Path()) == said


def test_judges_of_checks_are_asked_once(tiebreak: CommandLine, url: str) -> None:
    model_workspace(Path(), url, cases=CASES, policy=CHECKED)
    write_judge(Path(), url, "honest", kind="safety")
    first = tiebreak(*RUN, "--json").json["run"]["check_judges"]
    assert (first["calls"], first["reused"]) == (QUESTIONS, 0)
    again = tiebreak(*RUN, "--no-resume", "--json")
    told = again.json["run"]["check_judges"]
    assert (told["calls"], told["reused"], told["usd"]) == (0, QUESTIONS, 0.0)
    assert f"Judges asked by checks: 0 calls, $0.00; {QUESTIONS} reused, $0.00." in again.err
    resumed = tiebreak(*RUN, "--json").json["run"]["check_judges"]
    assert resumed == told, "known from the rows"
    fresh = tiebreak(*RUN, "--no-resume", "--judge-fresh", "--json").json["run"]["check_judges"]
    assert (fresh["calls"], fresh["reused"]) == (QUESTIONS, 0)


def test_sessions_that_share_verdicts_are_calibrated_as_one(tiebreak: CommandLine, judged: Path) -> None:
    tiebreak("judge", "last", "-j", "mine")
    newest, older = (one["id"] for one in tiebreak("sessions", "--json").json)
    case_ids = {one.case_id for one in kept(judged)}
    for session_id in (older, newest):
        votes = judged / f"{session_id}.jsonl"
        votes.write_text("".join(json.dumps({"case": case_id, "vote": "tie"}) + "\n" for case_id in sorted(case_ids)))
        done = tiebreak("import", str(votes), "--what", "votes", "--session", session_id, "--rater", "ann")
        assert done.code == 0, done.err
    [alone] = tiebreak("calibrate", older, "-j", "mine", "--json").json["lines"]
    [pooled] = tiebreak("calibrate", older, newest, "-j", "mine", "--json").json["lines"]
    assert (alone["units"], pooled["units"]) == (CASES, CASES)
    assert pooled["agreement_95"] == alone["agreement_95"]
