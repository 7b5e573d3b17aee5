"""A Python app whose process dies before it can answer: how it ended is told every time, with its last words."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from support.answers import ask
from support.apps import open_app
from tiebreak.errors import AppError, UnknownModelError
from tiebreak.records import PythonTarget, utc_now
from tiebreak.redaction import Redactor
from tiebreak.targets.apps.failures import AppFailures, AppPlace
from tiebreak.targets.apps.helper import Helper


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import os\nos.write(2, b'no licence')\nos._exit(7)\n", "ended with exit code 7: no licence."),
        ("import os, signal\nos.write(2, b'no memory')\nos.kill(os.getpid(), 9)\n", "signal 9: no memory."),
        ("raise SystemExit('no licence')\n", "cannot be started: SystemExit: no licence (gone.py, line 1)."),
    ],
)
async def test_a_process_that_dies_at_import_says_how_every_time(tmp_path: Path, source: str, says: str) -> None:
    (tmp_path / "gone.py").write_text(source)
    target = open_app(tmp_path, PythonTarget(callable="gone:answer"))
    for _ in range(10):
        answer = await ask(target)
        assert type(answer.error) is UnknownModelError
        assert says in answer.error.message
    await target.close()


async def test_an_interpreter_that_dies_at_once_says_how_every_time(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho wrong machine >&2\nexit 5\n")
    python.chmod(0o755)
    target = open_app(tmp_path, PythonTarget(callable="app:stream", python="python"))
    answers = [answer for _ in range(8) for answer in await asyncio.gather(ask(target), ask(target))]
    await target.close()
    for answer in answers:
        assert type(answer.error) is UnknownModelError
        assert "ended with exit code 5: wrong machine." in answer.error.message


async def test_a_call_that_finds_the_process_gone_is_told_so_at_once(tmp_path: Path) -> None:
    failures = AppFailures(AppPlace(host="It"), Redactor(()), utc_now)
    child = Helper(failures)
    script = "import os, sys\nprint('{\"ready\": true}', flush=True)\nos.write(2, b'out of tea')\nos._exit(4)\n"
    words = (sys.executable, "-c", script)
    await child.start(words, folder=tmp_path, environ=dict(os.environ), seconds=30)
    for _ in range(2):  # the second surely comes after the end
        with pytest.raises(AppError, match="ended with exit code 4: out of tea"):
            await child.ask(b"{}").inbox.get()
        assert child.over
    await child.stop()
