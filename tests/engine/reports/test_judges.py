"""The judges' section: the same figures in every format, and an override that nobody can miss."""

import json
from typing import Any

from support.reports import judges_of, plain_report
from tiebreak.records import Gate
from tiebreak.reports import render

NAMES = ["plain"] * 2 + ["fair", "test/judge", "served-judge", "B wins", "no block", "a remark"] + ["harmless"] * 12
RAW = Gate(
    id="raw", metric="win_rate", at_least=0.5, source="judge", judge="fair", override="raw-judge", title="by a judge"
)


def judged(*gates: Any) -> Any:
    return plain_report(*gates, votes="BB", judges=judges_of(NAMES))


def test_a_session_without_a_judge_has_no_section() -> None:
    report = plain_report(votes="BB")
    assert "Judges" not in render("md", report)
    assert "<h2>Judges" not in render("html", report)
    assert json.loads(render("json", report))["judges"] == []


def test_markdown_sets_the_three_estimates_side_by_side() -> None:
    text = render("md", judged())
    rows = [line for line in text.splitlines() if line.startswith("| win rate of B | fair |")]
    assert rows == ["| win rate of B | fair | 70 %, n 90 | 60 % (45 to 75 %), n 40 | 62 % (50 to 74 %), n 40 | – |"]
    assert "| fair | ✔ calibrated | 90 % | 80 to 96 % | 0.81 | 0.70 to 0.90 | 0.85 | 40, 2 excluded |" in text
    assert "| fair: plain | ✘ failed its calibration |" in text
    assert "| fair | 75 % | ! 9 / 1, p .020 | +0.10, p .200 |" in text
    assert "| 80 | 3 | 2 | \\$0.50 and 1 unknown |" in text
    assert "“fair” said: B wins 3." in text
    assert "Without a verdict of “fair”: no block (3)." in text
    assert "word alone decides" not in text


def test_points_of_one_side_are_told_in_points() -> None:
    assert "| plain of A | fair | 0.70, n 90 |" in render("md", judged())


def test_html_draws_the_estimates_of_pairs() -> None:
    text = render("html", judged())
    plot = text.partition("<h2>Judges")[2].partition("</svg>")[0]
    assert (plot.count('class="ring"'), plot.count('class="mean"'), plot.count('class="whisker"')) == (1, 2, 6)
    assert "fair alone" in plot


def test_a_gate_on_a_judge_alone_is_told_in_the_section_too() -> None:
    report = judged(("human", RAW))
    for wanted in ("md", "html"):
        section = render(wanted, report).partition("Judges")[2]
        assert "A judge&#x27;s word alone decides" in section or "A judge's word alone decides" in section
        assert "by a judge" in section


def test_json_and_events_tell_the_figures() -> None:
    report = judged()
    first = json.loads(render("json", report))["judges"][0]
    assert (first["name"], first["valid"], first["unparseable"], first["error"]) == ("fair", 80, 3, 2)
    assert first["lines"][0]["estimates"]["candidate"]["calibrated"]["mean"] == 0.62
    told = [
        {pair["key"]: next(iter(pair["value"].values())) for pair in record["attributes"]}
        for line in render("events", report).splitlines()
        for record in json.loads(line)["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    ]
    found = {one["gen_ai.evaluation.name"]: one for one in told if "tiebreak.judge" in one}
    agreement = found["judge fair: agreement with people"]
    assert (agreement["gen_ai.evaluation.score.value"], agreement["gen_ai.evaluation.score.label"]) == (
        0.9,
        "calibrated",
    )
    assert found["win rate, calibrated by fair"]["gen_ai.evaluation.score.value"] == 0.62
