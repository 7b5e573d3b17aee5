"""Every format of a report, of a plain one and of one that is hostile wherever it can be."""

import json
import re
from functools import cache
from html.parser import HTMLParser
from typing import get_args
from xml.etree import ElementTree

import pytest

from support.hostile import is_hostile
from support.reports import NASTY, plain_report, report_of
from tiebreak.records import Gate
from tiebreak.reports import FORMATS, SUFFIXES, Format, Report, Tried, render, words
from tiebreak.reports.markdown import LIMIT, code, prose
from tiebreak.scoreboard.segments import segment_lines

SHORT = Gate(id="short", metric="check", check="short", at_least=0.9)
WIN = Gate(id="win", metric="win_rate", at_least=0.5)
VOID = {"meta", "line", "rect", "circle", "polygon", "polyline"}
"""Tags without content in our pages; those of SVG close themselves."""


@cache
def turned(turn: int) -> Report:
    """With the hostile texts in other places at every turn."""
    return report_of((*NASTY[turn:], *NASTY[:turn]))


class Page(HTMLParser):
    """Tags in order, attributes, texts; refuses what is not nested well."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("turn", range(len(NASTY)))
@pytest.mark.parametrize("wanted", FORMATS)
def test_nothing_hostile_is_left_in_any_format(wanted: Format, turn: int) -> None:
    """Each text stands in each place once."""
    text = render(wanted, turned(turn))
    assert [character for character in text if character not in "\n\t" and is_hostile(character)] == []
    text.encode("utf-8")


def test_every_format_has_an_ending() -> None:
    assert set(SUFFIXES.values()) == set(FORMATS) == set(get_args(Format))


@pytest.mark.parametrize("turn", range(len(NASTY)))
def test_html_holds_nothing_but_our_own_tags_and_loads_nothing(turn: int) -> None:
    text = render("html", turned(turn))
    page = Page(text)
    ours = {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "b", "ul", "li", "small",
        "div", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "figure", "figcaption", "pre", "span",
        "svg", "line", "rect", "circle", "polygon", "polyline", "text",
    }  # fmt: skip
    assert set(page.tags) <= ours
    names = {name for _, name, _ in page.attributes}
    assert not {"src", "href", "srcset", "action", "style", "xlink:href", "data", "poster"} & names
    assert not [name for name in names if name.startswith("on")]
    values = [value for _, _, value in page.attributes] + [re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]]  # type: ignore[index]
    assert not [value for value in values if re.search(r"https?:|//|url\(|@import|javascript:", value)]
    assert (
        "meta",
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    ) in (page.attributes)


def test_html_shows_what_there_is() -> None:
    page = Page(render("html", report_of(tuple(f"text {n}" for n in range(40)))))
    shown = " ".join(page.texts)
    for told in ("✘ fail", "Regressions", "worse beyond chance", "What changed", "Win rate of B", "Cost and time"):
        assert told in shown
    assert page.tags.count("svg") == 5, "differences, win rate, judges, and the two times"
    assert "40 cases got worse" in shown


@pytest.mark.parametrize("text", NASTY, ids=[f"text-{n}" for n in range(len(NASTY))])
def test_a_name_in_markdown_is_one_code_span(text: str) -> None:
    span = code(text)
    fence = re.match("`+", span)
    assert fence is not None
    inner = span[len(fence[0]) : -len(fence[0])]
    assert span.endswith(fence[0])
    assert fence[0] not in re.findall("`+", inner)
    assert not set(span) & set("|\n\r")


@pytest.mark.parametrize("text", NASTY, ids=[f"text-{n}" for n in range(len(NASTY))])
def test_a_sentence_in_markdown_is_no_markup(text: str) -> None:
    line = prose(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>~&$]", line.replace("\\\\", ""))
    assert not re.search(r"[@#|\n\r]|://|www\.", line)


@pytest.mark.parametrize("turn", range(len(NASTY)))
def test_a_markdown_table_keeps_its_columns(turn: int) -> None:
    lines = render("md", turned(turn)).splitlines()
    fence, columns = "", 0
    for line in lines:
        if mark := re.match("(`{3,})[^`]*$", line):
            fence = "" if mark[1] == fence else fence or mark[1]
            continue
        if fence:
            assert line[:1] in "@+- ", "a line of the diff"
            continue
        if line.startswith("|"):
            columns = columns or line.count("|")
            assert line.count("|") == columns, line
        else:
            columns = 0
        outside_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
        assert not re.search(r"<(?! |/?(?:details|summary)>)|@|!\[", outside_code.replace("\\<", ""))
    assert fence == ""
    assert lines[0].startswith("## Tiebreak: ")
    assert sum(line.count("<details>") for line in lines) == sum(line.count("</details>") for line in lines)


def test_markdown_fits_a_comment() -> None:
    long = tuple(f"{n} " + "x" * 3000 for n in range(300))
    text = render("md", report_of(long))
    assert len(text) <= LIMIT
    assert "too long for a comment" in text
    assert text.startswith("## Tiebreak: ✘ fail")
    assert "### Gates: offline" in text


def test_markdown_says_regressions_before_everything_else_of_the_comparison() -> None:
    text = render("md", report_of(tuple(f"text {n}" for n in range(40))))
    order = [
        text.index(part)
        for part in ("## Tiebreak", "### Gates", "### Regressions", "got worse", "### Win rate", "### What changed")
    ]
    assert order == sorted(order)
    assert "**Worse: `success`, `check text 7`**" in text
    assert re.search(r"^-text \d+$", text, re.MULTILINE)
    assert "@@ parameters.text 3 @@\n+text 4" in text


# -- JUnit


def suites(text: str) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    found = {suite.get("name", ""): suite for suite in root}
    for suite in found.values():
        assert suite.tag == "testsuite"
        assert {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"} <= set(suite.attrib)
        cases = suite.findall("testcase")
        assert [child.tag for child in suite] == ["properties", *["testcase"] * len(cases)]
        for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(suite.get(name, "")) == sum(case.find(tag) is not None for case in cases)
        assert int(suite.get("tests", "")) == len(cases)
        for case in cases:
            assert {"name", "classname", "time"} <= set(case.attrib)
            assert len(case) <= 1
            assert all(child.get("message") for child in case)
    for name in ("tests", "failures", "errors", "skipped"):
        assert int(root.get(name, "")) == sum(int(suite.get(name, "")) for suite in found.values())
    return found


@pytest.mark.parametrize("turn", range(len(NASTY)))
def test_junit_is_sound_whatever_the_texts(turn: int) -> None:
    found = suites(render("junit", turned(turn)))
    assert list(found) == ["offline", "human"]
    assert found["offline"].get("failures") == "2"
    assert found["human"].get("failures") == "0"


def test_a_failure_is_no_error() -> None:
    report = plain_report(("offline", SHORT), ("human", WIN), votes="AAA")
    human = suites(render("junit", report))["human"]
    assert (human.get("failures"), human.get("errors")) == ("1", "0")
    report = plain_report(("offline", SHORT), ("human", WIN), votes="BA")
    human = suites(render("junit", report))["human"]
    assert (human.get("failures"), human.get("errors")) == ("0", "1")
    error = human.find("testcase/error")
    assert error is not None
    assert error.get("type") == "pending"


def test_what_is_not_asked_for_or_not_open_is_skipped() -> None:
    report = plain_report(("offline", SHORT), ("human", WIN), votes="BA", until="offline")
    assert suites(render("junit", report))["human"].get("skipped") == "1"
    report = plain_report(("offline", SHORT), ("human", WIN), answered=2)
    found = suites(render("junit", report))
    assert (found["offline"].get("errors"), found["human"].get("skipped")) == ("1", "1")


def test_infrastructure_is_an_error_of_its_own_type() -> None:
    report = plain_report(("offline", SHORT), excluded=2)
    assert report.infrastructure
    error = suites(render("junit", report))["offline"].find("testcase/error")
    assert error is not None
    assert error.get("type") == "infrastructure"


# -- verdicts


@pytest.mark.parametrize(
    ("votes", "until", "verdict"),
    [
        ("BBBB", None, "pass"),
        ("AAAA", None, "fail"),
        ("AAAA", "offline", "pass"),
        ("AAAA", "human", "fail"),
        ("", None, "pending"),
    ],
)
def test_the_phases_up_to_the_one_asked_for_decide(votes: str, until: str | None, verdict: str) -> None:
    report = plain_report(("offline", SHORT), ("human", WIN), votes=votes, until=until)
    assert report.verdict == verdict
    assert until is not None or report.verdict == report.snapshot.decision
    assert words.heading(report).startswith(words.MARKS[verdict])


def test_without_a_gate_nothing_is_decided() -> None:
    report = plain_report(("human", WIN), until="offline")
    assert report.verdict == "undecided"
    assert "there is no gate up to the offline phase" in words.heading(report)


def test_a_segment_that_goes_against_the_whole() -> None:
    votes = "".join("BA"[n % 2] if n < 40 else "B" for n in range(70))
    report = plain_report(("human", WIN), cases=70, answered=70, votes=votes)
    lines = {line.name: line for line in segment_lines(report.snapshot)}
    assert lines["even"].reversal == ""
    assert report.snapshot.win_rate.mean is not None
    assert report.snapshot.win_rate.mean > 0.5
    assert lines["odd"].reversal == "leans the other way"
    votes = "".join("BA"[n % 2] for n in range(69)) + "="
    reversed_ = plain_report(("human", WIN), cases=70, answered=70, votes=votes)
    assert [line.reversal for line in segment_lines(reversed_.snapshot)] == ["reversed", ""]
    assert any("Segment “odd” goes against the whole" in told for told in words.cautions(reversed_))


def test_many_versions_on_one_set_are_told() -> None:
    gate = Gate(id="win", metric="win_rate", at_least=0.5, scope="population")
    assert not [c for c in words.cautions(plain_report(("human", gate))) if "tried" in c]
    told = words.cautions(plain_report(("human", gate), tried=Tried(20, 21)))[-1]
    assert "Version 20 of 21 tried on this dataset" in told
    assert "64.2 %" in told, "1 − 0.95²⁰"
    assert "37 %" in words.cautions(plain_report(("human", WIN), tried=Tried(2, 2)))[-1]


# -- machines


def test_json_holds_every_gate_with_its_evidence() -> None:
    report = plain_report(("offline", SHORT), ("human", WIN), votes="BB", until="offline")
    told = json.loads(render("json", report))
    assert (told["verdict"], told["until"], told["report"]) == ("pass", "offline", 1)
    assert [(gate["gate"], gate["status"], gate["decides"]) for gate in told["gates"]] == [
        ("short", "pass", True),
        ("win", "pass", False),
    ]
    assert told["gates"][0]["evidence"]["planned"] == 4
    assert told["comparison"] is None
    assert json.loads(render("json", report_of()))["comparison"]["pairs"] == len(NASTY)


def test_events_are_otlp_messages() -> None:
    report = plain_report(("offline", SHORT), ("human", WIN), votes="BA")
    found: list[dict[str, object]] = []
    for line in render("events", report).splitlines():
        (resource,) = json.loads(line)["resourceLogs"]
        (scope,) = resource["scopeLogs"]
        (record,) = scope["logRecords"]
        assert record["eventName"] == "gen_ai.evaluation.result"
        assert record["timeUnixNano"] == "1767323045000000000"
        found.append({a["key"]: next(iter(a["value"].values())) for a in record["attributes"]})
    assert [attributes["gen_ai.evaluation.name"] for attributes in found] == [
        "short",
        "win",
        "check short",
        "check short",
    ]
    assert (found[0]["gen_ai.evaluation.score.value"], found[0]["gen_ai.evaluation.score.label"]) == (1.0, "pass")
    assert "error.type" not in found[0]
    assert (found[1]["error.type"], found[1]["gen_ai.evaluation.score.label"]) == ("pending", "pending")
    assert found[1]["gen_ai.evaluation.explanation"]
    assert found[2]["tiebreak.side"] == "baseline"


def test_the_path_of_the_win_rate_ends_where_the_win_rate_is() -> None:
    report = plain_report(("human", WIN), cases=30, answered=30, votes="BA=" * 10)
    assert [rate.n for rate in report.path] == [5, 10, 15, 20, 25, 30]
    assert report.path[-1] == report.snapshot.win_rate
    assert [rate.mean for rate in report.path if rate.n % 3 == 0] == [0.5, 0.5]
