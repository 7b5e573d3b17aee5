"""A judge with recorded replies is never told to cost $0.00: nobody was asked, wherever its cost stands."""

import re
from pathlib import Path

import pytest

from support.commands import CommandLine

RUN = ("run", "-d", "support-desk", "-a", "concise", "-b", "grounded", "-n", "6")
JUDGE = ("--judge", "first-and-long")
QUESTIONS = 12


@pytest.fixture
def desk(tiebreak: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: the sample, whose judge is recorded."""
    assert tiebreak("init", "--sample", "desk").code == 0
    monkeypatch.chdir("desk")
    return Path()


def test_recorded_stands_in_place_of_a_cost(tiebreak: CommandLine, desk: Path) -> None:
    ran = tiebreak(*RUN, *JUDGE)
    assert f"{QUESTIONS} of {QUESTIONS} judgments · recorded" in ran.err
    shown = tiebreak("show", "last").out.partition("Asked of judges")[2]
    judged = tiebreak("judge", "last", *JUDGE)
    tiebreak("gate", "last", "--report", "report.md", "--report", "report.html")
    report = (desk / "report.md").read_text().partition("### Judges")[2].partition("<details>")[0]
    page = (desk / "report.html").read_text().partition(">Judges<")[2].partition("Checks and scores")[0]
    assert f"| {QUESTIONS} | 0 | 0 | recorded |" in report
    for told in (ran.err, shown, judged.out, judged.err, report, page):
        assert not re.search(r"\$0\.00(?!\d)", told.replace("\\", ""))
    assert "recorded" in shown
    assert "recorded" in judged.out
    assert ">recorded<" in page
    (told,) = tiebreak("show", "last", "--json").json["judging"]
    assert (told["recorded"], told["usd"], told["unknown"]) == (True, 0.0, 0)


def test_what_is_taken_over_of_a_recorded_judge_is_counted_without_a_price(tiebreak: CommandLine, desk: Path) -> None:
    tiebreak(*RUN, *JUDGE)
    again = tiebreak(*RUN, "--no-resume", *JUDGE)
    assert f"judgments · recorded · {QUESTIONS} reused" in again.err
    assert f"{QUESTIONS} valid, 0 unparseable, 0 errors; {QUESTIONS} reused." in again.err
    assert f"recorded, {QUESTIONS} reused" in " ".join(again.out.split())
