"""The whole Arena with A through LiteLLM and B direct: while the helper loads, and while both stream.

    python bench/lanes_in_the_arena.py [--tokens 3000] [--rates 60 300]

The real app on a real workspace, with a real helper. A is asked in Anthropic's protocol, B in OpenAI's, of two local
servers in processes of their own; a key is pressed ten times a second. Key to paint and blocks are CPU of the thread
that runs the event loop: what the helper, the servers and others take from it is not in them. `wall` is the longest
time that the loop did not come round, everything included. `starting` is the app itself, up to its first painted gate.
Linux, for /proc.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, thread_time

from arena_latency import GATES, POLICY, Gates
from litellm_lane import cpu_of, rss_of
from stream_cpu import server
from streaming import SIZE, CountingTerminal, percentile
from textual import events

from tiebreak_tui.app import TiebreakApp
from tiebreak_tui.wishes import Wishes

CASES = 8
TICK = 0.005
HEADS = ("tok/s", "while", "keys", "CPU p50", "p95", "max", "block p99", "max", "wall")


@dataclass
class Phase:
    """What was measured while something lasted, in ms."""

    keys: list[float] = field(default_factory=list[float])
    blocks: list[float] = field(default_factory=list[float])
    delays: list[float] = field(default_factory=list[float])

    def row(self, rate: int, name: str) -> str:
        figures = [percentile(self.keys, 50), percentile(self.keys, 95), max(self.keys, default=float("nan"))]
        figures += [percentile(self.blocks, 99), max(self.blocks), max(self.delays)]
        return f"{rate:>9} {name:>9} {len(self.keys):>9}" + "".join(f"{figure:>10.1f}" for figure in figures)


def make_workspace(folder: Path, rate: int, tokens: int, openai: str, anthropic: str) -> None:
    for name in ("datasets", "configs", "policies"):
        (folder / name).mkdir()
    cases = [{"id": f"case-{number}", "input": "Tell me a lot."} for number in range(CASES)]
    (folder / "datasets" / "long.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    gates = "".join(f"    - {{id: wins-{n}, metric: win_rate, at_least: 0.{40 + n}}}\n" for n in range(GATES))
    (folder / "policies" / "ship.yaml").write_text(POLICY + gates)
    asked = f"normal?words={tokens}&tps={rate}"
    targets = {
        "a": {"model": f"anthropic/{asked}", "base_url": anthropic, "lane": "litellm"},
        "b": {"model": asked, "base_url": openai},
    }
    for name, target in targets.items():
        (folder / "configs" / f"{name}.yaml").write_text(json.dumps({"target": {"kind": "model", **target}}))


async def _beat(phase: Callable[[], Phase]) -> None:
    """Note the loop's CPU between two wake-ups, and by how much the second came late."""
    while True:
        cpu, due = thread_time(), monotonic() + TICK
        await asyncio.sleep(TICK)
        phase().blocks.append((thread_time() - cpu) * 1000)
        phase().delays.append((monotonic() - due) * 1000)


async def measure(rate: int, tokens: int, openai: str, anthropic: str) -> list[str]:
    """Run once and return the rows of the table."""
    paints, starting, loading, streaming = Gates(), Phase(), Phase(), Phase()
    began = False
    CountingTerminal.watchers = [paints]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_workspace(folder, rate, tokens, openai, anthropic)
        app = TiebreakApp(folder, Wishes(start=True), {"HOME": name})
        app.driver_class = CountingTerminal

        def phase() -> Phase:
            if not began:
                return starting
            return streaming if app.bench is not None and app.bench.helper.ready else loading

        async with app.run_test(headless=False, size=SIZE) as pilot:
            ticker = asyncio.create_task(_beat(phase))
            while app.arena is None or not app.arena.is_current or 1 not in paints.cpu:
                await pilot.pause(0.02)
            began = True
            assert app.bench is not None
            exchange = app.arena.exchange
            chosen = 1
            while not exchange.complete:
                chosen = chosen % GATES + 1
                paints.cpu.pop(chosen, None)
                before = thread_time()
                app.post_message(events.Key("full_stop", "."))
                while chosen not in paints.cpu:
                    paints.event.clear()
                    await paints.event.wait()
                phase().keys.append((paints.cpu[chosen] - before) * 1000)
                await asyncio.sleep(0.1)
            ticker.cancel()
            texts = {role: len(answering.text) for role, answering in exchange.answers.items()}
            assert len(set(texts.values())) == 1, texts
            pid = app.bench.helper.pid
            assert pid is not None
            memory = f"RSS: the screen's process {rss_of(os.getpid()):.0f} MB, the helper {rss_of(pid):.0f} MB"
            memory += f"; CPU of the helper {cpu_of(pid):.1f} s"
            await app.end()
    rows = {"starting": starting, "loading": loading, "streaming": streaming}
    return [*(found.row(rate, name) for name, found in rows.items()), f"{rate:>9} {memory}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=3000)
    parser.add_argument("--rates", type=int, nargs="+", default=[60, 300])
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        rate, openai, anthropic = options.one
        for row in asyncio.run(measure(int(rate), options.tokens, openai, anthropic)):
            print(row, file=sys.__stdout__)
        return
    print("milliseconds of CPU (wall: of time); budget: p95 40, longest block 50")
    print("".join(f"{head:>10}" for head in HEADS)[1:], flush=True)
    with server() as openai, server("support.anthropic_server") as anthropic:
        for rate in options.rates:
            one = ["--one", str(rate), openai, anthropic, "--tokens", str(options.tokens)]
            subprocess.run([sys.executable, __file__, *one], check=True)


if __name__ == "__main__":
    main()
