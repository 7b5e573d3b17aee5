"""`tiebreak judge` and `tiebreak judges`: exit codes, resuming, Ctrl-C and seals, with a judge in its own process."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support import judge_server
from support.commands import CommandLine
from support.headless import model_workspace, server_process
from tiebreak.records.judges import Judgment
from tiebreak_store import Store
from tiebreak_workbench.headless.headless import Wanted, answer, open_batch, setup_of
from tiebreak_workbench.workbench import Workbench

CASES = 4


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(judge_server) as url:
        yield url


@pytest.fixture
def answered(tiebreak: CommandLine, url: str) -> Path:
    """The current folder, as a workspace with an answered session."""
    return begin(Path(), url)


def begin(folder: Path, url: str, *, blind: bool = False) -> Path:
    model_workspace(folder, url, cases=CASES)
    with Workbench.open(folder) as bench:
        setup = replace(setup_of(bench.workspace, "questions", "a", "b"), blind=blind)
        session_id = bench.start(setup, origin="headless")
        batch = open_batch(bench, bench.store.load_session(session_id), Wanted())
        asyncio.run(answer(batch))
    return folder


def judge(folder: Path, url: str, name: str, model: str, more: str = "", kind: str = "pairwise") -> None:
    (folder / "judges").mkdir(exist_ok=True)
    price = "price: {input: 0, output: 1000}\nretries: 0"
    text = f'kind: {kind}\ntarget: {{model: "{model}", base_url: "{url}"}}\n{price}\n{more}\n'
    (folder / "judges" / f"{name}.yaml").write_text(text)


def kept(folder: Path) -> list[Judgment]:
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        session = store.session_id("last")
        return [j for version in store.judges_of(session) for j in store.iter_judgments(session, version)]


def test_a_session_is_judged_and_the_same_command_asks_nothing_twice(
    tiebreak: CommandLine, answered: Path, url: str
) -> None:
    judge(answered, url, "mine", "honest")
    first = tiebreak("judge", "last", "--judge", "mine")
    assert first.code == 0, first.err
    assert "Uncalibrated" in first.out
    assert "orders agree (4 pairs)" in first.out
    assert len(kept(answered)) == 2 * CASES
    second = tiebreak("judge", "last", "-j", "mine", "--json")
    assert (second.code, second.json["run"]["asked"], second.json["run"]["answered"]) == (0, 0, 2 * CASES)
    assert second.json["summary"]["pairs"]["verdicts"] == {"tie": CASES}
    assert second.json["summary"]["usd"] == pytest.approx(0.007 * 2 * CASES)
    assert len(kept(answered)) == 2 * CASES


def test_repeats_that_differ_are_told(tiebreak: CommandLine, answered: Path, url: str) -> None:
    judge(answered, url, "tone", "wavers", "dimensions: [{name: tone, description: d}]", kind="rubric")
    done = tiebreak("judge", "last", "-j", "tone", "--repeats", "5", "--concurrency", "1", "--limit", "2", "--json")
    assert (done.code, done.json["run"]["planned"]) == (0, 2 * 2 * 5)
    spread = done.json["summary"]["spread"]
    assert (spread["repeated"], spread["agreeing"] < 4, spread["deviation"] > 0) == (4, True, True)
    assert {point["dimension"] for point in done.json["summary"]["points"]} == {"tone"}


@pytest.mark.parametrize(
    ("model", "more", "code", "says"),
    [
        ("500", "", 4, "The model crashed"),
        ("401", "", 4, ""),
        ("429?retry_after=0", "", 4, "still open; the same command goes on"),
        ("cut", "", 4, ""),
        ("long_winded", "", 0, "The reply is longer than 100,000 characters."),
        ("honest?reply=I+like+both.", "", 0, "The reply holds no verdict block of this call."),
        ("honest?reply=Die+zweite+Antwort.", "", 0, "The reply holds no verdict block of this call."),
        ("honest", "budget: 0.01", 3, "The budget of $0.01 is spent."),
    ],
)
def test_what_does_not_come_is_counted_and_has_its_exit_code(
    tiebreak: CommandLine, answered: Path, url: str, model: str, more: str, code: int, says: str
) -> None:
    judge(answered, url, "mine", model, more)
    done = tiebreak("judge", "last", "-j", "mine")
    assert done.code == code, done.written
    assert says in done.out
    assert {j.verdict for j in kept(answered)} <= ({"tie"} if model == "honest" else {None})


def test_a_rubric_that_is_edited_midway_is_another_version(tiebreak: CommandLine, answered: Path, url: str) -> None:
    """It asks everything itself, and its points never enter a mean with those of the other."""
    judge(answered, url, "tone", "wavers", "dimensions: [{name: tone, description: d}]", kind="rubric")
    assert tiebreak("judge", "last", "-j", "tone", "--limit", "2").code == 0
    judge(answered, url, "tone", "honest", "dimensions: [{name: tone, description: edited}]", kind="rubric")
    done = tiebreak("judge", "last", "-j", "tone", "--json")
    assert (done.code, done.json["run"]["asked"]) == (0, 2 * CASES)
    assert {one["mean"] for one in done.json["summary"]["points"]} == {1.0}, "of the honest one alone"
    versions = {one.judge_hash for one in kept(answered)}
    assert len(versions) == 2
    told = tiebreak("calibrate", "last", "-j", "tone", "--json")
    assert (told.json["version"], told.json["versions"]) == (done.json["judge"]["version"], 2)
    assert any("2 versions of “tone” judged here" in warning for warning in told.json["warnings"])


def test_bad_input_leaves_no_trace(tiebreak: CommandLine, answered: Path, url: str) -> None:
    judge(answered, url, "mine", "honest")
    judge(answered, url, "faith", "honest", kind="faithfulness")
    for arguments, says in (
        (("last", "-j", "min"), "Did you mean “mine”?"),
        (("nothing", "-j", "mine"), "nothing"),
        (("last", "-j", "faith"), "neither a passage nor a reference"),
        (("last", "-j", "preference"), "OPENAI_API_KEY"),
    ):
        refused = tiebreak("judge", *arguments)
        assert refused.code == 2, refused.written
        assert says in refused.err
    assert kept(answered) == []


def test_judges_are_listed_with_what_is_wrong(tiebreak: CommandLine, answered: Path, url: str) -> None:
    judge(answered, url, "mine", "honest")
    (answered / "judges" / "odd.yaml").write_text("kind: pairwise\nrepeats: 2\n")
    rows = {row["name"]: row for row in tiebreak("judges", "--json").json}
    assert (rows["mine"]["from"], rows["mine"]["kind"], rows["preference"]["from"]) == (
        "workspace",
        "pairwise",
        "tiebreak",
    )
    assert "target" in rows["odd"]["error"]
    assert "faithfulness" in tiebreak("judges").out


def test_what_a_judge_says_moves_no_cursor(tiebreak: CommandLine, answered: Path, url: str) -> None:
    judge(answered, url, "mine", r"honest?reply=%1b[2J\e]0;x\a\u202e")
    done = tiebreak("judge", "last", "-j", "mine")
    assert done.code == 0, done.err
    assert any("\x1b[2J" in reply for j in kept(answered) for reply in j.replies)
    assert not {"\x1b", "\x07", "\u202e"} & set(done.written)


def test_a_judge_that_answers_itself_is_warned_about(tiebreak: CommandLine, answered: Path, url: str) -> None:
    judge(answered, url, "self", "normal?words=4")
    done = tiebreak("judge", "last", "-j", "self")
    assert "also wrote the answers of B" in done.err
    assert "unparseable" in done.out


def test_verdicts_on_a_blind_session_stay_sealed(tiebreak: CommandLine, url: str) -> None:
    folder = begin(Path(), url, blind=True)
    judge(folder, url, "mine", "first")
    done = tiebreak("judge", "last", "-j", "mine")
    assert "stays sealed" in done.out
    assert "wins" not in done.out
    report = tiebreak("judge", "last", "-j", "mine", "--json").json
    assert (report["sealed"], report["order_consistency"], "pairs" in report["summary"]) == (True, None, False)
    assert len(kept(folder)) == 2 * CASES


def test_an_interrupt_lets_calls_finish_and_the_rest_is_asked_later(
    tiebreak: CommandLine, answered: Path, url: str
) -> None:
    judge(answered, url, "slow", "honest?ttft=0.2")
    command = [sys.executable, "-m", "tiebreak_cli", "judge", "last", "-j", "slow", "-c", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}) as it:
        assert it.stderr is not None
        assert "Judging session" in it.stderr.readline()
        it.send_signal(signal.SIGINT)
        assert "let finish" in it.stderr.readline()
        out, err = it.communicate(timeout=60)
    assert (it.returncode, "Traceback" in out + err) == (130, False)
    before = len(kept(answered))
    assert before < 2 * CASES
    done = tiebreak("judge", "last", "-j", "slow", "--json")
    assert (done.code, done.json["run"]["asked"]) == (0, 2 * CASES - before)
