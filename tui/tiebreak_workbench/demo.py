"""The bundled sample: its workspace on disk, and the session that `tiebreak demo` opens."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tiebreak.datasets import CARD
from tiebreak.scoreboard import Snapshot
from tiebreak.workspace import init_sample
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.headless.replay import read_ballots, replay
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench

DATASET = "support-desk"
BASELINE = "concise"
CANDIDATE = "grounded"
POLICY = "ship"
SEED = 59


def ensure_sample(folder: Path) -> Path:
    """Copy the sample workspace into a folder, unless it is there already.

    Raises:
        WorkspaceError: where the folder cannot be written, or holds something else.
    """
    if not (folder / CARD).exists():
        init_sample(folder)
    return folder


def sample_setup(bench: Workbench) -> Setup:
    workspace = bench.workspace
    return Setup(
        dataset=workspace.load_dataset(DATASET),
        baseline=workspace.load_config(BASELINE),
        candidate=workspace.load_config(CANDIDATE),
        policy=workspace.load_policy(POLICY),
        seed=SEED,
    )


def run_demo(environ: Mapping[str, str]) -> tuple[StoredSession, Snapshot]:
    """The sample session from start to end in a folder of its own: recorded answers at once, recorded votes cast.

    Returns:
        The session as it was stored, and its scoreboard recomputed from the stored rows.
    """
    with TemporaryDirectory(prefix="tiebreak-demo-") as name:
        folder = init_sample(Path(name) / DATASET)
        with Workbench.open(folder, environ) as bench:
            session_id = bench.start(sample_setup(bench), title="The sample, with its recorded votes")
            asyncio.run(run_votes(bench, session_id, folder / "ballots.jsonl"))
            stored = bench.store.load_session(session_id, light=True)
    return stored, scoreboard_of(stored).snapshot()


async def run_votes(bench: Workbench, session_id: str, ballots: Path) -> None:
    """Cast the recorded votes of a file on a session."""
    stored = bench.store.load_session(session_id, light=True)
    live = bench.live(stored, bench.arms(stored, speed=0), lambda _: None, lookahead=8)
    try:
        await replay(live, read_ballots(ballots))
    finally:
        await live.close()
