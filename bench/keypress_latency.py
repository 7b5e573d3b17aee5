"""From a key to its paint while both panes stream: CPU and wall time, and the longest block of the event loop.

    python bench/keypress_latency.py [--tokens 3000] [--rates 0 100 300]

Each rate (tokens a second and pane; 0 is an idle app) runs in a process of its own. CPU time is that of the thread that
runs the event loop, which a busy machine disturbs less than wall time.
"""

import argparse
import asyncio
import subprocess
import sys
from time import monotonic, thread_time

from streaming import SIZE, CountingTerminal, StreamingApp, Watcher, answer, percentile
from textual import events

from tiebreak_tui.collecting import spare_the_frames

_TICK = 0.005
HEADS = ("tok/s", "keys", "CPU p50", "p95", "max", "wall p50", "p95", "block p99", "max")


class Paints(Watcher):
    """When the screen first showed each count of votes."""

    def __init__(self) -> None:
        self.cpu: dict[int, float] = {}
        self.wall: dict[int, float] = {}
        self.event = asyncio.Event()

    def saw(self, data: str) -> None:
        place = data.find("votes=")
        if place >= 0 and (digits := data[place + 6 : place + 11]).isdigit():
            self.cpu.setdefault(int(digits), thread_time())
            self.wall.setdefault(int(digits), monotonic())
            self.event.set()


async def note_blocks(blocks: list[float]) -> None:
    """Note the loop's own CPU between two wake-ups, less the little that a tick costs."""
    while True:
        cpu = thread_time()
        await asyncio.sleep(_TICK)
        blocks.append((thread_time() - cpu) * 1000)


async def _stream(app: StreamingApp, pane: int, tokens: list[str], rate: float) -> None:
    began = monotonic()
    for number, token in enumerate(tokens):
        delay = number / rate - (monotonic() - began)
        if delay > 0:
            await asyncio.sleep(delay)
        app.panes[pane].push(token)


async def measure(rate: int, tokens: int) -> str:
    """Run once and return a row of the table."""
    app, paints, blocks = StreamingApp(), Paints(), list[float]()
    CountingTerminal.watchers = [paints]
    cpu: list[float] = []
    wall: list[float] = []
    async with app.run_test(headless=False, size=SIZE) as pilot:
        await pilot.pause(0.3)
        spare_the_frames()
        ticker = asyncio.create_task(note_blocks(blocks))
        streams = [
            asyncio.create_task(_stream(app, pane, answer(tokens, "mixed", pane), rate)) for pane in (0, 1) if rate
        ]
        while any(not stream.done() for stream in streams) or (not streams and len(cpu) < 60):
            number = app.votes + 1
            before_cpu, before_wall = thread_time(), monotonic()
            app.post_message(events.Key("x", "x"))
            while number not in paints.cpu:
                paints.event.clear()
                await paints.event.wait()
            cpu.append((paints.cpu[number] - before_cpu) * 1000)
            wall.append((paints.wall[number] - before_wall) * 1000)
            await asyncio.sleep(0.1)
        ticker.cancel()
    figures = [percentile(cpu, 50), percentile(cpu, 95), max(cpu), percentile(wall, 50), percentile(wall, 95)]
    figures += [percentile(blocks, 99), max(blocks)]
    return f"{rate:>9} {len(cpu):>9}" + "".join(f"{figure:>10.1f}" for figure in figures)


def main() -> None:
    parser = argparse.ArgumentParser(description="Key to paint while both panes stream.")
    parser.add_argument("--tokens", type=int, default=3000)
    parser.add_argument("--rates", type=int, nargs="+", default=[0, 100, 300])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        row = asyncio.run(measure(options.one, options.tokens))
        print(row, file=sys.__stdout__)
        return
    print("milliseconds; budget: CPU p95 40 while streaming, 8 idle; longest block 50")
    print("".join(f"{head:>10}" for head in HEADS)[1:])
    for rate in options.rates:
        subprocess.run([sys.executable, __file__, "--one", str(rate), "--tokens", str(options.tokens)], check=True)


if __name__ == "__main__":
    main()
