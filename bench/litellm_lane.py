"""The LiteLLM lane: CPU of the screen's process and of the helper for an answer, blocks of the loop, memory of both.

    python bench/litellm_lane.py [--answers 60] [--concurrency 8]

An answer has 100 tokens; `burst` sends them in one write, `paced` 60 a second after 300 ms. Blocks are told by a
heartbeat of one millisecond on the loop: its greatest delay is the longest block as a user would feel it, other
processes of the machine included, its greatest CPU between two beats is our own part in that, and what the budget is
held against. Linux, for /proc.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from stream_cpu import MODELS, server  # noqa: E402 - needs the path above

from support.answers import PATIENT, ask, open_model  # noqa: E402
from tiebreak.targets.base import AnswerTarget  # noqa: E402
from tiebreak.targets.limiter import LimiterPool  # noqa: E402
from tiebreak.targets.litellm_lane.shared import Helper  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
BEAT = 0.001
BUDGET_MS = 50


@dataclass
class Heart:
    """What a heartbeat on the loop has met, in ms."""

    delays: list[float] = field(default_factory=list[float])
    work: float = 0.0

    def __str__(self) -> str:
        delays = sorted(self.delays) or [0.0]
        return (
            f"longest block {delays[-1]:5.1f} ms (p99 {delays[int(len(delays) * 0.99)]:4.1f}), "
            f"of which CPU of ours at most {self.work:4.1f} ms"
        )


@asynccontextmanager
async def beating() -> AsyncGenerator[Heart]:
    heart = Heart()

    async def beat() -> None:
        while True:
            due, cpu = time.perf_counter() + BEAT, time.process_time()
            await asyncio.sleep(BEAT)
            heart.delays.append((time.perf_counter() - due) * 1e3)
            heart.work = max(heart.work, (time.process_time() - cpu) * 1e3)

    task = asyncio.create_task(beat())
    try:
        yield heart
    finally:
        task.cancel()


def cpu_of(pid: int) -> float:
    """CPU seconds of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def rss_of(pid: int) -> float:
    """MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1e3


async def many(target: AnswerTarget, answers: int, concurrency: int) -> list[float]:
    """The times to the first token of so many answers, in ms."""
    left = iter(range(answers))
    ttfts: list[float] = []

    async def worker() -> None:
        for _ in left:
            response = (await ask(target)).response
            assert response is not None
            assert response.status == "ok", response.error
            ttfts.append((response.timings.ttft or 0) * 1e3)

    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return ttfts


async def main(base_url: str, answers: int, concurrency: int) -> None:
    async with beating() as idle:
        await asyncio.sleep(1)
    print(f"idle                  {idle}")

    async with Helper.of(os.environ) as helper:
        before, cpu = rss_of(os.getpid()), time.process_time()
        began = time.perf_counter()
        async with beating() as heart:
            process = await helper.running()
        pid = process.pid
        assert pid is not None
        print(
            f"helper starts         {heart}\n{'':22}{time.perf_counter() - began:.1f} s; "
            f"CPU: helper {cpu_of(pid):.2f} s, ours {(time.process_time() - cpu) * 1e3:.0f} ms; "
            f"RSS: helper {rss_of(pid):.0f} MB, ours {before:.0f} MB"
        )
        worst, felt = heart.work, max(heart.delays)
        for name, model in MODELS.items():
            count = answers if name == "burst" else max(concurrency, answers // 3)
            for lane in ("litellm", "direct"):
                target = open_model(
                    base_url, model, deadlines=PATIENT, limiters=LimiterPool(concurrency), lane=lane, helper=helper
                )
                await many(target, concurrency, concurrency)
                ours, theirs = time.process_time(), cpu_of(pid)
                ttfts = await many(target, count, concurrency)
                ours = (time.process_time() - ours) * 1e3 / count
                theirs = (cpu_of(pid) - theirs) * 1e3 / count
                async with beating() as heart:  # costs more than an answer, so not while CPU is counted
                    await many(target, count, concurrency)
                if lane == "litellm":
                    worst, felt = max(worst, heart.work), max(felt, *heart.delays)
                print(
                    f"{name:6} {lane:8}       {heart}\n{'':22}an answer: ours {ours:.1f} ms, helper {theirs:.1f} ms; "
                    f"TTFT p50 {statistics.median(ttfts):.0f} ms, worst {max(ttfts):.0f} ms"
                )
                await target.close()
        print(f"RSS at the end: helper {rss_of(pid):.0f} MB, ours {rss_of(os.getpid()):.0f} MB")
        kept = "kept" if worst <= BUDGET_MS else "MISSED"
        print(f"longest block {worst:.1f} ms of CPU ({felt:.1f} ms as felt), budget {BUDGET_MS} ms: {kept}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=60)
    parser.add_argument("--concurrency", type=int, default=8)
    given = parser.parse_args()
    with server() as url:
        asyncio.run(main(url, given.answers, given.concurrency))
