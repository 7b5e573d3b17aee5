"""`tiebreak run`: exit codes, what it prints where, and Ctrl-C, against a local model server in its own process."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from support import model_server
from support.headless import model_workspace, server_process
from support.workspaces import make_workspace
from tiebreak.batch import ArmProgress, Progress
from tiebreak.errors import UsageError
from tiebreak.scoreboard import Spend
from tiebreak.workspace import Workspace
from tiebreak.workspace.trust import Trust
from tiebreak_cli.commands import app
from tiebreak_cli.run_progress import EVERY, Figures, Lines, Live, Totals
from tiebreak_store import Store

PLAN = ["run", "-d", "questions", "-a", "a", "-b", "b"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(model_server) as url:
        yield url


def run(folder: Path, *more: str) -> Any:
    return CliRunner().invoke(app, [*PLAN, "--workspace", str(folder), *more])


def start(folder: Path, *more: str) -> "subprocess.Popen[str]":
    """The real command, without a terminal."""
    command = [sys.executable, "-m", "tiebreak_cli", *PLAN, "--workspace", str(folder), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})


def policy(gate: str) -> str:
    return (
        f"form: {{vote: optional}}\nchecks:\n  - {{kind: max_length, chars: 400}}\ngates:\n  offline:\n    - {gate}\n"
    )


PASSES = policy("{id: short, metric: check, check: max_length, at_least: 0.9}")
FAILS = policy("{id: cheap, metric: cost_per_answer, at_most: 0.0000001}")


def test_the_command_answers_reports_and_says_how_to_go_on(tmp_path: Path, url: str) -> None:
    folder = model_workspace(tmp_path, url)
    with start(folder, "--json", "--phase", "offline") as process:
        out, err = process.communicate(timeout=60)
    report = json.loads(out)
    assert process.returncode == 0, err
    assert report["run"]["complete"] is True
    assert report["run"]["answers"] == {"planned": 24, "in": 24}
    assert {gate["gate"]: gate["status"] for gate in report["gates"]}["fast"] == "pass"
    assert f"Started session {report['session']}: a vs b." in err
    assert "24 of 24 answers" in err
    assert f"`tiebreak arena -r {report['session']} -w {folder}` rates them." in err


@pytest.mark.parametrize(("rules", "code"), [(PASSES, 0), (FAILS, 1)])
def test_the_gates_decide_the_exit_code_again_when_nothing_is_left_to_ask(
    tmp_path: Path, url: str, rules: str, code: int
) -> None:
    folder = model_workspace(tmp_path, url, policy=rules)
    first, again = run(folder), run(folder)
    assert (first.exit_code, again.exit_code) == (code, code)
    assert "Going on with session" in again.stderr
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        assert len(store.load_session("last").responses) == 24
        assert len(store.sessions()) == 1
    assert run(folder, "--no-resume").exit_code == code


def test_gates_for_people_are_not_decided_unless_left_out(tmp_path: Path, url: str) -> None:
    folder = model_workspace(tmp_path, url)
    assert run(folder).exit_code == 3
    assert run(folder, "--phase", "offline").exit_code == 0
    assert run(folder, "--phase", "online").exit_code == 3, "a phase without a gate decides nothing"


def test_a_side_that_cannot_be_asked_is_infrastructure(tmp_path: Path, url: str) -> None:
    found = run(model_workspace(tmp_path, url, b="401"), "--phase", "offline")
    assert found.exit_code == 4
    assert "B is paused: 3 calls in a row ended the same way:" in found.stderr
    assert "12 answers still missing (auth); the rest is kept." in found.stderr


def test_too_many_exclusions_are_infrastructure(tmp_path: Path, url: str) -> None:
    answers = {f"case-{n}": "Hello." for n in range(9)}
    folder = make_workspace(tmp_path, questions={**answers, "case-9": "?"}, a=answers, b={**answers, "case-9": "Hi."})
    given = ["run", "-d", "small", "-a", "plain", "-b", "warm", "-w", str(folder), "--phase", "offline"]
    found = CliRunner().invoke(app, given)
    assert found.exit_code == 4
    assert "1 answer still missing (recording)" in found.stderr


def test_a_spent_budget_says_so_and_goes_on_with_more(tmp_path: Path, url: str) -> None:
    folder = model_workspace(tmp_path, url, policy=PASSES, cases=40)
    found = run(folder, "--max-cost", "0.05", "--concurrency", "2")
    assert found.exit_code == 3
    assert "The budget of $0.05 is spent." in found.stderr
    assert "The same command with a larger --max-cost goes on." in found.stderr
    assert run(folder, "--max-cost", "100").exit_code == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--phase", "someday"], "no phase “someday”"),
        (["-n", "99"], "99 cases cannot be planned"),
        (["--segment", "none"], "no case in segment"),
        (["-p", "absent"], "absent"),
    ],
)
def test_bad_input_is_refused_before_anything_is_set_down(
    tmp_path: Path, url: str, given: list[str], words: str
) -> None:
    folder = model_workspace(tmp_path, url)
    found = run(folder, *given)
    assert isinstance(found.exception, UsageError)
    assert words in str(found.exception)
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        assert store.sessions() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_lets_the_calls_in_flight_finish(tmp_path: Path, url: str, number: signal.Signals) -> None:
    model = "normal?words=3&ttft=0.3"
    folder = model_workspace(tmp_path, url, model, model, cases=400)
    with start(folder) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Started session")
        with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
            while not store.load_session("last").responses:
                pass
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopping: the calls in flight are let finish." in err
    assert "still missing; the rest is kept. The same command goes on." in err
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        kept = store.load_session("last").responses
    assert {response.status for response in kept} == {"ok"}
    assert len(kept) < 100


def test_a_second_interrupt_cuts_them(tmp_path: Path, url: str) -> None:
    folder = model_workspace(tmp_path, url, "stall_after", "stall_after")
    with start(folder) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Started session")
        process.send_signal(signal.SIGINT)
        assert process.stderr.readline().startswith("Stopping")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "24 answers still missing" in err


def progress(answered: int, **fields: Any) -> Progress:
    made: dict[str, Any] = {
        "asked": answered,
        "reused": 0,
        "failed": {},
        "in_flight": 2,
        "spend": Spend(),
        "paused": None,
    }
    arm = ArmProgress(answered=answered, **(made | fields))
    return Progress(cases=100, arms={"baseline": arm, "candidate": arm}, unsaved=0, ending=False)


def test_figures_are_rate_errors_spend_and_time_left() -> None:
    now = 0.0
    figures = Figures(lambda: now)
    assert figures.line(Totals.of([], progress(10), 0)) == "$0.00"
    now = 10.0
    line = figures.line(Totals.of([], progress(20, failed={"server": 1}, spend=Spend(usd=0.31, unknown=1)), 0))
    assert line == "2/s · 2 errors · $0.62 and 2 answers of unknown cost · 1 min 20 s left"


def test_figures_of_several_datasets_are_told_together() -> None:
    totals = Totals.of([progress(100, spend=Spend(usd=0.25))], progress(20, spend=Spend(usd=0.05)), 30)
    assert (totals.answered, totals.planned, totals.in_flight) == (240, 430, 8)
    now = 0.0
    figures = Figures(lambda: now)
    figures.look(totals)
    now = 10.0
    later = Totals.of([progress(100, spend=Spend(usd=0.25))], progress(30, spend=Spend(usd=0.05)), 30)
    assert figures.line(later).startswith("2/s · $0.6")


def test_without_a_terminal_a_plain_line_comes_now_and_then() -> None:
    now, out = 0.0, io.StringIO()
    lines = Lines(Console(file=out, width=200), lambda: now)
    for seconds in range(int(EVERY) + 2):
        now = float(seconds)
        lines.tick(progress(seconds))
    assert out.getvalue().splitlines() == [f"{2 * int(EVERY)} of 200 answers · 2/s · $0.00 · 1 min 30 s left"]


def test_on_a_terminal_a_bar_is_drawn_and_outside_words_are_cleaned() -> None:
    out = io.StringIO()
    live = Live(Console(file=out, width=120, force_terminal=True, color_system=None))
    live.tick(progress(50, paused="\x1b[2Jboo"))
    live.close()
    assert "100/200" in out.getvalue()
    assert "A is paused: " in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()


APP = """\
import json, pathlib, sys
count = pathlib.Path("count")
count.write_text(str(int(count.read_text() or 0) + 1 if count.exists() else 1))
print(json.dumps({"text": "Noon.", **%s}))
"""


def app_workspace(folder: Path, tells: str) -> Path:
    """A workspace whose B is a command, allowed to run, that counts its runs; A is a recording."""
    make_workspace(folder, policy=PASSES)
    (folder / "app.py").write_text(APP % tells)
    (folder / "configs" / "app.yaml").write_text(
        f"target: {{kind: command, command: ['{sys.executable}', app.py], concurrency: 1}}\nretries: 0\n"
    )
    opened = Workspace.open(folder)
    trust = Trust.of(os.environ)
    trust.allow(folder, [wanted.program for wanted in trust.wanted(opened)])
    return folder


def run_app(folder: Path, *more: str) -> Any:
    given = ["run", "-d", "small", "-a", "plain", "-b", "app", "-w", str(folder), "--concurrency", "1"]
    return CliRunner().invoke(app, [*given, *more])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def test_an_app_answers_anew_also_with_reuse_and_that_is_said(home: Path) -> None:
    folder = app_workspace(home / "ws", "{}")
    assert run_app(folder).exit_code == 0
    again = run_app(folder, "--no-resume", "--reuse")
    assert again.exit_code == 0
    assert "app is an app, whose code may have changed: its answers are not reused." in again.stderr
    assert (folder / "count").read_text() == "12"
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        stored = store.load_session("last")
    reused = {r.run_id for r in stored.responses if r.reused_from is not None}
    assert reused == {stored.session.runs["baseline"]}


def test_a_budget_counts_what_an_app_tells(home: Path) -> None:
    folder = app_workspace(home / "ws", "{'cost': 0.5}")
    found = run_app(folder, "--max-cost", "1")
    assert "app is an app: what it spends is known only as its answers tell it." in found.stderr
    assert "The budget of $1 is spent." in found.stderr
    assert found.exit_code == 3
    assert (folder / "count").read_text() == "2"
    assert run_app(folder, "--max-cost", "100").exit_code == 0


def test_a_budget_ends_where_an_app_does_not_tell(home: Path) -> None:
    folder = app_workspace(home / "ws", "{}")
    found = run_app(folder, "--max-cost", "1")
    assert "The cost of an answer is not known, so a budget cannot be kept." in found.stderr
    assert "The same command with --allow-unknown-cost goes on." in found.stderr
    assert (folder / "count").read_text() == "1"
    assert run_app(folder, "--max-cost", "1", "--allow-unknown-cost").exit_code == 0
