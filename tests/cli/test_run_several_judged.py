"""Several candidates on one run of the baseline: what a judge says of its answers is asked, and paid, once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import judge_server
from support.commands import CommandLine
from support.headless import model_workspace, server_process
from support.live_judging import write_judge
from tiebreak.records.judges import Judgment
from tiebreak_store import Store

CASES = 3
RUBRIC = "dimensions: [{name: tone, description: d}]"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(judge_server) as url:
        yield url


@pytest.fixture
def here(tiebreak: CommandLine, url: str) -> Path:
    """Configs a, b and c, and a judge that gives another point each time that it is asked."""
    folder = model_workspace(Path(), url, cases=CASES)
    third = (folder / "configs" / "b.yaml").read_text().replace("words=4", "words=5")
    (folder / "configs" / "c.yaml").write_text(third)
    write_judge(folder, url, "wavers", kind="rubric", more=RUBRIC)
    return folder


def said(folder: Path) -> dict[str, list[Judgment]]:
    """By session, whole."""
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        return {
            one.id: [j for version in store.judges_of(one.id) for j in store.iter_judgments(one.id, version)]
            for one in store.sessions()
        }


def paid(judgments: list[Judgment]) -> list[Judgment]:
    return [one for one in judgments if one.cost.usd]


def test_the_baseline_is_judged_once(tiebreak: CommandLine, here: Path) -> None:
    done = tiebreak("run", "-d", "questions", "-a", "a", "-b", "b", "-b", "c", "--judge", "mine", "--json")
    assert done.code == 3, done.err
    assert [one["complete"] for one in done.json["run"]["judging"]] == [True, True]
    found = said(here)
    assert [len(judgments) for judgments in found.values()] == [2 * CASES, 2 * CASES]
    everything = [one for judgments in found.values() for one in judgments]
    assert len(paid(everything)) == 3 * CASES, "a, b and c once each"
    answers: dict[str, set[object]] = {}
    for one in everything:
        answers.setdefault(one.response_a, set()).add((one.verdict, one.replies))
    assert (len(answers), max(map(len, answers.values()))) == (3 * CASES, 1), "one verdict for each answer"
    assert sum(one["usd"] for one in done.json["run"]["judging"]) == pytest.approx(0.007 * 3 * CASES, rel=0.6)
    again = tiebreak("run", "-d", "questions", "-a", "a", "-b", "b", "-b", "c", "--judge", "mine", "--json")
    assert again.json["run"]["judging"][0]["complete"]
    assert said(here) == found


def test_a_candidate_that_joins_later_takes_over_what_was_said(tiebreak: CommandLine, here: Path) -> None:
    tiebreak("run", "-d", "questions", "-a", "a", "-b", "b")
    assert tiebreak("judge", "last", "-j", "mine").code == 0
    tiebreak("run", "-d", "questions", "-a", "a", "-b", "b", "-b", "c")
    done = tiebreak("judge", "last", "-j", "mine", "--json")
    assert (done.code, done.json["run"]["complete"]) == (0, True)
    first, second = said(here).values()
    assert (len(first), len(second)) == (2 * CASES, 2 * CASES)
    assert len(paid([*first, *second])) == 3 * CASES


def test_an_edited_judge_asks_everything_itself(tiebreak: CommandLine, here: Path, url: str) -> None:
    tiebreak("run", "-d", "questions", "-a", "a", "-b", "b", "--judge", "mine")
    write_judge(here, url, "wavers", kind="rubric", more=f"{RUBRIC}\ncriteria: Be strict.")
    tiebreak("run", "-d", "questions", "-a", "a", "-b", "c", "--judge", "mine")
    assert len(paid([one for judgments in said(here).values() for one in judgments])) == 4 * CASES
