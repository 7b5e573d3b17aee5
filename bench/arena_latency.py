"""The whole Arena under load: key to paint and the longest block of the loop while both panes stream.

    python bench/arena_latency.py [--tokens 3000] [--rates 100 300]

The real app on a real workspace and database: two recordings replayed in real time, the next three cases being fetched
behind the one on show (so eight streams in all), and a key that moves through the gates.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import thread_time

from keypress_latency import Paints, note_blocks
from streaming import SIZE, CountingTerminal, answer, percentile
from textual import events

from tiebreak_tui.app import TiebreakApp
from tiebreak_tui.wishes import Wishes

CASES = 8
GATES = 12
POLICY = """\
form:
  vote: required
  dimensions: [{name: accuracy}, {name: tone}]
gates:
  human:
"""


class Gates(Paints):
    """When the screen first showed each gate's number."""

    def saw(self, data: str) -> None:
        for number in range(1, GATES + 1):
            if f"{number}/{GATES} " in data:
                self.cpu[number] = thread_time()
                self.event.set()


def make_workspace(folder: Path, rate: int, tokens: int) -> None:
    (folder / "datasets").mkdir()
    cases = [{"id": f"case-{number}", "input": "Tell me a lot."} for number in range(CASES)]
    (folder / "datasets" / "long.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    for name in ("configs", "policies", "recordings"):
        (folder / name).mkdir()
    gates = "".join(f"    - {{id: wins-{n}, metric: win_rate, at_least: 0.{40 + n}}}\n" for n in range(GATES))
    (folder / "policies" / "ship.yaml").write_text(POLICY + gates)
    for pane, name in enumerate("ab"):
        (folder / "configs" / f"{name}.yaml").write_text(
            f"target: {{kind: recording, path: ../recordings/{name}.jsonl}}\n"
        )
        with (folder / "recordings" / f"{name}.jsonl").open("w") as file:
            file.write('{"recording": 1, "notice": "Made for a benchmark."}\n')
            for case in cases:
                chunks = [[0.1 + i / rate, token] for i, token in enumerate(answer(tokens, "mixed", pane))]
                file.write(json.dumps({"case": case["id"], "chunks": chunks, "finish": "stop"}) + "\n")


async def measure(rate: int, tokens: int) -> str:
    """Run once and return a row of the table."""
    paints, blocks, cpu = Gates(), list[float](), list[float]()
    CountingTerminal.watchers = [paints]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_workspace(folder, rate, tokens)
        app = TiebreakApp(folder, Wishes(start=True), {})
        app.driver_class = CountingTerminal
        async with app.run_test(headless=False, size=SIZE) as pilot:
            # Once the first gate is painted; a key before that finds nothing to move, and would be waited for in vain.
            while app.arena is None or not app.arena.is_current or 1 not in paints.cpu:
                await pilot.pause(0.05)
            exchange = app.arena.exchange
            ticker = asyncio.create_task(note_blocks(blocks))
            chosen = 1
            while not exchange.complete:
                chosen = chosen % GATES + 1
                paints.cpu.pop(chosen, None)
                before = thread_time()
                app.post_message(events.Key("full_stop", "."))
                while chosen not in paints.cpu:
                    paints.event.clear()
                    await paints.event.wait()
                cpu.append((paints.cpu[chosen] - before) * 1000)
                await asyncio.sleep(0.1)
            ticker.cancel()
            await app.end()
    figures = [percentile(cpu, 50), percentile(cpu, 95), max(cpu), percentile(blocks, 99), max(blocks)]
    return f"{rate:>8} {len(cpu):>9}" + "".join(f"{figure:>10.1f}" for figure in figures)


def main() -> None:
    parser = argparse.ArgumentParser(description="Key to paint in the whole Arena.")
    parser.add_argument("--tokens", type=int, default=3000)
    parser.add_argument("--rates", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(asyncio.run(measure(options.one, options.tokens)), file=sys.__stdout__)
        return
    print("milliseconds of CPU; budget: p95 40, longest block 50")
    print("".join(f"{head:>10}" for head in ("tok/s", "keys", "CPU p50", "p95", "max", "block p99", "max"))[1:])
    for rate in options.rates:
        subprocess.run([sys.executable, __file__, "--one", str(rate), "--tokens", str(options.tokens)], check=True)


if __name__ == "__main__":
    main()
