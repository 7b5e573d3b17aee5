"""Triage in the app: a session whose answers are all there, and a person who looks at what changed."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from support.app import WIDE, Seat, sit_down
from support.workspaces import make_workspace
from tiebreak.records import Vote
from tiebreak_tui.screens.triage import TriageScreen
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.headless.replay import answered
from tiebreak_workbench.starting.choosing import Choices, Choosing
from tiebreak_workbench.triage.triage import Triage
from tiebreak_workbench.workbench import Workbench

LONG = "Well, that is a long story about a lamp. " * 12
QUESTIONS = {f"q-{n}": f"Question {n} about lamps?" for n in range(4)} | {
    "q-4": "What would it cost to have an oak table sent home?"
}
A = {"q-0": "Thirty days.", "q-1": "Thirty.", "q-2": LONG, "q-3": "No.", "q-4": "Yes, oak."}
B = {"q-0": LONG, "q-1": LONG, "q-2": "Yes.", "q-3": "No.", "q-4": "Something else " + "altogether, and longer. " * 12}
"""q-0, q-1 and q-4 got too long, the first two in the same words; q-2 got short enough; q-3 stayed."""


async def all_answered(folder: Path, votes: Mapping[str, Vote] | None = None, *, blind: bool = False) -> str:
    """Set a session over everything in a workspace down and let both sides answer; returns its id."""
    with Workbench.open(folder, {"USER": "tester"}) as bench:
        choosing = Choosing(bench.workspace, Choices(blind=blind), seed=7, environ={})
        choosing.resolve()
        session_id = bench.start(choosing.setup())
        stored = bench.store.load_session(session_id, light=True)
        live = bench.live(stored, bench.arms(stored, speed=0), lambda _: None, lookahead=0)
        try:
            for position, case in enumerate(live.cases):
                await answered(live.exchange(position))
                if votes and case.id in votes:
                    live.vote(position, votes[case.id])
            await live.saves.settled()
        finally:
            await live.close()
    return session_id


async def changed(folder: Path, votes: Mapping[str, Vote] | None = None) -> str:
    """A session in which some answers got worse; see `A` and `B`."""
    make_workspace(folder, questions=QUESTIONS, a=A, b=B)
    return await all_answered(folder, votes)


async def settled(seat: Seat) -> TriageScreen:
    """Wait until all is read, indexed, listed and shown."""
    screen = await seat.reaches(TriageScreen)
    await seat.until(
        lambda: (
            screen.indexed
            and not any(map(screen.lanes.busy, ("look", "case", "lines", "decide", "group")))
            and screen.rows is not None
            and (screen.detail is not None or not len(screen.rows))
        )
    )
    return screen


@asynccontextmanager
async def triaging(
    folder: Path,
    *,
    votes: Mapping[str, Vote] | None = None,
    wanted: str = "",
    size: tuple[int, int] = WIDE,
    environ: Mapping[str, str] | None = None,
) -> AsyncGenerator[tuple[Seat, TriageScreen]]:
    """In Triage, on a session in which some answers got worse."""
    if not (folder / "datasets").exists():
        await changed(folder, votes)
    async with sit_down(
        folder, Wishes(triage=("last", None), triage_filter=wanted), size=size, environ=environ
    ) as seat:
        yield seat, await settled(seat)


def listed(screen: TriageScreen) -> list[str]:
    """The cases in the list, from the top."""
    rows = screen.rows
    assert rows is not None
    return screen.triage.case_ids([rows.row(index).place for index in range(len(rows))])


def stored_decisions(folder: Path, case_id: str) -> dict[str, str | None]:
    """What is in force of a case, as the database holds it now, read beside the app."""
    with Workbench.open(folder, {"USER": "other"}) as bench, Triage.open(bench, "last") as triage:
        return triage.view.decided_at(triage.place_of(case_id))._asdict()
