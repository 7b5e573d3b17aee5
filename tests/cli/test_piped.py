"""What a command writes into a pipe is whole: ids, names of checks and metrics, reasons and paths, a row a line."""

import json
from pathlib import Path

import pytest

from support.commands import CommandLine
from support.workspaces import ANSWERS_A, ANSWERS_B, QUESTIONS, make_workspace

CASE = "support-desk-escalations-2026-quarter-4-customer-with-several-open-tickets-0001"
CHECK = "the-answer-names-the-customer-and-says-when-somebody-will-be-back-with-news"
GATE = "every answer names the customer and says when somebody is going to be back with news about it"
SEGMENT = "escalations-from-the-larger-customers-in-the-north"
CONFIG = "a-config-with-a-name-that-says-everything-about-what-it-is-for-and-since-when"


@pytest.fixture
def long_names(tiebreak: CommandLine) -> CommandLine:
    """A session in which one case of long names got worse."""
    questions = {CASE: QUESTIONS["greet-1"], **QUESTIONS}
    policy = f"""\
checks:
  - {{kind: contains, id: {CHECK}, any: [Hello]}}
gates:
  offline:
    - {{id: named, title: {GATE}, metric: check, check: {CHECK}, at_least: 0.9}}
"""
    folder = make_workspace(
        Path(),
        questions=questions,
        a={CASE: "Hello there.", **ANSWERS_A},
        b={CASE: "Good day.", **ANSWERS_B},
        policy=policy,
    )
    cases = folder / "datasets" / "small" / "cases.jsonl"
    lines = [json.loads(line) for line in cases.read_text().splitlines()]
    lines[0]["segment"] = SEGMENT
    cases.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "configs" / "warm.yaml").rename(folder / "configs" / f"{CONFIG}.yaml")
    (folder / "configs" / "again.yaml").write_text((folder / "configs" / f"{CONFIG}.yaml").read_text())
    assert tiebreak("run", "-d", "small", "-a", "plain", "-b", CONFIG).code == 1
    return tiebreak


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("triage", "last"), (CASE, CHECK, SEGMENT, CONFIG)),
        (("triage", "last", "--group"), (CASE, CHECK, CONFIG)),
        (("show", "last"), (CHECK, GATE, CONFIG)),
        (("show", "last", CASE), (CASE, CHECK)),
        (("gate", "last"), (GATE, CONFIG)),
        (("diff", "last"), (CASE, CHECK, SEGMENT, CONFIG)),
        (("rerun", "last", CASE, "--times", 2, "--config", "again"), (CASE, CHECK)),
        (("promote", "last", CASE, "-d", "kept", "--dry-run"), (CASE, CHECK)),
        (("sessions",), (CONFIG,)),
        (("history", CONFIG), (CONFIG,)),
        (("datasets", "show", "small"), (CASE, SEGMENT)),
    ],
)
def test_names_are_whole_and_on_one_line(
    long_names: CommandLine, arguments: tuple[object, ...], names: tuple[str, ...]
) -> None:
    told = long_names(*arguments)
    assert told.code != 2, told.written
    for name in names:
        assert any(name in line for line in told.out.splitlines()), (name, told.out)


def test_why_a_gate_stands_as_it_does_is_whole(long_names: CommandLine) -> None:
    gates = long_names("show", "last", "--json").json["gates"]
    told = long_names("show", "last").out
    for gate in gates:
        assert gate["needed"] is None or gate["needed"] in told


def test_where_a_report_went_is_told_whole(long_names: CommandLine) -> None:
    folder = Path(*["a-folder-in-which-reports-of-the-nightly-run-are-kept"] * 5)
    folder.mkdir(parents=True)
    told = long_names("gate", "last", "--report", f"md={folder / 'comment.md'}")
    assert f"Written: {folder / 'comment.md'}" in told.out
