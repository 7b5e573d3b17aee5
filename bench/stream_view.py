"""CPU that two streaming panes take, for every shape of answer, and what it costs to lay the finished answers out.

    python bench/stream_view.py [--tokens 3000] [--rate 300]

A core is the process's CPU time over wall time while both panes stream. Each shape runs in a process of its own.
"""

import argparse
import asyncio
import subprocess
import sys
from time import monotonic, process_time, thread_time

from streaming import SHAPES, SIZE, CountingTerminal, Shape, StreamingApp, answer

from tiebreak_tui.collecting import spare_the_frames


async def measure(shape: Shape, tokens: int, rate: int) -> str:
    """Run once and return a row of the table."""
    app = StreamingApp()
    CountingTerminal.watchers = []
    blocks: list[float] = []
    async with app.run_test(headless=False, size=SIZE) as pilot:
        await pilot.pause(0.3)
        spare_the_frames()
        answers = [answer(tokens, shape, pane) for pane in (0, 1)]
        began, cpu = monotonic(), process_time()
        sent = 0
        while sent < tokens:
            due = min(tokens, int((monotonic() - began) * rate) + 1)
            for pane, parts in zip(app.panes, answers, strict=True):
                for token in parts[sent:due]:
                    pane.push(token)
            sent = due
            before = thread_time()
            await asyncio.sleep(0.005)
            blocks.append((thread_time() - before) * 1000)
        wall, cores = monotonic() - began, (process_time() - cpu) / (monotonic() - began)
        settle = process_time()
        for pane in app.panes:
            app.pump.flush(pane.view)
            pane.view.finish()
        while not all(pane.view.settled for pane in app.panes):
            await pilot.pause()
        settle = (process_time() - settle) * 1000
    return f"{shape:<10} {tokens / wall:>8.0f} {cores:>7.2f} {max(blocks):>11.1f} {settle:>13.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU of two streaming panes.")
    parser.add_argument("--tokens", type=int, default=3000)
    parser.add_argument("--rate", type=int, default=300, help="tokens a second and pane")
    parser.add_argument("--one", choices=SHAPES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(asyncio.run(measure(options.one, options.tokens, options.rate)), file=sys.__stdout__)
        return
    print(f"two panes at {options.rate} tok/s each; budget: 0.45 core, longest block 50 ms")
    print(f"{'shape':<10} {'tok/s':>8} {'cores':>7} {'block max':>11} {'settle CPU ms':>13}")
    for shape in SHAPES:
        command = [sys.executable, __file__, "--one", shape, "--tokens", str(options.tokens)]
        subprocess.run([*command, "--rate", str(options.rate)], check=True)


if __name__ == "__main__":
    main()
