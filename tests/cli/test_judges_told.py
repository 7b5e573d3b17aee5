"""What is said of a judge before it is asked, and of its judgments after: cost, kin, and what came to nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import judge_server
from support.commands import CommandLine
from support.headless import model_workspace, server_process
from support.live_judging import write_judge
from support.workspaces import write_lines
from tiebreak.records import ModelTarget
from tiebreak.workspace.judges import shipped_judges
from tiebreak_workbench.starting.preflight import own_kind_warnings
from tiebreak_workbench.workbench import Workbench

RUN = ("run", "-d", "questions", "-a", "a", "-b", "b")
ASKED = ("judge", "last", "--max-cost", "0")
CASES = 4


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(judge_server) as url:
        yield url


@pytest.fixture
def here(tiebreak: CommandLine, url: str) -> Path:
    model_workspace(Path(), url, cases=CASES)
    return Path()


def test_calls_and_cost_are_told_before_the_first_question(tiebreak: CommandLine, here: Path, url: str) -> None:
    write_judge(here, url, "honest")
    ran = tiebreak(*RUN, "--judge", "mine")
    assert "Note: mine: 8 calls, about $" in ran.err
    assert ran.err.index("mine: 8 calls") < ran.err.index("judgments")
    asked = tiebreak("judge", "last", "--judge", "mine", "--repeats", "2")
    assert "mine: 8 calls, about $" in asked.err
    assert "; of 16 questions, 8 are already judged." in asked.err
    (here / "judges" / "mine.yaml").write_text(f"kind: pairwise\ntarget: {{model: honest, base_url: '{url}'}}\n")
    assert "mine: 8 calls, no price is known" in tiebreak("judge", "last", "--judge", "mine").err


def test_replies_that_say_nothing_are_counted_wherever_judgments_are(
    tiebreak: CommandLine, here: Path, url: str
) -> None:
    write_judge(here, url, "honest?reply=Both+are+fine.")
    ran = tiebreak(*RUN, "--judge", "mine")
    assert "Every answer that could be was put to its judges: 0 valid, 8 unparseable, 0 errors." in ran.err
    assert "8 unparseable" in ran.err.partition("Every answer")[0]
    for done in (ran, tiebreak("show", "last")):
        told = done.out.partition("Asked of judges")[2]
        assert "unparseable" in told
        row = next(words for line in told.splitlines() if (words := line.split())[:1] == ["mine"])
        assert row[-4:-1] == ["0", "8", "0"]
    [told] = tiebreak("show", "last", "--json").json["judging"]
    assert (told["valid"], told["unparseable"], told["errors"]) == (0, 8, 0)


def test_the_end_says_why_a_judge_did_not_answer(tiebreak: CommandLine, here: Path) -> None:
    write_judge(here, "http://127.0.0.1:9/v1", "honest")
    ran = tiebreak(*RUN, "--judge", "mine", "--json")
    [told] = ran.json["run"]["judging"]
    assert (told["valid"], told["open"]) == (0, 8)
    assert "127.0.0.1:9" in told["why"]
    last = ran.err.strip().splitlines()[-1]
    assert last.startswith("The judge mine did not answer: ")
    assert "127.0.0.1:9" in last


def test_a_judge_of_the_family_of_a_side_is_warned_about(here: Path) -> None:
    judge = shipped_judges()["preference"]
    with Workbench.open(here, {}) as bench:
        a, b = (bench.workspace.load_config(name) for name in ("a", "b"))
    from dataclasses import replace

    mini = replace(a, target=ModelTarget(model="openai/gpt-4.1-mini"))
    [told] = own_kind_warnings(judge, {"baseline": mini, "candidate": b})
    assert "openai/gpt-4.1, of the family GPT as is openai/gpt-4.1-mini, the model of A (a)" in told
    [veiled] = own_kind_warnings(judge, {"baseline": mini, "candidate": b}, veiled=True)
    assert veiled == "The judge is of the same family as one of the sides: a judge tends to prefer its own."
    assert own_kind_warnings(judge, {"candidate": b}) == []


def test_a_gate_of_a_judge_that_is_not_there_is_refused_with_the_nearest(tiebreak: CommandLine, here: Path) -> None:
    assert tiebreak(*RUN).code == 3
    gate = "{id: g, metric: win_rate, at_least: 0.5, source: calibrated, judge: preferense}"
    (here / "policies" / "odd.yaml").write_text(f"form: {{vote: required}}\ngates: {{human: [{gate}]}}\n")
    for done in (tiebreak(*RUN, "--policy", "odd"), tiebreak("gate", "last", "--policy", "odd")):
        assert done.code == 2
        assert "there is no judge “preferense”. Did you mean “preference”?" in " ".join(done.err.split())
    assert "there is no judge “preferense”" in " ".join(tiebreak("doctor").out.split())


def test_an_edited_judge_is_told_to_begin_another_version(tiebreak: CommandLine, here: Path, url: str) -> None:
    write_judge(here, url, "honest")
    assert tiebreak(*RUN, "--judge", "mine").code == 3
    assert "begins here" not in tiebreak("judge", "last", "--judge", "mine").err
    write_judge(here, url, "honest", more="criteria: Be strict.")
    told = " ".join(tiebreak("judge", "last", "--judge", "mine").err.split())
    assert "begins here, and counts from now on." in told
    assert "stands apart; the two never mix." in told
    assert "begins here" not in tiebreak("judge", "last", "--judge", "mine").err


def test_a_floating_name_of_a_judge_that_goes_along_is_told_before_it_is_asked(
    tiebreak: CommandLine, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a model of a provider's, which a budget of nothing keeps from being asked."""
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    for model, floats in (("gpt-4.1", True), ("gpt-4.1-2025-04-14", False)):
        judge = f"kind: pairwise\ntarget: {{model: openai/{model}}}\nretries: 0\n"
        (here / "judges").mkdir(exist_ok=True)
        (here / "judges" / "mine.yaml").write_text(judge)
        for command in ((*RUN, "--judge-cost", "0"), ("retry", "last", "--judge-cost", "0"), ASKED):
            done = tiebreak(*command, "--judge", "mine")
            assert "The budget of $0 is spent." in " ".join(done.written.split())
            told = "The judge mine asks a floating name, dated: openai/gpt-4.1-2025-04-14." in done.err
            assert told is floats, command


def test_each_sides_hallucination_rate_stands_in_show_and_in_reports(
    tiebreak: CommandLine, here: Path, url: str
) -> None:
    """A says what its passage bears out, B another word."""
    passages = [{"id": "k", "text": "The quick brown dog."}]
    lines = [{"id": f"case-{n}", "input": "Who?", "contexts": passages} for n in range(CASES)]
    write_lines(here / "datasets" / "questions" / "cases.jsonl", lines)
    write_judge(here, url, "honest", kind="faithfulness")
    tiebreak(*RUN, "--judge", "mine")
    words = (
        "A: 0 of 4 claims unsupported, 0 % (4 answers, too few for an interval); "
        "B: 4 of 4 claims unsupported, 100 % (4 answers, too few for an interval)."
    )
    assert words in " ".join(tiebreak("show", "last").out.split())
    (told,) = tiebreak("show", "last", "--json").json["judged_claims"]
    assert [(side["rate"], side["side"]["unsupported"]) for side in told["sides"]] == [(0.0, 0), (1.0, 4)]
    tiebreak("gate", "last", "--report", "report.md", "--report", "report.html")
    report, page = (Path(f"report.{kind}").read_text() for kind in ("md", "html"))
    assert "| Judge | Side | claims | unsupported | share | 95 % | answers |" in report
    assert "| mine | A | 4 | 0 | 0 % | – | 4 |" in report
    assert "| mine | B | 4 | 4 | 100 % | – | 4 |" in report
    assert ">unsupported<" in page
    judged = tiebreak("judge", "last", "--judge", "mine").out
    assert "B: hallucination rate" in judged
