"""Runs the command line as a user does: in this process where only words and codes matter, in one of its own else."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tiebreak_cli.__main__ import main

COMMAND = (sys.executable, "-m", "tiebreak_cli")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def written(self) -> str:
        return self.out + self.err


def outcome_of(code: object, out: str, err: str) -> Outcome:
    assert "Traceback" not in err, err
    return Outcome(code if isinstance(code, int) else 0, out, err)


class CommandLine:
    """Commands in this process, in a folder, without a terminal."""

    def __init__(self, patch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]) -> None:
        self._patch = patch
        self._captured = captured

    def __call__(self, *arguments: object) -> Outcome:
        self._captured.readouterr()
        self._patch.setattr(sys, "argv", ["tiebreak", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        written = self._captured.readouterr()
        return outcome_of(code, written.out, written.err)


def environment(home: Path, **more: str) -> Mapping[str, str]:
    """Of a machine without keys; what is kept outside a workspace goes into `home`."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")}
    return {**kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "PYTHONUTF8": "1", **more}


async def run_process(home: Path, *arguments: object, stdin: str = "", **environ: str) -> Outcome:
    """A command in a process of its own, in the folder `home`."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *map(str, arguments),
        cwd=home,
        env=environment(home, **environ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(stdin.encode())
    return outcome_of(process.returncode, out.decode(), err.decode())
