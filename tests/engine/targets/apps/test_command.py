"""A command as a target: real processes, well-behaved and otherwise."""

import asyncio
import json
import os
import sys
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from support.answers import QUESTION, QUICK, Answer, ask
from support.apps import ask_app, open_app, passages, running, texts, usage_of
from tiebreak.errors import (
    AppError,
    DeadlineError,
    NotTrustedError,
    ProtocolError,
    ServerError,
    TargetError,
    UnknownModelError,
)
from tiebreak.records import AppFields, CommandTarget, Config, Cost, Deadlines
from tiebreak.targets.apps.child import Child
from tiebreak.targets.apps.inbox import FULL, Inbox
from tiebreak.targets.events import FirstToken, TextDelta
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target

SECRET = "sentinel-0123456789-key"


async def run(folder: Path, script: str, *, options: dict[str, Any] | None = None, **target: Any) -> Answer:
    """A Python script as the command."""
    return await ask_app(folder, CommandTarget(command=(sys.executable, "-c", script), **target), **(options or {}))


async def shell(folder: Path, line: str, **options: Any) -> Answer:
    return await ask_app(folder, CommandTarget(command=line, shell=True, output="text"), **options)


async def test_lines_stream_as_they_are_written(tmp_path: Path) -> None:
    script = """
import json, sys
request = json.load(sys.stdin)
for piece in (
    {"contexts": [{"id": "a", "text": "A"}]}, {"text": "You asked: "}, {"text": request["input"]},
    {"tool_call": {"name": "clock", "arguments": {}}}, {"usage": {"prompt_tokens": 3, "completion_tokens": 4}},
    {"cost": {"retrieval": 0.1, "model": 0.2}}, {"model": "inner"}, {"finish": "length"},
):
    print(json.dumps(piece))
"""
    answer = await run(tmp_path, script)
    assert answer.response is not None
    assert (answer.response.status, answer.text) == ("truncated", "You asked: What is the time?")
    assert passages(answer) == [("a", "A")]
    assert usage_of(answer).cost.components == {"retrieval": 0.1, "model": 0.2}
    assert (answer.response.served_model, answer.response.tool_calls[0].name) == ("inner", "clock")


async def test_pieces_come_while_the_process_still_runs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gate")
    script = 'print(\'{"text": "first"}\')\nopen(\'gate\').read()\nprint(\'{"text": "second"}\')'
    target = open_app(tmp_path, CommandTarget(command=(sys.executable, "-c", script)))
    seen: list[str] = []
    async for event in target.answer(QUESTION):
        if isinstance(event, TextDelta):
            seen.append(event.text)
            if event.text == "first":
                await asyncio.to_thread((tmp_path / "gate").write_text, "open")
    assert seen == ["first", "second"]


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ('{"text": "Noon."}', "Noon."),
        (json.dumps({"text": "Noon.", "contexts": []}, indent=2), "Noon."),
        ('\n\n{"text": "No"}\n\n{"text": "on."}\n', "Noon."),
        ('"Noon."', "Noon."),
        ('{"text": "No\\ud83d"}\n{"text": "\\ude00on."}', "No😀on."),
        ('{"text": "\\ud83d"}', "\ufffd"),
        ("", ""),
    ],
)
async def test_json_in_its_forms(tmp_path: Path, output: str, said: str) -> None:
    (tmp_path / "out").write_text(output)
    answer = await ask_app(tmp_path, CommandTarget(command=("cat", "out")))
    assert (answer.error, answer.text) == (None, said)
    assert answer.response is not None
    assert answer.response.status == ("ok" if said else "empty")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (b"hello", "not JSON: hello"),
        (b'{"text": "a"}\nhello', "not JSON: hello"),
        (b'{"text": "\xff\xfe"}', "not JSON"),
        (b'{"texts": "a"}', "nothing we know: texts"),
        (b"\x1b]52;c;AAAA\x07", "not JSON: ␛]52;c;AAAA␇"),
        (b"[1]", "neither text nor a JSON object"),
        (b'{"text": "a"' * 3, "not JSON"),
    ],
)
async def test_output_of_another_form(tmp_path: Path, output: bytes, words: str) -> None:
    (tmp_path / "out").write_bytes(output)
    answer = await ask_app(tmp_path, CommandTarget(command=("cat", "out")))
    assert type(answer.error) is ProtocolError
    assert words in str(answer.error)


async def test_plain_text_keeps_every_character(tmp_path: Path) -> None:
    text = '{"category": "billing"}\n é 日本 \x1b[31m'
    (tmp_path / "out").write_bytes(text.encode() + b"\xff")
    answer = await ask_app(tmp_path, CommandTarget(command=("cat", "out"), output="text"))
    assert answer.text == text + "\ufffd"


async def test_fields_are_mapped(tmp_path: Path) -> None:
    answer = await run(tmp_path, 'print(\'{"answer": {"said": "Noon."}}\')', fields=AppFields(text="answer.said"))
    assert answer.text == "Noon."


# -- how it fails


async def test_an_exit_code_is_an_error_with_the_end_of_stderr(tmp_path: Path) -> None:
    script = f"import sys; print('{{\"text\": \"No\"}}'); sys.exit('x' * 20000 + '\\nkey is {SECRET}\\n\\x1b[31mred')"
    answer = await run(tmp_path, script, options={"environ": {"MY_API_KEY": SECRET}})
    assert type(answer.error) is AppError
    assert answer.error is not None
    assert (answer.error.fault, answer.text) == ("target", "No")
    answer = await run(
        tmp_path, f"import sys; sys.exit('key is {SECRET}\\n\\x1b[31mred')", options={"environ": {"MY_API_KEY": SECRET}}
    )
    assert "ended with exit code 1: key is [redacted] | ␛[31mred." in str(answer.error)


async def test_exit_code_75_says_try_again(tmp_path: Path) -> None:
    line = "test -e mark && echo Noon. || { touch mark; echo busy >&2; exit 75; }"
    answer = await shell(tmp_path, line)
    assert type(answer.error) is ServerError
    (tmp_path / "mark").unlink()
    answer = await shell(tmp_path, line, retries=2)
    assert answer.response is not None
    assert (answer.text, answer.response.timings.tries) == ("Noon.\n", 2)


async def test_a_signal_is_told(tmp_path: Path) -> None:
    answer = await shell(tmp_path, "kill -9 $$")
    assert "was ended by signal 9" in str(answer.error)


async def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    answer = await ask_app(tmp_path, CommandTarget(command=("./nowhere", SECRET)), environ={"THE_TOKEN": SECRET})
    assert type(answer.error) is UnknownModelError
    assert "cannot be started: No such file or directory" in str(answer.error)


async def test_a_program_need_not_read_its_request(tmp_path: Path) -> None:
    long = "x" * 1_000_000
    target = open_app(tmp_path, CommandTarget(command="exec <&-; echo Noon.", shell=True, output="text"))
    answer = await ask(target, replace(QUESTION, body={"q": long}))
    assert (answer.error, answer.text) == (None, "Noon.\n")


@pytest.mark.parametrize(
    ("line", "deadlines", "phase"),
    [
        ("sleep 100", QUICK, "first_token"),
        ("echo No; sleep 100", QUICK, "idle"),
        ("while :; do echo No; sleep 0.01; done", Deadlines(first_token=5, idle=5, total=0.4), "total"),
    ],
)
async def test_deadlines(tmp_path: Path, line: str, deadlines: Deadlines, phase: str) -> None:
    answer = await shell(tmp_path, f"echo $$ > pid; {line}", deadlines=deadlines)
    assert type(answer.error) is DeadlineError
    assert f"deadlines.{phase}" in str(answer.error)
    await group_ends(tmp_path / "pid")


async def test_an_answer_is_whole_once_it_says_so(tmp_path: Path) -> None:
    """A process that does not end after its finish reason is ended."""
    line = 'echo $$ > pid; echo \'{"text": "Noon.", "finish": "stop"}\'; sleep 100'
    deadlines = Deadlines(first_token=5, idle=0.3, total=20)
    answer = await ask_app(tmp_path, CommandTarget(command=line, shell=True), deadlines=deadlines)
    assert (answer.error, answer.text) == (None, "Noon.")
    await group_ends(tmp_path / "pid")


# -- what runs away


async def group_ends(pid_file: Path) -> None:
    """Wait until no process of the group is left; a killed one stays listed until the system has buried it."""
    group = await asyncio.to_thread(lambda: pid_file.read_text().strip())
    async with asyncio.timeout(10):
        while running(group, column="pgid"):  # noqa: ASYNC110  # there is no event for the end of a grandchild
            await asyncio.sleep(0.01)


FORKS = """
import os, signal, sys
open("pid", "w").write(str(os.getpid()))
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        signal.pause()
"""


async def test_a_child_left_behind_is_ended_and_not_waited_for(tmp_path: Path) -> None:
    answer = await run(tmp_path, FORKS + 'print(\'{"text": "Noon."}\', flush=True); os._exit(0)')
    assert (answer.error, answer.text) == (None, "Noon.")
    await group_ends(tmp_path / "pid")


async def test_a_daemon_that_holds_the_output_open_is_not_waited_for(tmp_path: Path) -> None:
    script = """
import os, signal, sys
print('{"text": "Noon."}', flush=True)
if os.fork() == 0:
    os.setsid()
    open("pid", "w").write(str(os.getpid()))
    signal.pause()
while not os.path.exists("pid"):
    pass
os._exit(0)
"""
    answer = await run(tmp_path, script)
    daemon = int((tmp_path / "pid").read_text())
    os.kill(daemon, 9)
    assert (answer.error, answer.text) == (None, "Noon.")


@pytest.mark.parametrize("ignores", [False, True])
async def test_stopping_early_ends_the_whole_group(tmp_path: Path, ignores: bool) -> None:
    script = (
        FORKS.replace("if os.fork", "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nif os.fork") if ignores else FORKS
    )
    target = open_app(
        tmp_path, CommandTarget(command=(sys.executable, "-c", script + "print('\"No\"'); signal.pause()"))
    )
    async with aclosing(target.answer(QUESTION)) as events:
        async for event in events:
            if isinstance(event, FirstToken):
                break
    await group_ends(tmp_path / "pid")


async def test_cancelling_ends_the_process(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "begun")
    target = open_app(tmp_path, CommandTarget(command="echo $$ > pid; echo > begun; sleep 100", shell=True))
    asking = asyncio.create_task(ask(target))
    await asyncio.to_thread((tmp_path / "begun").read_text)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await group_ends(tmp_path / "pid")


@pytest.mark.parametrize(("output", "words"), [("json", "16 MB"), ("text", "64 MB")])
async def test_output_without_end_is_bounded(tmp_path: Path, output: Literal["json", "text"], words: str) -> None:
    line = "echo $$ > pid; tr '\\0' x < /dev/zero"
    answer = await ask_app(tmp_path, CommandTarget(command=line, shell=True, output=output))
    assert type(answer.error) is ProtocolError
    assert words in str(answer.error)
    await group_ends(tmp_path / "pid")


async def test_a_slow_reader_holds_the_program_back_and_loses_nothing(tmp_path: Path) -> None:
    inbox: Inbox[bytes] = Inbox()
    received: list[int] = []
    full = asyncio.Event()

    def put(data: bytes) -> None:
        received.append(len(data))
        inbox.put(data, len(data))

    child = Child(received=put, ended=inbox.close)

    def hold() -> None:
        child.pause()
        full.set()

    inbox.held_back_by(hold, child.resume)
    words = (sys.executable, "-c", "print('x' * 8_000_000)")
    await child.start(words, folder=tmp_path, environ=dict(os.environ))
    await full.wait()
    assert FULL < sum(received) < 1_000_000
    assert not child.gone.is_set()
    read = 0
    while data := await inbox.get():
        read += sum(map(len, data))
    await child.stop()
    assert read == 8_000_001


@pytest.mark.parametrize(
    "line", ["echo boom >&2; exit 3", "exec >&-; echo boom >&2; exit 3", "echo boom >&2; kill -9 $$"]
)
async def test_a_program_that_ends_at_once_always_tells_its_code_and_its_last_words(tmp_path: Path, line: str) -> None:
    target = open_app(tmp_path, CommandTarget(command=line, shell=True, output="text", concurrency=8))
    answers = await asyncio.gather(*(ask(target) for _ in range(24)))
    how = "was ended by signal 9" if "kill" in line else "ended with exit code 3"
    for answer in answers:
        assert type(answer.error) is AppError
        assert f"{how}: boom." in answer.error.message


async def test_an_end_is_told_once_code_and_stderr_are_known(tmp_path: Path) -> None:
    told: list[tuple[int | None, bytes]] = []
    over = asyncio.Event()

    def ended() -> None:
        told.append((child.code, child.stderr))
        over.set()

    for number in range(1, 16):
        over.clear()
        child = Child(received=lambda data: None, ended=ended)
        await child.start(f"echo {number} >&2; exit {number}", folder=tmp_path, environ=dict(os.environ))
        await over.wait()
        await child.stop()
    assert told == [(number, b"%d\n" % number) for number in range(1, 16)]


async def test_a_child_that_never_was_is_over_at_once(tmp_path: Path) -> None:
    child = Child(received=lambda data: None, ended=lambda: None)
    with pytest.raises(FileNotFoundError):
        await child.start(("no-such-program-anywhere",), folder=tmp_path, environ=dict(os.environ))
    assert child.over
    assert child.code is None
    await child.stop()


async def test_so_many_at_once(tmp_path: Path) -> None:
    (tmp_path / "running").mkdir()
    line = "touch running/$$; ls running | wc -l; sleep 0.1; rm running/$$"
    target = open_app(tmp_path, CommandTarget(command=line, shell=True, output="text", concurrency=2))
    answers = await asyncio.gather(*(ask(target) for _ in range(6)))
    assert max(int(answer.text) for answer in answers) <= 2


# -- trust


def test_nothing_runs_without_a_permit(tmp_path: Path) -> None:
    config = Config(name="a", target=CommandTarget(command=("echo", "hi")))
    with pytest.raises(NotTrustedError, match="runs code of a workspace"):
        open_target(config, base_dir=tmp_path, environ={}, limiters=LimiterPool())


async def test_costs_are_unknown_unless_told(tmp_path: Path) -> None:
    answer = await shell(tmp_path, "echo Noon.")
    assert usage_of(answer).cost == Cost()
    assert texts(answer) == ["Noon.\n"]
    assert not isinstance(answer.error, TargetError)
