"""A rater of habit, who works through a session by the workbench and always does the same with the same case.

Run as a program on a folder, it reads orders from its input. `go STEPS TICKS` makes a child, which goes on with the
session where it stands, rates some steps, prints the id of each ballot once that is acknowledged, and waits to be
killed; with ticks it kills itself in the midst of a transaction. `risk STEPS TICKS`
does the same in the risk queue. `full STEPS BYTES` makes one on whose disk no file grows beyond so many bytes.
"""

import asyncio
import os
import random
import resource
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path

# Run as a program, it has no conftest to put `tests/` on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from support.live import RUBRIC, SEED, both, open_bench, start
from support.rating import die_within_a_statement
from support.workspaces import make_workspace, recording, write_lines
from tiebreak.errors import StoreError, UsageError
from tiebreak.records import VOTES, Ballot
from tiebreak.records.sessions import Queue
from tiebreak.session.live import LiveSession
from tiebreak.workspace import Workspace
from tiebreak_store import Store, StoredSession
from tiebreak_workbench.entering import entered
from tiebreak_workbench.headless.headless import Wanted, answer, open_batch
from tiebreak_workbench.workbench import Workbench

CASES = 60
Step = tuple[int, Callable[[LiveSession], object]]
"""A position, and an act there that makes one ballot."""


def say(line: str) -> None:
    """Print a line at once and whole, whatever kills the process."""
    os.write(1, f"{line}\n".encode())


class AloudStore(Store):
    """Prints the id of each ballot once it is acknowledged."""

    def record_ballot(self, ballot: Ballot) -> "Future[None]":
        outcome = super().record_ballot(ballot)
        outcome.add_done_callback(lambda done: done.exception() or say(ballot.id))
        return outcome


def make_long_workspace(folder: Path) -> Path:
    """Cases that are whole, cases whose candidate is cut short (`cut-…`) and some it cannot be asked (`down-…`)."""
    kinds = [("cut", "down", "say", "say", "say", "say")[i % 6] for i in range(CASES)]
    questions = {f"{kind}-{i:02d}": f"Question {i}?" for i, kind in enumerate(kinds)}
    make_workspace(folder, questions=questions, policy=RUBRIC)
    for name in ("plain", "warm"):
        lines = recording(
            {case_id: f"{name} on {case_id}, at some length"[: 10 + i] for i, case_id in enumerate(questions)}
        )
        for line in lines[1:] if name == "warm" else ():
            if str(line["case"]).startswith("cut"):
                line["finish"] = "length"
            elif str(line["case"]).startswith("down"):
                line["text"] = ""
                line["error"] = {"code": "rate_limit", "message": "Too many requests.", "status": 429}
        write_lines(folder / "recordings" / f"{name}.jsonl", lines)
    return folder


def open_aloud(folder: Path) -> Workbench:
    workspace = Workspace.open(folder)
    return Workbench(workspace, AloudStore.open(workspace.database), {"USER": "ada"})


def script(case_ids: Sequence[str]) -> Iterator[Step]:
    """All that the rater does; what they do with a case follows from its id."""
    voted: list[int] = []
    for position, case_id in enumerate(case_ids):
        chance = random.Random(case_id)
        first, second = chance.choice(VOTES), chance.choice(VOTES)
        vote, other = (partial(LiveSession.vote, position=position, vote=v) for v in (first, second))
        skip = partial(LiveSession.skip, position=position)
        a, b = (
            partial(LiveSession.score, position=position, role=role, dimension="tone", score=chance.randint(1, 5))
            for role in ("baseline", "candidate")
        )
        clear = partial(LiveSession.clear_last_score, position=position)
        note = partial(LiveSession.note, position=position, text=f"about {case_id}")
        undo = LiveSession.undo
        if case_id.startswith("down"):
            acts = [note]
        elif case_id.startswith("cut"):
            acts = [a, note]
        else:
            acts = chance.choice(
                (
                    [vote, a, b],
                    [vote, other, b, a, undo, a],
                    [a, b, vote, undo, undo, b, other],
                    [skip],
                    [skip, undo, vote, b, a],
                    [note, a, b, clear, b, vote],
                )
            )
            if voted and chance.random() < 0.3:  # a second thought on an earlier case
                acts.append(partial(LiveSession.vote, position=chance.choice(voted), vote=second))
            voted.append(position)
        yield from ((position, act) for act in acts)


def script_at_risk(case_ids: Sequence[str]) -> Iterator[Step]:
    """What the rater does in the risk queue, case by case."""
    for position, case_id in enumerate(case_ids):
        first, second = random.Random(case_id).sample(VOTES, 2)
        vote, other = (partial(LiveSession.vote, position=position, vote=v) for v in (first, second))
        score = partial(LiveSession.score, position=position, role="candidate", dimension="tone", score=1)
        note = partial(LiveSession.note, position=position, text=f"at risk: {case_id}")
        skip = partial(LiveSession.skip, position=position)
        acts = ([vote], [vote, LiveSession.undo, other], [score, vote, note], [skip])
        yield from ((position, act) for act in acts[position % 4])


def given(stored: StoredSession, queue: Queue) -> int:
    """The ballots that are kept of a queue."""
    there = {shown.id for shown in stored.presentations if shown.queue == queue}
    return sum(ballot.presentation_id in there for ballot in stored.ballots)


async def rate_at_risk(bench: Workbench, session_id: str, steps: int | None = None) -> list[str]:
    """Go on in the risk queue where it stands; returns its cases."""
    new = entered(bench, bench.store.session_id(session_id), "risk", None, None)
    assert new.at_risk is not None
    case_ids = [one.case_id for one in new.at_risk]
    live = bench.live(new.stored, new.arms, lambda _: None, at_risk=case_ids)
    todo = list(script_at_risk(case_ids))[given(new.stored, "risk") :]
    try:
        for position, act in todo[:steps]:
            await both(live, position)
            act(live)
        await live.saves.settled()
    finally:
        await live.close()
    return case_ids


async def rate(bench: Workbench, session_id: str, steps: int | None = None, *, patient: bool = False) -> LiveSession:
    """Go on where the session stands: every step made one ballot, and ballots are kept in their order.

    The patient wait after each step until it is saved.
    """
    stored = bench.store.load_session(session_id, light=True)
    live = bench.live(stored, bench.arms(stored), lambda _: None)
    todo = list(script(stored.session.plan.case_ids))[given(stored, "random") :]
    try:
        for position, act in todo[:steps]:
            await both(live, position)
            act(live)
            if patient:
                await live.saves.settled()
        await live.saves.settled()
    finally:
        await live.close()
    return live


def go(folder: Path, steps: int, ticks: int) -> None:
    """A life that ends by a kill."""
    with dying(folder, ticks) as bench:
        asyncio.run(rate(bench, "last", steps))


def risk(folder: Path, steps: int, ticks: int) -> None:
    """One in the risk queue."""
    with dying(folder, ticks) as bench:
        asyncio.run(rate_at_risk(bench, "last", steps))


@contextmanager
def dying(folder: Path, ticks: int) -> Generator[Workbench]:
    with open_aloud(folder) as bench:
        if ticks:
            bench.store.writer.submit(lambda connection: die_within_a_statement(connection, ticks))
        yield bench
        say("idle")
        sys.stdin.read()


def full(folder: Path, steps: int, room: int) -> None:
    """A life on a full disk: no file, and so not the database's log, grows beyond so many bytes."""
    with open_aloud(folder) as bench:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        try:
            asyncio.run(rate(bench, "last", steps, patient=True))
        except (StoreError, UsageError) as error:
            say(f"halted {type(error).__name__} {error}")


def main(folder: Path) -> None:
    for line in sys.stdin:
        what, *numbers = line.split()
        child = os.fork()  # everything is imported by now, and no thread runs
        if not child:
            say(f"child {os.getpid()}")
            {"go": go, "risk": risk, "full": full}[what](folder, *map(int, numbers))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        say(f"ended {os.waitstatus_to_exitcode(status)}")


def begin(folder: Path) -> str:
    with open_aloud(make_long_workspace(folder)) as bench:
        return start(bench, seed=SEED)


def begin_answered(folder: Path, steps: int) -> str:
    """A session whose answers are all there that can be had, and of whose plan so many steps are taken."""
    session_id = begin(folder)
    with open_bench(folder) as bench:
        batch = open_batch(bench, bench.store.load_session(session_id), Wanted())
        asyncio.run(answer(batch))
        asyncio.run(rate(bench, session_id, steps))
    return session_id


if __name__ == "__main__":
    main(Path(sys.argv[1]))
