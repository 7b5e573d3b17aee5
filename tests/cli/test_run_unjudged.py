"""What `run`, `show` and `gate` say of checks that could not judge, of phases that are closed, and of votes that nobody
was asked for."""

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from support.commands import CommandLine
from support.workspaces import QUESTIONS, make_workspace

POLICY = """\
form: {vote: optional}
checks:
  - {kind: max_length, chars: 100000}
  - {id: tone, kind: regex, pattern: rude, expect: absent}
gates:
  offline:
    - {id: short, metric: check, check: max_length, at_least: 0.1}
    - {id: worse, metric: error_rate, at_least: 0.5}
  online:
    - {id: canary-errors, metric: error_rate, at_most: 0.5}
"""


@pytest.fixture
def said(tiebreak: CommandLine) -> str:
    """What a run says."""
    make_workspace(Path(), b=dict.fromkeys(QUESTIONS, "word " * 12_000), policy=POLICY)
    found = tiebreak("run", "-d", "small", "-a", "plain", "-b", "warm", "-p", "ship")
    assert found.code == 1, found.err
    return " ".join((found.out + found.err).split())


def test_a_check_that_no_gate_names_is_not_silent(tiebreak: CommandLine, said: str) -> None:
    n = len(QUESTIONS)
    told = f"The check “tone” could not judge {n} of {n} answers of B: "
    assert told in said
    assert told in " ".join(tiebreak("show", "last").out.split())
    report = tiebreak("gate", "last", "--json").json
    assert any(told in remark for remark in report["cautions"]), report["cautions"]
    shown = tiebreak("show", "last", "--json").json
    assert shown["checks"]["tone"]["candidate"]["could_not_judge"] == n


def test_a_gate_of_a_phase_that_is_not_open_reads_closed(tiebreak: CommandLine, said: str) -> None:
    assert "– closed" in said
    shown = tiebreak("show", "last", "--json").json
    assert {gate["gate"]: gate["status"] for gate in shown["gates"]}["canary-errors"] == "closed"
    files = {name: Path(f"report.{name}") for name in ("md", "html", "xml", "json")}
    tiebreak("gate", "last", *(word for path in files.values() for word in ("--report", str(path))))
    for path in files.values():
        text = path.read_text()
        row = next((line for line in text.splitlines() if "0.5" in line or "canary" in line), "")
        assert "✔" not in row
    suites = {suite.get("name"): suite for suite in fromstring(files["xml"].read_text())}
    assert (suites["online"].get("skipped"), suites["online"].get("failures")) == ("1", "0")
    (gate,) = [gate for gate in json.loads(files["json"].read_text())["gates"] if gate["phase"] == "online"]
    assert gate["status"] == "closed"
    assert "closed" in files["html"].read_text()
    assert "– closed" in files["md"].read_text()


def test_no_win_rate_where_nobody_was_asked_to_vote(tiebreak: CommandLine, said: str) -> None:
    assert "Win rate" not in said
