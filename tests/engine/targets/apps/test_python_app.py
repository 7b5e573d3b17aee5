"""A Python function as a target: what it may be, how it fails, and that its process harms nobody and ends."""

import asyncio
import os
import signal
import sys
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from support.answers import QUESTION, QUICK, ask
from support.apps import ask_app, ended, open_app, passages, running, usage_of
from tiebreak.errors import (
    AppError,
    DeadlineError,
    NetworkError,
    ProtocolError,
    RateLimitError,
    ServerError,
    TargetError,
    UnknownModelError,
)
from tiebreak.records import Deadlines, PythonTarget
from tiebreak.targets.apps import helper
from tiebreak.targets.base import AnswerTarget
from tiebreak.targets.events import FirstToken

APP = """
import asyncio, os, signal, subprocess, sys, time

async def stream(request):
    yield {"contexts": [{"id": "a", "text": "A"}]}
    yield "You asked: "
    yield {"text": request["input"]}
    yield {"cost": {"retrieval": 0.1, "model": 0.2}}

async def coroutine(request): return "Noon."
def function(request): return {"text": "Noon.", "finish": "length"}
def generator(request):
    yield "No"
    yield "on."
def wrapped(request): return stream(request)
def listed(request): return ["No", "on."]
def nothing(request): return None
class Desk:
    async def answer(self, request): return "Noon."
    __call__ = answer
desk = Desk()

async def loud(request):
    print('{"id": 1, "piece": "forged"}')
    sys.stdout.write("on stdout"); sys.__stdout__.write("too")
    os.write(1, b"and here\\n")
    subprocess.run(["echo", "from a child"])
    yield "read: " + repr(sys.stdin.read())

async def pid(request): return str(os.getpid())
async def raises(request):
    yield "No"
    raise ValueError("no \\x1b[31mcoffee " + os.environ.get("MY_API_KEY", ""))
async def leaves(request): sys.exit("bye")
async def busy(request): raise ConnectionError("the model is away")
class Limited(Exception): status_code = 429
async def limited(request): raise Limited("slow down")
async def odd(request): yield 5
async def unwritable(request): yield {"text": object()}
async def halves(request):
    yield "\\ud83d"
    yield "\\ude00"
async def huge(request): yield "x" * 16_000_000
async def endless(request):
    while True:
        yield "x" * 1_000_000
async def waits(request):
    yield "No"
    await asyncio.sleep(1000)
def hangs(request):
    yield str(os.getpid())
    time.sleep(1000)
async def spins(request):
    yield str(os.getpid())
    while True: pass
async def dies(request):
    if request["input"] == "die": os.kill(os.getpid(), signal.SIGKILL)
    yield str(os.getpid())
    await asyncio.sleep(0.2)
async def spawns(request):
    yield str(subprocess.Popen(["sleep", "1000"]).pid)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def function(name: str, python: str | None = None) -> PythonTarget:
    return PythonTarget(callable=f"app:{name}", python=python)


async def test_an_async_generator(folder: Path) -> None:
    answer = await ask_app(folder, function("stream"))
    assert answer.error is None
    assert (answer.text, passages(answer)) == ("You asked: What is the time?", [("a", "A")])
    assert usage_of(answer).cost.components == {"retrieval": 0.1, "model": 0.2}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("coroutine", "Noon."),
        ("function", "Noon."),
        ("generator", "Noon."),
        ("wrapped", "You asked: What is the time?"),
        ("listed", "Noon."),
        ("desk", "Noon."),
        ("desk.answer", "Noon."),
        ("halves", "😀"),
        ("nothing", ""),
    ],
)
async def test_what_it_may_be(folder: Path, name: str, said: str) -> None:
    answer = await ask_app(folder, function(name))
    assert (answer.error, answer.text) == (None, said)


async def test_what_it_prints_and_reads_does_not_touch_the_answer(folder: Path) -> None:
    answer = await ask_app(folder, function("loud"))
    assert (answer.error, answer.text) == (None, "read: ''")


async def test_one_process_serves_all_calls(folder: Path) -> None:
    target = open_app(folder, function("pid"))
    answers = await asyncio.gather(*(ask(target) for _ in range(8)))
    await target.close()
    (pid,) = {answer.text for answer in answers}
    assert not running(pid)


async def test_another_interpreter_may_serve_it(folder: Path) -> None:
    (folder / "bin").mkdir()
    script = folder / "bin" / "python"
    script.write_text(f'#!/bin/sh\nMARK=mine exec {sys.executable} "$@"\n')
    script.chmod(0o755)
    (folder / "which.py").write_text("import os\nasync def answer(request): return os.environ['MARK']\n")
    answer = await ask_app(folder, PythonTarget(callable="which:answer", python="bin/python"))
    assert (answer.error, answer.text) == (None, "mine")


# -- how it fails


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("raises", AppError, "ValueError: no ␛[31mcoffee [redacted] (app.py, line "),
        ("leaves", AppError, "SystemExit: bye"),
        ("busy", ServerError, "failed for now: ConnectionError: the model is away"),
        ("limited", RateLimitError, "(429): Limited: slow down"),
        ("odd", AppError, "a piece of type int; give text or a dict"),
        ("unwritable", AppError, "not JSON serializable"),
        ("huge", AppError, "is more than"),
        ("endless", ProtocolError, "more than 64 MB"),
    ],
)
async def test_failures(folder: Path, name: str, kind: type[TargetError], words: str) -> None:
    target = open_app(folder, function(name), environ={"MY_API_KEY": "sentinel-0123456789-key"})
    answer = await ask(target)
    assert type(answer.error) is kind
    assert words in str(answer.error)
    assert "sentinel" not in str(answer.error)
    assert type((await ask(target)).error) is kind, "and the next call is answered alike"
    await target.close()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere:answer", "ModuleNotFoundError: No module named 'nowhere'."),
        ("app:nowhere", "AttributeError"),
        ("app:APP_DIR", "AttributeError"),
        ("broken:answer", "ZeroDivisionError: division by zero (broken.py, line 1)."),
        ("quits:answer", "SystemExit: install me first"),
        ("vanishes:answer", "ended with exit code 3: gone."),
    ],
)
async def test_an_app_that_cannot_be_loaded(folder: Path, name: str, words: str) -> None:
    (folder / "broken.py").write_text("1 / 0\n")
    (folder / "quits.py").write_text("import sys; sys.exit('install me first')\n")
    (folder / "vanishes.py").write_text("import os, sys; sys.stderr.write('gone'); sys.stderr.flush(); os._exit(3)\n")
    answer = await ask_app(folder, PythonTarget(callable=name))
    assert type(answer.error) is UnknownModelError
    assert words in str(answer.error)


async def test_an_interpreter_that_is_not_there(folder: Path) -> None:
    answer = await ask_app(folder, function("stream", python="nowhere/python"))
    assert type(answer.error) is UnknownModelError
    assert "No such file or directory" in str(answer.error)


async def test_an_app_that_is_never_ready(folder: Path) -> None:
    (folder / "slow.py").write_text("import time; time.sleep(1000)\n")
    deadlines = Deadlines(first_token=0.3, idle=0.3, total=0.3)
    answer = await ask_app(folder, PythonTarget(callable="slow:answer"), deadlines=deadlines)
    assert "was not ready within 0.3 s" in str(answer.error)


async def test_a_crash_with_one_call_is_the_apps_own_and_the_next_call_gets_a_new_process(folder: Path) -> None:
    target = open_app(folder, function("dies"))
    answer = await ask(target, replace(QUESTION, body={"input": "die"}))
    assert type(answer.error) is AppError
    assert "was ended by signal 9" in str(answer.error)
    answer = await ask(target)
    assert answer.error is None
    await target.close()


async def test_a_crash_with_several_calls_is_nobodys_and_tried_again(folder: Path) -> None:
    target = open_app(folder, function("dies"))
    innocent = asyncio.create_task(ask(target))
    await begun(target, innocent)
    guilty = await ask(target, replace(QUESTION, body={"input": "die"}))
    assert type(guilty.error) is ServerError
    assert "of which one is at fault" in str(guilty.error)
    assert type((await innocent).error) is ServerError
    await target.close()


async def begun(target: AnswerTarget, asking: "asyncio.Task[object]") -> None:
    """Wait until a first answer has come through the process, so that `asking` is in it too."""
    async with aclosing(target.answer(QUESTION)) as events:
        async for event in events:
            if isinstance(event, FirstToken):
                return
    assert not asking.done()


# -- what runs away


async def test_deadlines(folder: Path) -> None:
    answer = await ask_app(folder, function("waits"), deadlines=QUICK)
    assert type(answer.error) is DeadlineError
    assert answer.text == "No"


@pytest.mark.parametrize("name", ["hangs", "spins"])
async def test_a_call_that_cannot_be_cancelled_costs_its_process_but_no_other_call(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper, "PATIENCE", 0.2)
    target = open_app(folder, function(name), deadlines=replace(QUICK, first_token=10.0))
    first = await ask(target)
    assert type(first.error) is DeadlineError
    await ended(first.text)
    second = await ask(target)
    assert second.text != first.text
    await target.close()
    assert not running(second.text)


async def test_a_call_in_a_thread_that_cannot_be_cancelled_leaves_the_others_in_peace(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper, "PATIENCE", 0.1)
    os.mkfifo(folder / "begun")
    (folder / "mixed.py").write_text(
        "import asyncio, os, time\n"
        "async def slow():\n"
        "    await asyncio.sleep(0.5); return str(os.getpid())\n"
        "def answer(request):\n"
        "    if request['input'] == 'slow': return slow()\n"
        "    open('begun', 'w').close(); time.sleep(1000)\n"
    )
    deadlines = Deadlines(first_token=10.0, idle=10.0, total=10.0)
    target = open_app(folder, PythonTarget(callable="mixed:answer"), deadlines=deadlines)
    slow = asyncio.create_task(ask(target, replace(QUESTION, body={"input": "slow"})))
    hanging = asyncio.create_task(ask(target))
    await asyncio.to_thread((folder / "begun").read_text)
    hanging.cancel()
    answer = await slow
    assert answer.error is None
    await ended(answer.text)
    await target.close()


async def test_a_call_behind_a_blocked_one_is_tried_again_in_a_new_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper, "PATIENCE", 0.2)
    (folder / "blocks.py").write_text(
        "import os, time\nasync def answer(request):\n"
        "    if request['input'] == 'block':\n        yield 'No'; time.sleep(1000)\n"
        "    yield str(os.getpid())\n"
    )
    deadlines = Deadlines(first_token=10.0, idle=10.0, total=20.0)
    target = open_app(folder, PythonTarget(callable="blocks:answer"), deadlines=deadlines, retries=1)
    async with aclosing(target.answer(replace(QUESTION, body={"input": "block"}))) as events:
        assert isinstance(await anext(events), FirstToken)
        behind = asyncio.create_task(ask(target))
        await asyncio.wait([behind], timeout=0.1)
    answer = await behind
    assert answer.response is not None
    assert (answer.error, answer.response.timings.tries) == (None, 2)
    await target.close()


async def test_closing_ends_calls_and_children(folder: Path) -> None:
    target = open_app(folder, function("spawns"))
    answer = await ask(target)
    assert running(answer.text)
    await target.close()
    assert not running(answer.text)


async def test_it_ends_when_tiebreak_is_killed(folder: Path) -> None:
    """Its standard input ends, and with it the process and all that it started."""
    script = """
import asyncio, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from support.answers import ask
from support.apps import open_app
from tiebreak.records import PythonTarget
async def main():
    target = open_app(Path(sys.argv[1]), PythonTarget(callable="app:spawns"))
    print((await ask(target)).text, flush=True)
    os.kill(os.getpid(), 9)
asyncio.run(main())
"""
    tests = Path(__file__).parents[3]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(folder), str(tests), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == -signal.SIGKILL
    await ended(output.decode().strip())


async def test_a_first_call_that_is_cancelled_leaves_the_next_one_a_process(folder: Path) -> None:
    target = open_app(folder, function("pid"))
    asking = asyncio.create_task(ask(target))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await ask(target)).error is None
    await target.close()


async def test_closing_while_it_starts(folder: Path) -> None:
    target = open_app(folder, function("pid"))
    asking = asyncio.create_task(ask(target))
    await asyncio.sleep(0)
    await target.close()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


def test_errors_of_the_network_are_not_the_apps() -> None:
    assert NetworkError.fault == ServerError.fault == "infra"
    assert AppError.fault == "target"
