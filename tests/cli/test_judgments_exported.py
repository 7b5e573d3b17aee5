"""What judges said goes out and comes in again by the public commands, and is worth the same; what is sealed stays."""

import asyncio
import csv
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support import judge_server
from support.commands import CommandLine
from support.headless import model_workspace, server_process
from support.live_judging import kept, write_judge
from support.workspaces import write_lines
from tiebreak_workbench.demo import run_votes, sample_setup
from tiebreak_workbench.workbench import Workbench

JUDGE = "first-and-long"


@pytest.fixture
def rated(tiebreak: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """In the folder `desk`: the sample with its votes, exported to ../rated.jsonl before a judge said anything."""
    assert tiebreak("init", "--sample", "desk").code == 0
    monkeypatch.chdir("desk")
    with Workbench.open(Path(), os.environ) as bench:
        asyncio.run(run_votes(bench, bench.start(sample_setup(bench)), Path("ballots.jsonl")))
    assert tiebreak("export", "last", "--to", "../rated.jsonl").code == 0
    assert tiebreak("judge", "last", "--judge", JUDGE).code == 0
    return tiebreak


def calibrated(tiebreak: CommandLine) -> object:
    done = tiebreak("calibrate", "last", "--judge", JUDGE, "--json")
    assert done.code == 0, done.err
    return done.json


def test_a_whole_session_comes_back_with_its_judgments(rated: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = calibrated(rated)
    assert rated("export", "last", "--to", "../judged.jsonl").code == 0
    said = kept(Path())
    monkeypatch.chdir("..")
    assert rated("init", "there").code == 0
    monkeypatch.chdir("there")
    done = rated("import", "../judged.jsonl")
    assert done.code == 0, done.err
    assert f"{len(said)} judgments" in done.out
    assert calibrated(rated) == before
    assert kept(Path()) == said
    assert "is here already" in rated("import", "../judged.jsonl").out


def test_the_gate_of_a_judge_that_did_not_come_along_says_how_to_decide_it(
    rated: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = f"{{id: both, metric: win_rate, at_least: 0.5, source: calibrated, judge: {JUDGE}}}"
    Path("policies/judged.yaml").write_text(f"form: {{vote: required}}\ngates: {{human: [{gate}]}}\n")
    with Workbench.open(Path(), os.environ) as bench:
        policy = bench.workspace.load_policy("judged")
        bench.start(replace(sample_setup(bench), policy=policy))
    assert rated("export", "last", "--to", "../pinned.jsonl").code == 0
    monkeypatch.chdir("..")
    assert rated("init", "there").code == 0
    monkeypatch.chdir("there")
    assert rated("import", "../pinned.jsonl").code == 0
    told = " ".join(rated("gate", "last").out.split())
    assert f"The judge “{JUDGE}” has not judged 88 cases that a gate needs, and there is no such judge here." in told
    assert "decide by other gates with --policy" in told
    assert told.count("tiebreak judge") == 0


@pytest.mark.parametrize("format_", ["judgments", "judgments-csv"])
def test_verdicts_by_themselves_are_judgments_again(
    rated: CommandLine, monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    before = calibrated(rated)
    file = "../said.csv" if format_.endswith("csv") else "../said.jsonl"
    out = rated("export", "last", "--format", format_, "--to", file)
    assert (out.code, out.out) == (0, f"174 verdicts written to {file}.\n")
    monkeypatch.chdir("..")
    assert rated("init", "there").code == 0
    monkeypatch.chdir("there")
    assert rated("import", "../rated.jsonl").code == 0
    done = rated("import", file, "--what", "judgments", "--session", "last", "--json")
    assert done.code == 0, done.err
    assert (done.json["judgments"], done.json["rejects"]) == (174, [])
    assert calibrated(rated) == before
    again = rated("import", file, "--what", "judgments", "--session", "last")
    assert "already imported" in again.out
    assert len(kept(Path())) == 174


def test_what_was_changed_on_the_way_is_refused(rated: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    rated("export", "last", "--to", "../judged.jsonl")
    rated("export", "last", "--format", "judgments", "--to", "../said.jsonl")
    monkeypatch.chdir("..")
    text = Path("judged.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    rated("init", "there")
    monkeypatch.chdir("there")
    place = next(n for n, line in enumerate(lines) if line["type"] == "judgment" and line["verdict"] == "A")
    turned = [*lines[:place], {**lines[place], "verdict": "B"}, *lines[place + 1 :]]
    done = rated("import", str(write_lines(Path("turned.jsonl"), turned)))
    assert (done.code, f":{place + 1}:" in done.err, "does not fit its seal" in done.err) == (2, True, True)
    headless = [line for line in lines if line["type"] != "judge"]
    done = rated("import", str(write_lines(Path("headless.jsonl"), headless)))
    assert (done.code, "does not say what judge gave this verdict" in done.err) == (2, True)
    edited = [{**line, "kind": "rubric"} if line["type"] == "judge" else line for line in lines]
    assert "it is of another version" in rated("import", str(write_lines(Path("edited.jsonl"), edited))).err
    assert rated("import", "../rated.jsonl").code == 0
    rows = [json.loads(line) for line in Path("../said.jsonl").read_text().splitlines()]
    rows[1]["verdict"] = {"A": "B", "B": "A", "tie": "A"}[rows[1]["verdict"]]
    done = rated("import", str(write_lines(Path("s.jsonl"), rows)), "--what", "judgments", "-s", "last", "--json")
    assert done.code == 0, done.err
    assert [(one["line"], one["reason"]) for one in done.json["rejects"]] == [
        (2, "seal: It does not fit the verdict: one of the two was changed.")
    ]


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ({"kind": "nonsense"}, "definition: This is no judge"),
        ({"both_orders": "false"}, "definition: It was changed"),
    ],
)
def test_a_line_whose_definition_is_no_judge_is_left_out(
    rated: CommandLine, monkeypatch: pytest.MonkeyPatch, definition: dict[str, str], said: str
) -> None:
    rated("export", "last", "--format", "judgments", "--to", "../said.jsonl")
    monkeypatch.chdir("..")
    rated("init", "there")
    monkeypatch.chdir("there")
    assert rated("import", "../rated.jsonl").code == 0
    rows = [json.loads(line) for line in Path("../said.jsonl").read_text().splitlines()]
    rows[0]["definition"] |= definition
    done = rated("import", str(write_lines(Path("s.jsonl"), rows[:2])), "--what", "judgments", "-s", "last", "--json")
    assert done.code == 0, done.err
    assert [one["line"] for one in done.json["rejects"]] == [1]
    assert done.json["rejects"][0]["reason"].startswith(said)
    assert done.json["judgments"] == 1
    assert [one.case_id for one in kept(Path())] == [rows[1]["case"]]


def test_verdicts_from_elsewhere_become_judgments_by_a_field_map(rated: CommandLine) -> None:
    """With what a label cannot hold: no verdict at all, points of a side, costs."""
    ids = [line["id"] for line in map(json.loads, Path("../rated.jsonl").read_text().splitlines())
           if line["type"] == "dataset_case"][:6]  # fmt: skip
    with Path("pairs.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("question", "winner", "swapped", "usd"))
        for case_id, (first, second) in zip(ids, [("1", "1"), ("1", "2"), ("2", "2"), ("0", "0"), ("neither", "1")],
                                            strict=False):  # fmt: skip
            table.writerow((case_id, first, "false", 0.01))
            table.writerow((case_id, second, "true", 0.01))
    arguments = ("--what", "judgments", "--session", "last", "--rater", "their judge")
    done = rated("import", "pairs.csv", *arguments, "-f", "case=question")
    assert done.code == 0, done.err
    assert "10 judgments on 5 cases" in done.out
    assert "1 verdict unparseable: “neither” is none of A, B, tie." in done.out
    found = rated("calibrate", "last", "--judge", "their judge", "--json")
    [line] = found.json["lines"]
    assert found.json["kind"] == "pairwise"
    assert line["excluded"] != {}
    shown = rated("show", "last", "--json").json["judging"]
    assert {one["name"]: one["usd"] for one in shown}["their judge"] == pytest.approx(0.1)
    refused = rated("judge", "last", "--judge", "their judge")
    assert refused.code == 2
    redone = rated("calibrate", "last", "--judge", "their judge", "--redo")
    assert (redone.code, "were imported: how it was asked is not known" in redone.err) == (2, True)


def test_a_file_of_nothing_but_words_that_are_no_verdicts_is_refused(rated: CommandLine) -> None:
    rows = [{"case": "x", "verdict": "fine"}]
    file = write_lines(Path("odd.jsonl"), rows)
    assert rated("import", str(file), "--what", "judgments", "-s", "last").code == 2
    case = next(line["id"] for line in map(json.loads, Path("../rated.jsonl").read_text().splitlines())
                if line["type"] == "dataset_case")  # fmt: skip
    write_lines(file, [{"case": case, "verdict": "fine"}])
    refused = rated("import", str(file), "--what", "judgments", "-s", "last")
    assert refused.code == 2
    assert "None of the 1 verdicts can be read; the first: “fine” is none of A, B, tie." in refused.err
    write_lines(file, [{"case": case, "verdict": 9, "side": "B", "dimension": "tone", "state": "valid"},
                       {"case": case, "verdict": "compliant", "kind": "safety"}])  # fmt: skip
    refused = rated("import", str(file), "--what", "judgments", "-s", "last", "--json")
    assert refused.code == 0, refused.err  # a scale that nothing is known of reaches as far as its points
    assert [one["reason"] for one in refused.json["rejects"]] == [
        "side: A judge of the kind safety judges one answer: A's or B's?"
    ]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(judge_server) as url:
        yield url


def test_what_is_sealed_is_handed_out_on_record_only(tiebreak: CommandLine, url: str) -> None:
    """Of a judge that goes along no verdict comes out before its case is rated, unless it is asked for outright."""
    folder = model_workspace(Path(), url, cases=3)
    write_judge(folder, url, "honest")
    assert tiebreak("run", "-d", "questions", "-a", "a", "-b", "b", "--judge", "mine").code == 3
    for format_ in ("jsonl", "judgments", "judgments-csv"):
        done = tiebreak("export", "last", "--format", format_)
        assert "6 verdicts on 3 cases stay sealed until the cases are rated." in done.err
        assert "the worthier one" not in done.out
    told = tiebreak("export", "last", "--format", "judgments", "--unsealed")
    assert "counts in no win rate and no gate" in told.err
    rows = [json.loads(line) for line in told.out.splitlines()]
    assert [row["state"] for row in rows] == ["valid"] * 6
    assert [row["definition"] is None for row in rows] == [False, *[True] * 5]
    with Workbench.open(folder, os.environ) as bench:
        stored = bench.store.load_session("last", light=True)
    seen = [event.detail for event in stored.events if event.kind == "verdict_seen"]
    assert {str(one["case"]) for one in seen} == set(stored.session.plan.case_ids)
    assert tiebreak("export", "last", "--csv", "--unsealed").code == 2
