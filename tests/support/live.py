"""Live sessions without a screen: a real workspace, a real database, real targets."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from support.workspaces import make_workspace
from tiebreak.records import Response, SessionRole
from tiebreak.session.answering import Answering, PieceKind
from tiebreak.session.exchange import Exchange
from tiebreak.session.live import LiveSession
from tiebreak_workbench.figures.report import session_report
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.headless.replay import answered
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench

SEED = 7
RUBRIC = """\
form:
  vote: required
  dimensions:
    - {name: tone, question: How does it sound?, required: true}
    - {name: care, question: Is it careful?}
checks:
  - {kind: max_length, chars: 20}
gates:
  offline:
    - {id: short, metric: check, check: max_length, at_least: 0.5}
  human:
    - {id: preferred, metric: win_rate, at_least: 0.5}
    - {id: warm, metric: rubric, dimension: tone, at_least: 3}
"""


def asking(form: str) -> str:
    """A policy with a form and one gate."""
    return f"form: {form}\ngates: {{human: [{{id: preferred, metric: win_rate, at_least: 0.5}}]}}\n"


def open_bench(folder: Path, *, rater: str = "ada", **environ: str) -> Workbench:
    """The workbench of a folder, made into a small workspace if there is none."""
    if not (folder / "datasets").exists():
        make_workspace(folder, policy=RUBRIC)
    return Workbench.open(folder, {"USER": rater, **environ})


def start(bench: Workbench, *, n: int | None = None, seed: int = SEED, blind: bool = False) -> str:
    """A session of `plain` (A) and `warm` (B) over `small`, under `ship`."""
    workspace = bench.workspace
    return bench.start(
        Setup(
            dataset=workspace.load_dataset("small"),
            baseline=workspace.load_config("plain"),
            candidate=workspace.load_config("warm"),
            policy=workspace.load_policy("ship"),
            seed=seed,
            n=n,
            blind=blind,
        )
    )


@asynccontextmanager
async def taken_up(bench: Workbench, session_id: str, *, lookahead: int = 3) -> AsyncGenerator[LiveSession]:
    """The session as it stands, closed at the end."""
    stored = bench.store.load_session(session_id, light=True)
    live = bench.live(stored, bench.arms(stored), lambda _: None, lookahead=lookahead)
    try:
        yield live
    finally:
        await live.close()


@asynccontextmanager
async def sitting(folder: Path, *, n: int | None = None, lookahead: int = 3) -> AsyncGenerator[LiveSession]:
    """A new session in a folder, with its database open."""
    with open_bench(folder) as bench:
        async with taken_up(bench, start(bench, n=n), lookahead=lookahead) as live:
            yield live


async def both(live: LiveSession, position: int) -> Exchange:
    """The case at a position, both answers there."""
    exchange = live.exchange(position)
    await answered(exchange)
    return exchange


async def heard(answering: Answering) -> None:
    """Wait until the first piece of text is there."""
    said = asyncio.Event()

    def listen(_: Answering, kind: PieceKind, text: str) -> None:
        if text:
            said.set()

    end = answering.watch(listen)
    if not answering.text:
        await asyncio.wait_for(said.wait(), 10)
    end()


async def responses(live: LiveSession, position: int) -> Mapping[SessionRole, Response]:
    exchange = await both(live, position)
    return exchange.responses()


def report(bench: Workbench, session_id: str) -> dict[str, Any]:
    """Every number of a session, recomputed from its rows; without what names this one session."""
    stored = bench.store.load_session(session_id, light=True)
    whole = session_report(stored, scoreboard_of(stored).snapshot())
    told = json.loads(json.dumps(whole))
    assert told.pop("session") == session_id
    return told


def serve_with(folder: Path, base_url: str, *, policy: str = RUBRIC, **models: str) -> Path:
    """A workspace whose configs named in `models` ask a server; the others stay recordings."""
    make_workspace(folder, policy=policy)
    for name, model in models.items():
        target = {"kind": "model", "model": model, "base_url": base_url}
        (folder / "configs" / f"{name}.yaml").write_text(json.dumps({"target": target, "retries": 0}))
    return folder
