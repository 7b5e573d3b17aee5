"""What opens over what: the longest block of the loop while the Arena and the dialogs open and close.

    python bench/opening.py [--runs 5]

The bundled sample session in the real app, each run in a process of its own. Blocks are CPU of the thread that runs
the event loop, between two wake-ups a millisecond apart. As at a real start, the collector is held back until the
first frame is painted. The best and the worst of the runs are shown: a block is as short as its best run says, and the
others say what the machine and the collector add.
"""

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median
from time import thread_time

from streaming import SIZE, CountingTerminal
from textual import events

from tiebreak_tui.app import TiebreakApp
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.demo import BASELINE, CANDIDATE, DATASET, POLICY, SEED, ensure_sample

TICK = 0.001
LOOK = 0.05
QUIET = 0.8
"""Seconds after a key in which all that it sets off is done."""
STEPS = (
    ("Arena opens", "ctrl+s", None),
    ("help opens", "question_mark", "?"),
    ("help closes", "escape", None),
    ("case opens", "c", "c"),
    ("case closes", "escape", None),
    ("f4 opens", "f4", None),
    ("f4 closes", "escape", None),
    ("find opens", "slash", "/"),
    ("find closes", "escape", None),
    ("vote", "right", None),
    ("palette opens", "ctrl+p", None),
    ("palette closes", "escape", None),
    ("back to Setup", "f2", None),
    ("Arena again", "f3", None),
)


async def measure() -> dict[str, float]:
    """The longest block in ms after each key."""
    gc.disable()
    blocks: defaultdict[str, list[float]] = defaultdict(list)
    step = "start"

    async def beat() -> None:
        while True:
            before = thread_time()
            await asyncio.sleep(TICK)
            blocks[step].append((thread_time() - before) * 1000)

    with tempfile.TemporaryDirectory() as home:
        folder = ensure_sample(Path(home) / "demo")
        wishes = Wishes(dataset=DATASET, baseline=BASELINE, candidate=CANDIDATE, policy=POLICY, seed=SEED)
        app = TiebreakApp(folder, wishes, {"HOME": home})
        app.driver_class = CountingTerminal
        async with app.run_test(headless=False, size=SIZE) as pilot:
            ticker = asyncio.create_task(beat())
            while app.setup.choosing is None:
                await pilot.pause(LOOK)
            await asyncio.sleep(QUIET)
            for name, key, character in STEPS:
                step = name
                app.post_message(events.Key(key, character))
                await asyncio.sleep(QUIET)
                while app.arena is None or not app.arena.is_mounted or not app.arena.exchange.complete:
                    await pilot.pause(LOOK)  # the first answers stream for a while
            step = "end"
            ticker.cancel()
            await app.end()
    return {name: max(found) for name, found in blocks.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(asyncio.run(measure())), file=sys.__stdout__)
        return
    one = [sys.executable, __file__, "--one"]
    runs = [json.loads(subprocess.run(one, check=True, capture_output=True).stdout) for _ in range(options.runs)]
    print(f"longest block in ms of CPU, {options.runs} runs; budget 50")
    print(f"{'':<16}{'best':>8}{'median':>8}{'worst':>8}")
    for name, _, _ in STEPS:
        found = [run[name] for run in runs]
        print(f"{name:<16}{min(found):>8.0f}{median(found):>8.0f}{max(found):>8.0f}")


if __name__ == "__main__":
    main()
