"""The parent's end: sharing, giving up, and a helper that dies, hangs or never starts.

Where LiteLLM does not matter, a stand-in of a few lines takes its place, as a real process over real pipes.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path

import pytest

from support.answers import QUESTION, QUICK, ask, open_model
from support.lane import ENVIRON, Ask
from support.model_server import ModelServer
from tiebreak.errors import DeadlineError, NetworkError, TargetError
from tiebreak.redaction import Redactor
from tiebreak.targets.base import AnswerTarget
from tiebreak.targets.events import Starting, TextDelta
from tiebreak.targets.litellm_lane.shared import MOST_ENDINGS, Helper

SPEAK = """
import json, os, sys
def say(**message): print(json.dumps(message), flush=True)
def hear():
    for line in sys.stdin: yield json.loads(line)
def answer(n):
    say(id=n, chunk={"choices": [{"delta": {"content": "hello"}, "finish_reason": "stop"}]})
    say(id=n, end=True)
"""


def stand_in(code: str, environ: Mapping[str, str] = ENVIRON, **options: float) -> Helper:
    return Helper(environ, Redactor(["sesame-12345678"]), command=(sys.executable, "-c", SPEAK + code), **options)


def opened(
    helper: Helper, model: str = "m", base_url: str = "http://127.0.0.1:9/v1", **options: object
) -> AnswerTarget:
    return open_model(base_url, model, lane="litellm", helper=helper, **options)  # pyright: ignore[reportArgumentType] - passed through


GOOD = "say(ready='1')\nfor m in hear():\n    if 'ask' in m: answer(m['ask'])\n"


async def test_the_helper_starts_with_the_first_call_is_shared_and_ends_with_its_last_user() -> None:
    helper = stand_in(GOOD)
    first, second = opened(helper), opened(helper)
    assert helper.pid is None
    answers = await asyncio.gather(ask(first), ask(second), ask(first))
    assert [answer.text for answer in answers] == ["hello"] * 3
    pid = helper.pid
    assert pid is not None
    await first.close()
    assert (await ask(second)).text == "hello"
    assert helper.pid == pid
    await second.close()
    assert helper.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_only_who_waits_for_its_start_is_told_so_and_no_time_of_the_answer_counts_it() -> None:
    helper = stand_in("import time\ntime.sleep(0.3)\n" + GOOD)
    target = opened(helper)
    first, second = await ask(target), await ask(target)
    await target.close()
    told = [event for event in first.events if isinstance(event, Starting)]
    assert [(event.what, event.over) for event in told] == [("LiteLLM", False), ("LiteLLM", True)]
    assert first.events[: len(told)] == told
    assert told[1].at >= 0.3
    assert first.response is not None
    assert first.response.timings.total is not None
    assert first.response.timings.total < told[1].at
    assert not any(isinstance(event, Starting) for event in second.events)


async def test_a_start_that_fails_is_tried_again(tmp_path: Path) -> None:
    fails_once = """
import pathlib
flag = pathlib.Path(os.environ["FLAG"])
if not flag.exists():
    flag.touch()
    sys.exit("not yet")
"""
    helper = stand_in(fails_once + GOOD, {"FLAG": str(tmp_path / "failed")})
    target = opened(helper, retries=1)
    answer = await ask(target)
    await target.close()
    assert (answer.error, answer.text) == (None, "hello")


async def test_options_that_a_server_refuses_are_left_out_also_behind_a_start() -> None:
    refuses = """
say(ready='1')
for m in hear():
    if 'ask' not in m: continue
    if m['usage']:
        say(id=m['ask'], error={"kind": "reply", "status": 400, "words": "unknown field stream_options"})
        say(id=m['ask'], end=True)
    else: answer(m['ask'])
"""
    target = opened(stand_in(refuses))
    answer = await ask(target)
    await target.close()
    assert (answer.error, answer.text) == (None, "hello")


async def test_it_can_be_warmed_up_and_be_stopped_while_it_starts() -> None:
    helper = stand_in("next(hear())\n")
    async with helper:
        helper.warm_up()
        helper.warm_up()
    assert helper.pid is None


@pytest.mark.asyncio(loop_scope="session")
async def test_calls_in_flight_fail_when_it_dies_and_the_next_starts_it_again(
    server: ModelServer, helper: Helper, through_litellm: Ask
) -> None:
    target = open_model(server.base_url, "stall_after", lane="litellm", helper=helper, environ=ENVIRON)
    events = target.answer(QUESTION)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, TextDelta):
                break
        assert helper.pid is not None
        os.kill(helper.pid, signal.SIGKILL)
        with pytest.raises(NetworkError, match=r"helper ended: signal 9.* started again for the next answer"):
            await anext(events)
    await target.close()
    assert (await through_litellm(server.base_url, "normal?words=2")).text == "The quick "


async def test_a_helper_that_hangs_is_found_out_when_a_call_is_given_up(tmp_path: Path) -> None:
    hangs_once = """
import pathlib, time
flag = pathlib.Path(os.environ["FLAG"])
say(ready='1')
for m in hear():
    if 'ask' not in m: continue
    if flag.exists(): answer(m['ask'])
    else:
        flag.touch()
        time.sleep(60)
"""
    helper = stand_in(hangs_once, {"FLAG": str(tmp_path / "hung")}, patience=0.1)
    target = opened(helper, deadlines=QUICK)
    async with helper:
        first = await ask(target)
        assert isinstance(first.error, DeadlineError)
        assert "deadlines.first_token" in str(first.error)
        patient = opened(helper, retries=2)
        answer = await ask(patient)  # meets the end of the hanging one, or the new one
        assert answer.text == "hello"
        await patient.close()
        await target.close()


async def test_why_it_ended_is_told_without_secrets() -> None:
    helper = stand_in("say(ready='1')\nnext(hear())\nsys.exit('no module named sesame-12345678 \\x1b[2J')\n")
    async with helper:
        answer = await ask(opened(helper))
    assert isinstance(answer.error, NetworkError)
    assert "exit code 1, after saying “no module named [redacted]" in str(answer.error)
    assert "\x1b" not in str(answer.error)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.exit('cannot import')", "cannot import"),
        ("say(ready='1')\nprint('banner')\nnext(hear())", "riddles"),
    ],
)
async def test_a_helper_that_will_not_do_is_not_started_for_ever(code: str, words: str) -> None:
    helper = stand_in(code)
    target = opened(helper)
    async with helper:
        for _ in range(MOST_ENDINGS):
            error = (await ask(target)).error
            assert isinstance(error, NetworkError)
            assert words in str(error)
        error = (await ask(target)).error
        assert type(error) is TargetError
        assert not error.retryable
        assert f"ended {MOST_ENDINGS} times" in str(error)
        await target.close()


async def test_a_helper_that_lives_on_unheard_is_ended() -> None:
    helper = stand_in("import time\nsay(ready='1')\nos.close(1)\ntime.sleep(60)\n")
    async with helper:
        error = (await ask(opened(helper))).error
    assert isinstance(error, NetworkError)


async def test_a_helper_that_never_gets_ready_is_given_up() -> None:
    helper = stand_in("next(hear())", starting=0.2)
    async with helper:
        error = (await ask(opened(helper))).error
    assert isinstance(error, NetworkError)
    assert "not ready within 0.2 s" in str(error)


async def test_an_interpreter_that_is_missing_is_told() -> None:
    helper = Helper({}, Redactor(), command=("/no/such/python",))
    async with helper:
        error = (await ask(opened(helper))).error
    assert "cannot be started (No such file" in str(error)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("model", ["stall_head", "stall_after", "endless"])
async def test_giving_up_frees_the_connection_at_once(server: ModelServer, helper: Helper, model: str) -> None:
    target = open_model(server.base_url, model, lane="litellm", helper=helper, environ=ENVIRON)
    task = asyncio.create_task(ask(target))
    await server.called.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.hung_up.wait(), 5)
    server.script("normal?words=2")
    assert (await ask(target)).text == "The quick "
    await target.close()


@pytest.mark.asyncio(loop_scope="session")
async def test_many_at_once_keep_to_the_limiter(server: ModelServer, helper: Helper) -> None:
    target = open_model(server.base_url, "normal?tps=200&words=5", lane="litellm", helper=helper, environ=ENVIRON)
    answers = await asyncio.gather(*(ask(target) for _ in range(12)))
    await target.close()
    assert {answer.text for answer in answers} == {"The quick brown fox jumps "}
    assert 2 <= server.peak <= 8
