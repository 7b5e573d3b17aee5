"""Ctrl-C while cases are asked beside a session: what was answered is kept, and the same command goes on."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.commands import COMMAND, Outcome, environment, outcome_of, run_process
from support.model_server import ModelServer
from support.prompted import prompted_workspace

MODEL = "obeys?fails=two words"
ANSWERED = 2
RERUN = ("rerun", "last", "-f", "class:regression", "-k", "3", "--concurrency", "1")
BISECT = ("bisect", "last", "q-0", "--concurrency", "1")
SHRINK = ("promote", "last", "q-0", "-d", "kept", "--check", "contains", "--shrink")


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


async def interrupted(folder: Path, server: ModelServer, *words: str) -> Outcome:
    """A command of which two calls are answered and the third one hangs, and then Ctrl-C twice."""
    server.script(*[MODEL] * ANSWERED, "stall_after")
    before = len(server.calls)
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *words, cwd=folder, env=environment(folder), stdin=asyncio.subprocess.DEVNULL, stdout=-1, stderr=-1
    )
    assert process.stderr is not None
    while len(server.calls) <= before + ANSWERED:
        server.called.clear()
        await server.called.wait()
    process.send_signal(signal.SIGINT)
    err = b""
    while b"Stopping" not in err:
        err += await process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, rest = await process.communicate()
    return outcome_of(process.returncode, out.decode(), (err + rest).decode())


@pytest.mark.parametrize("words", [RERUN, BISECT, SHRINK], ids=lambda words: words[0])
async def test_what_was_answered_is_kept(tmp_path: Path, server: ModelServer, words: tuple[str, ...]) -> None:
    folder = prompted_workspace(tmp_path, server.base_url, MODEL)
    await run_process(folder, "run", "-d", "questions", "-a", "a", "-b", "b")
    found = await interrupted(folder, server, *words)
    assert (found.code, "It was stopped." in found.out) == (130, True)
    if words is SHRINK:
        assert not (folder / "datasets" / "kept").exists()
    asked = len(server.calls)
    again = await run_process(folder, *words)
    assert again.code in (0, 1)
    assert f"{ANSWERED} answers that were there" in again.out
    assert len(server.calls) > asked
