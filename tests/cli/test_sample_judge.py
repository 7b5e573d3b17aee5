"""The judge of the sample workspace, whose leanings were written into it, put to the sample votes without a network."""

import asyncio
import os
from pathlib import Path

import pytest

from support.commands import CommandLine
from tiebreak_workbench.demo import run_votes, sample_setup
from tiebreak_workbench.workbench import Workbench


def test_its_leanings_are_found(tiebreak: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tiebreak("init", "--sample", "desk").code == 0
    monkeypatch.chdir("desk")
    with Workbench.open(Path(), os.environ) as bench:
        session_id = bench.start(sample_setup(bench))
        asyncio.run(run_votes(bench, session_id, Path("ballots.jsonl")))
    judged = tiebreak("judge", "last", "--judge", "first-and-long")
    assert judged.code == 0, judged.err
    assert "Judge “first-and-long”: calibrated" in judged.out
    done = tiebreak("calibrate", "last", "--judge", "first-and-long", "--json")
    assert done.code == 0, done.err
    [line] = done.json["lines"]
    assert (line["position"]["biased"], line["position"]["second_favoured"]) == (True, 0)
    assert line["length"]["alarm"]
    assert line["settled_by_a_broken_answer"] == 1
    assert "every judged case has a label" in line["estimates"]["B"]["why"]
    planned = tiebreak("calibrate", "last", "--judge", "first-and-long", "--labels", "60", "--json")
    estimates = planned.json["lines"][0]["estimates"]["B"]
    assert (estimates["form"], estimates["people"]["n"]) == ("fixed_n", 60)
    assert estimates["labels_saved"] is not None
    listed = {row["name"]: row.get("status") for row in tiebreak("judges", "--json").json}
    assert listed["first-and-long"] == "calibrated"
    assert listed["preference"] == "uncalibrated"
    shown = tiebreak("show", "last")
    assert "Judge “first-and-long”: calibrated (agrees with people in 94.3 % of 87)." in " ".join(shown.out.split())
    assert "Judge “first-and-long”" not in tiebreak("gate", "last").out, "no gate asks for it"


def test_a_gate_on_its_word_says_so_wherever_it_stands(
    tiebreak: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tiebreak("init", "--sample", "desk").code == 0
    monkeypatch.chdir("desk")
    raw = "{id: raw, metric: win_rate, at_least: 0.6, source: judge, judge: first-and-long, override: raw-judge}"
    both = "{id: both, metric: win_rate, at_least: 0.5, source: calibrated, judge: first-and-long}"
    Path("policies/judged.yaml").write_text(f"form: {{vote: required}}\ngates:\n  human:\n    - {raw}\n    - {both}\n")
    with Workbench.open(Path(), os.environ) as bench:
        session_id = bench.start(sample_setup(bench))
        asyncio.run(run_votes(bench, session_id, Path("ballots.jsonl")))
    before = tiebreak("gate", "last", "--policy", "judged")
    assert before.code == 3
    words = " ".join(before.out.split())
    assert "87 cases not judged by “first-and-long” yet" in words
    assert f"`tiebreak judge {session_id} --judge first-and-long` puts them to it." in words
    with Workbench.open(Path(), os.environ) as bench, bench.lease(session_id):
        going_on = " ".join(tiebreak("gate", "last", "--policy", "judged").out.split())
    assert "The session is open elsewhere, where it may still be asked." in going_on
    assert "`tiebreak judge" not in going_on
    tiebreak("judge", "last", "--judge", "first-and-long")
    done = tiebreak("gate", "last", "--policy", "judged", "--report", "report.md", "--json")
    assert done.code == 0, done.err
    assert [(gate["status"], gate["method"]) for gate in done.json["gates"]] == [
        ("pass", "set"),
        ("pass", "calibrated"),
    ]
    printed = tiebreak("gate", "last", "--policy", "judged").out
    assert "(raw judge, not calibrated)" in printed.splitlines()[0]
    assert "Judge “first-and-long”: calibrated" in " ".join(printed.split())
    assert "rests on the judge “first-and-long” alone" in " ".join(printed.split())
    told = Path("report.md").read_text()
    assert "raw judge, not calibrated" in told
    section = told.partition("### Judges")[2]
    assert "A judge's word alone decides here, by an override of the policy" in section
    assert "| first-and-long | ✔ calibrated | 94.3 % |" in section
    assert "| win rate of B | first-and-long | 70.1 %, n 87 | 67.8 % (53 to 81 %), n 87 |" in section
    [one] = done.json["judges"]
    assert (one["valid"], one["unparseable"], one["error"], one["in_force"]) == (174, 0, 0, True)
    assert one["lines"][0]["position_biased"]
