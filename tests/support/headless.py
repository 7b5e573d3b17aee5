"""Headless sessions for tests: workspaces that ask a local server, and a recorder that keeps answers at hand."""

import asyncio
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from support import fast_model_server
from support.workspaces import write_lines
from tiebreak.records import CheckResult, CheckSpec, Response

POLICY = """\
form: {vote: required}
checks:
  - {kind: max_length, chars: 400}
gates:
  offline:
    - {id: short, metric: check, check: max_length, at_least: 0.9}
    - {id: fast, metric: latency, timing: ttft, statistic: p95, at_most: 30}
  human:
    - {id: preferred, metric: win_rate, at_least: 0.5}
"""
PRICE = "price: {input: 0, output: 1000}"


def model_workspace(
    folder: Path,
    base_url: str,
    a: str = "normal?words=3",
    b: str = "normal?words=4",
    *,
    cases: int = 12,
    policy: str = POLICY,
    rest: str = PRICE,
) -> Path:
    """Dataset `questions`, configs `a` and `b` for two models of a server, policy `ship`; `rest` goes into both."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        {"id": f"case-{n:03d}", "input": f"Question {n}?", "segment": "odd" if n % 2 else "even"} for n in range(cases)
    ]
    write_lines(folder / "datasets" / "questions" / "cases.jsonl", lines)
    (folder / "datasets" / "questions" / "dataset.yaml").write_text("name: questions\ntask: chat\n")
    (folder / "configs").mkdir(exist_ok=True)
    for name, model in (("a", a), ("b", b)):
        target = f"target: {{kind: model, model: '{model}', base_url: '{base_url}'}}"
        prompt = f"prompt: {{system: 'You are {name}.'}}"
        (folder / "configs" / f"{name}.yaml").write_text(f"{target}\n{prompt}\nretries: 0\n{rest}\n")
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "ship.yaml").write_text(policy)
    return folder


@dataclass
class Kept:
    """An `AnswerRecorder` in memory. While `held`, nothing is safe yet."""

    held: bool = False
    refuses: Exception | None = None
    responses: list[Response] = field(default_factory=list[Response])
    results: list[CheckResult] = field(default_factory=list[CheckResult])
    _waiting: list["Future[None]"] = field(default_factory=list["Future[None]"])
    _watchers: list[tuple[Callable[[], bool], asyncio.Event]] = field(
        default_factory=list[tuple[Callable[[], bool], asyncio.Event]]
    )

    def record_answer(
        self, response: Response, chunks: bytes | None, results: Sequence[CheckResult], specs: Sequence[CheckSpec]
    ) -> "Future[None]":
        self.responses.append(response)
        self.results.extend(results)
        future: Future[None] = Future()
        if self.refuses is not None:
            future.set_exception(self.refuses)
        elif self.held:
            self._waiting.append(future)
        else:
            future.set_result(None)
        for holds, event in self._watchers:
            if holds():
                event.set()
        return future

    async def until(self, count: int) -> None:
        """Wait until so many answers were handed over."""
        event = asyncio.Event()
        self._watchers.append((lambda: len(self.responses) >= count, event))
        if len(self.responses) < count:
            await event.wait()

    def release(self) -> None:
        """Everything is safe, now and from here on."""
        self.held = False
        for future in self._waiting:
            future.set_result(None)


def command(arguments: Sequence[str]) -> None:
    """The command line, to be run in a process of its own; says nothing."""
    from tiebreak_cli.commands import app

    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    app(list(arguments))


@contextmanager
def server_process(module: ModuleType = fast_model_server) -> Generator[str]:
    """A model server in a process of its own; yields its base URL."""
    command = [sys.executable, str(module.__file__), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def calls_of(base_url: str, at_least: int = 0) -> int:
    """How many calls the server in its own process has had, once it had so many."""
    with urllib.request.urlopen(f"{base_url}/calls/{at_least}", timeout=30) as reply:
        return int(reply.read())
