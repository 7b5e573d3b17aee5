"""The list of triage on screen: what a key costs, and the longest block of the loop, on a large session.

    python bench/triage_screen.py [CASES] [FOLDER]

Makes a session of that many cases (1,000,000) as `bench/triage.py` does, or uses one that was made in FOLDER, opens it
in the real app and presses keys: while it opens for the first time, and once it has. Costs are CPU of the thread that
runs the event loop: of a key all that it sets off within 0.8 s, of a block what runs between two wake-ups a millisecond
apart.
"""

import asyncio
import gc
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from time import thread_time

from comparison import peak
from streaming import SIZE, CountingTerminal
from textual import events
from triage import fill

from tiebreak_tui.app import TiebreakApp
from tiebreak_tui.screens.triage import TriageScreen
from tiebreak_tui.wishes import Wishes

TICK = 0.001
QUIET = 0.8
MOVES = ("pagedown", "pagedown", "end", "pageup", "home", "down", "right")
SEARCH = ("slash", "r", "e", "f", "u", "n", "d", "escape")


async def measure(folder: Path, *, indexed: bool) -> None:
    gc.disable()
    blocks: defaultdict[str, list[float]] = defaultdict(list)
    step = "opening"

    async def beat() -> None:
        while True:
            before = thread_time()
            await asyncio.sleep(TICK)
            blocks[step].append((thread_time() - before) * 1000)

    app = TiebreakApp(folder, Wishes(triage=("s", None)), {"HOME": str(folder)})
    app.driver_class = CountingTerminal
    async with app.run_test(headless=False, size=SIZE):
        ticker = asyncio.create_task(beat())
        while not isinstance(screen := app.screen, TriageScreen) or screen.rows is None:  # noqa: ASYNC110
            await asyncio.sleep(TICK)
        print(f"first rows: {len(screen.rows):,}, {'all' if screen.ready else 'while the rest is read'}", flush=True)
        if not screen.ready:
            step = "keys while it opens"
            for key in MOVES:
                app.post_message(events.Key(key, None))
                await asyncio.sleep(QUIET)
        step = "opening"
        while not screen.ready or (indexed and not screen.indexed):  # noqa: ASYNC110
            await asyncio.sleep(QUIET)
        for name, key in [(name, name) for name in MOVES] + [(f"search {name}", name) for name in SEARCH]:
            if not indexed and name.startswith("search"):
                break
            step = name
            app.post_message(events.Key(key, {"slash": "/"}.get(key, key) if name.startswith("search") else None))
            await asyncio.sleep(QUIET)
        step = "end"
        ticker.cancel()
        await app.end()
    print(f"{'':<24}{'CPU ms':>8}{'longest block':>16}")
    for name, found in blocks.items():
        # A wake-up in which nothing happens costs some twentieth of a millisecond, which is the ticker's own.
        print(f"{name:<24}{sum(one for one in found if one > 0.3):>8.1f}{max(found):>16.1f}")
    print(f"at most {peak()} MB")


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as made:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(made)
        if len(sys.argv) <= 2:
            fill(folder, n)
        asyncio.run(measure(folder, indexed=n <= 100_000))


if __name__ == "__main__":
    main()
