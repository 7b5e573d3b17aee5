"""Live sessions with a judge that goes along, asked of a local server."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from support.live import both, open_bench
from support.workspaces import make_workspace
from tiebreak.records.judges import Judgment
from tiebreak.session.live import LiveSession
from tiebreak_store import Store
from tiebreak_workbench.judges.judging import load_judge
from tiebreak_workbench.judges.seat import seat_for
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench

VOTE_ONLY = "form: {vote: required}\ngates: {human: [{id: preferred, metric: win_rate, at_least: 0.5}]}\n"


def write_judge(
    folder: Path, url: str, model: str, *, name: str = "mine", kind: str = "pairwise", more: str = ""
) -> None:
    """A judge file; an edit of it is another version."""
    (folder / "judges").mkdir(exist_ok=True)
    text = f'kind: {kind}\ntarget: {{model: "{model}", base_url: "{url}"}}\nprice: {{input: 0, output: 1000}}\n'
    (folder / "judges" / f"{name}.yaml").write_text(f"{text}retries: 0\nparsing: block\n{more}\n")


def judged_workspace(folder: Path, url: str, model: str, *, policy: str = VOTE_ONLY, **judge: str) -> Path:
    make_workspace(folder, policy=policy)
    write_judge(folder, url, model, **judge)
    return folder


def begin(bench: Workbench, *, blind: bool = False, judge_cost: float | None = None, n: int | None = None) -> str:
    """A session whose judge is the one called `mine`."""
    workspace = bench.workspace
    return bench.start(
        Setup(
            dataset=workspace.load_dataset("small"),
            baseline=workspace.load_config("plain"),
            candidate=workspace.load_config("warm"),
            policy=workspace.load_policy("ship"),
            judge=load_judge(bench, "mine"),
            judge_cost=judge_cost,
            seed=7,
            n=n,
            blind=blind,
        )
    )


@asynccontextmanager
async def going_on(bench: Workbench, session_id: str, judge: str | None = None) -> AsyncGenerator[LiveSession]:
    """The session as it stands, with its judge or, from now on, with the one that is named."""
    stored = bench.store.load_session(session_id, light=True)
    stored, seat = seat_for(bench, stored, judge, None)
    live = bench.live(stored, bench.arms(stored), lambda _: None, judge=seat)
    try:
        yield live
    finally:
        await live.close()


@asynccontextmanager
async def judged_sitting(folder: Path, *, blind: bool = False, n: int | None = None) -> AsyncGenerator[LiveSession]:
    """A new session in a folder that `judged_workspace` made."""
    with open_bench(folder) as bench:
        async with going_on(bench, begin(bench, blind=blind, n=n)) as live:
            yield live


async def until(holds: Callable[[], object]) -> None:
    """Let the loop run until the condition holds; fails after ten seconds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  # a condition of the session's own
            await asyncio.sleep(0.01)


async def judged(live: LiveSession, positions: Iterable[int]) -> None:
    """Wait until cases are answered, and the judge has said all that it was asked of them."""
    for position in positions:
        await both(live, position)
        await until(lambda position=position: live.verdicts.look(live.cases[position].id).seal)


def kept(folder: Path, session_id: str = "last") -> list[Judgment]:
    """Every judgment of a session, by version, from the database."""
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        whole = store.session_id(session_id)
        return [j for version in store.judges_of(whole) for j in store.iter_judgments(whole, version)]
