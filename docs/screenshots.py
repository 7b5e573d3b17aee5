"""Draws the pictures of the README from the app itself, on a copy of the sample workspace.

    python docs/screenshots.py [--size 120x32] [--to docs/images]

The session has the sample's seed and its recorded votes up to one case. Replay is instant, and what would differ from
run to run (times of day, ids) is written over, so that the same app gives the same bytes.
"""

import argparse
import asyncio
import contextlib
import re
import sys
import tempfile
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.terminal import Terminal, capture_app
from tiebreak.workspace import init_sample
from tiebreak_tui.app import TiebreakApp
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.scoreboard import ScoreboardScreen
from tiebreak_tui.screens.triage import TriageScreen
from tiebreak_tui.widgets.gate_bar import GateBar
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.demo import BASELINE, CANDIDATE, DATASET, POLICY, SEED, sample_setup
from tiebreak_workbench.headless.replay import answered, cast_ballots, read_ballots
from tiebreak_workbench.workbench import Workbench

CASE = "tech-002"
"""The case on show; those before it in the order of the seed have their votes."""
AHEAD = 4
"""Cases from there on that are answered already, as many as the Arena fetches: it has nothing to wait for."""
GATE = "No worse on accounts"
"""The gate whose needs are on show."""

FONTS = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
NAMES = re.compile(r"terminal-\d+")
SESSION = re.compile(r"\d{8}-\d{6}-[b-z]{4}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(&#160;| )\d\d:\d\d")


def portable(svg: str, name: str) -> str:
    """The picture without web fonts and without what changes from one run to the next."""
    svg = COMMENT.sub("", FONTS.sub("", svg))
    svg = SESSION.sub("20261102-091500-demo", MOMENT.sub(r"2026-11-02\g<1>09:15", svg))
    # Some renderers trim the no-break spaces that a text begins with, unless told that spaces are meant.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return "\n".join(line.rstrip() for line in NAMES.sub(name, svg).splitlines() if line.strip()) + "\n"


async def rate_up_to_case(bench: Workbench, session_id: str, folder: Path) -> None:
    """Cast the recorded votes on the cases before the one on show."""
    stored = bench.store.load_session(session_id, light=True)
    live = bench.live(stored, bench.arms(stored), lambda _: None, lookahead=0)
    ballots = read_ballots(folder / "ballots.jsonl")
    place = stored.session.plan.case_ids.index(CASE)
    try:
        for position, case in enumerate(live.cases[: place + AHEAD]):
            exchange = live.exchange(position)
            await answered(exchange)
            if position < place and live.form(position).open:
                cast_ballots(live, position, ballots[case.id])
        await live.saves.settled()
    finally:
        await live.close()


async def prepare(folder: Path, environ: dict[str, str]) -> str:
    """Make the workspace with one session under way; returns its id."""
    init_sample(folder)
    for config in (folder / "configs").glob("*.yaml"):
        config.write_text(config.read_text(encoding="utf-8").replace("speed: 1}", "speed: 0}"), encoding="utf-8")
    with Workbench.open(folder, environ) as bench:
        session_id = bench.start(sample_setup(bench))
        await rate_up_to_case(bench, session_id, folder)
    return session_id


class Camera:
    """Opens the app on this folder in a terminal of one size, and keeps what it shows."""

    def __init__(self, environ: dict[str, str], size: tuple[int, int], to: Path) -> None:
        self._environ = environ
        self._size = size
        self._to = to

    async def arena_and_scoreboard(self, session_id: str) -> None:
        app = TiebreakApp(Path(), Wishes(resume=session_id, start=True), self._environ)
        async with capture_app(app, self._size) as terminal:
            await terminal.until(lambda: isinstance(app.screen, ArenaScreen) and hasattr(app.screen, "panes"))
            arena = cast("ArenaScreen", app.screen)
            await terminal.until(lambda: all(pane.view.settled for pane in arena.panes.values()))
            await terminal.pilot.press("1", "2", "tab", "4", "5")  # one key twice at once would be one held down
            gates = arena.query_one(GateBar)
            while gates.chosen is not None and not gates.chosen.label.startswith(GATE):
                await terminal.pilot.press("full_stop")
            await terminal.until(lambda: arena.live.saves.saved and not arena.live.saves.pending)
            self._take(terminal, "arena")
            await terminal.pilot.press("f4")
            await terminal.until(lambda: isinstance(app.screen, ScoreboardScreen) and app.screen.figures is not None)
            self._take(terminal, "scoreboard")

    async def triage(self, session_id: str) -> None:
        app = TiebreakApp(
            Path(), Wishes(triage=(session_id, None), triage_filter="class:regression,fix"), self._environ
        )
        async with capture_app(app, self._size) as terminal:
            await terminal.until(lambda: isinstance(app.screen, TriageScreen) and app.screen.indexed)
            screen = cast("TriageScreen", app.screen)
            kinds = ("look", "case", "lines")
            await terminal.until(lambda: screen.detail is not None and not any(map(screen.lanes.busy, kinds)))
            shown = screen.detail
            await terminal.pilot.press("right")
            await terminal.until(lambda: screen.detail is not shown and not any(map(screen.lanes.busy, kinds)))
            await terminal.until(lambda: screen.left.view.settled and screen.right.view.settled)
            self._take(terminal, "triage")

    async def setup(self) -> None:
        wishes = Wishes(dataset=DATASET, baseline=BASELINE, candidate=CANDIDATE, policy=POLICY, seed=SEED)
        app = TiebreakApp(Path(), wishes, self._environ)
        async with capture_app(app, self._size) as terminal:
            await terminal.until(lambda: "Before you start" in terminal.text)
            self._take(terminal, "setup")

    def _take(self, terminal: Terminal, name: str) -> None:
        svg = terminal.app.export_screenshot(title="Tiebreak")
        (self._to / f"{name}.svg").write_text(portable(svg, name), encoding="utf-8")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="120x32", help="columns x rows")
    parser.add_argument("--to", type=Path, default=Path(__file__).parent / "images", help="the folder for the pictures")
    options = parser.parse_args()
    columns, rows = (int(number) for number in options.size.split("x"))
    options.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / DATASET
        environ = {"TIEBREAK_RATER": "demo", "XDG_CONFIG_HOME": name}
        session_id = await prepare(folder, environ)
        camera = Camera(environ, (columns, rows), options.to.resolve())
        # As a user would: from inside the workspace, so that no path of this machine is in the picture.
        with contextlib.chdir(folder):
            await camera.setup()
            await camera.arena_and_scoreboard(session_id)
            await camera.triage(session_id)


if __name__ == "__main__":
    asyncio.run(main())
