"""What only a real process shows: start-up, pipes, signals, terminals, faults."""

import asyncio
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.commands import COMMAND, environment, run_process
from support.model_server import ModelServer
from support.workspaces import make_workspace

HEAVY = {"textual", "numpy", "litellm", "pydantic", "rich", "aiohttp", "yaml", "jinja2", "sqlite_utils", "rapidfuzz"}


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import sys, tiebreak_cli.__main__ as cli\nsys.argv = ['tiebreak', '--help']\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment(tmp_path))
    assert "Settles, with evidence" in run.stdout
    assert not HEAVY & set(run.stderr.split())


def test_a_first_frame_waits_for_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    script = "import sys, tiebreak_tui.app\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment(tmp_path)
    )
    loaded = set(run.stdout.split())
    assert not (HEAVY - {"textual", "rich"}) & loaded
    late = {"tiebreak.records", "tiebreak_store", "tiebreak_workbench", "textual.widgets._text_area"}
    assert "tiebreak_tui.screens.setup" in loaded
    assert not late & loaded


async def test_version_and_unknown_words(tmp_path: Path) -> None:
    from tiebreak import __version__

    assert (await run_process(tmp_path, "--version")).out == f"tiebreak {__version__}\n"
    for arguments in (("shwo",), ("show", "--jason"), ("spot", "--frehs"), ("sessions", "--limit", "none")):
        outcome = await run_process(tmp_path, *arguments)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.startswith("error: ")
        assert "--help` shows what it takes." in outcome.err


@pytest.mark.parametrize("arguments", [(), ("arena",), ("arena", "-r", "last")], ids=str)
async def test_without_a_terminal_the_app_says_what_to_do_instead(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    outcome = await run_process(tmp_path, *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: This needs a terminal.\n")
    assert "`tiebreak run`" in outcome.err


async def test_a_reader_who_leaves_is_not_complained_about(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    (tmp_path / "answers.csv").write_text("case,answer_a,answer_b\n" + f"greet-1,{'x' * 200_000},y\n")
    assert (await run_process(tmp_path, "import", "answers.csv", "-d", "small")).code == 0
    for arguments in (("export",), ("show", "last", "greet-1"), ("sessions",), ("show", "--json")):
        reading, writing = os.pipe()
        os.close(reading)
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *arguments,
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=writing,
            stderr=asyncio.subprocess.PIPE,
        )
        os.close(writing)
        _, err = await process.communicate()
        assert (process.returncode, err) == (141, b""), arguments


async def test_ctrl_c_while_answers_come(tmp_path: Path) -> None:
    async with ModelServer() as server:
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *("spot", "-a", "endless", "-b", "endless", "--base-url", server.base_url, "Hi?"),
            cwd=tmp_path,
            env=environment(tmp_path),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        await asyncio.wait_for(server.called.wait(), 20)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert (process.returncode, out, err) == (130, b"", b"")


def test_a_fault_of_ours_stays_a_traceback(tmp_path: Path) -> None:
    script = (
        "import sys, tiebreak_cli.__main__ as cli, tiebreak_workbench.workbench as bench\n"
        "def broken(*_): raise ZeroDivisionError('ours')\n"
        "bench.Workbench.existing = broken\nsys.argv = ['tiebreak', 'sessions']\ncli.main()"
    )
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(tmp_path))
    assert run.returncode == 1
    assert run.stderr.startswith("Traceback")
    assert run.stderr.endswith("ZeroDivisionError: ours\n")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
async def test_a_terminal_without_utf_8(tmp_path: Path, encoding: str) -> None:
    make_workspace(tmp_path)
    (tmp_path / "answers.csv").write_text("case,answer_a,answer_b,vote\ngreet-1,日本,y,B\n")
    settings = {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding, "LC_ALL": "C.UTF-8"}
    outcome = await run_process(tmp_path, "import", "answers.csv", "-d", "small", **settings)
    assert (outcome.code, outcome.err) == (0, "")


async def test_progress_is_shown_on_a_terminal_alone(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    (tmp_path / "answers.csv").write_text("case,answer_a,answer_b\ngreet-1,x,y\n")
    outer, inner = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *("import", "answers.csv", "-d", "small"),
        cwd=tmp_path,
        env=environment(tmp_path, TERM="xterm-256color"),
        stdout=asyncio.subprocess.PIPE,
        stderr=inner,
    )
    os.close(inner)
    out, _ = await process.communicate()
    shown = os.read(outer, 65536)
    os.close(outer)
    assert process.returncode == 0
    assert b"Reading" in shown or b"Saving" in shown
    assert out.startswith(b"2 answers on 1 case from answers.csv")
