"""CPU of one streamed answer of 100 tokens: the direct lane beside a bare aiohttp reader, in one run.

    python bench/stream_cpu.py [--answers 400] [--concurrency 16]

The server runs in a process of its own. `burst` sends the stream in one write (the floor), `paced` sends 60 tokens a
second after 300 ms (what users see; aiohttp itself wakes up a hundred times). Both readers take turns, three rounds
each; printed is the median of CPU (user + system) per answer.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import orjson

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.answers import PATIENT, QUESTION, builder_for, open_model  # noqa: E402 - needs the path above
from tiebreak.targets.limiter import LimiterPool  # noqa: E402

MODELS = {"burst": "burst?words=100", "paced": "normal?words=100&ttft=0.3&tps=60"}
BUDGET_MS = 1.1

OneAnswer = Callable[[], Awaitable[int]]


@contextmanager
def server(module: str = "support.model_server") -> Generator[str]:
    """A model server in a process of its own; yields its base URL."""
    command = [sys.executable, "-m", module, "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT / "tests", stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def bare(session: aiohttp.ClientSession, base_url: str, model: str) -> OneAnswer:
    """What aiohttp alone costs: read the body, look at nothing."""
    body = orjson.dumps({"model": model, "messages": [], "stream": True, "stream_options": {"include_usage": True}})

    async def one() -> int:
        size = 0
        async with session.post(f"{base_url}/chat/completions", data=body) as response:
            async for chunk in response.content.iter_any():
                size += len(chunk)
        return size

    return one


def direct(base_url: str, model: str, concurrency: int) -> tuple[OneAnswer, Callable[[], Awaitable[None]]]:
    """The whole lane, from the request to the response record."""
    target = open_model(base_url, model, deadlines=PATIENT, limiters=LimiterPool(concurrency))

    async def one() -> int:
        builder = builder_for(QUESTION)
        async for event in target.answer(QUESTION):
            builder.add(event)
        response = builder.finish()
        assert response.status == "ok", response
        return len(response.text)

    return one, target.close


async def cpu_per_answer(one: OneAnswer, answers: int, concurrency: int) -> float:
    """Milliseconds of CPU for one answer."""
    left = iter(range(answers))

    async def worker() -> None:
        for _ in left:
            await one()

    before = time.process_time()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return (time.process_time() - before) / answers * 1000


async def main(base_url: str, answers: int, concurrency: int) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        for name, model in MODELS.items():
            count = answers if name == "burst" else max(concurrency, answers // 5)
            one_bare = bare(session, base_url, model)
            one_direct, close = direct(base_url, model, concurrency)
            await cpu_per_answer(one_bare, concurrency, concurrency)
            await cpu_per_answer(one_direct, concurrency, concurrency)
            rounds = [
                (
                    await cpu_per_answer(one_bare, count, concurrency),
                    await cpu_per_answer(one_direct, count, concurrency),
                )
                for _ in range(3)
            ]
            floor, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
            print(f"{name:6} bare aiohttp {floor:.2f} ms   direct lane {ours:.2f} ms   ratio {ours / floor:.2f}")
            if name == "burst":
                print(f"       budget {BUDGET_MS} ms: {'kept' if ours <= BUDGET_MS else 'MISSED'}")
            await close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=400)
    parser.add_argument("--concurrency", type=int, default=16)
    given = parser.parse_args()
    with server() as url:
        asyncio.run(main(url, given.answers, given.concurrency))
