"""What is told of a sample that was drawn in proportion."""

import json
from dataclasses import replace

from support.facts import Story, policy_of, session_of
from support.reports import reported
from tiebreak.records import Case, Gate
from tiebreak.reports import render
from tiebreak.scoreboard import Scoreboard
from tiebreak.scoreboard.sample import Stratum, sample_of

CASES = [
    *(Case(id=f"c{n}", input="x", metadata={"lang": lang}) for n, lang in enumerate("ddfdf")),
    Case(id="bare", input="x"),
    Case(id="apart", input="x", segment="other", metadata={"lang": "d"}),
]
POLICY = policy_of(Gate(id="win", metric="win_rate", at_least=0.5))
SESSION = session_of(["c0", "c2", "c3", "bare"], strata="metadata.lang")


def told() -> Story:
    """c0 is rated, c2 answered, c3 settled by a broken answer, `bare` answered by one side."""
    story = Story()
    story.vote(story.pair("c0"), "B")
    story.pair("c2")
    story.answer("c3", "A")
    story.broken("c3", "B")
    story.answer("bare", "A")
    return story


def test_each_stratum_tells_how_much_of_the_set_is_in_it_and_how_far_it_is() -> None:
    board = Scoreboard.of(SESSION, POLICY, {case.id: case for case in CASES}, told().facts)
    sample = sample_of(SESSION.plan, CASES, board.snapshot())
    assert sample is not None
    assert sample.strata == (
        Stratum(name="d", cases=4, planned=2, answered=2, rated=1),
        Stratum(name="f", cases=2, planned=1, answered=1, rated=0),
        Stratum(name="no metadata.lang", cases=1, planned=1, answered=0, rated=0),
    )
    plain = replace(SESSION.plan, strata=None)
    assert sample_of(plain, CASES, board.snapshot()) is None


def test_a_sample_of_one_segment_is_of_the_cases_in_it() -> None:
    plan = replace(SESSION.plan, case_ids=("apart",), segment="other")
    board = Scoreboard(replace(SESSION, plan=plan), POLICY, {case.id: case for case in CASES})
    sample = sample_of(plan, CASES, board.snapshot())
    assert sample is not None
    assert sample.strata == (Stratum(name="d", cases=1, planned=1, answered=0, rated=0),)


def test_reports_tell_it_for_people_and_machines() -> None:
    report = reported(told(), SESSION, POLICY, CASES, ["plain"] * 20)
    assert "The sample, drawn by metadata.lang" in render("md", report)
    assert "| `d` | 4 | 2 | 2 | 1 |" in render("md", report)
    page = render("html", report)
    assert "The sample <small>drawn by metadata.lang</small>" in page
    assert "<tr><td>d</td><td class=n>4</td><td class=n>2</td><td class=n>2</td><td class=n>1</td></tr>" in page
    sample = json.loads(render("json", report))["sample"]
    assert (sample["drawn_by"], sample["strata"][1]) == (
        "metadata.lang",
        {"name": "f", "cases": 2, "planned": 1, "answered": 1, "rated": 0},
    )
    assert json.loads(render("json", replace(report, sample=None)))["sample"] is None
